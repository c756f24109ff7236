"""How long readings took: active time of a case."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from viewer.analysis.results import StudyResults, TimeSummary
from viewer.ui.analysis.figure_table import Cell, FigureTable, Row
from viewer.ui.analysis.figures import seconds
from viewer.ui.analysis.modality_look import modality_colour, modality_words
from viewer.ui.analysis.page import Page
from viewer.ui.analysis.plot_look import round_ticks
from viewer.ui.fonts import text_font
from viewer.ui.text_size import follow_text_size, scaled, text_factor
from viewer.ui.theme import LINE, SECONDARY, SMALL_PIXELS, TEXT

_HEADERS = ("Reader", "Modality", "Readings", "Median", "Quartiles", "Mean", "Total")
_ALL = "All readers"
_ROW = 24
"""Logical pixels at 100 % text, as all that follow."""
_NAMES = 210
_AXIS = 26


class TimeTab(Page):
    """Quartiles as bars, figures in a table."""

    def __init__(self, results: StudyResults, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = FigureTable(_HEADERS, self)
        self.table.show_rows([_row(found) for found in results.times])
        if not results.times:
            self.table.hide()
            self.add_words("These data carry no times.")
            return
        self.bars = QuartileBars(results, self)
        self.add_block(
            "Active time of a case",
            self.bars,
            words="Half of the readings lie within a bar; the line is the median. Idle time "
            "(more than 30 s without input, another window, locked screen) is left out.",
        )
        self.add_block("Figures", self.table)


class QuartileBars(QWidget):
    """One bar a reader and modality."""

    def __init__(self, results: StudyResults, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._times = results.times
        self._modalities = results.modalities
        self._longest = max((found.quartile_high_s for found in results.times), default=1.0) * 1.1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow_text_size(self, self.updateGeometry)
        self.setAccessibleName("Active time of a case")

    def sizeHint(self) -> QSize:  # noqa: N802
        """Every bar is shown."""
        return QSize(scaled(520), scaled(_ROW) * len(self._times) + scaled(_AXIS))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As high as the bars."""
        return QSize(scaled(320), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw axis and bars."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(text_font(scaled(SMALL_PIXELS)))
        self._draw_axis(painter)
        for place, found in enumerate(self._times):
            self._draw_bar(painter, found, place * scaled(_ROW))
        painter.end()

    def _x(self, value: float) -> float:
        names = scaled(_NAMES)
        return names + (self.width() - names - scaled(24)) * value / max(self._longest, 1e-9)

    def _draw_axis(self, painter: QPainter) -> None:
        bottom = self.height() - scaled(_AXIS)
        for value in round_ticks(0.0, self._longest):
            x = self._x(value)
            painter.setPen(QPen(QColor(LINE), 1))
            painter.drawLine(int(x), 0, int(x), bottom)
            painter.setPen(QColor(SECONDARY))
            box = QRectF(x - scaled(40), bottom + 4, scaled(80), scaled(16))
            box.moveRight(min(box.right(), float(self.width())))
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, f"{value:g} s")

    def _draw_bar(self, painter: QPainter, found: TimeSummary, top: int) -> None:
        painter.setPen(QColor(TEXT))
        words = f"{found.reader or _ALL}, {modality_words(found.modality)}"
        room, row = scaled(_NAMES - 14), scaled(_ROW)
        words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room)
        box = QRectF(0, top, room, row)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, words)
        colour = QColor(modality_colour(found.modality, self._modalities))
        painter.setPen(Qt.PenStyle.NoPen)
        faint = QColor(colour)
        faint.setAlphaF(0.4)
        painter.setBrush(faint)
        low, high = self._x(found.quartile_low_s), self._x(found.quartile_high_s)
        edge = scaled(6)
        bar = QRectF(low, top + edge, max(2.0, high - low), row - 2 * edge)
        painter.drawRoundedRect(bar, 2, 2)
        painter.setPen(QPen(colour, 2.4 * text_factor()))
        median = self._x(found.median_s)
        edge = scaled(4)
        painter.drawLine(int(median), top + edge, int(median), top + row - edge)


def _row(found: TimeSummary) -> Row:
    return (
        Cell(found.reader or _ALL, is_strong=True),
        modality_words(found.modality),
        Cell(f"{found.readings:,}", found.readings),
        Cell(seconds(found.median_s), found.median_s, is_strong=True),
        f"{seconds(found.quartile_low_s)} to {seconds(found.quartile_high_s)}",
        Cell(seconds(found.mean_s), found.mean_s),
        Cell(seconds(found.total_s), found.total_s),
    )
