"""Warnings and errors above the images: an icon, words, what to do, and a way to close them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from viewer.ui.icons import icon
from viewer.ui.text_size import follow_text_size, scaled
from viewer.ui.theme import ERROR, WARNING

_MOST = 20
_ICON = 16


class NoticeBar(QWidget):
    """Shows the newest notice and how many others wait."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noticeBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._notices: list[tuple[str, str, bool]] = []
        self._sign = QLabel(self)
        self._words = QLabel(self)
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._count = QLabel(self)
        self._count.setObjectName("hint")
        self._close = QToolButton(self)
        self._close.setIcon(icon("mdi6.close"))
        self._close.setToolTip("Close this notice")
        self._close.setAccessibleName("Close this notice")
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._close.clicked.connect(self.close_newest)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.setSpacing(10)
        layout.addWidget(self._sign)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._count)
        layout.addWidget(self._close)
        self.hide()
        follow_text_size(self, self._grow)

    @property
    def texts(self) -> tuple[str, ...]:
        """All notices that are not closed, the newest last."""
        return tuple(f"{message} {hint}".strip() for message, hint, _ in self._notices)

    def add(self, message: str, hint: str, *, is_error: bool) -> None:
        """Show a notice; one that stands already comes to the front."""
        notice = (message, hint, is_error)
        if notice in self._notices:
            self._notices.remove(notice)
        self._notices = [*self._notices, notice][-_MOST:]
        self._show_newest()

    @Slot()
    def close_newest(self) -> None:
        """Close the notice that is shown."""
        if self._notices:
            self._notices.pop()
        self._show_newest()

    def _grow(self) -> None:
        """Take the size of words."""
        self._close.setIconSize(QSize(scaled(_ICON), scaled(_ICON)))
        self._show_newest()

    def _show_newest(self) -> None:
        self.setVisible(bool(self._notices))
        if not self._notices:
            return
        message, hint, is_error = self._notices[-1]
        name = "mdi6.alert-circle-outline" if is_error else "mdi6.alert-outline"
        colour = ERROR if is_error else WARNING
        self._sign.setPixmap(icon(name, colour).pixmap(scaled(_ICON), scaled(_ICON)))
        self._words.setText(f"{message} {hint}".strip())
        others = len(self._notices) - 1
        self._count.setText(f"{others} more" if others else "")
        self.setProperty("error", is_error)
        self.style().unpolish(self)
        self.style().polish(self)
