"""Layers that stay the same are drawn from a picture, and look the same."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from viewer.ui.pane.kept_layer import KeptLayer

_SIZE = (80, 60)


class _Drawing:
    def __init__(self) -> None:
        self.drawn = 0

    def draw(self, painter: QPainter) -> None:
        self.drawn += 1
        painter.fillRect(QRectF(12.0, 9.0, 30.0, 20.0), QColor(10, 20, 30, 128))
        painter.setPen(QColor(240, 228, 66))
        painter.drawEllipse(QPointF(40.0, 30.0), 15.0, 11.0)


def _painted(layer: KeptLayer, key: object, drawing: _Drawing) -> NDArray[np.uint8]:
    image = QImage(*_SIZE, QImage.Format.Format_RGB32)
    image.fill(QColor(90, 90, 90))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    layer.draw(painter, key, _SIZE, drawing.draw)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).copy()


def test_what_stays_the_same_is_drawn_from_a_picture_that_looks_the_same(qtbot: QtBot) -> None:
    layer, drawing = KeptLayer(), _Drawing()
    first, second, third, fourth = (_painted(layer, "a", drawing) for _ in range(4))
    assert drawing.drawn == 2
    for later in (second, third, fourth):
        assert np.abs(first.astype(int) - later).max() <= 2


def test_what_changes_at_every_step_is_drawn_once_a_step(qtbot: QtBot) -> None:
    layer, drawing = KeptLayer(), _Drawing()
    for step in range(5):
        _painted(layer, step, drawing)
    assert drawing.drawn == 5


def test_a_layer_with_nothing_in_it_stays_clear(qtbot: QtBot) -> None:
    layer, drawing = KeptLayer(), _Drawing()
    drawing.draw = lambda painter: None  # type: ignore[method-assign]
    assert (_painted(layer, "a", drawing) == _painted(layer, "a", drawing)).all()
