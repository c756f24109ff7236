"""Two parts side by side where there is room for both, else one below the other."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QWidget


class FoldingRow(QWidget):
    """The first part takes the room that the second one leaves, or both share it."""

    def __init__(
        self,
        first: QWidget,
        second: QWidget,
        *,
        gap: int = 12,
        line_gap: int = 6,
        shared: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """gap: logical pixels between the parts side by side; line_gap: one below the other.

        shared: both take half, and stand side by side while that is more than their least width.
        """
        super().__init__(parent)
        self._first, self._second = first, second
        self._gap, self._line_gap = gap, line_gap
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(gap)
        self._box.addWidget(first, 1)
        self._box.addWidget(second, 1 if shared else 0)
        self._shared = shared

    @property
    def is_folded(self) -> bool:
        """Whether the second part stands below the first."""
        return self._box.direction() is QBoxLayout.Direction.TopToBottom

    def set_margins(self, left: int, top: int, right: int, bottom: int) -> None:
        """Room around both, in logical pixels."""
        self._box.setContentsMargins(left, top, right, bottom)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As narrow as the wider part may be."""
        margins = self._box.contentsMargins()
        parts = [self._first.minimumSizeHint(), self._second.minimumSizeHint()]
        across = max(part.width() for part in parts) + margins.left() + margins.right()
        return QSize(across, self._box.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Fold or unfold."""
        super().resizeEvent(event)
        self.fold()

    def event(self, event: QEvent) -> bool:
        """Fold anew when what is inside takes other words or another font."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self.fold()
        return handled

    def fold(self) -> None:
        """Choose the direction for the width there is."""
        margins = self._box.contentsMargins()
        if self._shared:
            parts = [self._first.minimumSizeHint(), self._second.minimumSizeHint()]
            needed = 2 * max(part.width() for part in parts) + self._gap
        else:
            needed = _one_line(self._first) + _one_line(self._second) + self._gap
        fits = needed + margins.left() + margins.right() <= self.width()
        way = QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom
        if way is not self._box.direction():
            self._box.setDirection(way)
            self._box.setSpacing(self._gap if fits else self._line_gap)
            self.updateGeometry()


def _one_line(widget: QWidget) -> int:
    """The width of a part whose words are not wrapped, in logical pixels."""
    if isinstance(widget, QLabel):
        return widget.fontMetrics().horizontalAdvance(widget.text())
    layout = widget.layout()
    if not isinstance(layout, QHBoxLayout):
        return max(widget.sizeHint().width(), widget.minimumWidth())
    shown = [
        inner
        for place in range(layout.count())
        if (item := layout.itemAt(place)) is not None
        and (inner := item.widget()) is not None
        and not inner.isHidden()
    ]
    gaps = layout.spacing() * max(0, len(shown) - 1)
    return sum(_one_line(inner) for inner in shown) + gaps
