"""Corner text: two blocks on the air side, warnings and the AI's state among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from viewer.rendering.captions import AiLine, Badge, CornerLine, Emphasis
from viewer.rendering.scene import PaneScene
from viewer.ui.fonts import text_font
from viewer.ui.pane.ink import (
    ACCENT,
    MARGIN,
    SECONDARY,
    SHADOW,
    TEXT,
    TEXT_SIZE,
    VIEW_SIZE,
    WARNING,
    faded,
)
from viewer.ui.pane.signs import AI_COLOURS, draw_ai_sign, draw_warning_sign

_WIDEST = 300.0
_PROGRESS_WIDTH = 110.0
_PROGRESS_HEIGHT = 3.0

DrawSign = Callable[[QPainter, QRectF], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One row of a block."""

    text: str
    font: QFont
    colour: QColor
    sign: DrawSign | None = None
    indented: bool = False
    """True below a row with a sign, to stand in line with its words."""
    fraction: float | None = None
    """A progress bar of this length instead of text."""
    dispensable: bool = False


def draw_corner_text(painter: QPainter, scene: PaneScene, scale: float) -> None:
    """Draw both blocks; `scale` is device pixels per logical pixel."""
    width = min(_WIDEST * scale, max(scene.pane_width - 2 * MARGIN * scale, 1.0))
    top = _top_rows(scene, scale, width)
    bottom = _bottom_rows(scene, scale, width)
    if _height(top, scale) + _height(bottom, scale) > scene.pane_height - 3 * MARGIN * scale:
        top = [row for row in top if not row.dispensable]
        bottom = [row for row in bottom if not row.dispensable]
    _draw_block(painter, scene, top, MARGIN * scale, scale)
    start = scene.pane_height - MARGIN * scale - _height(bottom, scale)
    _draw_block(painter, scene, bottom, start, scale)


def draw_line(painter: QPainter, position: QPointF, text: str, font: QFont, colour: QColor) -> None:
    """Draw one line with its baseline at a position and a thin shadow against tissue."""
    painter.setFont(font)
    shift = max(1.0, font.pixelSize() / 14.0)
    painter.setPen(SHADOW)
    painter.drawText(position + QPointF(shift, shift), text)
    painter.setPen(colour)
    painter.drawText(position, text)


def wrapped(text: str, font: QFont, width: float) -> list[str]:
    """Break a sentence into rows no wider than `width`, at spaces."""
    metrics = QFontMetricsF(font)
    rows: list[str] = []
    for word in text.split(" "):
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and metrics.horizontalAdvance(longer) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def _top_rows(scene: PaneScene, scale: float, width: float) -> list[_Row]:
    rows = [row for line in scene.top_lines for row in _line_rows(line, scale, width)]
    for badge in scene.badges:
        rows += _badge_rows(badge, scale, width)
    return rows


def _bottom_rows(scene: PaneScene, scale: float, width: float) -> list[_Row]:
    rows = [] if scene.ai is None else _ai_rows(scene.ai, scale, width)
    for line in scene.bottom_lines:
        rows += _line_rows(line, scale, width)
    return rows


def _line_rows(line: CornerLine, scale: float, width: float) -> list[_Row]:
    if line.emphasis is Emphasis.VIEW:
        font = text_font(VIEW_SIZE * scale, QFont.Weight.DemiBold)
    else:
        font = text_font(TEXT_SIZE * scale)
    secondary = line.emphasis is Emphasis.SECONDARY
    colour = SECONDARY if secondary else TEXT
    return [
        _Row(text=text, font=font, colour=colour, dispensable=secondary)
        for text in wrapped(line.text, font, width)
    ]


def _badge_rows(badge: Badge, scale: float, width: float) -> list[_Row]:
    font = text_font(TEXT_SIZE * scale, QFont.Weight.Medium)
    texts = wrapped(badge.text, font, width - _sign_space(font))
    return [
        _Row(
            text=text,
            font=font,
            colour=WARNING,
            sign=draw_warning_sign if index == 0 else None,
            indented=index > 0,
        )
        for index, text in enumerate(texts)
    ]


def _ai_rows(line: AiLine, scale: float, width: float) -> list[_Row]:
    font = text_font(TEXT_SIZE * scale, QFont.Weight.Medium)
    small = text_font(TEXT_SIZE * scale)
    colour = AI_COLOURS[line.look]

    def sign(painter: QPainter, rect: QRectF) -> None:
        draw_ai_sign(painter, rect, line.look, line.fraction)

    rows = [_Row(text=line.text, font=font, colour=colour, sign=sign)]
    if line.fraction is not None:
        rows.append(_Row(text="", font=font, colour=colour, indented=True, fraction=line.fraction))
    if line.detail:
        rows += [
            _Row(text=text, font=small, colour=SECONDARY, indented=True)
            for text in wrapped(line.detail, small, width - _sign_space(small))
        ]
    return rows


def _sign_space(font: QFont) -> float:
    return float(font.pixelSize()) * 1.35


def _row_height(row: _Row, scale: float) -> float:
    if row.fraction is not None:
        return (_PROGRESS_HEIGHT + 4.0) * scale
    return QFontMetricsF(row.font).height() + 1.0 * scale


def _height(rows: Sequence[_Row], scale: float) -> float:
    return sum(_row_height(row, scale) for row in rows)


def _draw_block(
    painter: QPainter, scene: PaneScene, rows: Sequence[_Row], start: float, scale: float
) -> None:
    y = start
    for row in rows:
        _draw_row(painter, scene, row, y, scale)
        y += _row_height(row, scale)


def _draw_row(painter: QPainter, scene: PaneScene, row: _Row, y: float, scale: float) -> None:
    """Left blocks begin at the margin, right blocks end at it."""
    metrics = QFontMetricsF(row.font)
    space = _sign_space(row.font) if row.sign is not None or row.indented else 0.0
    words = _PROGRESS_WIDTH * scale if row.fraction is not None else 0.0
    words = max(words, metrics.horizontalAdvance(row.text))
    margin = MARGIN * scale
    # Signs hang to the left of right-aligned words, so those rows need no common indent.
    words_x = scene.pane_width - margin - words if scene.text_on_right else margin + space
    if row.fraction is not None:
        bar = QRectF(words_x, y + 2.0 * scale, words, _PROGRESS_HEIGHT * scale)
        painter.fillRect(bar, faded(ACCENT, 0.3))
        bar.setWidth(words * row.fraction)
        painter.fillRect(bar, ACCENT)
        return
    baseline = y + metrics.ascent()
    if row.sign is not None:
        size = row.font.pixelSize() * 0.9
        middle = baseline - metrics.capHeight() / 2
        row.sign(painter, QRectF(words_x - space, middle - size / 2, size, size))
    draw_line(painter, QPointF(words_x, baseline), row.text, row.font, row.colour)
