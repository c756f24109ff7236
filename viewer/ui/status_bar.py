"""One line below everything: what runs, on which device, memory, and that this is research."""

from __future__ import annotations

import psutil
from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from viewer.ui.text_size import follow_text_size, scaled

_HEIGHT = 26
_GAP = 10
_SAID_FOR_MS = 5000
_MEMORY_EVERY_MS = 2000


class StatusBar(QWidget):
    """Says what goes on; its only button cancels it."""

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        follow_text_size(self, lambda: self.setFixedHeight(scaled(_HEIGHT)))
        self._running = QLabel(self)
        self._running.setObjectName("running")
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(120)
        self._cancel = QToolButton(self)
        self._cancel.setText("Cancel")
        self._cancel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._cancel.clicked.connect(self.cancel_requested)
        self._said = QLabel(self)
        self._display = QLabel(self)
        self._display.setToolTip("How the screen is calibrated; Display check tells more")
        self._device = QLabel(self)
        self._memory = QLabel(self)
        self._memory.setToolTip("Memory this program uses")
        self._research = QLabel("research use only", self)
        self._research.setObjectName("research")
        self._lay_out()
        self._process = psutil.Process()
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.timeout.connect(self._said.clear)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._show_memory)
        self._clock.start(_MEMORY_EVERY_MS)
        self._show_memory()
        self.show_running("", None)

    def sizeHint(self) -> QSize:  # noqa: N802
        """As wide as there is room."""
        return QSize(200, scaled(_HEIGHT))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Narrow windows cut words, they do not grow."""
        return QSize(200, scaled(_HEIGHT))

    def event(self, event: QEvent) -> bool:
        """Find room anew when words change."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._make_room()
        return handled

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Find room for the words."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Rather than that words are cut, memory is not said for a moment, and then the display."""
        labels = (self._running, self._said, self._device, self._research)
        wide = sum(label.sizeHint().width() for label in labels if label.text())
        if self._running.text():
            wide += self._progress.width() + self._cancel.sizeHint().width() + 2 * _GAP
        room = self.width() - 2 * _GAP - len(labels) * _GAP
        for label in (self._display, self._memory):
            wide += label.sizeHint().width() + _GAP
            label.setVisible(wide <= room)

    @property
    def running(self) -> str:
        """What is said to run."""
        return self._running.text()

    @property
    def said(self) -> str:
        """What is said in passing."""
        return self._said.text()

    @property
    def device(self) -> str:
        """Where the networks are said to run."""
        return self._device.text()

    def show_running(self, text: str, share: float | None, *, can_cancel: bool = True) -> None:
        """Say what runs and how far it is, 0..1; None: nobody knows how far."""
        self._running.setText(text)
        self._running.setVisible(bool(text))
        self._progress.setVisible(bool(text))
        self._cancel.setVisible(bool(text) and can_cancel)
        if share is None:
            self._progress.setRange(0, 0 if text else 1)
        else:
            self._progress.setRange(0, 1000)
            self._progress.setValue(round(share * 1000))

    def show_device(self, name: str) -> None:
        """Say where networks run."""
        self._device.setText(f"AI on {name}" if name else "")

    def show_frames(self, text: str, description: str) -> None:
        """Say how much memory and disk slices take, instead of the program's memory.

        description: whole sentences, for the tooltip and screen readers.
        """
        self._clock.stop()
        self._memory.setText(text)
        self._memory.setToolTip(description)
        self._memory.setAccessibleName(description)

    @property
    def memory(self) -> str:
        """What is said of memory."""
        return self._memory.text()

    @property
    def display(self) -> str:
        """How the screen is said to be calibrated."""
        return self._display.text()

    def show_display(self, words: str) -> None:
        """Say how the screen is calibrated."""
        self._display.setText(f"display: {words}")

    def say(self, text: str) -> None:
        """Say something for a few seconds."""
        self._said.setText(text)
        self._silence.start(_SAID_FOR_MS)

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(_GAP, 0, _GAP, 0)
        layout.setSpacing(_GAP)
        layout.addWidget(self._running)
        layout.addWidget(self._progress)
        layout.addWidget(self._cancel)
        layout.addWidget(self._said, 1)
        layout.addWidget(self._display)
        layout.addWidget(self._device)
        layout.addWidget(self._memory)
        layout.addWidget(self._research)

    def _show_memory(self) -> None:
        gigabytes = self._process.memory_info().rss / (1 << 30)
        self._memory.setText(f"{gigabytes:.1f} GB")
