"""A thin bar of buttons that grows with the words; what finds no room goes into a menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from viewer.ui.overflow import BarParts, Overflow
from viewer.ui.text_size import follow_text_size, scaled

_HEIGHT = 40
_ICON = 20


class OverflowBar(QWidget):
    """What the bars above the images share; they make their buttons and call `lay_out` once."""

    def __init__(self, *, least_width: int, parent: QWidget | None = None) -> None:
        """least_width: logical pixels at 100 % text, room for what never goes into the menu."""
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._least_width = least_width
        self._overflow: Overflow | None = None

    def lay_out(self, parts: BarParts) -> None:
        """Take the buttons; once."""
        self._overflow = Overflow(bar=self, parts=parts)
        follow_text_size(self, self._grow)

    @property
    def overflow(self) -> Overflow:
        """What finds no room, and the menu it is in."""
        if self._overflow is None:
            raise RuntimeError("the bar has no buttons yet")
        return self._overflow

    def fit(self) -> None:
        """Use the room there is."""
        if self._overflow is not None:
            self._overflow.fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for the menus; everything else may go into the last of them."""
        return QSize(scaled(self._least_width), scaled(_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Use the new room."""
        super().resizeEvent(event)
        self.fit()

    def event(self, event: QEvent) -> bool:
        """Fit anew when a button takes other words, another font, or comes and goes."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self.fit()
        return handled

    def _grow(self) -> None:
        """Take the size of words."""
        self.setFixedHeight(scaled(_HEIGHT))
        for button in self.findChildren(QToolButton):
            button.setIconSize(QSize(scaled(_ICON), scaled(_ICON)))
        self.fit()
