"""AUC of every reader with its interval, one line a reader, modalities side by side."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.analysis.results import AI, Interval, StudyResults
from viewer.ui.analysis.figures import number
from viewer.ui.analysis.modality_look import modality_colour, modality_words
from viewer.ui.analysis.plot_look import round_ticks
from viewer.ui.fonts import text_font
from viewer.ui.text_size import follow_text_size, scaled, text_factor
from viewer.ui.theme import LINE, SECONDARY, SMALL_PIXELS, TEXT

_STEP = 13
"""Logical pixels at 100 % text, as all that follow."""
_LINE_GAP = 9
_NAMES = 110
_FIGURES = 64
_AXIS = 34
_LEGEND = 24
_DOT = 3.4

Estimate = tuple[str, float, Interval]


class ForestPlot(QWidget):
    """Paints the estimates; names at the left, figures at the right."""

    def __init__(self, results: StudyResults, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = forest_lines(results)
        self._modalities = tuple(
            dict.fromkeys(modality for _, line in self._lines for modality, _, _ in line)
        )
        self._colours = {
            name: QColor(modality_colour(name, results.modalities)) for name in self._modalities
        }
        self._low, self._high = _range(self._lines)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow_text_size(self, self.updateGeometry)
        self.setAccessibleName("AUC of each reader")
        self.setAccessibleDescription(
            ". ".join(
                f"{name}: " + ", ".join(f"{modality_words(m)} {number(v)}" for m, v, _ in line)
                for name, line in self._lines
            )
        )

    def sizeHint(self) -> QSize:  # noqa: N802
        """Every line is shown; the page scrolls."""
        height = sum(_height(line) for _, line in self._lines)
        return QSize(scaled(520), scaled(_LEGEND) + height + scaled(_AXIS))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As high as its lines."""
        return QSize(scaled(360), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw legend, lines and axis."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_legend(painter)
        self._draw_axis(painter)
        top = float(scaled(_LEGEND))
        for name, line in self._lines:
            self._draw_line(painter, name, line, top)
            top += _height(line)
        painter.end()

    def _x(self, value: float) -> float:
        room = self.width() - scaled(_NAMES) - scaled(_FIGURES)
        return scaled(_NAMES) + room * (value - self._low) / (self._high - self._low)

    def _draw_legend(self, painter: QPainter) -> None:
        painter.setFont(text_font(scaled(SMALL_PIXELS)))
        left, dot, height = float(scaled(_NAMES)), _dot(), scaled(_LEGEND)
        for modality in self._modalities:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colours[modality])
            painter.drawEllipse(QPointF(left + dot, height / 2), dot, dot)
            words = modality_words(modality)
            width = painter.fontMetrics().horizontalAdvance(words) + 4
            painter.setPen(QColor(SECONDARY))
            box = QRectF(left + scaled(12), 0, width, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
            left += width + scaled(30)

    def _draw_axis(self, painter: QPainter) -> None:
        bottom = self.height() - scaled(_AXIS)
        painter.setFont(text_font(scaled(SMALL_PIXELS)))
        for value in round_ticks(self._low, self._high):
            x = self._x(value)
            painter.setPen(QPen(QColor(LINE), 1))
            painter.drawLine(QPointF(x, scaled(_LEGEND)), QPointF(x, bottom))
            painter.setPen(QColor(SECONDARY))
            box = QRectF(x - scaled(30), bottom + 2, scaled(60), scaled(16))
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, number(value, 2))

    def _draw_line(
        self, painter: QPainter, name: str, line: tuple[Estimate, ...], top: float
    ) -> None:
        painter.setFont(text_font(scaled(SMALL_PIXELS)))
        painter.setPen(QColor(TEXT))
        room = scaled(_NAMES - 12)
        words = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        box = QRectF(0, top, room, _height(line) - scaled(_LINE_GAP))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
        for place, (modality, value, limits) in enumerate(line):
            y = top + scaled(_STEP) * (place + 0.5)
            colour = self._colours[modality]
            painter.setPen(QPen(colour, 1.4 * text_factor()))
            painter.drawLine(
                QPointF(self._x(max(limits.low, self._low)), y),
                QPointF(self._x(min(limits.high, self._high)), y),
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(self._x(value), y), _dot(), _dot())
            painter.setPen(QColor(SECONDARY))
            width, high = scaled(_FIGURES - 8), scaled(16)
            figure = QRectF(self.width() - width, y - high / 2, width, high)
            painter.drawText(figure, Qt.AlignmentFlag.AlignVCenter, number(value))


def forest_lines(results: StudyResults) -> tuple[tuple[str, tuple[Estimate, ...]], ...]:
    """Each reader's estimates, then each model's."""
    lines: list[tuple[str, tuple[Estimate, ...]]] = []
    for reader in results.readers:
        line = tuple(
            (name, found.readers[reader].auc, found.readers[reader].ci_delong)
            for name, found in results.by_modality.items()
            if reader in found.readers
        )
        if line:
            lines.append((reader, line))
    for model, found_ai in results.ai.items():
        lines.append((model, ((AI, found_ai.scores.auc, found_ai.scores.ci_delong),)))
    return tuple(lines)


def _height(line: tuple[Estimate, ...]) -> int:
    return scaled(_STEP) * max(1, len(line)) + scaled(_LINE_GAP)


def _dot() -> float:
    return _DOT * text_factor()


def _range(lines: tuple[tuple[str, tuple[Estimate, ...]], ...]) -> tuple[float, float]:
    """Whole tenths around all intervals, within 0 to 1."""
    lows = [limits.low for _, line in lines for _, _, limits in line]
    highs = [limits.high for _, line in lines for _, _, limits in line]
    low = max(0.0, int(min(lows, default=0.0) * 10) / 10)
    high = min(1.0, (int(max(highs, default=1.0) * 10) + 1) / 10)
    return low, max(high, low + 0.1)
