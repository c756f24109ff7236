"""What a search under files and folders finds, leaves out, and says about it."""

from __future__ import annotations

import os
import pickle
import shutil
import time
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from loading_builders import CT, DBT, breast, header, only_exam, save, scan, shown, write
from pydicom.dataset import Dataset
from pydicom.uid import JPEG2000Lossless, SecondaryCaptureImageStorage

from inference.types import Laterality
from viewer.domain.geometry import ROTATED_180
from viewer.domain.view import ImageKind, View, ViewPosition
from viewer.loading.errors import IncompleteVolume, ScanCancelled
from viewer.loading.find_exams import find_exams
from viewer.loading.located_exam import assign_view
from viewer.loading.model_source import model_input

VIEWS = (("R", "CC", "PL"), ("L", "CC", "AR"), ("R", "MLO", "PF"), ("L", "MLO", "AF"))


def write_exam(folder: Path, study: str, **attributes: object) -> None:
    for laterality, view, letters in VIEWS:
        pixels = breast() if laterality == "L" else breast()[..., ::-1]
        write(
            folder / f"{laterality}{view}-{study}",
            pixels,
            laterality=laterality,
            view=view,
            orientation=tuple(letters),
            study=study,
            **attributes,
        )


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


# Orientation against pixels


def test_a_turned_image_is_laid_by_its_header_without_a_word(tmp_path: Path) -> None:
    pixels = breast()
    write(tmp_path / "a", pixels[:, ::-1, ::-1], orientation=("P", "L"))
    located = only_exam(tmp_path)
    assert located.exam.images[0].orientation == ROTATED_180
    assert located.exam.images[0].warnings == ()
    np.testing.assert_array_equal(shown(located), pixels)


def test_a_transposed_image_is_laid_with_its_spacing(tmp_path: Path) -> None:
    pixels = breast()
    write(
        tmp_path / "a",
        np.ascontiguousarray(pixels.transpose(0, 2, 1)),
        orientation=("R", "A"),
        PixelSpacing=[0.1, 0.2],
    )
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    np.testing.assert_array_equal(shown(located), pixels)
    assert (image.rows, image.columns) == pixels.shape[1:]
    assert (image.stored_rows, image.stored_columns) == pixels.shape[:0:-1]
    assert image.spacing is not None
    assert (image.spacing.row_mm, image.spacing.column_mm) == (0.2, 0.1)


def test_a_header_that_contradicts_its_pixels_is_overruled_and_the_pane_says_so(
    tmp_path: Path,
) -> None:
    pixels = breast()
    write(tmp_path / "a", pixels, orientation=("P", "L"))
    located = only_exam(tmp_path)
    np.testing.assert_array_equal(shown(located), pixels)
    assert "disagree" in located.exam.images[0].warnings[0]


def test_monochrome1_finds_the_chest_wall_too(tmp_path: Path) -> None:
    pixels = np.uint16(4095) - breast()
    write(tmp_path / "a", pixels, PhotometricInterpretation="MONOCHROME1")
    assert only_exam(tmp_path).exam.images[0].warnings == ()


def test_an_all_zero_volume_opens_with_a_warning(tmp_path: Path) -> None:
    write(tmp_path / "a", np.zeros((3, 90, 70), np.uint16), sop_class=DBT)
    located = only_exam(tmp_path)
    assert "same" in located.exam.images[0].warnings[-1]
    assert not shown(located)[0].any()


# Legacy tomosynthesis


def write_slices(
    folder: Path, pixels: np.ndarray, numbers: list[int], **attributes: object
) -> None:
    for number, slice_pixels in zip(numbers, pixels, strict=True):
        write(
            folder / f"{len(numbers) * 7 - number * 3}",
            slice_pixels,
            sop_class=CT,
            ImageType=["DERIVED", "PRIMARY", "TOMO"],
            SeriesInstanceUID="1.2.3.9",
            InstanceNumber=number,
            SliceThickness=1,
            **attributes,
        )


def test_one_file_per_slice_becomes_a_volume_in_instance_order(tmp_path: Path) -> None:
    pixels = breast(slices=5)
    write_slices(tmp_path, pixels, [1, 2, 3, 4, 5])
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    assert (image.name, image.kind, image.slices) == ("LCC DBT", ImageKind.DBT, 5)
    assert image.slice_spacing_mm == 1.0
    assert image.warnings == ()
    np.testing.assert_array_equal(shown(located), pixels)


def test_a_missing_slice_is_said(tmp_path: Path) -> None:
    write_slices(tmp_path, breast(slices=4), [1, 2, 4, 5])
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    assert image.warnings == ("1 of 5 slices are missing.",)
    with pytest.raises(IncompleteVolume, match="1 of 5 slices are missing"):
        model_input(image, located.frames[image.image_id])


def test_slices_without_numbers_are_ordered_by_position(tmp_path: Path) -> None:
    pixels = breast(slices=4)
    for index in (2, 0, 3, 1):
        write(
            tmp_path / f"{index}",
            pixels[index],
            sop_class=CT,
            SeriesInstanceUID="1.2.3.9",
            ImagePositionPatient=[0, 0, 1.5 * index],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        )
    located = only_exam(tmp_path)
    np.testing.assert_array_equal(shown(located), pixels)
    assert located.exam.images[0].slice_spacing_mm == pytest.approx(1.5)


def test_two_series_are_two_volumes(tmp_path: Path) -> None:
    write_slices(tmp_path, breast(slices=2), [1, 2])
    write(tmp_path / "other", breast(seed=9), sop_class=CT, SeriesInstanceUID="1.2.3.10")
    assert sorted(image.slices for image in only_exam(tmp_path).exam.images) == [1, 2]


# Secondary captures of collections


def test_a_collection_with_a_study_for_each_image_is_grouped_by_patient(tmp_path: Path) -> None:
    for number, (side, view) in enumerate([("LEFT", "CC"), ("RIGHT", "CC"), ("LEFT", "MLO")]):
        pixels = breast() if side == "LEFT" else breast()[..., ::-1]
        write(
            tmp_path / f"{number}",
            pixels,
            sop_class=SecondaryCaptureImageStorage,
            laterality=None,
            view=None,
            orientation=[view],
            Laterality=side[0],
            PatientID=f"Mass-Test_P_00173_{side}_{view}",
            study=f"1.2.3.{number}",
        )
    located = only_exam(tmp_path)
    images = located.exam.images
    assert [image.name for image in images] == [
        "RCC Secondary capture",
        "LCC Secondary capture",
        "LMLO Secondary capture",
    ]
    assert all("grouped" in image.warnings[-1] for image in images)


# Views that are not known


def test_an_unidentified_view_can_be_assigned_and_is_laid_anew(tmp_path: Path) -> None:
    pixels = breast()
    write(tmp_path / "a", pixels[:, ::-1, ::-1], laterality=None, view=None, orientation=("P", "L"))
    write(tmp_path / "b", pixels)
    located = only_exam(tmp_path)
    unknown = located.exam.images[1]
    assert unknown.name == "unknown view FFDM"
    view = View(laterality=Laterality.LEFT, position=ViewPosition.CC)
    assigned = assign_view(located, unknown.image_id, view)
    image = assigned.exam.image(unknown.image_id)
    assert (image.name, image.view, image.orientation) == ("LCC FFDM 2", view, ROTATED_180)
    np.testing.assert_array_equal(assigned.frames[image.image_id].read_frame(0), pixels[0])
    back = assign_view(assigned, unknown.image_id, unknown.view)
    assert back.exam == located.exam
    with pytest.raises(KeyError):
        assign_view(located, "other", view)


# The published layout


def write_picture(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(imagecodecs.png_encode(np.ascontiguousarray(pixels)))
    return path


def write_pictures(folder: Path, exam: str = "7") -> None:
    for side, view, _ in VIEWS:
        pixels = breast()[0] if side == "L" else breast()[0, :, ::-1]
        write_picture(folder / f"{exam}_{side}-{view}.png", pixels)


def test_the_published_example_opens_with_labels_and_masks(shared: Path) -> None:
    located = only_exam(shared / "data/exams/gmic_exam0")
    exam = located.exam
    assert exam.alias == "Exam 0"
    assert [image.name for image in exam.images] == [
        "RCC FFDM",
        "LCC FFDM",
        "RMLO FFDM",
        "LMLO FFDM",
    ]
    right = {image.image_id for image in exam.images if image.view.laterality is Laterality.RIGHT}
    assert {i for i, label in exam.labels.items() if label.benign} == right
    assert not any(label.malignant for label in exam.labels.values())
    assert {mask.image_id for mask in exam.truth_masks} == right
    assert not any(mask.malignant for mask in exam.truth_masks)
    assert all(image.warnings == () for image in exam.images)
    assert exam.images[0].vois[0].explanation == "derived from the pixels"


def test_pictures_open_without_an_exam_list_too(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    located = only_exam(tmp_path)
    assert located.exam.alias == "Exam 7"
    np.testing.assert_array_equal(shown(located, 1)[0], breast()[0])


def test_several_exams_and_images_of_a_view_are_told_apart_by_name(tmp_path: Path) -> None:
    write_pictures(tmp_path, "7")
    write_pictures(tmp_path, "8")
    write_picture(tmp_path / "8_L-CC_2.png", breast(seed=2)[0])
    result = scan(tmp_path)
    assert [located.exam.alias for located in result.exams] == ["Exam 7", "Exam 8"]
    assert "LCC FFDM 2" in [image.name for image in result.exams[1].exam.images]


def test_a_name_that_may_be_a_persons_is_never_shown(tmp_path: Path) -> None:
    write_pictures(tmp_path, "Doe_Jane_19600101")
    exam = only_exam(tmp_path).exam
    assert "Doe" not in exam.alias + exam.exam_id + "".join(i.name for i in exam.images)


def exam_list(exams: list[dict[str, object]], folder: Path) -> None:
    (folder / "exam_list.pkl").write_bytes(pickle.dumps(exams, protocol=2))


def test_an_exam_list_says_which_files_are_mirrored(tmp_path: Path) -> None:
    write_picture(tmp_path / "x1.png", breast()[0, :, ::-1])
    exam_list([{"L-CC": ["x1"], "horizontal_flip": "YES"}], tmp_path)
    located = only_exam(tmp_path)
    image = located.exam.images[0]
    assert (image.name, image.warnings) == ("LCC FFDM", ())
    np.testing.assert_array_equal(shown(located)[0], breast()[0])


def test_an_exam_list_may_name_files_in_folders_below_it(tmp_path: Path) -> None:
    write_picture(tmp_path / "images" / "a" / "one.png", breast()[0])
    write_picture(tmp_path / "images" / "b" / "one.png", breast(seed=3)[0])
    exam_list([{"L-CC": ["a/one"]}, {"L-MLO": ["b/one"]}], tmp_path)
    result = scan(tmp_path)
    names = [[image.name for image in located.exam.images] for located in result.exams]
    assert names == [["LCC FFDM"], ["LMLO FFDM"]]


def test_listed_images_that_are_absent_are_said(tmp_path: Path) -> None:
    write_picture(tmp_path / "x1.png", breast()[0])
    exam_list([{"L-CC": ["x1", "x2"]}, {"L-CC": ["y1"]}], tmp_path)
    result = scan(tmp_path)
    assert len(result.exams) == 1
    assert [file.reason for file in result.skipped] == [
        "an exam list that names images which are not beside it"
    ]


def test_an_exam_list_without_its_images_is_said(tmp_path: Path) -> None:
    exam_list([{"L-CC": ["y1"]}, {"L-CC": ["y2"]}], tmp_path)
    assert [file.reason for file in scan(tmp_path).skipped] == [
        "an exam list that names images which are not beside it"
    ]


class RunsCode:
    """Writes a file when unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.path}",)


def test_a_hostile_exam_list_is_refused_and_the_images_open(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    victim = tmp_path / "ran"
    (tmp_path / "exam_list.pkl").write_bytes(pickle.dumps([{"L-CC": RunsCode(victim)}]))
    result = scan(tmp_path)
    assert not victim.exists()
    assert len(result.exams[0].exam.images) == 4
    assert "refused" in result.skipped[0].reason


def test_a_picture_without_a_view_opens_as_unknown_after_the_others(tmp_path: Path) -> None:
    write_picture(tmp_path / "a" / "scan.png", breast()[0])
    write_pictures(tmp_path / "b")
    result = scan(tmp_path)
    assert [located.exam.images[0].name for located in result.exams] == [
        "RCC FFDM",
        "unknown view FFDM",
    ]


def test_a_picture_on_the_wrong_side_is_mirrored_and_said(tmp_path: Path) -> None:
    write_picture(tmp_path / "1_L-CC.png", breast()[0, :, ::-1])
    located = only_exam(tmp_path)
    np.testing.assert_array_equal(shown(located)[0], breast()[0])
    assert "mirrored" in located.exam.images[0].warnings[0]


def test_masks_belong_to_their_images_and_lone_ones_are_said(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    mask = (breast()[0] > 0).astype(np.uint8)
    write_picture(tmp_path / "7_L-CC_malignant.png", mask)
    write_picture(tmp_path / "9_L-CC_benign.png", mask)
    write_picture(tmp_path / "truth" / "exam_0001" / "mask-1.png", mask)
    result = scan(tmp_path)
    exam = result.exams[0].exam
    assert [(m.malignant, m.path.name) for m in exam.truth_masks] == [
        (True, "7_L-CC_malignant.png")
    ]
    assert {file.path.name: file.reason for file in result.skipped} == {
        "9_L-CC_benign.png": "a truth mask whose image is not here",
        "mask-1.png": "a truth mask, not an image",
    }


def test_a_label_table_labels_pictures_and_studies(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    (tmp_path / "labels.csv").write_text("image,benign,malignant\n7_L-CC.png,0,1\n7_R-CC,1,\n")
    write(tmp_path / "d" / "a", breast(), study="1.2.77")
    (tmp_path / "d" / "l.csv").write_text(
        "PatientID,StudyUID,View,Normal,Actionable,Benign,Cancer\nP,1.2.77,lcc,0,0,1,0\n"
    )
    exams = {located.exam.alias: located.exam for located in scan(tmp_path).exams}
    pictures = exams.pop("Exam 7")
    labels = {pictures.image(i).name: label for i, label in pictures.labels.items()}
    assert (labels["LCC FFDM"].benign, labels["LCC FFDM"].malignant) == (False, True)
    assert (labels["RCC FFDM"].benign, labels["RCC FFDM"].malignant) == (True, None)
    (study,) = exams.values()
    (label,) = study.labels.values()
    assert (label.benign, label.malignant) == (True, False)


def test_tables_that_label_nothing_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("image,benign\n")
    (tmp_path / "b.csv").write_bytes(b"image,benign\n\xff\xfe\n")
    assert {file.reason for file in scan(tmp_path).skipped} == {"a table that is not a label table"}


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    save(tmp_path / "a", header(breast()))
    assert scan(tmp_path).skipped[0].reason.startswith("no pixel data")
