"""What a search under files and folders finds, leaves out, and says about it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from loading_builders import (
    CT,
    DBT,
    breast,
    only_exam,
    save,
    scan,
    shown,
    write,
    write_exam,
)
from pydicom.dataset import Dataset
from pydicom.uid import JPEG2000Lossless

from inference.types import Laterality
from viewer.loading.errors import ScanCancelled
from viewer.loading.find_exams import find_exams


class Steps:
    """Remembers reports, and cancels after so many."""

    def __init__(self, cancel_after: int | None = None) -> None:
        self.reports: list[tuple[int, int | None]] = []
        self._cancel_after = cancel_after

    def update(self, done: int, total: int | None) -> None:
        self.reports.append((done, total))
        if self._cancel_after is not None and len(self.reports) > self._cancel_after:
            raise ScanCancelled


def test_the_four_views_are_found_whatever_the_file_names(tmp_path: Path) -> None:
    write_exam(tmp_path / "deep" / "deeper", "1.2.3")
    located = only_exam(tmp_path)
    assert [image.name for image in located.exam.images] == [
        "RCC FFDM",
        "LCC FFDM",
        "RMLO FFDM",
        "LMLO FFDM",
    ]
    assert all(image.warnings == () for image in located.exam.images)
    for index, image in enumerate(located.exam.images):
        edge = -1 if image.view.laterality is Laterality.RIGHT else 0
        assert shown(located, index)[0][:, edge].any()


def test_two_exams_in_one_folder_are_two(tmp_path: Path) -> None:
    write_exam(tmp_path, "1.2.3")
    write_exam(tmp_path, "1.2.4")
    result = scan(tmp_path)
    assert [len(located.exam.images) for located in result.exams] == [4, 4]
    assert len({located.exam.exam_id for located in result.exams}) == 2
    assert len({located.exam.alias for located in result.exams}) == 2
    ids = [image.image_id for located in result.exams for image in located.exam.images]
    assert len(set(ids)) == 8


def test_two_patients_in_one_study_are_two_exams(tmp_path: Path) -> None:
    write(tmp_path / "a", breast(), PatientID="1")
    write(tmp_path / "b", breast(), PatientID="2")
    result = scan(tmp_path)
    assert len({located.exam.exam_id for located in result.exams}) == 2


def test_one_name_and_two_studies_are_two_exams(tmp_path: Path) -> None:
    write(tmp_path / "a", breast(), PatientName="Same^Name", study="1.2.3")
    write(tmp_path / "b", breast(), PatientName="Same^Name", study="1.2.4")
    assert len(scan(tmp_path).exams) == 2


def test_the_same_files_give_the_same_ids_again(tmp_path: Path) -> None:
    write_exam(tmp_path, "1.2.3")
    first, second = only_exam(tmp_path).exam, only_exam(tmp_path).exam
    assert first == second


def test_extra_images_of_a_view_are_numbered_as_acquired(tmp_path: Path) -> None:
    for time_of_day in ("120000", "110000"):
        write(
            tmp_path / time_of_day,
            breast(),
            AcquisitionDate="20200101",
            AcquisitionTime=time_of_day,
        )
    images = only_exam(tmp_path).exam.images
    assert [image.name for image in images] == ["LCC FFDM", "LCC FFDM 2"]
    assert [image.acquired for image in images] == ["20200101 110000", "20200101 120000"]


def test_the_kinds_of_a_view_follow_one_another(tmp_path: Path) -> None:
    write(tmp_path / "a", breast(slices=3), sop_class=DBT)
    write(tmp_path / "b", breast(), ImageType=["DERIVED", "PRIMARY", "TOMO", "GENERATED_2D"])
    write(tmp_path / "c", breast())
    names = [image.name for image in only_exam(tmp_path).exam.images]
    assert names == ["LCC FFDM", "LCC Synthetic 2D", "LCC DBT"]


def test_a_copy_of_an_image_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "a", breast())
    shutil.copy(tmp_path / "a", tmp_path / "b")
    result = scan(tmp_path)
    assert len(result.exams[0].exam.images) == 1
    assert result.reasons() == (("a copy of another image", 1),)


def test_overlapping_paths_and_links_that_loop_count_once(tmp_path: Path) -> None:
    write(tmp_path / "folder" / "a", breast())
    (tmp_path / "folder" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "folder" / "gone").symlink_to(tmp_path / "nowhere")
    result = scan(tmp_path, tmp_path / "folder", tmp_path / "folder" / "a")
    assert len(result.exams) == 1
    assert result.skipped == ()


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    result = scan(tmp_path / "nothing")
    assert result.exams == ()
    assert "cannot be read" in result.skipped[0].reason


def test_an_empty_folder_is_empty(tmp_path: Path) -> None:
    result = scan(tmp_path)
    assert (result.exams, result.skipped) == ((), ())
    assert result.summary() == "0 exams, 0 images"


def test_ten_thousand_unrelated_files_take_seconds_and_one_line(tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"{number}.dcm").write_bytes(b"nothing to see here\n" * 10)
    begin = time.perf_counter()
    result = scan(tmp_path)
    assert time.perf_counter() - begin < 30
    assert result.exams == ()
    assert result.reasons() == (("not an image file", 10_000),)
    assert result.summary() == ("0 exams, 0 images; 10000 files skipped (10000 not an image file)")


def test_other_objects_are_left_out_with_their_reasons(tmp_path: Path) -> None:
    report = Dataset()
    report.SOPClassUID = "1.2.840.10008.5.1.4.1.1.88.33"
    report.SOPInstanceUID, report.Modality = "1.2.3", "SR"
    save(tmp_path / "report.dcm", report)
    write(tmp_path / "chest.dcm", breast(), Modality="CT", BodyPartExamined="CHEST", sop_class=CT)
    (tmp_path / "bad.dcm").write_bytes(bytes(128) + b"DICM" + b"\xff" * 200)
    write(tmp_path / "good.dcm", breast())
    result = scan(tmp_path)
    assert [located.exam.images[0].name for located in result.exams] == ["LCC FFDM"]
    reasons = {file.path.name: file.reason for file in result.skipped}
    assert reasons["report.dcm"] == "no pixel data: a report or another object without an image"
    assert reasons["chest.dcm"] == "not a breast image (modality CT)"
    assert "DICOM" in reasons["bad.dcm"]


@pytest.mark.parametrize("syntax", [None, JPEG2000Lossless])
def test_any_cut_of_a_file_is_a_reason_and_never_an_error(tmp_path: Path, syntax: object) -> None:
    options = {"syntax": syntax} if syntax else {}
    content = write(tmp_path / "a.dcm", breast(slices=2), sop_class=DBT, **options).read_bytes()
    folder = tmp_path / "cuts"
    folder.mkdir()
    lengths = sorted({*range(0, len(content) - 24, len(content) // 60), *range(100, 800, 29)})
    for length in lengths:
        (folder / f"{length}").write_bytes(content[:length])
    result = scan(folder)
    assert result.exams == ()
    assert len(result.skipped) == len(lengths)
    assert not [file for file in result.skipped if "internal error" in file.reason]


def test_a_wrong_number_of_frames_is_tolerated_and_said(tmp_path: Path) -> None:
    write(tmp_path / "more", breast(slices=3), sop_class=DBT, NumberOfFrames=5)
    image = only_exam(tmp_path).exam.images[0]
    assert image.slices == 3
    assert image.warnings[0] == "The header states 5 slices, the file holds 3."
    write(tmp_path / "more", breast(slices=3), sop_class=DBT, NumberOfFrames=2)
    assert only_exam(tmp_path).exam.images[0].slices == 2


def test_an_image_whose_pixels_are_damaged_leaves_the_others_open(tmp_path: Path) -> None:
    write(tmp_path / "good", breast())
    bad = write(tmp_path / "bad", breast(), syntax=JPEG2000Lossless)
    content = bytearray(bad.read_bytes())
    content[-600:-100] = b"\xa5" * 500
    bad.write_bytes(bytes(content))
    result = scan(tmp_path)
    assert len(result.exams[0].exam.images) >= 1
    for file in result.skipped:
        assert "damaged" in file.reason


def test_progress_counts_and_cancels(tmp_path: Path) -> None:
    write_exam(tmp_path, "1.2.3")
    steps = Steps()
    find_exams([tmp_path], steps)
    done, total = steps.reports[-1]
    assert done == total == 8
    for allowed in range(len(steps.reports)):
        with pytest.raises(ScanCancelled):
            find_exams([tmp_path], Steps(cancel_after=allowed))
