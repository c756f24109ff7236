"""Words of a pane never lie on each other, however low the pane and large the words."""

from __future__ import annotations

import pytest
from pane_builders import breast_scene
from PySide6.QtGui import QImage, QPainter

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
