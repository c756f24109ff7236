"""Measured steps beside the standard's, and their curve."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.domain.display_function import StepCheck
from viewer.ui.pane.ink import ACCENT, SECONDARY, TEXT, WARNING

LIMIT = 0.1
"""Deviation of contrast that a primary display may have (AAPM TG18)."""
_HEADINGS = ("Level", "cd/m²", "GSDF", "Contrast")


class StepsTable(QWidget):
    """A table and a plot; empty without a calibration."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = StepsPlot(self)
        self.table = QTableWidget(0, len(_HEADINGS), self)
        self.table.setHorizontalHeaderLabels(list(_HEADINGS))
        self.table.setAccessibleName("Measured steps")
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        layout.addWidget(self.table, 1)
        layout.addStretch(0)

    def show_steps(self, steps: Sequence[StepCheck]) -> None:
        """Show these steps."""
        self.plot.show_steps(steps)
        self.table.setVisible(bool(steps))
        self.table.setRowCount(len(steps))
        for row, step in enumerate(steps):
            for column, text in enumerate(_words(step)):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if _is_beyond(step):
                    item.setForeground(WARNING)
                self.table.setItem(row, column, item)


class StepsPlot(QWidget):
    """Luminance over driving level, logarithmic: dots are measured, the line is the standard."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(150)
        self.setAccessibleName("Luminance by level: measured dots, line of the standard")
        self._steps: tuple[StepCheck, ...] = ()

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as there is room."""
        return QSize(300, 150)

    def show_steps(self, steps: Sequence[StepCheck]) -> None:
        """Show these steps."""
        self._steps = tuple(steps)
        self.setVisible(bool(steps))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint line and dots."""
        del event
        if not self._steps:
            return
        area = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        low = log10(min(min(s.measured, s.wanted) for s in self._steps))
        high = log10(max(max(s.measured, s.wanted) for s in self._steps))

        def point(level: int, luminance: float) -> QPointF:
            share = (log10(luminance) - low) / max(high - low, 1e-9)
            return QPointF(
                area.left() + level / 255 * area.width(), area.bottom() - share * area.height()
            )

        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(SECONDARY, 1.0))
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
            painter.setPen(QPen(ACCENT, 1.5))
            painter.drawPolyline(QPolygonF([point(s.level, s.wanted) for s in self._steps]))
            painter.setPen(Qt.PenStyle.NoPen)
            for step in self._steps:
                painter.setBrush(WARNING if _is_beyond(step) else TEXT)
                painter.drawEllipse(point(step.level, step.measured), 2.5, 2.5)
        finally:
            painter.end()


def _is_beyond(step: StepCheck) -> bool:
    return step.contrast_deviation is not None and abs(step.contrast_deviation) > LIMIT


def _words(step: StepCheck) -> tuple[str, ...]:
    deviation = step.contrast_deviation
    said = "" if deviation is None else f"{deviation:+.0%}"
    # The sign tells it too: colour alone tells nothing to some readers.
    marked = f"{said} !" if _is_beyond(step) else said
    return str(step.level), f"{step.measured:.2f}", f"{step.wanted:.2f}", marked
