"""Studies whose seals are tested: made, sealed and looked into."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from viewer.cli import app
from viewer.loading.find_exams import find_exams
from viewer.loading.scan_progress import SilentScan
from viewer.storage.key_ring import KeyRing
from viewer.storage.open_seals import key_ring_of
from viewer.storage.sealed_ai import ai_from_bytes
from viewer.storage.sealing import SealedItems, ai_item
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.protocol import Protocol

VIEWS = ("L-CC", "R-CC")


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["study", *map(str, arguments)])
    return result.exit_code, " ".join(result.output.split())


def new_study(place: Path, exams: Path, *options: str) -> StudyFolder:
    folder = place / "study"
    code, said = run("new", folder, "--title", "T", "--cases", exams, "--reader", "R1", *options)
    assert code == 0, said
    return StudyFolder(folder)


def protocol_of(study: StudyFolder) -> Protocol:
    return read_protocol(study)


def keys_of(study: StudyFolder) -> KeyRing:
    return key_ring_of(study, protocol_of(study))


def check_overlays(study: StudyFolder) -> None:
    """What is sealed is all that the screen lays over the images."""
    result = ai_from_bytes(SealedItems(study.sealed, keys_of(study)).open(ai_item("case0001")))
    case = protocol_of(study).case("case0001")
    (located,) = find_exams([study.case_path(case.path)], SilentScan()).exams
    overlays = result.overlays()
    assert set(overlays) == {image.image_id for image in located.exam.images}
    assert all(overlay.saliency.max() > 0 for overlay in overlays.values())
    assert all(overlay.patches for overlay in overlays.values())
