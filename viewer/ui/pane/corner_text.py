"""Corner text: two blocks on the air side, warnings and the AI's state among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from viewer.rendering.scene import PaneScene
from viewer.ui.fonts import text_metrics
from viewer.ui.pane.corner_rows import PROGRESS_HEIGHT, CornerRow
from viewer.ui.pane.ink import ACCENT, GROUND, MARGIN, faded
from viewer.ui.pane.kept_words import (
    Sprite,
    draw_words,
    split,
    sprite_of,
    takes_sprites,
    unsplit,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedBlock:
    """Rows on one another, and which of them lie over tissue; those get a dark ground."""

    rows: Sequence[CornerRow]
    start: float
    touching: Sequence[bool]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CornerText:
    """Both blocks where they are to be drawn."""

    blocks: tuple[PlacedBlock, PlacedBlock]
    """At the top and at the foot."""
    places: tuple[QRectF, QRectF]
    """Where they stand, in device pixels."""
    scale: float
    """Device pixels per logical pixel of their words."""

    @property
    def touches(self) -> bool:
        """Whether any row lies over tissue."""
        return any(any(block.touching) for block in self.blocks)


def draw_corner_text(painter: QPainter, scene: PaneScene, laid: CornerText) -> None:
    """Draw both blocks."""
    for block in laid.blocks:
        _draw_block(painter, scene, block, laid.scale)


def _draw_block(painter: QPainter, scene: PaneScene, block: PlacedBlock, scale: float) -> None:
    y = block.start
    for row, touches in zip(block.rows, block.touching, strict=True):
        if touches:
            _draw_ground(painter, scene, row, QRectF(0, y, scene.pane_width, row.height), scale)
        _draw_row(painter, scene, row, y, scale)
        y += row.height


def _draw_ground(
    painter: QPainter, scene: PaneScene, row: CornerRow, band: QRectF, scale: float
) -> None:
    """Darken the tissue behind the words of one row."""
    width = row.sign_space + row.words_width + 8.0 * scale
    margin = MARGIN * scale - 4.0 * scale
    left = scene.pane_width - margin - width if scene.text_on_right else margin
    painter.fillRect(QRectF(left, band.top(), width, band.height()), GROUND)


def _draw_row(painter: QPainter, scene: PaneScene, row: CornerRow, y: float, scale: float) -> None:
    """Left blocks begin at the margin, right blocks end at it."""
    space, words = row.sign_space, row.words_width
    margin = MARGIN * scale
    # Signs hang to the left of right-aligned words, so those rows need no common indent.
    words_x = scene.pane_width - margin - words if scene.text_on_right else margin + space
    if row.fraction is not None:
        bar = QRectF(words_x, y + 2.0 * scale, words, PROGRESS_HEIGHT * scale)
        painter.fillRect(bar, faded(ACCENT, 0.3))
        bar.setWidth(words * row.fraction)
        painter.fillRect(bar, ACCENT)
        return
    if not takes_sprites(painter):
        _draw_words(painter, row, QPointF(words_x, y))
        return
    column, x_part = split(words_x)
    line, y_part = split(y)
    if row.sign is None:
        # Words alone have a picture of their own.
        baseline = line + (unsplit(y_part) + row.ascent)
        place = QPointF(column + unsplit(x_part), baseline)
        draw_words(painter, place, row.text, row.pixel_size, row.weight, row.colour)
        return
    _sprite(row, x_part, y_part).draw(painter, column, line)


@lru_cache(maxsize=256)
def _sprite(row: CornerRow, x_part: int, y_part: int) -> Sprite:
    """A row's words and sign; its place is the upper left corner of the words."""
    at = QPointF(unsplit(x_part), unsplit(y_part))
    return sprite_of(
        -row.sign_space,
        0.0,
        row.sign_space + row.words_width + 1.0,
        row.height + 1.0,
        lambda painter: _draw_words(painter, row, at),
    )


def _draw_words(painter: QPainter, row: CornerRow, corner: QPointF) -> None:
    """corner: the upper left one of the words; the sign hangs to the left of it."""
    baseline = corner.y() + row.ascent
    if row.sign is not None:
        size = max(1, round(row.pixel_size)) * 0.9
        middle = baseline - text_metrics(row.pixel_size, row.weight).capHeight() / 2
        left = corner.x() - row.sign_space
        row.sign(painter, QRectF(left, middle - size / 2, size, size))
    place = QPointF(corner.x(), baseline)
    draw_words(painter, place, row.text, row.pixel_size, row.weight, row.colour)
