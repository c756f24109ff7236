"""Levels of grey packed into the pixels of a window, and what is told from them."""

from __future__ import annotations

import numpy as np
import pytest
from rendering_builders import make_viewport, uncropped

from viewer.domain.grey_depth import GreyDepth, GreyLevels
from viewer.domain.windowing import GreyScale, Window
from viewer.rendering.grey_table import grey_table, grey_table_of, packed, pixel_of
from viewer.rendering.raster import DeviceRect, Quality, render_grey
from viewer.rendering.scene import ImageLayer, PaneScene
from viewer.rendering.scene_raster import GreyRaster, rasterise

WINDOW = Window(center=2000, width=3600)


def every_level(depth: GreyDepth) -> GreyLevels:
    return depth.nearest(np.arange(depth.levels, dtype=np.float64))


@pytest.mark.parametrize(
    ("depth", "bits", "opaque"),
    [(GreyDepth.EIGHT_BITS, 8, 0xFF), (GreyDepth.TEN_BITS, 10, 0x3)],
)
def test_every_channel_of_a_pixel_has_the_level_and_nothing_shines_through(
    depth: GreyDepth, bits: int, opaque: int
) -> None:
    levels = every_level(depth)
    pixels = packed(levels, depth).view(np.uint32)
    for channel in range(3):
        np.testing.assert_array_equal(pixels >> (bits * channel) & depth.white, levels)
    assert (pixels >> (3 * bits) == opaque).all()


@pytest.mark.parametrize("depth", GreyDepth)
def test_brighter_pixels_are_higher_numbers(depth: GreyDepth) -> None:
    pixels = packed(every_level(depth), depth)
    assert (np.diff(pixels.astype(np.int64)) > 0).all()
    assert pixel_of(0.0, depth) == pixels[0]
    assert pixel_of(1.0, depth) == pixels[-1]


def shown(codes: np.ndarray, depth: GreyDepth) -> GreyRaster:
    rows, columns = codes.shape
    viewport = make_viewport(rows, columns, scale=1.0, pane=(60, 50))
    table = grey_table(GreyScale(), WINDOW, inverted=False, display=None, depth=depth)
    layer = ImageLayer(frame=uncropped(codes), table=table, viewport=viewport)
    scene = PaneScene(pane_width=60, pane_height=50, viewport=viewport, image=layer)
    raster = rasterise(scene, Quality.MOVING).grey
    assert raster is not None
    return raster


@pytest.mark.parametrize("depth", GreyDepth)
def test_a_pane_has_the_pixels_of_its_levels(depth: GreyDepth) -> None:
    codes = np.random.default_rng(4).integers(0, 4096, (40, 40)).astype(np.uint16)
    drawn = shown(codes, depth)
    table = grey_table(GreyScale(), WINDOW, inverted=False, display=None, depth=depth)
    assert drawn.depth is depth
    viewport = make_viewport(40, 40, scale=1.0, pane=(60, 50))
    eight = grey_table(
        GreyScale(), WINDOW, inverted=False, display=None, depth=GreyDepth.EIGHT_BITS
    )
    levels = render_grey(
        uncropped(codes), viewport, np.asarray(eight.levels, np.uint8), quality=Quality.MOVING
    )
    assert not levels[40:].any()
    assert not levels[:, 40:].any()
    assert drawn.rect == DeviceRect(left=0, top=0, right=40, bottom=40)
    seen = (drawn.pixels & depth.white) * (255 / depth.white)
    np.testing.assert_allclose(seen, levels[:40, :40], atol=0.63)
    assert np.isin(drawn.pixels, table.pixels).all()


@pytest.mark.parametrize("depth", GreyDepth)
def test_how_much_is_bright_is_told_alike_in_either_depth(depth: GreyDepth) -> None:
    codes = np.zeros((40, 40), np.uint16)
    codes[:20] = 3000
    raster = shown(codes, depth)

    def share(left: int, top: int, right: int, bottom: int) -> float:
        part = DeviceRect(left=left, top=top, right=right, bottom=bottom)
        return raster.share_brighter(40 / 255, part)

    assert share(0, 0, 40, 40) == pytest.approx(0.5)
    assert share(0, 0, 60, 50) == pytest.approx(20 * 40 / (60 * 50))
    assert share(30, 10, 50, 30) == pytest.approx(10 * 10 / (20 * 20))
    assert share(0, 20, 60, 50) == 0.0
    assert share(45, 0, 60, 50) == 0.0
    assert share(0, 50, 60, 50) == 0.0


def test_a_table_of_levels_says_its_depth() -> None:
    assert grey_table_of(np.zeros(65536, np.uint8)).depth is GreyDepth.EIGHT_BITS
    assert grey_table_of(np.zeros(65536, np.uint16)).depth is GreyDepth.TEN_BITS
