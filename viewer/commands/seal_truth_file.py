"""A CSV of truth, sealed into a study that is there."""

from __future__ import annotations

from pathlib import Path

from viewer.commands.study_seal import StudySeals, check_may_seal
from viewer.loading.read_truth import read_truth
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.protocol import Protocol

TRUTH_COLUMNS = """\
Columns: case_id, laterality (R or L), malignant (0 or 1); as far as known benign, lesion_id, view,
slice, cx, cy, weight. Every breast that is asked about needs a line."""


def seal_truth_file(study: Path, truth: Path) -> Protocol:
    """Check a CSV against the study's protocol, seal it, and note it there.

    Returns the protocol that names it. Raises StudyError and LoadingError.
    """
    folder = StudyFolder.of(study)
    protocol = read_protocol(folder)
    check_may_seal(folder, protocol)
    seals = StudySeals(folder, protocol)
    seals.seal_truth(read_truth(truth, protocol, folder.case_path))
    return seals.note_in_protocol()
