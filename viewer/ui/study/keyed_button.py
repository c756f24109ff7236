"""A button that names its key beside its words while there is room for both."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget


class KeyedButton(QPushButton):
    """Never takes the keyboard; the key is in its tooltip too."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self._key = ""
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def say(self, words: str, *, key: str) -> None:
        """Say other words."""
        self._words, self._key = words, key
        self.setToolTip(f"<b>{words}</b>&nbsp;&nbsp;{key}")
        self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for the words without the key."""
        hint = super().minimumSizeHint()
        spared = self._width_of(self.text()) - self._width_of(self._words)
        return QSize(hint.width() - max(0, spared), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Use the new room."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Measure anew in another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        whole = f"{self._words}   {self._key}"
        around = self.sizeHint().width() - self._width_of(self.text())
        fits = self._width_of(whole) + around <= self.width()
        self.setText(whole if fits else self._words)

    def _width_of(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text)
