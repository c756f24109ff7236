"""From a planned reading to its exam behind a blind number."""

from __future__ import annotations

from viewer.jobs.study_exams import LoadCase
from viewer.jobs.task import TaskProgress
from viewer.loading.blind_exam import blind_exam
from viewer.loading.find_case import CaseNotFound, find_case
from viewer.loading.located_exam import LocatedExam
from viewer.storage.study_folder import StudyFolder
from viewer.study.planned_reading import PlannedReading
from viewer.study.protocol import Phase, Protocol


def case_loader(folder: StudyFolder, protocol: Protocol) -> LoadCase:
    """Makes the function that finds and blinds a case; it raises LoadingError without paths."""

    def load(planned: PlannedReading, progress: TaskProgress) -> LocatedExam:
        case = protocol.case(planned.case_id)
        try:
            located = find_case(case, folder.case_path(case.path), progress)
        except OSError as error:
            # The error's own words name the file.
            raise CaseNotFound("the images of this case cannot be read") from error
        blind = blind_exam(located, alias=planned.alias, kinds=_kinds(planned, protocol))
        if not blind.exam.images:
            raise CaseNotFound("this case has no image of the kinds that the study shows")
        return blind

    return load


def _kinds(planned: PlannedReading, protocol: Protocol) -> frozenset[str]:
    """The kinds that some phase of the reading shows; empty: all."""
    showings = [
        protocol.alone if phase is Phase.ALONE else protocol.aided for phase in planned.phases
    ]
    if not all(showing.kinds for showing in showings):
        return frozenset()
    return frozenset(kind for showing in showings for kind in showing.kinds)
