"""What is added up over the slices of a volume."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.pixel_sums import PixelSums, sum_slices


def _sums(volume: NDArray[Any]) -> PixelSums:
    return sum_slices(len(volume), lambda slice_index: volume[slice_index], lambda _: None)


@pytest.mark.parametrize(
    ("dtype", "highest"), [(np.uint8, 255), (np.uint16, 65535), (np.float32, 900), (np.float64, 9)]
)
@pytest.mark.parametrize("slices", [1, 128, 150])
def test_sums_are_those_of_float64(dtype: type, highest: int, slices: int) -> None:
    rng = np.random.default_rng(0)
    volume: NDArray[Any] = rng.uniform(0, highest, (slices, 23, 17)).astype(dtype)
    # Alike in every slice is the worst for sums in float32: all are rounded to one side.
    volume[:, 5:] = volume[0, 5:]
    sums = _sums(volume)
    exact = volume.astype(np.float64)
    np.testing.assert_array_equal(sums.projection, volume.max(axis=0))
    np.testing.assert_allclose(sums.values, exact.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(sums.squares, (exact**2).sum(axis=0), rtol=4e-6)
    assert sums.squares.sum(dtype=np.float64) == pytest.approx((exact**2).sum(), rel=5e-7)


def test_totals_are_those_of_the_rectangle() -> None:
    volume = np.arange(2 * 6 * 5, dtype=np.uint16).reshape(2, 6, 5)
    sums = _sums(volume)
    part = volume[:, 1:4, 2:].astype(np.float64)
    assert sums.totals(slice(1, 4), slice(2, 5)) == (part.sum(), (part**2).sum())
    flipped = volume[:, 1:4, ::-1][:, :, 2:].astype(np.float64)
    assert sums.mirrored().totals(slice(1, 4), slice(2, 5)) == (flipped.sum(), (flipped**2).sum())


def test_slices_are_read_once_and_in_order() -> None:
    read: list[int] = []
    told: list[int] = []

    def reading(slice_index: int) -> NDArray[np.uint16]:
        read.append(slice_index)
        return np.ones((3, 4), np.uint16)

    sum_slices(4, reading, told.append)
    assert read == [0, 1, 2, 3]
    assert told == [1, 2, 3, 4]
