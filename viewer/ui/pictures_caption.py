"""The strip of words below a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from viewer.export.caption import RESEARCH_USE, SCALE
from viewer.export.shot import Shot, ShotGrid
from viewer.ui.fonts import text_font
from viewer.ui.pane.corner_rows import wrapped
from viewer.ui.pane.ink import MARGIN, SECONDARY, TEXT, TEXT_SIZE

CHROME = QColor("#16181b")
_LINE_GAP = 4.0
_COLUMN_GAP = 24.0


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence of a strip; breaks where it is too long."""

    text: str
    secondary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionStrip:
    """Lines of cells: the cells of a line share the width evenly; empty cells keep their place."""

    lines: tuple[tuple[Words, ...], ...]
    width: int
    scale: float
    """Device pixels per logical pixel."""

    @property
    def height(self) -> int:
        """Device pixels of the whole strip."""
        rows = sum(self._row_count(line) for line in self.lines)
        return round(rows * self._row_height + 2 * MARGIN * self.scale)

    def draw(self, painter: QPainter, top: float) -> None:
        """Draw the strip from a row of device pixels on down, over the whole width."""
        painter.fillRect(QRectF(0, top, self.width, self.height), CHROME)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing, True)
        painter.setFont(self._font)
        y = top + MARGIN * self.scale + QFontMetricsF(self._font).ascent()
        for line in self.lines:
            for position, words in enumerate(line):
                painter.setPen(SECONDARY if words.secondary else TEXT)
                x = MARGIN * self.scale + position * self._cell_width(line)
                for row, text in enumerate(self._wrapped(words, line)):
                    painter.drawText(QPointF(x, y + row * self._row_height), text)
            y += self._row_count(line) * self._row_height

    @property
    def _font(self) -> QFont:
        return text_font(TEXT_SIZE * self.scale)

    @property
    def _row_height(self) -> float:
        return QFontMetricsF(self._font).height() + _LINE_GAP * self.scale

    def _cell_width(self, line: Sequence[Words]) -> float:
        return (self.width - 2 * MARGIN * self.scale) / len(line)

    def _wrapped(self, words: Words, line: Sequence[Words]) -> list[str]:
        gap = _COLUMN_GAP * self.scale if len(line) > 1 else 0.0
        return wrapped(words.text, TEXT_SIZE * self.scale, self._cell_width(line) - gap)

    def _row_count(self, line: Sequence[Words]) -> int:
        return max(len(self._wrapped(words, line)) for words in line)


def strip_of(grid: ShotGrid, *, width: int, scale: float) -> CaptionStrip:
    """The strip of a picture of panes: of one pane two lines, of several a cell for each."""
    shots = [shot for row in grid for shot in row]
    lines = _lines_of_one(shots[0]) if len(shots) == 1 else _lines_of_several(grid)
    return CaptionStrip(
        lines=(*lines, (Words(RESEARCH_USE, secondary=True),)), width=width, scale=scale
    )


def strip_of_figure(shot: Shot, *, width: int, scale: float) -> CaptionStrip:
    """The strip of a figure, whose panels say themselves what is drawn over the image."""
    lines = [(Words(text),) for text in shot.caption.figure_lines] if shot.caption else []
    return CaptionStrip(
        lines=(*lines, (Words(RESEARCH_USE, secondary=True),)), width=width, scale=scale
    )


def _lines_of_one(shot: Shot) -> tuple[tuple[Words, ...], ...]:
    if shot.caption is None:
        return ((Words(shot.exam_alias),), (Words(_empty(shot)),))
    shown, said = shot.caption.lines
    return (Words(shown),), (Words(said),)


def _lines_of_several(grid: ShotGrid) -> tuple[tuple[Words, ...], ...]:
    captions = [shot.caption for row in grid for shot in row if shot.caption is not None]
    models = dict.fromkeys(caption.model for caption in captions if caption.model)
    overlays = dict.fromkeys(caption.overlay for caption in captions if caption.overlay)
    scale = SCALE if any(caption.is_scored for caption in captions) else ""
    heading = (grid[0][0].exam_alias, *models, scale, *overlays)
    cells = tuple(
        tuple(Words(shot.caption.short if shot.caption else _empty(shot)) for shot in row)
        for row in grid
    )
    return ((Words("   ".join(part for part in heading if part)),), *cells)


def _empty(shot: Shot) -> str:
    return ": ".join(part for part in (shot.empty_title, shot.empty_detail) if part)
