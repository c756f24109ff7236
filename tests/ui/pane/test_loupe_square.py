"""The loupe's square: a fine crosshair at its middle that is seen on all tissue, and hides none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from pane_builders import bare, breast_scene
from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QFontMetrics, QImage
from PySide6.QtWidgets import QApplication

from viewer.domain.grey_view import Loupe
from viewer.rendering.grey_table import grey_table_of
from viewer.ui.fonts import text_font
from viewer.ui.pane.image_pane import ImagePane
from viewer.ui.pane.ink import TEXT_SIZE
from viewer.ui.pane.loupe_square import LoupeSquare
from viewer.ui.text_size import BASE_PIXELS, scaled

MIDDLE = 80
GAP = 12
"""Logical pixels about the middle where nothing is drawn: 0.5 mm at 4:1 and 0.1 mm a pixel."""


@pytest.fixture
def loupe_over(qtbot) -> Callable[[int, QPointF], LoupeSquare]:
    def make(grey: int, centre: QPointF) -> LoupeSquare:
        pane = ImagePane(name="LCC")
        qtbot.addWidget(pane)
        pane.resize(500, 400)
        scene = breast_scene()
        assert scene.image is not None
        table = grey_table_of(np.full(1 << 16, grey, np.uint8))
        pane.show_scene(replace(scene, image=replace(scene.image, table=table)))
        square = LoupeSquare(pane)
        square.show_at(centre, Loupe(shown=True, side=2 * MIDDLE, zoom=1))
        return square

    return make


def pixels(square: LoupeSquare) -> NDArray[np.uint8]:
    """What the square paints, (rows, columns, 3)."""
    image = square.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


@pytest.mark.parametrize("grey", [0, 128, 255])
@pytest.mark.parametrize("centre", [QPointF(200, 200), QPointF(150, 60)])
def test_the_crosshair_stands_out_from_any_tissue_and_leaves_its_middle_free(
    loupe_over: Callable[[int, QPointF], LoupeSquare], grey: int, centre: QPointF
) -> None:
    shown = pixels(loupe_over(grey, centre)).astype(int)
    middle = shown[MIDDLE - GAP : MIDDLE + GAP, MIDDLE - GAP : MIDDLE + GAP]
    assert (middle == grey).all()
    reach = range(MIDDLE - 40, MIDDLE + 40)
    along_row = shown[MIDDLE - 2 : MIDDLE + 2, reach]
    along_column = shown[reach, MIDDLE - 2 : MIDDLE + 2].swapaxes(0, 1)
    for arms in (along_row, along_column):
        stands_out = (np.abs(arms - grey) > 60).all(axis=2).any(axis=0)
        assert stands_out[:25].sum() >= 8, "towards the left and the top"
        assert stands_out[-25:].sum() >= 8, "towards the right and the bottom"


def test_the_loupe_says_that_it_shows_the_image_alone_where_the_pane_shows_more(
    loupe_over: Callable[[int, QPointF], LoupeSquare],
) -> None:
    square = loupe_over(128, QPointF(200, 200))
    pane, with_ai = square.pane, square.pane.scene
    assert with_ai is not None
    assert with_ai.saliency
    assert with_ai.boxes
    assert square.words == square.accessibleDescription() == "LCC  1:1  image alone"
    pane.show_scene(bare(with_ai))
    assert square.words == square.accessibleDescription() == "1:1"
    pane.show_scene(replace(with_ai, saliency=(), boxes=()))
    assert square.words == square.accessibleDescription() == "LCC  1:1"


@pytest.mark.parametrize("side", [160, 320])
@pytest.mark.parametrize("size_of_words", [1.0, 1.5, 2.0])
def test_the_words_of_the_loupe_are_whole_and_not_over_its_middle(
    loupe_over: Callable[[int, QPointF], LoupeSquare],
    qapp: QApplication,
    side: int,
    size_of_words: float,
) -> None:
    font = qapp.font()
    qapp.setFont(text_font(BASE_PIXELS * size_of_words))
    try:
        square = loupe_over(128, QPointF(200, 200))
        square.show_at(QPointF(200, 200), Loupe(shown=True, side=side, zoom=1))
        shown = pixels(square).astype(int)
        places = square.word_places()
        metrics = QFontMetrics(text_font(scaled(TEXT_SIZE)))
        assert " ".join(places).split() == ["LCC", "1:1", "image", "alone"]
        for words, place in places.items():
            assert square.rect().contains(place)
            assert place.width() >= metrics.horizontalAdvance(words)
            assert not place.intersects(QRect(side // 2 - GAP, side // 2 - GAP, 2 * GAP, 2 * GAP))
            top, left = place.top(), place.left()
            inside = shown[top : top + place.height(), left : left + place.width()]
            assert (inside > 150).any(), "letters"
    finally:
        qapp.setFont(font)


def test_the_crosshair_is_fine(loupe_over: Callable[[int, QPointF], LoupeSquare]) -> None:
    shown = pixels(loupe_over(128, QPointF(200, 200)))[10 : 2 * MIDDLE - 30, 10 : 2 * MIDDLE - 10]
    differs = (shown != 128).any(axis=2)
    assert differs.sum() < 250
