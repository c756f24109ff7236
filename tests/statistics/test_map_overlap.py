"""Coarse maps against masks: the same as with every pixel written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.metrics import average_precision_score

from viewer.statistics.map_overlap import (
    count_under_cells,
    dice_at,
    pixel_average_precision,
    soft_dice,
)


def test_a_map_equal_to_its_mask_agrees_wholly() -> None:
    mask = np.zeros((8, 8), dtype=np.bool_)
    mask[2:4, 4:6] = True
    cells = np.zeros((4, 4))
    cells[1, 2] = 1.0
    counts = count_under_cells(cells, mask, np.ones_like(mask), missed=0)
    assert (soft_dice(counts), dice_at(counts, 0.5), pixel_average_precision(counts)) == (1, 1, 1)


def test_hand_counted_agreement() -> None:
    """A 4 x 4 image under 2 x 2 cells of 0.5, 0, 0, 0; three of the first cell's pixels marked.

    Soft Dice: 2 * 3 * 0.5 / (4 * 0.25 + 3) = 0.75. At 0.5: 2 * 3 / (4 + 3). Precision 3/4.
    """
    mask = np.zeros((4, 4), dtype=np.bool_)
    mask[0, :2] = mask[1, 0] = True
    cells = np.array([[0.5, 0.0], [0.0, 0.0]])
    counts = count_under_cells(cells, mask, np.ones_like(mask), missed=0)
    assert soft_dice(counts) == 0.75
    assert dice_at(counts, 0.5) == pytest.approx(6 / 7)
    assert pixel_average_precision(counts) == 0.75


def test_mask_pixels_outside_the_window_are_missed() -> None:
    mask = np.zeros((4, 4), dtype=np.bool_)
    mask[:2, :2] = True
    cells = np.array([[1.0, 0.0], [0.0, 0.0]])
    counts = count_under_cells(cells, mask, np.ones_like(mask), missed=4)
    assert pixel_average_precision(counts) == 0.5
    assert soft_dice(counts) == pytest.approx(2 * 4 / (4 + 8))


def test_padding_is_no_part_of_the_image() -> None:
    mask = np.zeros((4, 4), dtype=np.bool_)
    mask[0, 0] = True
    seen = np.zeros_like(mask)
    seen[0, 0] = True
    counts = count_under_cells(np.ones((2, 2)), mask, seen, missed=0)
    assert soft_dice(counts) == 1.0


def test_without_a_mask_nothing_is_defined() -> None:
    empty = np.zeros((4, 4), dtype=np.bool_)
    counts = count_under_cells(np.ones((2, 2)), empty, ~empty, missed=0)
    assert np.isnan(
        [soft_dice(counts), dice_at(counts, 0.5), pixel_average_precision(counts)]
    ).all()


def test_a_map_finer_than_its_image_is_refused() -> None:
    mask = np.zeros((2, 2), dtype=np.bool_)
    with pytest.raises(ValueError, match="does not fit"):
        count_under_cells(np.ones((4, 4)), mask, ~mask, missed=0)


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 6),
    st.integers(1, 6),
    st.integers(0, 30),
    st.integers(0, 30),
    st.integers(0, 2**32 - 1),
)
def test_counts_per_cell_give_the_measures_of_all_pixels(
    rows: int, columns: int, more_rows: int, more_columns: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    shape = (rows + more_rows, columns + more_columns)
    cells = rng.integers(0, 4, (rows, columns)) / 4.0
    mask = rng.random(shape) < 0.3
    mask[0, 0] = True
    # Nearest neighbour, as torch enlarges: pixel p of n shows cell floor(p * cells / n).
    row_of = np.arange(shape[0]) * rows // shape[0]
    column_of = np.arange(shape[1]) * columns // shape[1]
    pixels = cells[np.ix_(row_of, column_of)]
    counts = count_under_cells(cells, mask, np.ones_like(mask), missed=0)
    assert_allclose(soft_dice(counts), 2 * (pixels * mask).sum() / ((pixels**2).sum() + mask.sum()))
    salient = pixels >= 0.5
    assert_allclose(dice_at(counts, 0.5), 2 * (salient & mask).sum() / (salient.sum() + mask.sum()))
    assert_allclose(
        pixel_average_precision(counts), average_precision_score(mask.ravel(), pixels.ravel())
    )
