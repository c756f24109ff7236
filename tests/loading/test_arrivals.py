"""Which exams a search announces while it still reads files."""

from __future__ import annotations

from pathlib import Path

from loading_builders import breast, write, write_exam
from pydicom.uid import JPEG2000Lossless

from viewer.loading.find_exams import find_exams
from viewer.loading.found_exam import FoundExam
from viewer.loading.located_exam import LocatedExam
from viewer.loading.scan_progress import SilentScan
from viewer.loading.scan_result import ScanResult


class Heard:
    """Remembers what a search announced."""

    def __init__(self, opened: set[str] | None = None) -> None:
        self.first: LocatedExam | None = None
        self.ids: list[str] = []
        self._opened = opened or set()

    def first_whole(self, exam: LocatedExam) -> None:
        assert self.first is None
        self.first = exam

    def listed(self, exams: tuple[FoundExam, ...]) -> None:
        self.ids += [exam.exam_id for exam in exams]

    def is_open(self, exam_id: str) -> bool:
        return exam_id in self._opened


def heard(folder: Path, opened: set[str] | None = None) -> tuple[Heard, ScanResult]:
    listener = Heard(opened)
    return listener, find_exams([folder], SilentScan(), listener=listener)


def test_an_exam_is_whole_when_another_patients_folder_begins(tmp_path: Path) -> None:
    for number in range(3):
        write_exam(tmp_path / f"p{number}", f"1.2.{number}", PatientID=f"P{number}")
    said, result = heard(tmp_path)
    assert said.first is not None
    assert len(said.first.exam.images) == 4
    ids = [exam.exam_id for exam in result.headers]
    assert said.ids == ids[:2]
    assert said.first.exam.exam_id == ids[0]
    assert [located.exam.exam_id for located in result.exams] == ids[1:]


def test_a_patients_exams_are_whole_together_and_the_newest_hangs(tmp_path: Path) -> None:
    who = {"PatientID": "P1"}
    write_exam(tmp_path / "p1" / "a", "1.2.1", StudyDate="20200101", **who)
    write_exam(tmp_path / "p1" / "b", "1.2.2", StudyDate="20240101", **who)
    write_exam(tmp_path / "p2", "1.2.3", PatientID="P2")
    said, _ = heard(tmp_path)
    assert said.first is not None
    assert said.first.exam.identity.study_date == "20240101"
    assert len(said.ids) == 2


def test_exams_mixed_in_one_folder_are_announced_by_nobody_before_the_end(tmp_path: Path) -> None:
    for number in range(6):
        patient = number % 2
        write(
            tmp_path / f"{number}.dcm",
            breast(),
            study=f"1.2.{patient}",
            PatientID=f"P{patient}",
        )
    said, result = heard(tmp_path)
    assert said.first is None
    assert said.ids == []
    assert len(result.exams) == 2


def test_an_image_that_comes_late_makes_the_search_read_its_exam_again(tmp_path: Path) -> None:
    write(tmp_path / "a" / "1.dcm", breast(), study="1.2.1", PatientID="P1")
    write(tmp_path / "b" / "2.dcm", breast(), study="1.2.2", PatientID="P2")
    write(tmp_path / "c" / "3.dcm", breast(), study="1.2.1", PatientID="P1")
    said, result = heard(tmp_path)
    assert said.first is not None
    assert len(said.first.exam.images) == 1
    assert [len(located.exam.images) for located in result.exams] == [2, 1]


def test_what_was_opened_meanwhile_is_not_opened_by_the_search(tmp_path: Path) -> None:
    for number in range(3):
        write_exam(tmp_path / f"p{number}", f"1.2.{number}", PatientID=f"P{number}")
    _, before = heard(tmp_path)
    second, third = (exam.exam_id for exam in before.headers[1:])
    _, result = heard(tmp_path, {second})
    assert [located.exam.exam_id for located in result.exams] == [third]
    assert len(result.headers) == 3


def test_an_image_of_the_first_exam_that_cannot_be_decoded_is_still_named(tmp_path: Path) -> None:
    write_exam(tmp_path / "p1", "1.2.1", PatientID="P1")
    bad = write(
        tmp_path / "p1" / "bad", breast(), study="1.2.1", syntax=JPEG2000Lossless, PatientID="P1"
    )
    start_of_codestream = b"\xff\x4f\xff\x51"
    content = bad.read_bytes()
    assert content.count(start_of_codestream) == 1
    bad.write_bytes(content.replace(start_of_codestream, b"\x00" * 4))
    write_exam(tmp_path / "p2", "1.2.2", PatientID="P2")
    said, result = heard(tmp_path)
    assert said.first is not None
    assert len(said.first.exam.images) == 4
    assert [file.path for file in result.skipped] == [bad]
