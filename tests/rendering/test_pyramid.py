"""Reduced frames keep the mean of what they cover, however the frame was cropped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.frame import Frame
from viewer.rendering.pyramid import level_for, pyramid_level


def frame_of(codes: np.ndarray, span: tuple[int, int, int, int], air: int) -> Frame:
    top, bottom, left, right = span
    return Frame(
        rows=codes.shape[0],
        columns=codes.shape[1],
        top=top,
        left=left,
        pixels=np.ascontiguousarray(codes[top:bottom, left:right]),
        air_code=air,
    )


@st.composite
def frames(draw: st.DrawFn) -> tuple[np.ndarray, Frame]:
    rows, columns = draw(st.integers(8, 60)), draw(st.integers(8, 60))
    top, left = draw(st.integers(0, rows - 1)), draw(st.integers(0, columns - 1))
    bottom, right = draw(st.integers(top + 1, rows)), draw(st.integers(left + 1, columns))
    air = draw(st.sampled_from([0, 100, 4095]))
    codes = np.full((rows, columns), air, np.uint16)
    tissue = np.random.default_rng(draw(st.integers(0, 9))).integers(0, 4096, (rows, columns))
    codes[top:bottom, left:right] = tissue[top:bottom, left:right]
    return codes, frame_of(codes, (top, bottom, left, right), air)


@given(frames(), st.integers(0, 3))
def test_every_cell_is_the_mean_of_its_pixels(made, level):
    codes, frame = made
    reduced = pyramid_level(frame, level)
    size = reduced.reduction
    assert size == 2**level
    # Levels are halved one after the other, each rounded.
    tolerance = 0.5 * level + 0.01
    for row in range(reduced.cells.shape[0]):
        for column in range(reduced.cells.shape[1]):
            top, left = (reduced.top + row) * size, (reduced.left + column) * size
            covered = codes[top : top + size, left : left + size]
            if covered.shape == (size, size):
                assert reduced.cells[row, column] == pytest.approx(covered.mean(), abs=tolerance)


@given(frames(), st.integers(0, 3))
def test_what_lies_beyond_the_cells_is_air_or_outside_the_image(made, level):
    codes, frame = made
    reduced = pyramid_level(frame, level)
    size, (rows, columns) = reduced.reduction, reduced.cells.shape
    outside = codes.astype(int)
    top, left = reduced.top * size, reduced.left * size
    outside[top : top + rows * size, left : left + columns * size] = frame.air_code
    assert (outside == frame.air_code).all()
    if top > 0:
        assert (reduced.cells[0] == frame.air_code).all()
    if left > 0:
        assert (reduced.cells[:, 0] == frame.air_code).all()
    if top + rows * size < codes.shape[0]:
        assert (reduced.cells[-1] == frame.air_code).all()
    if left + columns * size < codes.shape[1]:
        assert (reduced.cells[:, -1] == frame.air_code).all()


def test_a_frame_of_air_has_air_on_every_level():
    frame = Frame.cropped(np.full((50, 40), 77, np.uint16))
    assert all((pyramid_level(frame, level).cells == 77).all() for level in range(4))


@pytest.mark.parametrize(
    ("scale", "level"),
    [
        (2.0, 0),
        (1.0, 0),
        (0.51, 0),
        (0.5, 1),
        (0.488, 1),
        (0.25, 2),
        (0.22, 2),
        (0.12, 3),
        (0.01, 3),
    ],
)
def test_the_level_is_the_coarsest_that_need_not_be_enlarged(scale, level):
    assert level_for(scale) == level


def test_a_level_is_kept_for_the_next_drawing():
    frame = Frame.cropped(np.arange(1600, dtype=np.uint16).reshape(40, 40))
    assert pyramid_level(frame, 2) is pyramid_level(frame, 2)
