"""Words as small pictures: set once, copied at every repaint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from viewer.ui.fonts import text_font, text_metrics, text_width

_MOST = 512
"""Lines kept, a few kilobytes each: all that four panes say, and what they said last."""
_PARTS = 64
"""Qt places letters in 64ths of a pixel."""
_OVERHANG = 3
"""Pixels that letters may reach beyond their line, on every side."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sprite:
    """A small picture, and where it lies relative to the place it is drawn at."""

    left: int
    top: int
    image: QImage

    def at(self, column: int, row: int) -> PlacedSprite:
        """Where it is drawn for a place in whole painter units."""
        return QPoint(column + self.left, row + self.top), self.image

    def draw(self, painter: QPainter, column: int, row: int) -> None:
        """Draw it for a place in whole painter units."""
        painter.drawImage(*self.at(column, row))


PlacedSprite = tuple[QPoint, QImage]
"""A small picture and its upper left corner in whole painter units."""


def takes_sprites(painter: QPainter) -> bool:
    """Whether painter units are device pixels, so that a picture is copied as it is."""
    return not painter.deviceTransform().isScaling()


def draw_words(
    painter: QPainter,
    position: QPointF,
    text: str,
    pixel_size: float,
    weight: QFont.Weight,
    colour: QColor,
) -> None:
    """Draw one line with its baseline at a position."""
    if not text:
        return
    if not takes_sprites(painter):
        painter.setFont(text_font(pixel_size, weight))
        painter.setPen(colour)
        painter.drawText(position, text)
        return
    painter.drawImage(*placed_words(position, text, pixel_size, weight, colour))


def placed_words(
    position: QPointF, text: str, pixel_size: float, weight: QFont.Weight, colour: QColor
) -> PlacedSprite:
    """What `draw_words` draws where painter units are device pixels, for who draws it often."""
    column, x_part = split(position.x())
    row, y_part = split(position.y())
    sprite = _line(text, max(1, round(pixel_size)), weight, colour.rgba(), x_part, y_part)
    return sprite.at(column, row)


def draw_ground(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """Fill a rectangle whose edges may lie between pixels, where words are to stand.

    The painter smooths edges; smoothing them anew each time costs more than all of the words.
    """
    if not takes_sprites(painter):
        painter.fillRect(rect, colour)
        return
    painter.drawImage(*placed_ground(rect, colour))


def placed_ground(rect: QRectF, colour: QColor) -> PlacedSprite:
    """What `draw_ground` draws where painter units are device pixels, for who draws it often."""
    column, x_part = split(rect.left())
    row, y_part = split(rect.top())
    width, height = round(rect.width() * _PARTS), round(rect.height() * _PARTS)
    return _ground(colour.rgba(), x_part, y_part, width, height).at(column, row)


def split(place: float) -> tuple[int, int]:
    """Whole pixels, and 64ths of one."""
    parts = floor(place * _PARTS)
    return parts // _PARTS, parts % _PARTS


def unsplit(parts: int) -> float:
    """What 64ths of a pixel are in pixels."""
    return parts / _PARTS


def sprite_of(
    left: float, top: float, width: float, height: float, draw: Callable[[QPainter], None]
) -> Sprite:
    """What `draw` draws in a rectangle about the place (0, 0), and a little beyond it."""
    first_column, first_row = floor(left) - _OVERHANG, floor(top) - _OVERHANG
    columns = ceil(left + width) + _OVERHANG - first_column
    rows = ceil(top + height) + _OVERHANG - first_row
    image = QImage(max(1, columns), max(1, rows), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing, True)
    painter.translate(-first_column, -first_row)
    draw(painter)
    painter.end()
    return Sprite(left=first_column, top=first_row, image=image)


@lru_cache(maxsize=_MOST)
def _line(
    text: str, pixel_size: int, weight: QFont.Weight, rgba: int, x_part: int, y_part: int
) -> Sprite:
    metrics = text_metrics(pixel_size, weight)
    left, top = -_OVERHANG, -ceil(metrics.ascent()) - _OVERHANG
    columns = ceil(text_width(text, pixel_size, weight)) + 1 + 2 * _OVERHANG
    rows = ceil(metrics.ascent()) + ceil(metrics.descent()) + 1 + 2 * _OVERHANG
    # Qt draws letters bolder on an opaque ground than on a clear one; this keeps them as bold.
    ground = QImage(columns, rows, QImage.Format.Format_RGB32)
    ground.fill(Qt.GlobalColor.black)
    painter = QPainter(ground)
    painter.setFont(text_font(pixel_size, weight))
    painter.setPen(Qt.GlobalColor.white)
    painter.drawText(QPointF(x_part / _PARTS - left, y_part / _PARTS - top), text)
    painter.end()
    cover = np.frombuffer(ground.constBits(), np.uint8).reshape(rows, columns, 4)[..., 0]
    pixels = _inked(rgba)[cover]
    image = QImage(
        pixels.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32_Premultiplied
    )
    return Sprite(left=left, top=top, image=image.copy())


@lru_cache(maxsize=128)
def _ground(rgba: int, x_part: int, y_part: int, width: int, height: int) -> Sprite:
    """width, height: in parts of a pixel, as the place."""
    left, top, wide, high = (part / _PARTS for part in (x_part, y_part, width, height))
    return sprite_of(
        left,
        top,
        wide,
        high,
        lambda painter: painter.fillRect(QRectF(left, top, wide, high), QColor.fromRgba(rgba)),
    )


@lru_cache(maxsize=64)
def _inked(rgba: int) -> NDArray[np.uint32]:
    """A colour at every cover (0..255), as 0xAARRGGBB premultiplied."""
    cover = np.arange(256, dtype=np.uint32)
    alpha = (cover * (rgba >> 24) + 127) // 255
    packed = alpha << 24
    for shift in (16, 8, 0):
        packed |= (alpha * (rgba >> shift & 255) + 127) // 255 << shift
    return packed.astype(np.uint32)
