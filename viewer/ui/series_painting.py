"""Draws the list of images: headings of studies, thumbnails with their words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

from viewer.domain.image_stack import ImageStack
from viewer.domain.view import ImageKind
from viewer.ui.fonts import text_font
from viewer.ui.pane.kept_words import draw_words
from viewer.ui.series_layout import PICTURE, Cell, Heading, Thumbnail
from viewer.ui.theme import ACCENT, LINE, SECONDARY, SMALL_PIXELS, TEXT, WARNING

_LINE_HEIGHT = 14
TINY_PIXELS = 11
_SHORT_KINDS = {ImageKind.SECONDARY_CAPTURE: "Sec. capture"}
"""Where the whole word has no room beside a number of slices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThumbnailLook:
    """How a thumbnail stands out."""

    picture: QImage | None
    is_shown: bool
    """On screen in some pane."""
    is_active: bool
    """In the pane that keys act on."""


def draw_heading(painter: QPainter, cell: Cell, heading: Heading, width: int) -> None:
    """Draw which study follows, and what is doubtful about its patient."""
    left = (width - PICTURE) / 2
    painter.setPen(QColor(LINE))
    painter.drawLine(QPointF(left, cell.top + 1), QPointF(width - left, cell.top + 1))
    painter.setFont(text_font(SMALL_PIXELS, QFont.Weight.DemiBold))
    painter.setPen(QColor(TEXT))
    baseline = cell.top + 18
    painter.drawText(QPointF(left, baseline), heading.title)
    painter.setFont(text_font(TINY_PIXELS))
    painter.setPen(QColor(SECONDARY))
    if heading.between:
        baseline += _LINE_HEIGHT
        painter.drawText(QPointF(left, baseline), heading.between)
    if heading.doubt is not None:
        painter.setPen(QColor(WARNING))
        words = QRectF(left, baseline + 4, width - left - 6, 3 * (_LINE_HEIGHT + 1))
        painter.drawText(words, Qt.TextFlag.TextWordWrap, _short(heading.doubt))
        baseline += 3 * (_LINE_HEIGHT + 1)
    if heading.needs_confirming:
        painter.setPen(QColor(ACCENT))
        painter.drawText(QPointF(left, baseline + _LINE_HEIGHT), "Confirm patient…")


def draw_thumbnail(
    painter: QPainter, cell: Cell, thumbnail: Thumbnail, look: ThumbnailLook, width: int
) -> None:
    """Draw an image, its view and kind, its number of slices and its marks."""
    place = QRectF((width - PICTURE) / 2, cell.top + 4, PICTURE, PICTURE)
    if look.picture is None:
        painter.fillRect(place, QColor("#000000"))
    else:
        painter.drawImage(place.topLeft(), look.picture)
    painter.setPen(QColor(ACCENT if look.is_active else SECONDARY if look.is_shown else LINE))
    painter.drawRect(place.adjusted(-0.5, -0.5, 0.5, 0.5))
    if look.is_shown:
        _draw_shown_sign(painter, place)
    image = thumbnail.image
    room = round(width - place.left()) - 4
    number = f"  {image.slices}" if image.slices > 1 else ""
    title = WARNING if image.lacks_view else TEXT
    lines = [
        (14, title_words(image), SMALL_PIXELS, QFont.Weight.Medium, title),
        (28, kind_words(image.kind) + number, TINY_PIXELS, QFont.Weight.Normal, SECONDARY),
    ]
    lines += [
        (28 + line * _LINE_HEIGHT, mark, TINY_PIXELS, QFont.Weight.Normal, WARNING)
        for line, mark in enumerate(thumbnail.marks, start=1)
    ]
    for down, text, size, weight, colour in lines:
        words = _elided(text, size, weight, room)
        position = QPointF(place.left(), place.bottom() + down)
        draw_words(painter, position, words, size, weight, QColor(colour))


def kind_words(kind: ImageKind) -> str:
    """The kind of an image, short enough for the list."""
    return _SHORT_KINDS.get(kind, kind.value)


def title_words(image: ImageStack) -> str:
    """The view; of several images of it and its kind all but the first have their number.

    Beside "unknown view" a number finds no room.
    """
    if image.lacks_view:
        return image.title
    number = image.name.removeprefix(f"{image.title} {image.kind.value}").strip()
    return f"{image.title}  {number}" if number.isdigit() else image.title


def _draw_shown_sign(painter: QPainter, place: QRectF) -> None:
    """Draw a dot in the corner: not by colour of the frame alone is seen what is on screen."""
    painter.setBrush(QColor(ACCENT))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(place.right() - 7, place.top() + 7), 3.0, 3.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)


@lru_cache(maxsize=256)
def _elided(text: str, pixel_size: int, weight: QFont.Weight, room: int) -> str:
    metrics = QFontMetrics(text_font(pixel_size, weight))
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)


def _short(doubt: str) -> str:
    """The doubt for a narrow column: that the id is the same is said by the heading."""
    return doubt.removeprefix("Same patient id, but ").removesuffix(".").capitalize()
