"""Finding the breast in a projection."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from inference.breast_mask import EROSION, MARGIN, find_breast
from inference.errors import UnusableImageError


def _ellipse(rows: int, columns: int, reach: int, half_height: int) -> NDArray[np.uint16]:
    row = (np.arange(rows)[:, None] - rows // 2) / half_height
    column = np.arange(columns)[None, :] / reach
    return ((row**2 + column**2 <= 1) * 900).astype(np.uint16)


def test_the_box_keeps_a_margin_on_the_nipple_side_and_above_and_below_only() -> None:
    projection = np.zeros((900, 700), np.uint16)
    projection[150:750, 20:520] = 1
    breast = find_breast(projection, mirrored=False)
    assert (breast.top, breast.bottom) == (150 - MARGIN, 750 + MARGIN)
    assert (breast.left, breast.right) == (20, 520 + MARGIN)
    assert breast.rightmost_column == 499
    assert breast.bottommost_row == MARGIN + 599


def test_margins_end_at_the_image() -> None:
    projection = np.zeros((640, 400), np.uint16)
    projection[10:630, 0:380] = 1
    breast = find_breast(projection, mirrored=False)
    assert (breast.top, breast.bottom, breast.left, breast.right) == (0, 640, 0, 400)


def test_labels_and_strips_thinner_than_the_erosion_are_not_breast() -> None:
    projection = _ellipse(1000, 800, 500, 400)
    clean = find_breast(projection, mirrored=False)
    projection[20:120, 600:780] = 4095
    projection[:, 790:] = 1
    assert find_breast(projection, mirrored=False) == clean


def test_the_rightmost_column_is_looked_for_in_the_lower_two_thirds() -> None:
    projection = np.zeros((1200, 900), np.uint16)
    projection[:, :400] = 1
    projection[0:250, :800] = 1
    assert find_breast(projection, mirrored=False).rightmost_column == 399


def test_column_landmarks_of_a_mirrored_image_lie_one_further_right() -> None:
    projection = _ellipse(1000, 800, 500, 400)
    left = find_breast(projection, mirrored=False)
    right = find_breast(projection, mirrored=True)
    assert right.rightmost_column == left.rightmost_column + 1
    assert right.bottommost_columns[0] == left.bottommost_columns[0] + 1
    assert right.bottommost_row == left.bottommost_row


def test_an_all_zero_image_is_refused_in_words() -> None:
    with pytest.raises(UnusableImageError, match="all zero"):
        find_breast(np.zeros((300, 300), np.uint16), mirrored=False)


@pytest.mark.parametrize("side", [1, 2, 30, 128])
def test_a_breast_too_thin_for_the_erosion_is_eroded_less_and_says_so(side: int) -> None:
    projection = np.zeros((128, 128), np.uint16)
    projection[:side, :side] = 5
    breast = find_breast(projection, mirrored=False)
    assert breast.erosion < EROSION
    # Dilation is a diamond, so a square's corners do not come back, but its sides do.
    assert breast.bottommost_row == side - 1
    assert breast.right == min(128, side + MARGIN)


def _reference_mask(foreground: NDArray[np.bool_]) -> NDArray[np.bool_]:
    cross = ndimage.generate_binary_structure(2, 1)
    eroded = ndimage.binary_erosion(foreground, cross, iterations=EROSION)
    labels, _ = ndimage.label(eroded, cross)
    largest = np.argmax(np.bincount(labels.ravel())[1:]) + 1
    mask: NDArray[np.bool_] = ndimage.binary_dilation(labels == largest, cross, iterations=EROSION)
    return mask


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_box_equals_that_of_a_hundred_erosions_and_dilations_one_by_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    foreground = np.zeros((420, 380), bool)
    foreground[rng.integers(0, 30) : rng.integers(350, 420), : rng.integers(240, 330)] = True
    for _ in range(4):
        row, column = rng.integers(0, 420), rng.integers(0, 380)
        foreground[row : row + rng.integers(1, 60), column : column + rng.integers(1, 60)] ^= True
    eroded = ndimage.binary_erosion(foreground, iterations=EROSION)
    if not eroded.any():
        return
    rows, columns = np.nonzero(_reference_mask(foreground))
    breast = find_breast(foreground.astype(np.uint8), mirrored=False)
    assert breast.erosion == EROSION
    assert breast.top == max(0, rows.min() - MARGIN)
    assert breast.bottom == min(420, rows.max() + 1 + MARGIN)
    assert breast.left == columns.min()
    assert breast.right == min(380, columns.max() + 1 + MARGIN)
