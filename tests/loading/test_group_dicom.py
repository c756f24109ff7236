"""Collections that store each image as a study of its own, with a patient's several dates."""

from __future__ import annotations

from pathlib import Path

from loading_builders import breast, scan, write
from pydicom.uid import SecondaryCaptureImageStorage

from viewer.domain.patient_studies import newest_of, priors_of


def test_several_dates_of_such_a_patient_are_exams_of_one_patient(tmp_path: Path) -> None:
    for number, (side, day) in enumerate(
        [(s, d) for d in ("20240610", "20220705") for s in ("LEFT", "RIGHT")]
    ):
        write(
            tmp_path / f"{number}",
            breast() if side == "LEFT" else breast()[..., ::-1],
            sop_class=SecondaryCaptureImageStorage,
            laterality=None,
            view=None,
            orientation=["CC"],
            Laterality=side[0],
            PatientID=f"Mass-Test_P_00173_{side}_CC",
            PatientName=f"Mass-Test_P_00173_{side}_CC",
            StudyDate=day,
            study=f"1.2.3.{number}",
        )
    exams = [located.exam for located in scan(tmp_path).exams]
    assert [len(exam.images) for exam in exams] == [2, 2]
    assert len({exam.exam_id for exam in exams}) == 2
    current = newest_of(exams[0], exams)
    assert current.identity.study_date == "20240610"
    assert current.identity.patient_id == "Mass-Test_P_00173"
    assert priors_of(current, exams) == tuple(exam for exam in exams if exam is not current)
