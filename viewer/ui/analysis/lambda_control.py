"""The lambda slider: 0.00 to 1.00, by mouse, wheel and keys; the newest value only is drawn."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from viewer.ui.fonts import text_font

_STEPS = 100
_READOUT = 74


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
        self._readout.setFont(text_font(18, QFont.Weight.DemiBold))
        self._readout.setFixedWidth(_READOUT)
        self._words = QLabel(self)
        self._words.setObjectName("hint")
        self._words.setMinimumWidth(190)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._tell)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._readout)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self._words)
        for text, value in (
            ("AI alone", 0.0),
            (f"Plan {planned:.2f}", planned),
            ("Reader alone", 1.0),
        ):
            button = QPushButton(text, self)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, v=value: self.set(v))
            layout.addWidget(button)
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

    def _say(self) -> None:
        self._readout.setText(f"λ {self.value:.2f}")
        reader = self.slider.value()
        self._words.setText(f"{reader} % reader, {_STEPS - reader} % AI")
