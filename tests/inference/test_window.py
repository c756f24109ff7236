"""Placing the input window over the breast's crop."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.breast_mask import BreastBox
from inference.types import CropRule
from inference.window import place_window


def _box(
    projection: NDArray[np.uint8], rightmost_column: int, bottommost_row: int = 0
) -> BreastBox:
    return BreastBox(
        top=0,
        bottom=projection.shape[0],
        left=0,
        right=projection.shape[1],
        rightmost_rows=(0, 0),
        rightmost_column=rightmost_column,
        bottommost_row=bottommost_row,
        bottommost_columns=(0, 0),
        erosion=100,
    )


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 40),
    st.integers(1, 40),
    st.integers(1, 25),
    st.integers(1, 25),
)
def test_cc_takes_the_fullest_window_and_then_the_one_nearest_the_middle(
    seed: int, height: int, width: int, rows: int, columns: int
) -> None:
    rng = np.random.default_rng(seed)
    projection = (rng.random((height, width)) < 0.4).astype(np.uint8)
    rightmost = int(rng.integers(0, width))
    window = place_window(
        projection, _box(projection, rightmost), CropRule.CC, rows=rows, columns=columns
    )
    column = rightmost - columns // 2 - 1
    first = column - columns // 2
    ranked = []
    for start in range(height - rows + 1):
        center = start + rows // 2
        seen = projection[start : start + rows, max(0, first) : max(0, first + columns)]
        ranked.append((-np.count_nonzero(seen), abs(center - height // 2), center))
    expected = min(ranked)[2] if ranked else height // 2
    assert window.best_center == (expected, column)


def test_mlo_ends_where_the_breast_ends() -> None:
    projection = np.ones((100, 60), np.uint8)
    window = place_window(projection, _box(projection, 49, 89), CropRule.MLO, rows=40, columns=30)
    assert window.best_center == (89 - 20 - 1, 49 - 15 - 1)
    assert window.row_start == 48


def test_mlo_ends_where_the_windows_columns_still_see_something() -> None:
    projection = np.ones((100, 60), np.uint8)
    projection[70:, 30:] = 0
    window = place_window(projection, _box(projection, 49, 89), CropRule.MLO, rows=40, columns=30)
    assert window.best_center[0] == 69 - 20 - 1


def test_a_window_that_crosses_an_edge_is_shifted_inside() -> None:
    projection = np.ones((50, 60), np.uint8)
    window = place_window(projection, _box(projection, 10, 12), CropRule.MLO, rows=40, columns=30)
    assert (window.row_start, window.column_start) == (0, 0)
    window = place_window(projection, _box(projection, 75), CropRule.CC, rows=40, columns=30)
    assert window.column_start == 30


def test_a_small_image_is_padded_below_for_mlo_and_on_both_sides_for_cc() -> None:
    projection = np.ones((35, 20), np.uint8)
    box = _box(projection, 19, 30)
    mlo = place_window(projection, box, CropRule.MLO, rows=40, columns=30)
    cc = place_window(projection, box, CropRule.CC, rows=40, columns=30)
    assert (mlo.row_start, mlo.column_start) == (0, 0)
    assert (cc.row_start, cc.column_start) == (-2, 0)
