"""Saliency maps of one model as channels of another's input."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.errors import InputShapeError
from inference.heat_maps import heat_map_channels
from inference.types import ClassScores, ModelIdentity, Placement, Prediction

SEEN = Placement(
    input_rows=64,
    input_columns=48,
    image_rows=100,
    image_columns=80,
    row_offset=10,
    column_offset=-5,
    mirrored=False,
)


def _made(maps: NDArray[np.float32], placement: Placement = SEEN) -> Prediction:
    scores = ClassScores(benign=0.1, malignant=0.2)
    return Prediction(
        model=ModelIdentity(name="m", version="1", architecture="gmic", sha256=""),
        scores=scores,
        global_scores=scores,
        local_scores=scores,
        saliency=maps[None],
        patches=(),
        placement=placement,
        has_salient_region=True,
        outside_training_views=False,
        seconds=1.0,
        device="CPU",
    )


def _random_maps(seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).random((2, 8, 6), dtype=np.float32)


@pytest.mark.parametrize("axis", [0, 1], ids=["rows", "columns"])
def test_a_cell_s_value_stands_in_its_middle_and_blends_into_its_neighbours(axis: int) -> None:
    cells, pixels = ((8, 64), (6, 48))[axis]
    ramp = np.linspace(0, 1, cells, dtype=np.float32)
    maps = np.broadcast_to(ramp[:, None] if axis == 0 else ramp, (2, 8, 6))
    channels = heat_map_channels(_made(maps), SEEN)
    assert channels.shape == (2, 64, 48)
    # Cells are 8 pixels wide, so that the middle of a cell is half a pixel past its fourth.
    expected = np.interp(np.arange(pixels), np.arange(cells) * 8 + 3.5, ramp)
    along = channels[0, :, 20] if axis == 0 else channels[0, 20]
    np.testing.assert_allclose(along, expected, atol=1e-6)


@given(
    row_offset=st.integers(-80, 120),
    column_offset=st.integers(-80, 120),
    rows=st.integers(1, 120),
    columns=st.integers(1, 120),
)
def test_every_pixel_of_the_image_keeps_its_value_in_any_window(
    row_offset: int, column_offset: int, rows: int, columns: int
) -> None:
    made = _made(_random_maps())
    wanted = replace(
        SEEN,
        input_rows=rows,
        input_columns=columns,
        row_offset=row_offset,
        column_offset=column_offset,
    )
    channels = heat_map_channels(made, wanted)
    whole = heat_map_channels(made, SEEN)
    everywhere = np.zeros((2, 400, 400), np.float32)
    top, left = 100 + SEEN.row_offset, 100 + SEEN.column_offset
    everywhere[:, top : top + 64, left : left + 48] = whole
    top, left = 100 + row_offset, 100 + column_offset
    np.testing.assert_array_equal(channels, everywhere[:, top : top + rows, left : left + columns])


@pytest.mark.parametrize("change", [{"image_rows": 99}, {"image_columns": 1}, {"mirrored": True}])
def test_maps_of_another_image_are_refused(change: dict[str, int]) -> None:
    with pytest.raises(InputShapeError, match="of another image"):
        heat_map_channels(_made(_random_maps()), replace(SEEN, **change))


def test_maps_of_a_volume_are_refused() -> None:
    made = replace(_made(_random_maps()), saliency=np.zeros((3, 2, 8, 6), np.float32))
    with pytest.raises(InputShapeError):
        heat_map_channels(made, SEEN)
