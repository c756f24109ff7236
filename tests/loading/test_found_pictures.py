"""Pictures in the published layout: exam lists, labels, masks, names."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import imagecodecs
import numpy as np
from loading_builders import (
    VIEWS,
    breast,
    header,
    only_exam,
    save,
    scan,
    shown,
    write,
)

from inference.types import Laterality
from viewer.domain.geometry import SPACING_UNKNOWN

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
    assert all(image.warnings == (SPACING_UNKNOWN,) for image in exam.images)
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
    assert (image.name, image.warnings) == ("LCC FFDM", (SPACING_UNKNOWN,))
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
    assert "mirrored" in " ".join(located.exam.images[0].warnings)


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
