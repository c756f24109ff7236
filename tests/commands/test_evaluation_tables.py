"""Labels, boxes, masks and predictions laid on each other; what does not fit is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from evaluation_builders import (
    COLUMNS,
    MODEL,
    ROWS,
    SLICES,
    Lesion,
    add_breast,
    empty_folder,
    mask_of,
    write_boxes,
    write_masks,
    write_rows,
)
from PIL import Image

from viewer.analysis.evaluation_table import LESION_IN_PATCH, PATCH_ON_LESION, Level
from viewer.commands.evaluate import Gathered, gather_predictions
from viewer.loading.errors import LoadingError
from viewer.loading.stable_hash import short_hash
from viewer.loading.table_errors import TableError

BREAST_HEADER = ["exam", "laterality", "benign", "malignant"]
LESION = Lesion(image="Exam-A_RCC-DBT", malignant=True, row=150, column=60, slice_index=20)


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    """Exam A, right breast malignant; exam B, nothing."""
    folder = empty_folder(tmp_path / "predictions")
    add_breast(folder, "Exam A", "R", benign=0.1, malignant=0.9, lesions=[LESION])
    add_breast(folder, "Exam A", "L", benign=0.2, malignant=0.3)
    add_breast(folder, "Exam B", "R", benign=0.6, malignant=0.4)
    add_breast(folder, "Exam B", "L", benign=0.3, malignant=0.2)
    return folder.save()


def labels(path: Path, *rows: list[object], header: list[str] = BREAST_HEADER) -> Path:
    return write_rows(path / "labels.csv", header, rows)


def all_labels(path: Path) -> Path:
    return labels(
        path, ["A", "R", 0, 1], ["A", "L", 0, 0], ["Exam B", "right", 1, 0], ["b", "L", 0, 0]
    )


def replaced(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


def left_out(gathered: Gathered) -> str:
    return "\n".join(f"{entry.what}: {entry.reason}" for entry in gathered.table.left_out)


def test_labels_of_breasts_reach_breasts_and_images(predictions: Path, tmp_path: Path) -> None:
    breasts, images = gather_predictions(predictions, labels=all_labels(tmp_path)).table.cases
    assert (breasts.level, images.level) == (Level.BREAST, Level.IMAGE)
    assert breasts.series == images.series == (MODEL,)
    assert breasts.truth.tolist() == [[0, 0, 1, 0], [1, 0, 0, 0]]
    assert breasts.scores[0].tolist() == [[0.1, 0.2, 0.6, 0.3], [0.9, 0.3, 0.4, 0.2]]
    assert breasts.patients == ("Exam A", "Exam A", "Exam B", "Exam B")
    assert images.truth[1].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]


def test_labels_of_images_make_those_of_breasts(predictions: Path, tmp_path: Path) -> None:
    table = labels(
        tmp_path,
        ["Exam-A_RCC-DBT", 1],
        ["Exam-A_RMLO-DBT", 0],
        ["Exam-A_LCC-DBT", 0],
        header=["image", "malignant"],
    )
    breasts, images = gather_predictions(predictions, labels=table).table.cases
    assert images.truth[1].tolist() == [1, 0, 0]
    assert breasts.truth[1].tolist() == [1, 0]
    assert np.isnan(breasts.truth[0]).all()


def test_the_published_layout_names_studies_and_patients(tmp_path: Path) -> None:
    exam = f"Exam {short_hash('1.2.3')[:6].upper()}"
    folder = empty_folder(tmp_path / "predictions")
    add_breast(folder, exam, "R", benign=0.1, malignant=0.9)
    table = labels(
        tmp_path,
        ["DBT-P1", "1.2.3", "rcc", 0.0, 0.0, 0.0, 1.0],
        ["DBT-P1", "1.2.3", "rmlo1", 1.0, 0.0, 0.0, 0.0],
        header=["PatientID", "StudyUID", "View", "Normal", "Actionable", "Benign", "Cancer"],
    )
    breasts, images = gather_predictions(folder.save(), labels=table).table.cases
    assert images.truth[1].tolist() == [1, 0]
    assert breasts.truth[1].tolist() == [1]
    assert breasts.patients == ("DBT-P1",)


def test_without_a_table_the_labels_of_the_predictions_count(tmp_path: Path) -> None:
    folder = empty_folder(tmp_path / "predictions")
    add_breast(folder, "Exam A", "R", benign=0.1, malignant=0.9)
    saved = folder.save()
    with pytest.raises(TableError, match="predictions.csv has no labels"):
        gather_predictions(saved, labels=None)
    replaced(saved, "predictions.csv", ",,,done", ",0,1,done")
    breasts, _ = gather_predictions(saved, labels=None).table.cases
    assert breasts.truth.tolist() == [[0], [1]]


def test_labels_of_unknown_images_are_named_by_row(predictions: Path, tmp_path: Path) -> None:
    table = labels(tmp_path, ["A", "R", 0, 1], ["ZZ", "R", 0, 1], ["A", "L", 0, 0])
    gathered = gather_predictions(predictions, labels=table)
    assert "labels.csv, row 3: names no image of the predictions" in left_out(gathered)
    assert "2 breasts (Exam B R, Exam B L): have no label" in left_out(gathered)


def test_labels_that_fit_nothing_are_refused(predictions: Path, tmp_path: Path) -> None:
    with pytest.raises(TableError, match="none of its 1 rows names an image") as raised:
        gather_predictions(predictions, labels=labels(tmp_path, ["exam_0001", "R", 0, 1]))
    assert "Exam-A_RCC-DBT" in raised.value.hint


def test_two_labels_for_one_breast_are_named(predictions: Path, tmp_path: Path) -> None:
    table = labels(tmp_path, ["A", "R", 0, 1], ["A", "L", 0, 0], ["Exam A", "right", 0, 0])
    with pytest.raises(TableError, match=r"rows 2 and 4 give the breast Exam A R two labels"):
        gather_predictions(predictions, labels=table)


def test_two_labels_for_one_image_are_named(predictions: Path, tmp_path: Path) -> None:
    table = labels(
        tmp_path,
        ["Exam-A_RCC-DBT", 1],
        ["exam-a_rcc-dbt", 0],
        header=["image", "malignant"],
    )
    with pytest.raises(TableError, match=r"rows 2 and 3 give the image Exam-A_RCC-DBT two labels"):
        gather_predictions(predictions, labels=table)


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        (BREAST_HEADER, ["A", "R", 0, 2], r'row 2, column malignant: the truth is "2"'),
        (BREAST_HEADER, ["A", "up", 0, 1], r'row 2, column laterality: "up" is no breast'),
        (BREAST_HEADER, ["", "R", 0, 1], r"row 2, column exam: the cell is empty"),
        (["exam", "malignant"], ["A", 1], r"row 2: neither an image nor a breast is named"),
        (["exam", "laterality"], ["A", "R"], r"neither a column malignant nor a column benign"),
        (["laterality", "malignant"], ["R", 1], r"no column names an image or an exam"),
        (
            ["exam", "laterality", "view", "malignant"],
            ["A", "R", "LCC", 1],
            r"row 2, column view: LCC is not a view of breast R",
        ),
        (["file", "laterality", "malignant"], ["x.dcm", "R", 1], r"x.dcm is not a DICOM file"),
    ],
)
def test_bad_label_tables_are_named(
    predictions: Path, tmp_path: Path, header: list[str], row: list[object], message: str
) -> None:
    with pytest.raises(TableError, match=message):
        gather_predictions(predictions, labels=labels(tmp_path, row, header=header))


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("predictions.csv", "0.1,0.9", "nan,0.9", r'row 2, column benign: "nan" is not a finite'),
        ("predictions.csv", "0.1,0.9", "0.1,1.9", r"row 2, column malignant: the score 1.9"),
        ("breasts.csv", "0.1,0.9", "0.1,nan", r'breasts.csv: row 2, column malignant: "nan"'),
        ("predictions.csv", "malignant,", "cancer,", r"predictions.csv has no column malignant"),
        ("patches.csv", "attention", "weight", r"patches.csv has no column attention"),
        ("patches.csv", ",40,40,", ",40,-40,", r"row 2, column width: -40 is not a whole number"),
        ("predictions.csv", "Exam-A_RMLO-DBT", "Exam-A_RCC-DBT", r"rows 2 and 3 score the image"),
    ],
)
def test_bad_predictions_are_named(
    predictions: Path, tmp_path: Path, name: str, old: str, new: str, message: str
) -> None:
    replaced(predictions, name, old, new)
    with pytest.raises(TableError, match=message):
        gather_predictions(predictions, labels=all_labels(tmp_path))


def test_an_empty_folder_and_a_missing_table_are_named(predictions: Path, tmp_path: Path) -> None:
    table = all_labels(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(TableError, match="the folder empty is empty"):
        gather_predictions(tmp_path / "empty", labels=table)
    with pytest.raises(TableError, match=r"has no predictions.csv"):
        gather_predictions(tmp_path, labels=table)
    (predictions / "breasts.csv").unlink()
    with pytest.raises(TableError, match=r"has no breasts.csv"):
        gather_predictions(predictions, labels=table)


def test_failed_images_are_left_out_with_their_reason(predictions: Path, tmp_path: Path) -> None:
    replaced(predictions, "predictions.csv", "0.2,0.3,,,,,,,done,", ",,,,,,,,failed,damaged")
    gathered = gather_predictions(predictions, labels=all_labels(tmp_path))
    assert "image Exam-A_LCC-DBT, three 1: failed: damaged" in left_out(gathered)
    assert gathered.table.cases[1].scores.shape[2] == 7


def test_maps_agree_with_masks_of_either_frame(predictions: Path, tmp_path: Path) -> None:
    """The lesion's map: 3 x 3 cells of 10 pixels at 0.9 within a square of 40 pixels."""
    masks = write_masks(tmp_path / "masks", [LESION])
    gathered = gather_predictions(predictions, labels=all_labels(tmp_path), masks=masks)
    (maps,) = gathered.table.maps
    wanted = 2 * 900 * 0.9 / (900 * 0.81 + 1600)
    assert maps.images == (LESION.image,)
    assert maps.soft_dice.tolist() == [[pytest.approx(wanted)]]
    assert maps.dice.tolist() == [[pytest.approx(2 * 900 / (900 + 1600))]]
    (example,) = gathered.examples
    assert example.saliency.max() == pytest.approx(0.9)


def test_without_arrays_there_are_no_maps_and_it_is_said(tmp_path: Path) -> None:
    folder = empty_folder(tmp_path / "predictions")
    add_breast(folder, "Exam A", "R", benign=0.1, malignant=0.9, lesions=[LESION], arrays=False)
    gathered = gather_predictions(
        folder.save(),
        labels=labels(tmp_path, ["A", "R", 0, 1]),
        masks=write_masks(tmp_path / "masks", [LESION]),
    )
    assert not gathered.table.maps
    assert "the folder has no arrays" in left_out(gathered)


def test_arrays_of_the_earlier_version_are_left_out(predictions: Path, tmp_path: Path) -> None:
    path = predictions / "arrays" / f"{LESION.image}.npz"
    with np.load(path) as arrays:
        kept = {name: arrays[name] for name in arrays if name not in ("version", "placement")}
    np.savez_compressed(path, **kept)
    masks = write_masks(tmp_path / "masks", [LESION])
    gathered = gather_predictions(predictions, labels=all_labels(tmp_path), masks=masks)
    assert not gathered.table.maps
    assert "was written by an earlier version" in left_out(gathered)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not an archive"])
def test_damaged_arrays_are_left_out(predictions: Path, tmp_path: Path, content: bytes) -> None:
    (predictions / "arrays" / f"{LESION.image}.npz").write_bytes(content)
    masks = write_masks(tmp_path / "masks", [LESION])
    gathered = gather_predictions(predictions, labels=all_labels(tmp_path), masks=masks)
    assert f"{LESION.image}.npz is damaged" in left_out(gathered)


def test_a_mask_of_another_size_is_named(predictions: Path, tmp_path: Path) -> None:
    masks = tmp_path / "masks"
    masks.mkdir()
    Image.fromarray(mask_of(LESION)[:200]).save(masks / f"{LESION.image}_malignant.png")
    with pytest.raises(
        LoadingError, match=rf"the mask has 200 x {COLUMNS} pixels, its image has {ROWS}"
    ):
        gather_predictions(predictions, labels=all_labels(tmp_path), masks=masks)


def test_masks_of_unknown_images_are_named(predictions: Path, tmp_path: Path) -> None:
    masks = write_masks(tmp_path / "masks", [LESION])
    Image.fromarray(mask_of(LESION)).save(masks / "other_benign.png")
    gathered = gather_predictions(predictions, labels=all_labels(tmp_path), masks=masks)
    assert "1 masks (by their file names): fit no or several images" in left_out(gathered)


def test_a_folder_without_masks_is_refused(predictions: Path, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(TableError, match="the folder none has no mask"):
        gather_predictions(predictions, labels=all_labels(tmp_path), masks=tmp_path / "none")


@pytest.mark.parametrize(
    ("row", "slice_index", "side", "on_lesion", "in_patch"),
    [
        (150, 20, 40, 1.0, 1.0),
        (150, 23, 40, 1.0, 1.0),
        (150, 24, 40, 0.0, 0.0),
        (168, 20, 20, 0.0, 1.0),
        (175, 20, 80, 1.0, 0.0),
        (250, 20, 80, 0.0, 0.0),
    ],
)
def test_the_highest_patch_meets_the_box_within_three_slices(
    predictions: Path,
    tmp_path: Path,
    row: int,
    slice_index: int,
    side: int,
    on_lesion: float,
    in_patch: float,
) -> None:
    """The patch is 40 pixels wide, its centre at row 150, column 60, on slice 20."""
    box = Lesion(
        image=LESION.image, malignant=True, row=row, column=60, slice_index=slice_index, side=side
    )
    boxes = write_boxes(tmp_path / "boxes.csv", [box])
    gathered = gather_predictions(predictions, labels=all_labels(tmp_path), boxes=boxes)
    assert all(hits.breasts == ("Exam A R",) for hits in gathered.table.hits)
    assert {hits.rule: hits.hit.tolist() for hits in gathered.table.hits} == {
        PATCH_ON_LESION: [[on_lesion]],
        LESION_IN_PATCH: [[in_patch]],
    }


def test_a_breast_whose_patches_show_nothing_of_the_class_is_missed(
    predictions: Path, tmp_path: Path
) -> None:
    elsewhere = Lesion(image="Exam-B_RCC-DBT", malignant=False, row=30, column=180, slice_index=0)
    boxes = write_boxes(tmp_path / "boxes.csv", [elsewhere])
    gathered = gather_predictions(predictions, labels=all_labels(tmp_path), boxes=boxes)
    assert [hits.hit.tolist() for hits in gathered.table.hits] == [[[0.0]], [[0.0]]]


def test_patches_are_detections_where_they_show_the_class(
    predictions: Path, tmp_path: Path
) -> None:
    boxes = write_boxes(tmp_path / "boxes.csv", [LESION])
    (located,) = gather_predictions(
        predictions, labels=all_labels(tmp_path), boxes=boxes
    ).table.detections
    # The other patches lie where no cell is malignant; RMLO has the finding but no box.
    assert located.detections.score.tolist() == [pytest.approx(0.9 * 0.9)]
    assert located.volume_slices.tolist() == [SLICES] * 7
    assert located.lesions.row.tolist() == [150.0]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (["Exam-A_RCC-DBT", 1, 1, 1, 0, 5, "malignant"], "a box needs a side above 0"),
        (["Exam-A_RCC-DBT", -1, 1, 1, 5, 5, "malignant"], "count from 0"),
        (["Exam-A_RCC-DBT", 1, 1, 1, 5, 5, "tumour"], 'column class: "tumour" is no class'),
    ],
)
def test_bad_boxes_are_named(
    predictions: Path, tmp_path: Path, row: list[object], message: str
) -> None:
    header = ["image", "slice", "top", "left", "height", "width", "class"]
    boxes = write_rows(tmp_path / "boxes.csv", header, [row])
    with pytest.raises(TableError, match=message):
        gather_predictions(predictions, labels=all_labels(tmp_path), boxes=boxes)


def test_boxes_beyond_the_last_slice_are_left_out(predictions: Path, tmp_path: Path) -> None:
    far = Lesion(image=LESION.image, malignant=True, row=150, column=60, slice_index=SLICES)
    boxes = write_boxes(tmp_path / "boxes.csv", [far])
    gathered = gather_predictions(predictions, labels=all_labels(tmp_path), boxes=boxes)
    assert "1 boxes (row 2): fit no image" in left_out(gathered)
    assert not gathered.table.detections


def test_several_models_stand_side_by_side(tmp_path: Path) -> None:
    folder = empty_folder(tmp_path / "predictions")
    for model, score in (("one 1", 0.7), ("two 1", 0.6)):
        add_breast(
            folder, "Exam A", "R", benign=0.1, malignant=score, lesions=[LESION], model=model,
            several_models=True,
        )  # fmt: skip
    gathered = gather_predictions(
        folder.save(),
        labels=labels(tmp_path, ["A", "R", 0, 1]),
        masks=write_masks(tmp_path / "masks", [LESION]),
    )
    assert gathered.table.cases[0].series == ("one 1", "two 1")
    (maps,) = gathered.table.maps
    assert maps.soft_dice.shape == (2, 1)
    assert maps.soft_dice[0, 0] > maps.soft_dice[1, 0]
