"""The tables of a prediction run."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from export_builders import make_image, make_prediction

from inference.breast_scores import BreastScore, ExamScore
from inference.types import ClassScores, Laterality, ModelIdentity, Placement
from viewer.domain.arrays_layout import ARRAYS_VERSION, PLACEMENT_FIELDS
from viewer.domain.exam import BreastLabel
from viewer.domain.image_stack import ImageStack
from viewer.export.arrays import write_arrays
from viewer.export.tables import (
    BreastRow,
    ExamRow,
    PatchRow,
    PredictionRow,
    Status,
    breast_row,
    exam_row,
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
    for kind in (PredictionRow, BreastRow, ExamRow, PatchRow):
        write_table(tmp_path / "table.csv", kind, [])
        headers.append((tmp_path / "table.csv").read_text().strip())
    assert headers == [
        "exam,image,laterality,view,kind,slices,model,benign,malignant,benign_global,"
        "malignant_global,benign_local,malignant_local,benign_label,malignant_label,status,reason,"
        "members,augmentations,seed,series_score",
        "exam,laterality,model,benign,malignant,images,modality,members,missing,left_out,"
        "benign_cc,malignant_cc,benign_mlo,malignant_mlo,status,reason,augmentations,seed",
        "exam,model,benign,malignant,breasts,modality,members,missing,augmentations,seed",
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


ENSEMBLE = ModelIdentity(
    name="GMIC", version="ensemble of 5", architecture="gmic", sha256="0" * 64, members=5
)
SINGLE = ModelIdentity(name="3D-GMIC", version="1", architecture="gmic3d", sha256="1" * 64)


def test_a_breast_row_says_what_it_is_the_mean_of_and_what_was_missing() -> None:
    breast = BreastScore(
        laterality=Laterality.LEFT,
        models=(ENSEMBLE, SINGLE),
        modality="combined",
        scores=ClassScores(benign=0.25, malignant=0.5),
        images=3,
        missing=("DBT MLO", "Synthetic 2D"),
        left_out=("ML", "CC-S"),
    )
    assert breast_row("7", breast) == BreastRow(
        exam="7",
        laterality="L",
        model="GMIC ensemble of 5 + 3D-GMIC 1",
        benign=0.25,
        malignant=0.5,
        images=3,
        modality="combined",
        members=6,
        missing="DBT MLO; Synthetic 2D",
        left_out="ML; CC-S",
        augmentations="0",
    )


def test_an_exam_row_names_its_breasts() -> None:
    scored = ExamScore(
        models=(SINGLE,),
        modality="DBT",
        scores=ClassScores(benign=0.25, malignant=0.5),
        breasts=(Laterality.RIGHT, Laterality.LEFT),
        missing=("R MLO",),
    )
    assert exam_row("7", scored) == ExamRow(
        exam="7",
        model="3D-GMIC 1",
        benign=0.25,
        malignant=0.5,
        breasts="R L",
        modality="DBT",
        members=1,
        missing="R MLO",
        augmentations="0",
    )


@pytest.mark.parametrize(
    ("of_ensemble", "of_single", "said"),
    [
        ({}, {}, ("0", "")),
        ({"augmentations": 10, "seed": 3}, {"augmentations": 10, "seed": 3}, ("10", "3")),
        ({"augmentations": 10, "seed": 3}, {"seed": 9}, ("10 + 0", "3")),
        ({}, {"augmentations": 4, "seed": 0}, ("0 + 4", "0")),
    ],
)
def test_rows_of_breasts_and_exams_say_the_augmentations_of_their_models_as_rows_of_images_do(
    of_ensemble: dict[str, int], of_single: dict[str, int], said: tuple[str, str], tmp_path: Path
) -> None:
    models = (replace(ENSEMBLE, **of_ensemble), replace(SINGLE, **of_single))
    scores = ClassScores(benign=0.25, malignant=0.5)
    breast = BreastScore(
        laterality=Laterality.LEFT, models=models, modality="combined", scores=scores, images=3
    )
    exam = ExamScore(models=models, modality="combined", scores=scores, breasts=(Laterality.LEFT,))
    write_table(tmp_path / "breasts.csv", BreastRow, [breast_row("7", breast)])
    write_table(tmp_path / "exams.csv", ExamRow, [exam_row("7", exam)])
    for name in ("breasts.csv", "exams.csv"):
        (row,) = _read(tmp_path / name)
        assert (row["augmentations"], row["seed"]) == said


def test_a_row_says_how_many_windows_its_scores_are_means_over(tmp_path: Path) -> None:
    plain = make_prediction()
    rows = [
        scored_row(
            exam="7",
            name="x",
            image=make_image(),
            label=None,
            prediction=replace(plain, model=replace(plain.model, **augmented)),
        )
        for augmented in ({}, {"augmentations": 10, "seed": 3})
    ]
    write_table(tmp_path / "predictions.csv", PredictionRow, rows)
    read = _read(tmp_path / "predictions.csv")
    assert [(r["members"], r["augmentations"], r["seed"]) for r in read] == [
        ("1", "0", ""),
        ("1", "10", "3"),
    ]


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
