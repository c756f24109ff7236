"""The window shifted and resized by seeded draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inference_builders import breast_volume, make_model, make_network, model_input
from numpy.typing import NDArray

from inference.augmentation import (
    AugmentationError,
    Augmentations,
    WindowChange,
    augmented_input,
)
from inference.device import cpu
from inference.ensemble import EnsemblePredictor
from inference.predictor import Predictor
from inference.prepare import MeasuredImage, measure
from inference.progress import SilentProgress
from inference.types import CropRule, Laterality, Prediction

ROWS, COLUMNS = 512, 384


def _measured(
    rows: int = 700,
    columns: int = 520,
    laterality: Laterality = Laterality.LEFT,
    rule: CropRule = CropRule.CC,
) -> MeasuredImage:
    volume = breast_volume(2, rows, columns)
    if laterality is Laterality.RIGHT:
        volume = volume[:, :, ::-1].copy()
    return measure(model_input(volume, laterality, rule), SilentProgress())


def _predict(volume: NDArray[Any], augmentations: Augmentations) -> Prediction:
    member = Predictor(model=make_model(make_network(seed=3)), device=cpu())
    predictor = EnsemblePredictor(members=[member], augmentations=augmentations)
    return predictor.predict(model_input(volume), SilentProgress())


def test_a_change_of_nothing_is_the_window_as_it_is() -> None:
    measured = _measured()
    best = measured.best_window(rows=ROWS, columns=COLUMNS)
    plain = measured.through(best, rows=ROWS, columns=COLUMNS)
    same = augmented_input(measured, WindowChange(), rows=ROWS, columns=COLUMNS)
    assert same.placement == plain.placement
    for slice_index in range(2):
        np.testing.assert_array_equal(same.read_slice(slice_index), plain.read_slice(slice_index))


def test_draws_of_no_pixels_give_the_scores_of_no_augmentation() -> None:
    volume = breast_volume(2, 700, 520)
    none = _predict(volume, Augmentations())
    still = _predict(volume, Augmentations(count=2, pixels=0))
    assert still.scores == none.scores


def test_a_seed_gives_the_same_scores_again_and_another_seed_others() -> None:
    volume = breast_volume(2, 700, 520)
    first, again, other = (
        _predict(volume, Augmentations(count=3, seed=seed)).scores for seed in (7, 7, 8)
    )
    assert first == again
    assert first != other


def test_the_first_draws_of_a_longer_series_are_those_of_a_shorter_one() -> None:
    short = Augmentations(count=3, seed=4).changes(rows=2116, columns=1339)
    long = Augmentations(count=10, seed=4).changes(rows=2116, columns=1339)
    assert long[:3] == short
    assert len(set(long)) == 10


def test_draws_reach_out_to_a_hundred_pixels_and_not_beyond() -> None:
    changes = Augmentations(count=1000, seed=0).changes(rows=2116, columns=1339)
    for amounts in zip(
        *((c.rows_down, c.columns_right, c.rows_more) for c in changes), strict=True
    ):
        assert -100 <= min(amounts) < -90
        assert 90 < max(amounts) <= 100
        assert abs(np.mean(amounts)) < 10


def test_draws_for_a_small_window_stay_within_a_quarter_of_it() -> None:
    changes = Augmentations(count=200).changes(rows=80, columns=40)
    assert max(abs(c.rows_more) for c in changes) <= 10


@settings(max_examples=60, deadline=None)
@given(
    st.integers(-100, 100),
    st.integers(-100, 100),
    st.integers(-96, 96),
    st.sampled_from([(700, 520), (480, 360), (900, 300), (400, 600)]),
    st.sampled_from(CropRule),
    st.sampled_from(Laterality),
)
def test_a_changed_window_stays_on_the_breast_and_has_the_networks_size(
    down: int,
    right: int,
    more: int,
    size: tuple[int, int],
    rule: CropRule,
    laterality: Laterality,
) -> None:
    measured = _measured(*size, laterality, rule)
    change = WindowChange(rows_down=down, columns_right=right, rows_more=more)
    prepared = augmented_input(measured, change, rows=ROWS, columns=COLUMNS)
    shown = prepared.read_slice(1)
    assert shown.shape == (ROWS, COLUMNS)
    assert np.isfinite(shown).all()
    height = (measured.breast.bottom - measured.breast.top) * ROWS / (ROWS + more)
    width = (measured.breast.right - measured.breast.left) * ROWS / (ROWS + more)
    seen_rows = prepared.shown_rows.stop - prepared.shown_rows.start
    seen_columns = prepared.shown_columns.stop - prepared.shown_columns.start
    # All of the breast where it is smaller than the window, else a window full of it.
    assert seen_rows == pytest.approx(min(height, ROWS), abs=2)
    assert seen_columns == pytest.approx(min(width, COLUMNS), abs=2)
    assert prepared.placement.column_offset >= 0


def test_a_larger_window_shows_the_same_tissue_smaller() -> None:
    measured = _measured(900, 640)
    plain = augmented_input(measured, WindowChange(), rows=ROWS, columns=COLUMNS)
    wide = augmented_input(measured, WindowChange(rows_more=64), rows=ROWS, columns=COLUMNS)
    scale = ROWS / (ROWS + 64)
    assert wide.placement.image_rows == round(900 * scale)
    assert wide.source.rows == wide.placement.image_rows
    # In the middle of both windows lies the same place of the breast.
    middle = plain.placement.row_offset + ROWS / 2
    assert (wide.placement.row_offset + ROWS / 2) / scale == pytest.approx(middle, abs=3)
    one, other = plain.read_slice(0), wide.read_slice(0)
    assert other.mean() == pytest.approx(0, abs=0.1)
    assert other.std() == pytest.approx(1, abs=0.1)
    assert not np.allclose(one, other)


def test_mirrored_images_get_mirrored_windows() -> None:
    left = _measured(700, 360)
    right = _measured(700, 360, Laterality.RIGHT)
    for change in Augmentations(count=4, seed=2).changes(rows=ROWS, columns=COLUMNS):
        one = augmented_input(left, change, rows=ROWS, columns=COLUMNS).read_slice(0)
        other = augmented_input(right, change, rows=ROWS, columns=COLUMNS).read_slice(0)
        np.testing.assert_allclose(one, other, atol=2e-3)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"count": -1}, "-1 augmentations cannot be made"),
        ({"count": 100_000}, "up to 1000 .the papers average 10"),
        ({"seed": -3}, "from 0 on, not -3"),
        ({"pixels": -1}, "not by -1"),
    ],
)
def test_impossible_augmentations_are_refused(options: dict[str, int], words: str) -> None:
    with pytest.raises(AugmentationError, match=words):
        Augmentations(**options)
