"""Words copied from small pictures look as if they had been set on the spot."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from viewer.ui.fonts import load_fonts, text_font
from viewer.ui.pane.ink import DRAWN, SECONDARY, TEXT
from viewer.ui.pane.kept_words import draw_words

pytestmark = pytest.mark.usefixtures("qapp")

_SIZE, _WEIGHT = 12.0, QFont.Weight.Medium
_WORDS = "(7) slice 11/12, 41.7 mm, jag"


def on_black(draw, *, scale: float = 1.0) -> NDArray[np.int64]:
    load_fonts()
    image = QImage(420, 80, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.scale(scale, scale)
    draw(painter)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(80, 420, 4)[..., :3].astype(int)


def kept(place: QPointF, colour: QColor):
    return lambda painter: draw_words(painter, place, _WORDS, _SIZE, _WEIGHT, colour)


def on_the_spot(place: QPointF, colour: QColor):
    def draw(painter: QPainter) -> None:
        painter.setFont(text_font(_SIZE, _WEIGHT))
        painter.setPen(colour)
        painter.drawText(place, _WORDS)

    return draw


@pytest.mark.parametrize("colour", [TEXT, SECONDARY, DRAWN])
@pytest.mark.parametrize("place", [(20.0, 30.0), (20.4, 30.7), (3.98, 19.5)])
def test_words_in_air_are_the_same_to_the_pixel(colour: QColor, place: tuple[float, float]) -> None:
    drawn, wanted = (on_black(how(QPointF(*place), colour)) for how in (kept, on_the_spot))
    assert wanted.max() > 100
    assert np.abs(drawn - wanted).max() <= 3


def test_words_on_a_scaled_painter_are_set_at_its_size_and_not_enlarged() -> None:
    place = QPointF(4.0, 20.0)
    drawn, wanted = (on_black(how(place, TEXT), scale=1.5) for how in (kept, on_the_spot))
    assert (drawn == wanted).all()


def test_other_words_sizes_and_places_have_pictures_of_their_own() -> None:
    def draw(text: str, size: float, x: float):
        return on_black(
            lambda painter: draw_words(painter, QPointF(x, 30.0), text, size, _WEIGHT, TEXT)
        ).tobytes()

    drawn = [draw("11/12", 12.0, 9.0), draw("12/12", 12.0, 9.0), draw("11/12", 13.0, 9.0)]
    drawn.append(draw("11/12", 12.0, 10.0))
    assert len(set(drawn)) == 4
    assert draw("11/12", 12.0, 9.0) == drawn[0]
