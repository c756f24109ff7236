"""Words of a pane never lie on each other, however low the pane and large the words."""

from __future__ import annotations

import numpy as np
import pytest
from pane_builders import breast_scene
from PySide6.QtGui import QImage, QPainter

from viewer.domain.grey_depth import GreyDepth
from viewer.rendering.captions import CornerLine
from viewer.rendering.grey_table import packed
from viewer.rendering.scene import PaneScene
from viewer.rendering.scene_raster import GreyRaster
from viewer.ui.fonts import load_fonts
from viewer.ui.pane.corner_text import draw_corner_text


def blocks(width, height, scale):
    load_fonts()
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    try:
        return draw_corner_text(painter, breast_scene(width=width, height=height), scale, None)
    finally:
        painter.end()


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("height", [180, 220, 258, 300])
def test_large_words_are_smaller_where_a_pane_is_low_and_keep_apart(height, scale):
    top, bottom = blocks(262, height, scale)
    assert top.top() >= 0
    assert bottom.bottom() <= height
    assert top.bottom() <= bottom.top()


@pytest.mark.usefixtures("qapp")
def test_words_keep_their_size_where_there_is_room():
    top, bottom = blocks(900, 800, 2.0)
    half_top, half_bottom = blocks(900, 800, 1.0)
    assert top.height() == pytest.approx(2 * half_top.height(), rel=0.05)
    assert bottom.height() == pytest.approx(2 * half_bottom.height(), rel=0.05)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("width", [200, 262, 320])
@pytest.mark.parametrize("scale", [1.5, 2.0])
def test_large_words_are_smaller_where_a_pane_is_narrow_and_none_is_cut(width, scale):
    for place in blocks(width, 400, scale):
        assert place.left() >= 0
        assert place.right() <= width


@pytest.mark.usefixtures("qapp")
def test_on_tissue_a_slice_says_its_depth_without_where_from():
    load_fonts()
    line = CornerLine("7/12, 25.0 mm from support side", short="7/12, 25.0 mm")
    scene = PaneScene(pane_width=400, pane_height=300, bottom_lines=(line,))

    def flat(grey):
        pixels = packed(np.full((300, 400), grey, np.uint8), GreyDepth.EIGHT_BITS)
        return GreyRaster(key=(), depth=GreyDepth.EIGHT_BITS, pixels=pixels, is_final=True)

    def width_on(grey):
        image = QImage(400, 300, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        try:
            return draw_corner_text(painter, scene, 1.0, flat(grey))[1]
        finally:
            painter.end()

    in_air, on_tissue = width_on(0), width_on(200)
    assert on_tissue.height() == in_air.height()
    assert on_tissue.width() < 0.6 * in_air.width()
