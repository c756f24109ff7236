"""The tables of a prediction run."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from export_builders import make_image, make_prediction

from inference.types import ClassScores, Laterality, Placement
from viewer.domain.arrays_layout import ARRAYS_VERSION, PLACEMENT_FIELDS
from viewer.domain.exam import BreastLabel
from viewer.domain.findings import BreastScores
from viewer.domain.image_stack import ImageStack
from viewer.export.arrays import write_arrays
from viewer.export.tables import (
    BreastRow,
    PatchRow,
    PredictionRow,
    Status,
    breast_row,
    image_row,
    patch_rows,
    scored_row,
    write_table,
)

BENIGN_ONLY = BreastLabel(benign=True, malignant=False)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_columns_of_the_tables_stand_in_the_documented_order(tmp_path: Path) -> None:
    headers = []
    for kind in (PredictionRow, BreastRow, PatchRow):
        write_table(tmp_path / "table.csv", kind, [])
        headers.append((tmp_path / "table.csv").read_text().strip())
    assert headers == [
        "exam,image,laterality,view,kind,slices,model,benign,malignant,benign_global,"
        "malignant_global,benign_local,malignant_local,benign_label,malignant_label,status,reason",
        "exam,laterality,model,benign,malignant,images",
        "exam,image,model,patch,slice,top,left,height,width,attention",
    ]


def test_scores_keep_every_digit(tmp_path: Path) -> None:
    row = scored_row(
        exam="7", name="7_R-CC", image=make_image(), label=BENIGN_ONLY, prediction=make_prediction()
    )
    write_table(tmp_path / "predictions.csv", PredictionRow, [row])
    (read,) = _read(tmp_path / "predictions.csv")
    assert float(read["malignant"]) == 0.8712345678901234
    assert float(read["malignant_local"]) == 0.1 + 0.2
    assert (read["laterality"], read["view"], read["kind"], read["slices"]) == (
        "R",
        "CC",
        "DBT",
        "3",
    )
    assert (read["benign_label"], read["malignant_label"]) == ("1", "0")
    assert (read["status"], read["model"]) == ("done", "3D-GMIC 1.2")


def test_a_map_without_a_salient_region_is_a_status_of_its_own() -> None:
    prediction = make_prediction(has_salient_region=False)
    row = scored_row(exam="7", name="x", image=make_image(), label=None, prediction=prediction)
    assert row.status is Status.NO_SALIENT_REGION
    assert patch_rows("7", "x", prediction) == ()


def test_a_failed_image_has_a_reason_and_no_number(tmp_path: Path) -> None:
    unknown: ImageStack = make_image(laterality=None, position=None)
    row = image_row(
        exam="7",
        name="x",
        image=unknown,
        label=None,
        status=Status.FAILED,
        reason="cut short\nhere",
    )
    write_table(tmp_path / "predictions.csv", PredictionRow, [row])
    (read,) = _read(tmp_path / "predictions.csv")
    assert (read["status"], read["reason"]) == ("failed", "cut short here")
    empty = ("laterality", "view", "benign", "malignant", "benign_label", "malignant_label")
    assert [read[column] for column in empty] == [""] * 6


@pytest.mark.parametrize("text", ["=1+1", "@cmd", "+1", "-1"])
def test_no_text_is_taken_for_a_formula(tmp_path: Path, text: str) -> None:
    row = image_row(
        exam=text, name="x", image=make_image(), label=None, status=Status.FAILED, reason=text
    )
    write_table(tmp_path / "predictions.csv", PredictionRow, [row])
    (read,) = _read(tmp_path / "predictions.csv")
    assert (read["exam"], read["reason"]) == (f"'{text}", f"'{text}")


def test_patches_are_numbered_by_attention_in_displayed_pixels() -> None:
    first, second = patch_rows("7", "7_R-CC", make_prediction())
    assert (first.patch, first.slice, first.attention) == (1, 2, 0.75)
    assert (first.top, first.left, first.height, first.width) == (30, 300 - 40 - 64, 64, 64)
    assert (second.patch, second.slice, second.attention) == (2, 1, 0.25)


def test_a_breast_row_counts_its_images() -> None:
    breast = BreastScores(
        laterality=Laterality.LEFT,
        model="GMIC 1.0",
        scores=ClassScores(benign=0.25, malignant=0.5),
        image_ids=("a", "b"),
    )
    assert breast_row("7", breast) == BreastRow(
        exam="7", laterality="L", model="GMIC 1.0", benign=0.25, malignant=0.5, images=2
    )


def test_arrays_are_in_the_input_frame_in_the_order_the_network_chose(tmp_path: Path) -> None:
    prediction = make_prediction()
    write_arrays(tmp_path / "x.npz", prediction)
    with np.load(tmp_path / "x.npz") as arrays:
        assert np.array_equal(arrays["saliency"], prediction.saliency)
        assert arrays["attention"].tolist() == [0.25, 0.75]
        assert arrays["patch_slice"].tolist() == [1, 2]
        assert arrays["patch_top_left"].tolist() == [[10, 20], [30, 40]]


def test_arrays_say_where_the_input_lies_in_the_displayed_image(tmp_path: Path) -> None:
    prediction = make_prediction()
    write_arrays(tmp_path / "x.npz", prediction)
    with np.load(tmp_path / "x.npz") as arrays:
        named = dict(zip(PLACEMENT_FIELDS, arrays["placement"].tolist(), strict=True))
        assert Placement(**named) == prediction.placement
        assert int(arrays["version"]) == ARRAYS_VERSION


def test_arrays_without_patches_keep_their_shapes(tmp_path: Path) -> None:
    write_arrays(tmp_path / "x.npz", make_prediction(has_salient_region=False))
    with np.load(tmp_path / "x.npz") as arrays:
        assert arrays["patch_top_left"].shape == (0, 2)
