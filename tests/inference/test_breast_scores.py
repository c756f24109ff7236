"""Breasts and exams from the scores of their images."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.breast_scores import (
    COMBINED,
    ScoredImage,
    breast_scores,
    exam_scores,
    modality_ensemble,
)
from inference.types import ClassScores, Laterality, ModelIdentity, Placement, Prediction

LEFT, RIGHT = Laterality.LEFT, Laterality.RIGHT
GMIC = ModelIdentity(name="GMIC", version="1", architecture="gmic", sha256="a" * 64)
GMIC3D = ModelIdentity(name="3D-GMIC", version="1", architecture="gmic3d", sha256="b" * 64)


def _image(
    view: str,
    malignant: float,
    *,
    benign: float = 0.5,
    side: Laterality = LEFT,
    modality: str = "FFDM",
    model: ModelIdentity = GMIC,
    outside: bool = False,
) -> ScoredImage:
    scores = ClassScores(benign=benign, malignant=malignant)
    prediction = Prediction(
        model=model,
        scores=scores,
        global_scores=scores,
        local_scores=scores,
        saliency=np.zeros((1, 2, 2, 2), np.float32),
        patches=(),
        placement=Placement(
            input_rows=8,
            input_columns=8,
            image_rows=8,
            image_columns=8,
            row_offset=0,
            column_offset=0,
            mirrored=False,
        ),
        has_salient_region=False,
        outside_training_views=outside,
        seconds=0.0,
        device="CPU",
    )
    return ScoredImage(laterality=side, view=view, modality=modality, prediction=prediction)


def test_a_breast_is_the_mean_of_its_cc_and_mlo() -> None:
    (breast,) = breast_scores([_image("CC", 0.2, benign=0.1), _image("MLO", 0.6, benign=0.3)])
    assert breast.scores.malignant == pytest.approx(0.4)
    assert breast.scores.benign == pytest.approx(0.2)
    assert (breast.laterality, breast.images, breast.modality) == (LEFT, 2, "FFDM")
    assert (breast.missing, breast.left_out, breast.models) == ((), (), (GMIC,))


def test_repeats_of_a_view_count_as_one_view() -> None:
    (breast,) = breast_scores([_image("CC", 0.0), _image("CC", 0.4), _image("MLO", 0.6)])
    assert breast.scores.malignant == pytest.approx(0.4)
    assert breast.images == 3


def test_views_outside_are_left_out_and_said() -> None:
    images = [_image("CC", 0.2), _image("ML", 0.9, outside=True), _image("CC-S", 0.8, outside=True)]
    (breast,) = breast_scores(images)
    assert breast.scores.malignant == pytest.approx(0.2)
    assert breast.left_out == ("ML", "CC-S")
    assert breast.missing == ("MLO",)
    assert breast_scores([_image("XCCL", 0.9, outside=True)]) == ()


def test_models_modalities_and_sides_stay_apart_the_right_breast_first() -> None:
    images = [
        _image("CC", 0.1),
        _image("CC", 0.2, side=RIGHT),
        _image("CC", 0.3, modality="Synthetic 2D"),
        _image("CC", 0.4, modality="DBT", model=GMIC3D),
    ]
    found = [(b.modality, b.laterality, b.scores.malignant) for b in breast_scores(images)]
    assert found == [
        ("FFDM", RIGHT, 0.2),
        ("FFDM", LEFT, 0.1),
        ("Synthetic 2D", LEFT, 0.3),
        ("DBT", LEFT, 0.4),
    ]


def test_a_modality_ensemble_is_the_mean_of_all_modalities() -> None:
    images = [
        _image(view, score, modality=modality, model=GMIC3D if modality == "DBT" else GMIC)
        for modality, scores in (
            ("FFDM", (0.1, 0.3)),
            ("Synthetic 2D", (0.2, 0.4)),
            ("DBT", (0.6, 0.8)),
        )
        for view, score in zip(("CC", "MLO"), scores, strict=True)
    ]
    (breast,) = modality_ensemble(images, ("DBT", "FFDM", "Synthetic 2D"))
    assert breast.scores.malignant == pytest.approx((0.2 + 0.3 + 0.7) / 3)
    assert (breast.modality, breast.images, breast.missing) == (COMBINED, 6, ())
    assert breast.models == (GMIC, GMIC3D)


def test_what_a_modality_ensemble_lacks_is_said_by_modality_and_view() -> None:
    images = [
        _image("CC", 0.2),
        _image("MLO", 0.4),
        _image("CC", 0.6, modality="DBT", model=GMIC3D),
        _image("ML", 1.0, modality="DBT", model=GMIC3D, outside=True),
    ]
    (breast,) = modality_ensemble(images, ("DBT", "FFDM", "Synthetic 2D"))
    assert breast.missing == ("DBT MLO", "Synthetic 2D")
    assert breast.left_out == ("ML",)
    # CC of both modalities, MLO of one; each view counts once.
    assert breast.scores.malignant == pytest.approx(((0.2 + 0.6) / 2 + 0.4) / 2)


def test_a_modality_that_was_not_asked_for_does_not_count() -> None:
    images = [_image("CC", 0.2), _image("CC", 0.8, modality="Secondary capture")]
    (breast,) = modality_ensemble(images, ("FFDM",))
    assert breast.scores.malignant == pytest.approx(0.2)


def test_an_exam_is_the_higher_breast_class_by_class() -> None:
    images = [
        _image("CC", 0.2, benign=0.9),
        _image("MLO", 0.2, benign=0.9),
        _image("CC", 0.7, benign=0.1, side=RIGHT),
    ]
    (exam,) = exam_scores(breast_scores(images))
    assert (exam.scores.benign, exam.scores.malignant) == (0.9, 0.7)
    assert exam.breasts == (RIGHT, LEFT)
    assert exam.missing == ("R MLO",)


def test_an_exam_of_one_breast_says_so() -> None:
    (exam,) = exam_scores(breast_scores([_image("CC", 0.2), _image("MLO", 0.2)]))
    assert exam.missing == ("right breast",)


def test_combined_scores_of_breasts_with_other_models_are_one_exam() -> None:
    images = [
        _image("CC", 0.2),
        _image("CC", 0.8, side=RIGHT, modality="DBT", model=GMIC3D),
    ]
    (exam,) = exam_scores(modality_ensemble(images, ("FFDM", "DBT")))
    assert exam.scores.malignant == pytest.approx(0.8)
    assert set(exam.models) == {GMIC, GMIC3D}
    assert exam.missing == ("R FFDM", "R DBT MLO", "L FFDM MLO", "L DBT")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("CC", "MLO", "ML")),
            st.sampled_from(("FFDM", "DBT")),
            st.sampled_from((LEFT, RIGHT)),
            st.floats(0, 1),
        ),
        max_size=8,
    ),
)
def test_scores_lie_between_those_of_the_images_whatever_their_order(
    drawn: list[tuple[str, str, Laterality, float]],
) -> None:
    images = [_image(v, s, modality=m, side=side, outside=v == "ML") for v, m, side, s in drawn]
    breasts = modality_ensemble(images, ("FFDM", "DBT"))
    for breast in breasts:
        scores = [
            image.prediction.scores.malignant
            for image in images
            if image.laterality is breast.laterality and image.is_standard
        ]
        assert min(scores) - 1e-12 <= breast.scores.malignant <= max(scores) + 1e-12
        assert breast.images == len(scores)
    again = {b.laterality: b.scores for b in modality_ensemble(images[::-1], ("FFDM", "DBT"))}
    assert again == {breast.laterality: breast.scores for breast in breasts}
