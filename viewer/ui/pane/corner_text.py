"""Corner text: two blocks on the air side, warnings and the AI's state among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from viewer.rendering.captions import AiLine, AiLook, Badge, CornerLine, Emphasis
from viewer.rendering.scene import PaneScene
from viewer.ui.fonts import text_font
from viewer.ui.pane.ink import (
    ACCENT,
    GROUND,
    MARGIN,
    SECONDARY,
    TEXT,
    TEXT_SIZE,
    VIEW_SIZE,
    WARNING,
    faded,
)
from viewer.ui.pane.signs import AI_COLOURS, draw_ai_sign, draw_reduced_sign, draw_warning_sign

_WIDEST = 300.0
_PROGRESS_WIDTH = 110.0
_PROGRESS_HEIGHT = 3.0
_LINE_GAP = 2.0
_SHARES = (1.0, 0.85, 0.7, 0.6, 0.5)
"""Of the wished size of words, tried in this order."""
_LEAST_SCALE = 0.85
"""Device pixels per logical pixel below which words are not made smaller still."""
_TISSUE_GREY = 40
_TISSUE_SHARE = 0.03

DrawSign = Callable[[QPainter, QRectF], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One row of a block, measured once."""

    text: str
    font: QFont
    colour: QColor
    scale: float
    sign: DrawSign | None = None
    indented: bool = False
    """True below a row with a sign, to stand in line with its words."""
    fraction: float | None = None
    """A progress bar of this length instead of text."""
    dispensable: bool = False
    words_width: float = field(init=False)
    height: float = field(init=False)
    ascent: float = field(init=False)

    def __post_init__(self) -> None:
        metrics = QFontMetricsF(self.font)
        is_bar = self.fraction is not None
        words = _PROGRESS_WIDTH * self.scale if is_bar else metrics.horizontalAdvance(self.text)
        height = _PROGRESS_HEIGHT + 4.0 if is_bar else metrics.height() / self.scale + _LINE_GAP
        object.__setattr__(self, "words_width", words)
        object.__setattr__(self, "height", height * self.scale)
        object.__setattr__(self, "ascent", metrics.ascent())

    @property
    def sign_space(self) -> float:
        """Room to the left of the words."""
        return _sign_space(self.font) if self.sign is not None or self.indented else 0.0


def draw_corner_text(
    painter: QPainter, scene: PaneScene, scale: float, grey: NDArray[np.uint8] | None
) -> tuple[QRectF, ...]:
    """Draw both blocks, and return where they stand; `scale`: device pixels per logical pixel.

    grey: the pane's image. Where a block would lie over tissue after all, because the image is
    enlarged, it keeps only its indispensable rows and gets a dark ground to be read on.
    """
    top, bottom, scale = _fitting_blocks(scene, scale)
    places = []
    for rows, at_top in ((top, True), (bottom, False)):
        kept, over_tissue = rows, _lies_on_tissue(grey, scene, rows, scale, at_top=at_top)
        if over_tissue:
            kept = _indispensable(rows)
            over_tissue = _lies_on_tissue(grey, scene, kept, scale, at_top=at_top)
        start = _start(scene, kept, scale, at_top=at_top)
        _draw_block(painter, scene, kept, start, scale, with_ground=over_tissue)
        places.append(_block_place(scene, kept, start, scale))
    return tuple(places)


def _fitting_blocks(scene: PaneScene, scale: float) -> tuple[list[_Row], list[_Row], float]:
    """Both blocks and their scale: where a pane is too low for large words, smaller ones.

    Without them the view's letters would lie under other words.
    """
    for share in _SHARES:
        smaller = scale * share
        width = min(_WIDEST * smaller, max(scene.pane_width - 2 * MARGIN * smaller, 1.0))
        top = _top_rows(scene, smaller, width)
        bottom = _bottom_rows(scene, smaller, width)
        room = scene.pane_height - 3 * MARGIN * smaller
        if _height(top) + _height(bottom) <= room:
            break
        top, bottom = _indispensable(top), _indispensable(bottom)
        if _height(top) + _height(bottom) <= room or scale * share < _LEAST_SCALE:
            break
    return top, bottom, smaller


def draw_line(painter: QPainter, position: QPointF, text: str, font: QFont, colour: QColor) -> None:
    """Draw one line with its baseline at a position."""
    painter.setFont(font)
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
    rows = [] if scene.ai is None else list(_ai_rows(scene.ai, scale, width))
    for line in scene.bottom_lines:
        rows += _line_rows(line, scale, width)
    return rows


@lru_cache(maxsize=256)
def _line_rows(line: CornerLine, scale: float, width: float) -> tuple[_Row, ...]:
    if line.emphasis is Emphasis.VIEW:
        font = text_font(VIEW_SIZE * scale, QFont.Weight.DemiBold)
    else:
        font = text_font(TEXT_SIZE * scale)
    secondary = line.emphasis is Emphasis.SECONDARY
    colour = SECONDARY if secondary else TEXT
    return tuple(
        _Row(
            text=text,
            font=font,
            colour=colour,
            scale=scale,
            sign=draw_reduced_sign if line.reduced else None,
            dispensable=line.dispensable,
        )
        for text in wrapped(line.text, font, width)
    )


@lru_cache(maxsize=64)
def _badge_rows(badge: Badge, scale: float, width: float) -> tuple[_Row, ...]:
    font = text_font(TEXT_SIZE * scale, QFont.Weight.Medium)
    texts = wrapped(badge.text, font, width - _sign_space(font))
    return tuple(
        _Row(
            text=text,
            font=font,
            colour=WARNING,
            scale=scale,
            sign=draw_warning_sign if index == 0 else None,
            indented=index > 0,
        )
        for index, text in enumerate(texts)
    )


@lru_cache(maxsize=64)
def _ai_rows(line: AiLine, scale: float, width: float) -> tuple[_Row, ...]:
    font = text_font(TEXT_SIZE * scale, QFont.Weight.Medium)
    small = text_font(TEXT_SIZE * scale)
    colour = AI_COLOURS[line.look]

    def sign(painter: QPainter, rect: QRectF) -> None:
        draw_ai_sign(painter, rect, line.look, line.fraction)

    rows = [_Row(text=line.text, font=font, colour=colour, scale=scale, sign=sign)]
    if line.fraction is not None:
        rows.append(
            _Row(
                text="",
                font=font,
                colour=colour,
                scale=scale,
                indented=True,
                fraction=line.fraction,
            )
        )
    if line.detail:
        # The model's name can go where room is short; the reason of a failure never.
        is_model = line.look is AiLook.SCORES
        rows += [
            _Row(
                text=text,
                font=small,
                colour=SECONDARY,
                scale=scale,
                indented=True,
                dispensable=is_model,
            )
            for text in wrapped(line.detail, small, width - _sign_space(small))
        ]
    return tuple(rows)


def _sign_space(font: QFont) -> float:
    return float(font.pixelSize()) * 1.35


def _height(rows: Sequence[_Row]) -> float:
    return sum(row.height for row in rows)


def _indispensable(rows: Sequence[_Row]) -> list[_Row]:
    return [row for row in rows if not row.dispensable]


def _start(scene: PaneScene, rows: Sequence[_Row], scale: float, *, at_top: bool) -> float:
    """Where a block's first row begins."""
    margin = MARGIN * scale
    return margin if at_top else scene.pane_height - margin - _height(rows)


def _block_place(scene: PaneScene, rows: Sequence[_Row], start: float, scale: float) -> QRectF:
    width = max((row.sign_space + row.words_width for row in rows), default=0.0)
    margin = MARGIN * scale
    left = scene.pane_width - margin - width if scene.text_on_right else margin
    return QRectF(left, start, width, _height(rows))


def _lies_on_tissue(
    grey: NDArray[np.uint8] | None,
    scene: PaneScene,
    rows: Sequence[_Row],
    scale: float,
    *,
    at_top: bool,
) -> bool:
    """True when the image under a block is more than stray bright pixels."""
    if grey is None or not rows:
        return False
    top = int(_start(scene, rows, scale, at_top=at_top))
    bottom = int(top + _height(rows))
    reach = int(max(row.sign_space + row.words_width for row in rows) + 2 * MARGIN * scale)
    columns = slice(max(0, scene.pane_width - reach), None) if scene.text_on_right else slice(reach)
    under = grey[max(0, top) : bottom, columns]
    return bool(under.size and (under > _TISSUE_GREY).mean() > _TISSUE_SHARE)


def _draw_block(
    painter: QPainter,
    scene: PaneScene,
    rows: Sequence[_Row],
    start: float,
    scale: float,
    *,
    with_ground: bool,
) -> None:
    y = start
    for row in rows:
        if with_ground:
            _draw_ground(painter, scene, row, QRectF(0, y, scene.pane_width, row.height), scale)
        _draw_row(painter, scene, row, y, scale)
        y += row.height


def _draw_ground(
    painter: QPainter, scene: PaneScene, row: _Row, band: QRectF, scale: float
) -> None:
    """Darken the tissue behind the words of one row."""
    width = row.sign_space + row.words_width + 8.0 * scale
    margin = MARGIN * scale - 4.0 * scale
    left = scene.pane_width - margin - width if scene.text_on_right else margin
    painter.fillRect(QRectF(left, band.top(), width, band.height()), GROUND)


def _draw_row(painter: QPainter, scene: PaneScene, row: _Row, y: float, scale: float) -> None:
    """Left blocks begin at the margin, right blocks end at it."""
    space, words = row.sign_space, row.words_width
    margin = MARGIN * scale
    # Signs hang to the left of right-aligned words, so those rows need no common indent.
    words_x = scene.pane_width - margin - words if scene.text_on_right else margin + space
    if row.fraction is not None:
        bar = QRectF(words_x, y + 2.0 * scale, words, _PROGRESS_HEIGHT * scale)
        painter.fillRect(bar, faded(ACCENT, 0.3))
        bar.setWidth(words * row.fraction)
        painter.fillRect(bar, ACCENT)
        return
    baseline = y + row.ascent
    if row.sign is not None:
        size = row.font.pixelSize() * 0.9
        middle = baseline - QFontMetricsF(row.font).capHeight() / 2
        row.sign(painter, QRectF(words_x - space, middle - size / 2, size, size))
    draw_line(painter, QPointF(words_x, baseline), row.text, row.font, row.colour)
