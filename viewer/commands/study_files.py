"""Are the exams of a study where its protocol says, and do they hold what is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from viewer.loading.errors import LoadingError
from viewer.loading.find_case import find_case
from viewer.storage.study_folder import StudyFolder
from viewer.study.protocol import StudyCase


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFiles:
    """What lies where one case should be; for the designer only."""

    case_id: str
    path: Path
    problem: str = ""
    """Why the case cannot be read; empty when it can."""
    remarks: tuple[str, ...] = ()


def path_of_case(folder: StudyFolder, case: StudyCase) -> CaseFiles:
    """Only look whether something is there."""
    path = folder.case_path(case.path)
    problem = "" if path.exists() else "nothing is there"
    return CaseFiles(case_id=case.case_id, path=path, problem=problem)


def files_of_case(folder: StudyFolder, case: StudyCase) -> CaseFiles:
    """Open the exam: is it one, are its images readable, are the breasts there."""
    path = folder.case_path(case.path)
    try:
        exam = find_case(case, path).exam
    except LoadingError as error:
        return CaseFiles(case_id=case.case_id, path=path, problem=error.message)
    sides = {image.view.laterality for image in exam.images}
    remarks = [
        f"no image of breast {breast.value}, which is asked about"
        for breast in case.breasts
        if breast not in sides
    ]
    unknown = sum(image.lacks_view for image in exam.images)
    if unknown:
        remarks.append(f"{unknown} images of unknown view")
    remarks += [
        f"breast {side.value} has images, but is not asked about"
        for side in sorted(sides - {None, *case.breasts}, key=str)
        if side is not None
    ]
    return CaseFiles(case_id=case.case_id, path=path, remarks=tuple(remarks))
