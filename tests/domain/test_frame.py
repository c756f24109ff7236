"""Cropping slices to what is not air loses nothing."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from viewer.domain.frame import Frame

slices = arrays.arrays(
    np.uint16,
    arrays.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12),
    elements=st.sampled_from([0, 0, 0, 7, 65535]),
)


@given(codes=slices)
def test_a_cropped_slice_comes_back_whole(codes: np.ndarray) -> None:
    frame = Frame.cropped(codes)
    np.testing.assert_array_equal(frame.whole(), codes)
    assert (frame.rows, frame.columns) == codes.shape
    assert frame.pixels.flags.c_contiguous
    assert frame.stored_bytes == frame.pixels.nbytes


def test_only_the_breast_is_kept() -> None:
    codes = np.zeros((100, 80), np.uint16)
    codes[20:60, :30] = 500
    frame = Frame.cropped(codes)
    assert (frame.top, frame.left, frame.pixels.shape) == (20, 0, (40, 30))
    assert frame.air_code == 0


def test_air_is_what_most_corners_show() -> None:
    codes = np.full((50, 40), 4095, np.uint16)
    codes[:20, :10] = 100
    frame = Frame.cropped(codes)
    assert frame.air_code == 4095
    assert frame.pixels.shape == (20, 10)


def test_an_empty_slice_takes_no_memory() -> None:
    frame = Frame.cropped(np.zeros((100, 80), np.uint16))
    assert frame.stored_bytes == 0
    assert frame.whole().shape == (100, 80)


def test_a_frame_does_not_share_memory_with_its_slice() -> None:
    codes = np.ones((10, 10), np.uint16)
    codes[0, 0] = codes[0, -1] = codes[-1, 0] = 0
    frame = Frame.cropped(codes)
    codes[:] = 9
    assert frame.pixels.max() == 1
