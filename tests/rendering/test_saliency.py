"""Saliency is drawn where the network looked, in its own colour, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import make_image
from hypothesis import example, given
from hypothesis import strategies as st
from rendering_builders import make_viewport, prediction_with

from inference.types import BENIGN, MALIGNANT, Placement
from viewer.domain.overlay_settings import LayerStyle
from viewer.rendering.model_frame import grid_of, is_malignant_dominant
from viewer.rendering.saliency import SaliencyLayer, alpha_table, composed, render_saliency

ROWS, COLUMNS = 240, 160
CELL = 8
GRID = (20, 12)
"""Cells of 8 x 8 input pixels: the network's window is 160 x 96."""


def placement(*, mirrored: bool, row_offset: int = 30, column_offset: int = 16) -> Placement:
    return Placement(
        input_rows=GRID[0] * CELL,
        input_columns=GRID[1] * CELL,
        image_rows=ROWS,
        image_columns=COLUMNS,
        row_offset=row_offset,
        column_offset=column_offset,
        mirrored=mirrored,
    )


def layer_for(
    view: str,
    place: Placement,
    cells: dict[tuple[int, int], float],
    *,
    malignant: bool = True,
    smooth: bool = False,
    style: LayerStyle | None = None,
    **viewport: object,
) -> SaliencyLayer:
    image = make_image(view, slices=3, rows=ROWS, columns=COLUMNS)
    saliency = np.zeros((3, 2, *GRID), np.float32)
    for cell, value in cells.items():
        saliency[(1, MALIGNANT if malignant else BENIGN, *cell)] = value
    return SaliencyLayer(
        prediction=prediction_with(image, saliency, place),
        slice_index=1,
        malignant=malignant,
        viewport=make_viewport(ROWS, COLUMNS, **{"pane": (COLUMNS, ROWS)} | viewport),
        style=style or LayerStyle(opacity=1.0, threshold=0.1),
        colour="#ff0000" if malignant else "#00ff00",
        smooth=smooth,
    )


def painted(layer: SaliencyLayer) -> np.ndarray:
    picture = render_saliency(layer)
    pictures = () if picture is None else (picture,)
    return composed(pictures, layer.viewport.pane_width, layer.viewport.pane_height)


def marked(rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((ROWS, COLUMNS), bool)
    mask[rows, columns] = True
    return mask


def test_a_cell_of_a_left_breast_covers_the_pixels_it_was_computed_from():
    layer = layer_for("LCC", placement(mirrored=False), {(5, 2): 1.0})
    # Input rows 40..48, columns 16..24; the window begins at image row 30, column 16.
    expected = marked(slice(70, 78), slice(32, 40))
    np.testing.assert_array_equal(painted(layer)[..., 3] == 255, expected)
    np.testing.assert_array_equal(painted(layer)[..., 3] > 0, expected)


def test_a_cell_of_a_right_breast_covers_the_mirrored_pixels():
    layer = layer_for("RCC", placement(mirrored=True), {(5, 2): 1.0})
    expected = marked(slice(70, 78), slice(COLUMNS - 40, COLUMNS - 32))
    np.testing.assert_array_equal(painted(layer)[..., 3] > 0, expected)


@pytest.mark.parametrize("view", ["LMLO", "RMLO"])
@pytest.mark.parametrize("smooth", [False, True])
def test_a_box_of_the_network_and_its_saliency_lie_on_the_same_pixels(view, smooth):
    place = placement(mirrored=view.startswith("R"), row_offset=-20, column_offset=-8)
    layer = layer_for(view, place, {(9, 6): 1.0}, smooth=smooth)
    alpha = painted(layer)[..., 3].astype(float)
    box = place.box_in_image(top=9 * CELL, left=6 * CELL, height=CELL, width=CELL)
    assert box is not None
    rows, columns = np.indices(alpha.shape)
    middle = (
        ((rows + 0.5) * alpha).sum() / alpha.sum(),
        ((columns + 0.5) * alpha).sum() / alpha.sum(),
    )
    expected = box.top + box.height / 2, box.left + box.width / 2
    assert middle == pytest.approx(expected, abs=0.01)


@example(
    cell=(1, 2),
    mirrored=False,
    offsets=(0, -24),
    scale=1.0,
    corner=(0.0, 0.0),
    flips=(False, False),
    smooth=True,
)
@given(
    cell=st.tuples(st.integers(1, GRID[0] - 2), st.integers(1, GRID[1] - 2)),
    mirrored=st.booleans(),
    offsets=st.tuples(st.integers(-40, 60), st.integers(-30, 60)),
    scale=st.floats(0.3, 3.0),
    corner=st.tuples(st.floats(-100.0, 60.0), st.floats(-100.0, 60.0)),
    flips=st.tuples(st.booleans(), st.booleans()),
    smooth=st.booleans(),
)
def test_saliency_follows_placement_zoom_pan_and_flips(
    cell, mirrored, offsets, scale, corner, flips, smooth
):
    place = placement(mirrored=mirrored, row_offset=offsets[0], column_offset=offsets[1])
    layer = layer_for(
        "RCC" if mirrored else "LCC",
        place,
        {cell: 1.0},
        smooth=smooth,
        scale=scale,
        left=corner[0],
        top=corner[1],
        flips=flips,
    )
    alpha = painted(layer)[..., 3]
    box = place.box_in_image(top=cell[0] * CELL, left=cell[1] * CELL, height=CELL, width=CELL)
    rows, columns = np.nonzero(alpha)
    reach = CELL + 0.5 if smooth else 0.51 / scale
    for y, x in zip(rows, columns, strict=True):
        row, column = layer.viewport.to_image(x + 0.5, y + 0.5)
        if box is None:
            # Interpolation carries half of a cell beside the image across the image's edge.
            edges = row, column, place.image_rows - row, place.image_columns - column
            assert smooth
            assert min(edges) <= reach
            continue
        assert box.top - reach <= row <= box.top + box.height + reach
        assert box.left - reach <= column <= box.left + box.width + reach
    if box is not None and box.height == box.width == CELL:
        x, y = layer.viewport.to_device(box.top + CELL / 2, box.left + CELL / 2)
        if 0 <= x < alpha.shape[1] and 0 <= y < alpha.shape[0] and scale >= 0.5:
            assert alpha[int(y), int(x)] > 0


def test_nothing_is_drawn_outside_the_image():
    # The window reaches 20 rows above and 8 columns beyond the chest wall.
    place = placement(mirrored=False, row_offset=-20, column_offset=-8)
    everywhere = {(row, column): 1.0 for row in range(GRID[0]) for column in range(GRID[1])}
    layer = layer_for("LMLO", place, everywhere, left=30.0, top=40.0)
    alpha = painted(layer)[..., 3]
    assert not alpha[:40].any()
    assert not alpha[:, :30].any()
    assert alpha[45, 35] > 0


@pytest.mark.parametrize("smooth", [False, True])
def test_cells_below_the_threshold_are_fully_clear(smooth):
    style = LayerStyle(opacity=1.0, threshold=0.5)
    faint = {(row, column): 0.49 for row in range(GRID[0]) for column in range(GRID[1])}
    place = placement(mirrored=False)
    assert render_saliency(layer_for("LCC", place, faint, smooth=smooth, style=style)) is None
    one = layer_for("LCC", place, faint | {(5, 2): 0.9}, smooth=smooth, style=style)
    alpha = painted(one)[..., 3]
    assert alpha[74, 36] > 0
    # The middle of the next cell.
    assert alpha[74, 44] == 0
    assert alpha[82, 36] == 0


def test_opacity_grows_with_saliency_up_to_the_chosen_opacity():
    table = alpha_table(0.35, 0.1)
    assert table[-1] == round(0.35 * 255)
    assert table.max() == table[-1]
    assert (np.diff(table.astype(int)) >= 0).all()
    assert table[int(0.0999 * 65535)] == 0
    assert table[int(0.1001 * 65535)] > 0


def test_the_classes_have_their_own_colours_premultiplied():
    place = placement(mirrored=False)
    half = LayerStyle(opacity=0.5, threshold=0.1)
    malignant = painted(layer_for("LCC", place, {(5, 2): 1.0}, style=half))
    benign = painted(layer_for("LCC", place, {(5, 2): 1.0}, style=half, malignant=False))
    np.testing.assert_array_equal(malignant[74, 36], [0, 0, 128, 128])
    np.testing.assert_array_equal(benign[74, 36], [0, 128, 0, 128])


def test_the_malignant_layer_lies_over_the_benign_one():
    place = placement(mirrored=False)
    layers = [
        layer_for("LCC", place, {(5, 2): 1.0}, malignant=malignant) for malignant in (False, True)
    ]
    pictures = tuple(picture for layer in layers if (picture := render_saliency(layer)))
    np.testing.assert_array_equal(composed(pictures, COLUMNS, ROWS)[74, 36], [0, 0, 255, 255])


def test_a_slice_the_prediction_does_not_have_shows_nothing():
    layer = layer_for("LCC", placement(mirrored=False), {(5, 2): 1.0})
    assert render_saliency(replace(layer, slice_index=3)) is None
    assert render_saliency(replace(layer, slice_index=-1)) is None


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_class_of_a_box_is_that_of_the_strongest_cell_under_it(mirrored):
    place = placement(mirrored=mirrored)
    image = make_image("RCC" if mirrored else "LCC", slices=1, rows=ROWS, columns=COLUMNS)
    saliency = np.full((1, 2, *GRID), 0.2, np.float32)
    saliency[0, BENIGN, 5, 2] = 0.9
    saliency[0, MALIGNANT, 15, 8] = 0.9
    prediction = prediction_with(image, saliency, place)
    benign = place.box_in_image(top=36, left=12, height=16, width=16)
    malignant = place.box_in_image(top=116, left=60, height=16, width=16)
    assert benign is not None
    assert malignant is not None
    assert not is_malignant_dominant(prediction, 0, benign)
    assert is_malignant_dominant(prediction, 0, malignant)


@pytest.mark.parametrize("mirrored", [False, True])
def test_cells_under_a_box_are_found_through_the_mirror(mirrored):
    place = placement(mirrored=mirrored)
    image = make_image("LCC", slices=1, rows=ROWS, columns=COLUMNS)
    grid = grid_of(prediction_with(image, np.zeros((1, 2, *GRID), np.float32), place))
    box = place.box_in_image(top=40, left=16, height=16, width=24)
    assert box is not None
    assert grid.cells_under(box) == (slice(5, 7), slice(2, 5))
