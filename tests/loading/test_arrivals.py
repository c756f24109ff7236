"""Which exams a search announces while it still reads files."""

from __future__ import annotations

import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest
import SimpleITK as sitk
from loading_builders import breast, write, write_exam
from pydicom.uid import JPEG2000Lossless

from viewer.loading import find_exams as search
from viewer.loading.find_exams import find_exams
from viewer.loading.found_exam import FoundExam
from viewer.loading.located_exam import LocatedExam
from viewer.loading.scan_progress import SilentScan
from viewer.loading.scan_result import ScanResult
from viewer.loading.sniff import FileKind


class Heard:
    """Remembers what a search announced."""

    def __init__(self, opened: set[str] | None = None) -> None:
        self.first: LocatedExam | None = None
        self.ids: list[str] = []
        self.files_read = 0
        self.read_when_first: int | None = None
        self._opened = opened or set()

    def first_whole(self, exam: LocatedExam) -> None:
        assert self.first is None
        self.first = exam
        self.read_when_first = self.files_read

    def listed(self, exams: tuple[FoundExam, ...]) -> None:
        self.ids += [exam.exam_id for exam in exams]

    def is_open(self, exam_id: str) -> bool:
        return exam_id in self._opened


def heard(folder: Path, opened: set[str] | None = None) -> tuple[Heard, ScanResult]:
    listener = Heard(opened)
    kind_of_file = search.kind_of_file

    def counting(path: Path) -> FileKind:
        listener.files_read += 1
        return kind_of_file(path)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(search, "kind_of_file", counting)
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


def test_exams_mixed_in_one_folder_are_whole_one_after_the_other(tmp_path: Path) -> None:
    for number in range(12):
        patient = number % 3
        write(
            tmp_path / f"{number:02}.dcm",
            breast(seed=number),
            study=f"1.2.{patient}",
            PatientID=f"P{patient}",
        )
    said, result = heard(tmp_path)
    assert said.first is not None
    assert len(said.first.exam.images) == 4
    assert said.first.exam.identity.patient_id == "P0"
    assert said.read_when_first == 4
    ids = [exam.exam_id for exam in result.headers]
    assert said.ids == ids[:2]
    assert [located.exam.exam_id for located in result.exams] == ids[1:]


def test_mixed_exams_of_a_patient_hang_the_newest_with_its_prior(tmp_path: Path) -> None:
    days = {"1.2.1": "20200101", "1.2.2": "20240101"}
    for number, study in enumerate(("1.2.1", "1.2.9", "1.2.2", "1.2.9", "1.2.1")):
        write(
            tmp_path / f"{number}.dcm",
            breast(seed=number),
            study=study,
            PatientID="P1" if study in days else "P2",
            StudyDate=days.get(study, "20230101"),
        )
    said, _ = heard(tmp_path)
    assert said.first is not None
    assert said.first.exam.identity.study_date == "20240101"
    assert len(said.ids) == 2


def test_where_folders_are_by_view_an_exam_is_whole_with_its_last_view(tmp_path: Path) -> None:
    for view in ("CC", "MLO"):
        for patient in range(2):
            write(
                tmp_path / view / f"{patient}.dcm",
                breast(seed=patient),
                view=view,
                study=f"1.2.{patient}",
                PatientID=f"P{patient}",
            )
    said, _ = heard(tmp_path)
    assert said.first is not None
    assert len(said.first.exam.images) == 2


def test_a_copy_of_an_image_is_not_hung_beside_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a" / "1.dcm", breast(), study="1.2.1", PatientID="P1")
    (tmp_path / "a" / "2.dcm").write_bytes(path.read_bytes())
    write(tmp_path / "b" / "3.dcm", breast(seed=1), study="1.2.2", PatientID="P2")
    said, result = heard(tmp_path)
    assert said.first is not None
    assert len(said.first.exam.images) == 1
    assert [file.path.name for file in result.skipped] == ["2.dcm"]


def test_studies_that_share_a_uid_keep_their_ids_when_all_is_read(tmp_path: Path) -> None:
    for patient in range(3):
        write(
            tmp_path / f"{patient}" / "1.dcm",
            breast(seed=patient),
            study="1.2.3",
            PatientID=f"P{patient}",
        )
    said, result = heard(tmp_path)
    assert said.ids == [exam.exam_id for exam in result.headers][:2]
    assert len({exam.exam_id for exam in result.headers}) == 3


def png(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = breast(rows=120, columns=100, seed=seed)[0]
    if "_R-" in path.name:
        pixels = pixels[:, ::-1]
    assert cv2.imwrite(str(path), pixels)


def png_exams(folder: Path, count: int) -> None:
    for exam in range(count):
        for number, view in enumerate(("L-CC", "R-CC", "L-MLO", "R-MLO")):
            png(folder / f"{exam}_{view}.png", seed=exam * 4 + number)


def test_pictures_of_an_exam_are_whole_when_its_last_is_read(tmp_path: Path) -> None:
    png_exams(tmp_path, 3)
    said, result = heard(tmp_path)
    assert said.first is not None
    assert said.read_when_first == 4
    assert {image.title for image in said.first.exam.images} == {"LCC", "RCC", "LMLO", "RMLO"}
    ids = [exam.exam_id for exam in result.headers]
    assert said.ids == ids[:2]
    assert [located.exam.exam_id for located in result.exams] == ids[1:]


def test_pictures_that_lie_by_view_are_read_exam_by_exam(tmp_path: Path) -> None:
    """The names sort by side, so that no exam is whole before the last files in name order."""
    for exam in range(3):
        for side in "LR":
            png(tmp_path / f"{side.lower()}{side}" / f"x{exam}_{side}-CC.png", seed=exam)
    png_exams(tmp_path / "z", 2)
    said, result = heard(tmp_path)
    assert said.first is not None
    # Files of one name in two folders are two exams, before and after the end alike.
    assert len(said.first.exam.images) == 1
    assert said.ids == [exam.exam_id for exam in result.headers][: len(said.ids)]


def test_volumes_of_an_exam_hang_before_the_others_are_read(tmp_path: Path) -> None:
    for exam in range(2):
        for number, view in enumerate(("L-CC", "R-CC")):
            volume = breast(rows=120, columns=100, slices=3, seed=exam * 2 + number)
            if view.startswith("R"):
                volume = volume[:, :, ::-1]
            image = sitk.GetImageFromArray(volume)
            image.SetSpacing((0.1, 0.1, 1.0))
            sitk.WriteImage(image, str(tmp_path / f"{exam}_{view}.nii.gz"))
    said, _ = heard(tmp_path)
    assert said.first is not None
    assert said.read_when_first == 2
    assert {image.title for image in said.first.exam.images} == {"LCC", "RCC"}


def test_an_exam_list_says_the_views_before_its_pictures_hang(tmp_path: Path) -> None:
    """The list sorts behind the pictures, and says another side than the names of its first."""
    png_exams(tmp_path, 2)
    listed = [
        {
            "horizontal_flip": "NO",
            "L-CC": ["0_R-CC"],
            "R-CC": ["0_L-CC"],
            "L-MLO": ["0_L-MLO"],
            "R-MLO": ["0_R-MLO"],
            "cancer_label": {"left_malignant": 1},
        },
        {"horizontal_flip": "NO", "L-CC": ["1_L-CC"], "R-CC": ["1_R-CC"]},
    ]
    (tmp_path / "z.pkl").write_bytes(pickle.dumps(listed))
    said, result = heard(tmp_path)
    assert said.first is not None
    paths = {
        image.title: said.first.frames[image.image_id].pixel_files[0].name
        for image in said.first.exam.images
    }
    assert paths["LCC"] == "0_R-CC.png"
    assert len(paths) == 4
    assert said.first.exam.labels
    assert len(result.headers) == 3
    assert said.first.exam.exam_id not in {located.exam.exam_id for located in result.exams}


def test_pictures_wait_while_a_list_may_still_name_them(tmp_path: Path) -> None:
    """The list lies further up, and is given after the folder of its pictures."""
    png_exams(tmp_path / "images", 2)
    listed = [{"horizontal_flip": "YES", "L-CC": ["images/0_R-CC"], "R-CC": ["images/0_L-CC"]}]
    list_path = tmp_path / "list.pkl"
    list_path.write_bytes(pickle.dumps(listed))
    listener = Heard()
    find_exams([tmp_path / "images", list_path], SilentScan(), listener=listener)
    assert listener.first is None
    assert listener.ids == []


def test_labels_beside_mixed_files_are_there_when_the_first_hangs(tmp_path: Path) -> None:
    png_exams(tmp_path, 2)
    (tmp_path / "labels.csv").write_text("image,benign,malignant\n0_L-CC,0,1\n")
    said, _ = heard(tmp_path)
    assert said.first is not None
    (label,) = said.first.exam.labels.values()
    assert label.malignant is True


def test_pictures_without_a_view_in_their_names_do_not_hang_early(tmp_path: Path) -> None:
    for number in range(3):
        png(tmp_path / "a" / f"picture{number}.png", seed=number)
    png_exams(tmp_path / "b", 2)
    said, _ = heard(tmp_path)
    assert said.first is not None
    assert all(image.view.is_known for image in said.first.exam.images)


def test_masks_come_with_their_picture(tmp_path: Path) -> None:
    png_exams(tmp_path, 2)
    mask = np.zeros((120, 100), np.uint8)
    mask[40:60, 10:30] = 255
    assert cv2.imwrite(str(tmp_path / "0_L-CC_malignant.png"), mask)
    said, result = heard(tmp_path)
    assert said.first is not None
    assert len(said.first.exam.images) == 4
    assert [mask.malignant for mask in said.first.exam.truth_masks] == [True]
    assert len(result.exams) == 1


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
