"""The shipped demonstration weights: small, labelled, and able to see an unseen phantom's mass."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.architecture import Architecture
from inference.checkpoint import load_model
from inference.device import cpu
from inference.model_card import read_card
from inference.predictor import Predictor
from inference.progress import SilentProgress
from inference.training.breast import View
from inference.training.crops import TRAINING_SEED, ImageKind
from inference.training.imaging import ImagedView
from inference.training.phantoms import DEMO_SEED, draw_exam
from inference.training.whole_images import UNSEEN_SEED, WHOLE_TRAINING_SEED, whole_image
from inference.types import ArraySource, Laterality, ModelInput, Prediction

WEIGHTS = Path(__file__).resolve().parents[3] / "resources" / "weights"
KINDS = {
    Architecture.GMIC3D: ImageKind.DBT,
    Architecture.GMIC: ImageKind.FFDM,
}


def weights_of(architecture: Architecture) -> Path:
    return WEIGHTS / f"demo_{architecture.value}.safetensors"


@pytest.mark.parametrize("architecture", list(KINDS))
def test_weights_are_at_most_fifteen_megabytes(architecture: Architecture) -> None:
    assert weights_of(architecture).stat().st_size <= 15_000_000


@pytest.mark.parametrize("architecture", list(KINDS))
def test_the_card_states_data_measures_and_that_it_means_nothing_for_patients(
    architecture: Architecture,
) -> None:
    card = read_card(weights_of(architecture).with_suffix(".toml"))
    assert card.architecture is architecture
    assert "phantom" in card.training_data
    assert "mean nothing" in card.intended_use
    measures = card.further["measures"]
    assert "means nothing for patients" in measures["measured_on"]
    assert measures["images"] >= 40
    for name in ("benign", "malignant"):
        assert 0.5 < measures[f"auc_{name}"] <= 1.0


def test_the_demonstration_exam_is_of_no_seed_that_was_trained_on() -> None:
    assert DEMO_SEED not in (TRAINING_SEED, WHOLE_TRAINING_SEED, UNSEEN_SEED)


def malignant_view() -> ImagedView:
    exam = draw_exam(DEMO_SEED, 1)
    is_left = exam.left.lesions[0].class_name == "malignant"
    return exam.image_view(Laterality.LEFT if is_left else Laterality.RIGHT, View.CC)


def predict(architecture: Architecture, imaged: ImagedView, slice_index: int) -> Prediction:
    model = load_model(weights_of(architecture))
    whole = whole_image(imaged, KINDS[architecture], [slice_index])
    return Predictor(model=model, device=cpu()).predict(
        ModelInput(
            source=ArraySource(whole.pixels),
            laterality=imaged.view.breast.laterality,
            crop_rule=imaged.view.view.crop_rule,
        ),
        SilentProgress(),
    )


@pytest.mark.parametrize("architecture", list(KINDS))
def test_a_breast_with_a_malignant_mass_scores_higher_than_without(
    architecture: Architecture,
) -> None:
    imaged = malignant_view()
    focus = imaged.lesions[0].slice_index(imaged.view)
    with_mass = predict(architecture, imaged, focus)
    without = predict(architecture, imaged.with_lesions(()), focus)
    margin = 0.2 if architecture is Architecture.GMIC3D else 0.05
    assert with_mass.scores.malignant > without.scores.malignant + margin
    assert with_mass.scores.malignant > with_mass.scores.benign


@pytest.mark.parametrize("architecture", list(KINDS))
def test_malignant_saliency_peaks_on_the_mass_and_a_box_holds_it(
    architecture: Architecture,
) -> None:
    imaged = malignant_view()
    placed = imaged.lesions[0]
    prediction = predict(architecture, imaged, placed.slice_index(imaged.view))
    grid = imaged.ffdm_grid if architecture is Architecture.GMIC else imaged.view.grid
    row = grid.row_of(placed.row_mm)
    column = grid.column_of(placed.column_mm)
    if imaged.view.breast.laterality is Laterality.RIGHT:
        column = grid.columns - 1 - column
    malignant = prediction.saliency[0, 1]
    cell = np.unravel_index(int(malignant.argmax()), malignant.shape)
    placement = prediction.placement
    box = placement.box_in_image(
        top=round(cell[0] / malignant.shape[0] * placement.input_rows),
        left=round(cell[1] / malignant.shape[1] * placement.input_columns),
        height=64,
        width=64,
    )
    assert box is not None
    away = np.hypot(box.top + box.height / 2 - row, box.left + box.width / 2 - column)
    assert away * grid.pixel_mm < placed.lesion.size_mm
    first = prediction.patches_by_attention[0].box
    assert first.top <= row < first.top + first.height
    assert first.left <= column < first.left + first.width
