"""The exam of one case of a study, found where its protocol says."""

from __future__ import annotations

from pathlib import Path

from viewer.loading.errors import LoadingError
from viewer.loading.find_exams import find_exams
from viewer.loading.located_exam import LocatedExam
from viewer.loading.scan_progress import ScanProgress, SilentScan
from viewer.study.protocol import StudyCase

_HINT = "the study's designer sees what is missing with: tomolens study check STUDY --files"


class CaseNotFound(LoadingError):
    """The exam of a case is not there; the message names neither path nor exam."""


def find_case(case: StudyCase, path: Path, progress: ScanProgress | None = None) -> LocatedExam:
    """Find the exam of a case.

    path: where it lies, as StudyFolder.case_path gives it.
    Raises CaseNotFound when nothing, no exam or no exam of the stated name is there, and when
    there are several and none is stated; ScanCancelled when progress does.
    """
    if not path.exists():
        raise CaseNotFound("the images of this case are not there", hint=_HINT)
    exams = find_exams([path], progress or SilentScan()).exams
    if not exams:
        raise CaseNotFound("no readable exam is where this case should be", hint=_HINT)
    if case.exam_alias:
        named = case.exam_alias
        exams = tuple(found for found in exams if named in (found.exam.alias, found.exam.exam_id))
        if not exams:
            raise CaseNotFound("the exam that this case names is not there", hint=_HINT)
    if len(exams) > 1:
        raise CaseNotFound(
            f"{len(exams)} exams are where this case should be, and exam_alias names none",
            hint=_HINT,
        )
    return exams[0]
