"""The lambda slider: 0.00 to 1.00, by mouse, wheel and keys; the newest value only is drawn."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from viewer.ui.flow_layout import FlowLayout
from viewer.ui.folding_row import FoldingRow
from viewer.ui.text_size import follow_text_size, scaled

_STEPS = 100
_READOUT = 74
"""Logical pixels at 100 % text, as all that follow."""
_WORDS = 190
_LEAST_SLIDER = 200


class LambdaControl(QWidget):
    """A slider with its value, and buttons for the ends and for the plan's lambda."""

    moved = Signal(float)
    """The newest value; values between are dropped while one is drawn."""

    def __init__(self, *, planned: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(10)
        self.slider.setAccessibleName("λ, weight of the reader")
        self._readout = QLabel(self)
        self._readout.setObjectName("readout")
        self._words = QLabel(self)
        self._words.setObjectName("hint")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._tell)
        moved = QWidget(self)
        first = QHBoxLayout(moved)
        first.setContentsMargins(0, 0, 0, 0)
        first.setSpacing(10)
        first.addWidget(self._readout)
        first.addWidget(self.slider, 1)
        chosen = QWidget(self)
        second = FlowLayout(chosen, gap=10)
        second.addWidget(self._words)
        for text, value in (
            ("AI alone", 0.0),
            (f"Plan {planned:.2f}", planned),
            ("Reader alone", 1.0),
        ):
            button = QPushButton(text, self)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, v=value: self.set(v))
            second.addWidget(button)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(FoldingRow(moved, chosen, gap=10, parent=self))
        follow_text_size(self, self._grow)
        self.slider.valueChanged.connect(self._take)
        self.set(planned)
        self._say()

    @property
    def value(self) -> float:
        """Lambda, 0 to 1."""
        return self.slider.value() / _STEPS

    @Slot(float)
    def set(self, value: float) -> None:
        """Move the slider."""
        self.slider.setValue(round(value * _STEPS))

    @Slot()
    def _take(self) -> None:
        self._say()
        # Whatever queues up while a frame is drawn is answered by one frame.
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _tell(self) -> None:
        self.moved.emit(self.value)

    def _grow(self) -> None:
        """Take the size of words."""
        self._readout.setFixedWidth(scaled(_READOUT))
        self._words.setMinimumWidth(scaled(_WORDS))
        self.slider.setMinimumWidth(scaled(_LEAST_SLIDER))

    def _say(self) -> None:
        self._readout.setText(f"λ {self.value:.2f}")
        reader = self.slider.value()
        self._words.setText(f"{reader} % reader, {_STEPS - reader} % AI")
