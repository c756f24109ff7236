"""Asks how wide a screen is, measured with a ruler."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from viewer.domain.screen_pitch import LARGEST_WIDTH_MM, SMALLEST_WIDTH_MM, ScreenPitch
from viewer.ui.text_size import scaled


class ScreenWidthDialog(QDialog):
    """The width of the lit part of one screen, in millimetres."""

    def __init__(self, pitch: ScreenPitch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Width of this screen")
        screen = pitch.screen
        words = QLabel(
            "Measure the lit part of the screen from its left to its right edge with a ruler. "
            f"The screen has {screen.device_width} × {screen.device_height} pixels; "
            f"{_reported(pitch)}"
        )
        words.setWordWrap(True)
        self._width = QDoubleSpinBox()
        self._width.setRange(SMALLEST_WIDTH_MM, LARGEST_WIDTH_MM)
        self._width.setDecimals(1)
        self._width.setSuffix(" mm")
        self._width.setAccessibleName("Width of the screen in millimetres")
        known = None if pitch.pixel_mm is None else pitch.pixel_mm * screen.device_width
        self._width.setValue(known or screen.width_mm or 500.0)
        self._width.selectAll()
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(words)
        layout.addWidget(self._width)
        layout.addWidget(buttons)
        self.setMinimumWidth(scaled(380))

    @property
    def width_mm(self) -> float:
        """What the user measured."""
        return self._width.value()


def _reported(pitch: ScreenPitch) -> str:
    if pitch.measured and pitch.pixel_mm is not None:
        return f"it was measured before: {pitch.pixel_mm * pitch.screen.device_width:.1f} mm."
    if pitch.screen.width_mm > 0:
        return f"it reports a width of {pitch.screen.width_mm:.0f} mm."
    return "it does not report its size."
