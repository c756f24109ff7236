"""The shipped demonstration weights: small, labelled, and able to see an unseen phantom's mass."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.architecture import Architecture
from inference.breast import BreastImage
from inference.breast_predictor import BreastPredictor
from inference.checkpoint import load_model
from inference.device import cpu
from inference.model_card import read_card
from inference.predictor import Predictor
from inference.progress import SilentProgress
from inference.training.breast import View
from inference.training.demo_networks import weights_path
from inference.training.image_kinds import ImageKind
from inference.training.imaging import ImagedView
from inference.training.phantoms import DEMO_SEED, draw_exam
from inference.training.train_demo import TRAINING_SEED, WATCHED_SEED
from inference.training.unseen import UNSEEN_SEED
from inference.types import ArraySource, Laterality, ModelInput, Prediction

WEIGHTS = Path(__file__).resolve().parents[3] / "resources" / "weights"
SHIPPED = (Architecture.GMIC3D, Architecture.GMIC, Architecture.TWO_VIEW)
KINDS = {Architecture.GMIC3D: ImageKind.DBT, Architecture.GMIC: ImageKind.FFDM}


def weights_of(architecture: Architecture) -> Path:
    return weights_path(WEIGHTS, architecture.value)


@pytest.mark.parametrize("architecture", SHIPPED)
def test_weights_are_at_most_fifteen_megabytes(architecture: Architecture) -> None:
    assert weights_of(architecture).stat().st_size <= 15_000_000


@pytest.mark.parametrize("architecture", SHIPPED)
def test_the_card_states_data_measures_and_that_it_means_nothing_for_patients(
    architecture: Architecture,
) -> None:
    card = read_card(weights_of(architecture).with_suffix(".toml"))
    assert card.architecture is architecture
    assert "phantom" in card.training_data
    assert "mean nothing" in card.intended_use
    measures = card.further["measures"]
    assert "means nothing for patients" in measures["measured_on"]
    assert measures["breasts"] >= 100
    for name in ("benign", "malignant"):
        low, high = measures[f"auc_{name}_interval"]
        assert 0.5 < low <= measures[f"auc_{name}"] <= high <= 1.0


def test_the_demonstration_exam_is_of_no_seed_that_was_trained_on_or_measured() -> None:
    assert len({DEMO_SEED, TRAINING_SEED, WATCHED_SEED, UNSEEN_SEED}) == 4


def malignant_view(view: View = View.CC) -> ImagedView:
    exam = draw_exam(DEMO_SEED, 1)
    is_left = exam.left.lesions[0].class_name == "malignant"
    return exam.image_view(Laterality.LEFT if is_left else Laterality.RIGHT, view)


def model_input(imaged: ImagedView, kind: ImageKind) -> ModelInput:
    """One image; of a volume only the slice in which its first finding would be in focus."""
    if kind is ImageKind.DBT:
        focus = malignant_view().lesions[0].slice_index(imaged.view)
        pixels = imaged.tomosynthesis_slice(focus)
    else:
        pixels = imaged.ffdm() if kind is ImageKind.FFDM else imaged.synthetic_2d()
    return ModelInput(
        source=ArraySource(pixels[None]),
        laterality=imaged.view.breast.laterality,
        crop_rule=imaged.view.view.crop_rule,
    )


def predict(architecture: Architecture, imaged: ImagedView) -> Prediction:
    predictor = Predictor(model=load_model(weights_of(architecture)), device=cpu())
    return predictor.predict(model_input(imaged, KINDS[architecture]), SilentProgress())


@pytest.mark.parametrize("architecture", KINDS)
def test_a_breast_with_a_malignant_mass_scores_higher_than_without(
    architecture: Architecture,
) -> None:
    imaged = malignant_view()
    with_mass = predict(architecture, imaged)
    without = predict(architecture, imaged.with_lesions(()))
    assert with_mass.scores.malignant > without.scores.malignant + 0.2
    assert with_mass.scores.malignant > with_mass.scores.benign


@pytest.mark.parametrize("architecture", KINDS)
def test_malignant_saliency_peaks_on_the_mass_and_a_box_holds_it(
    architecture: Architecture,
) -> None:
    imaged = malignant_view()
    placed = imaged.lesions[0]
    prediction = predict(architecture, imaged)
    grid = imaged.ffdm_grid if architecture is Architecture.GMIC else imaged.view.grid
    row, column = grid.row_of(placed.row_mm), grid.column_of(placed.column_mm)
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
    held = [
        patch.box.top <= row < patch.box.top + patch.box.height
        and patch.box.left <= column < patch.box.left + patch.box.width
        for patch in prediction.patches
    ]
    assert any(held)


def test_the_two_view_model_scores_the_breast_with_the_mass_higher_than_without() -> None:
    predictor = BreastPredictor(
        model=load_model(weights_of(Architecture.TWO_VIEW)),
        device=cpu(),
    )

    def malignant(views: list[ImagedView]) -> float:
        images = [
            BreastImage(name=one.view.view.value, model_input=model_input(one, ImageKind.FFDM))
            for one in views
        ]
        return predictor.predict(images, SilentProgress()).scores.malignant

    both = [malignant_view(view) for view in View]
    assert malignant(both) > malignant([one.with_lesions(()) for one in both]) + 0.1
