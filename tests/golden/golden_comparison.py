"""Comparing a prediction with reference numbers, within the tolerances that come with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.checkpoint import LoadedModel
from inference.prepare import PreparedInput
from inference.types import ClassScores, Prediction

LoadReference = Callable[[str, int, int], LoadedModel]
"""Architecture, seed and member of the reference weights to load."""

SALIENCY = 5e-4
SCORES = 1e-4
INPUT = 1e-4
INPUT_SUM = 1e-6


def assert_scores(found: ClassScores, expected: NDArray[Any]) -> None:
    """Benign and malignant within the tolerance."""
    np.testing.assert_allclose((found.benign, found.malignant), expected.ravel(), atol=SCORES)


def assert_patches(
    prediction: Prediction,
    slices: NDArray[Any],
    top_left: NDArray[Any],
    attention: NDArray[Any],
) -> None:
    """The same set of patches, each with its attention; ties may have swapped places."""
    found = {
        (patch.slice_index, patch.input_top, patch.input_left): patch.attention
        for patch in prediction.patches
    }
    expected = {
        (int(slice_index), int(top), int(left)): float(share)
        for slice_index, (top, left), share in zip(slices, top_left, attention, strict=True)
    }
    assert found.keys() == expected.keys()
    for place, share in expected.items():
        np.testing.assert_allclose(found[place], share, atol=SCORES)


def assert_preparation(
    prepared: PreparedInput, reference: Mapping[str, NDArray[Any]], view: str
) -> None:
    """The breast's box, landmarks, centre and the sum of the input, to the pixel."""
    breast = prepared.breast
    columns = prepared.placement.image_columns
    if prepared.placement.mirrored:
        sides = [columns - breast.right, columns - breast.left]
    else:
        sides = [breast.left, breast.right]
    found = {
        "window_location": [breast.top, breast.bottom, *sides],
        "rightmost_points": [list(breast.rightmost_rows), breast.rightmost_column],
        "bottommost_points": [breast.bottommost_row, list(breast.bottommost_columns)],
        "best_center": list(prepared.window.best_center),
    }
    for name, value in found.items():
        assert str(value) == str(reference[f"{view}/{name}"]), name
    total = sum(
        np.abs(prepared.read_slice(index)).sum(dtype=np.float64)
        for index in range(prepared.source.slices)
    )
    np.testing.assert_allclose(total, reference[f"{view}/input_abs_sum"], rtol=INPUT_SUM)
