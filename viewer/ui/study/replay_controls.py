"""Play, pause, speed and scrubbing of a replay."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSlider, QWidget

from viewer.ui.icons import icon
from viewer.ui.text_size import follow_text_size, scaled

_HEIGHT = 48
"""Logical pixels at 100 % text, as what follows."""
_ICON = 16
SPEEDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class ReplayControls(QWidget):
    """Times are milliseconds of the film."""

    play_toggled = Signal()
    stepped = Signal(int)
    """To the next (1) or previous (-1) moment."""
    sought = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("phaseBand")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.play = QPushButton(self)
        self.back = QPushButton(icon("mdi6.skip-previous-outline"), "", self)
        self.forward = QPushButton(icon("mdi6.skip-next-outline"), "", self)
        self.track = QSlider(Qt.Orientation.Horizontal, self)
        self.track.setAccessibleName("Time of the replay")
        self.time = QLabel(self)
        self.speed = QComboBox(self)
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}x", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.speed.setAccessibleName("Speed")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(8)
        for widget in (self.back, self.play, self.forward):
            widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            layout.addWidget(widget)
        self.track.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.speed.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout.addWidget(self.track, 1)
        layout.addWidget(self.time)
        layout.addWidget(self.speed)
        self.play.clicked.connect(self.play_toggled)
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.forward.clicked.connect(lambda: self.stepped.emit(1))
        self.track.valueChanged.connect(self.sought)
        self.back.setAccessibleName("To the moment before")
        self.forward.setAccessibleName("To the next moment")
        self.back.setToolTip("To the moment before (Left)")
        self.play.setToolTip("Play or pause (Space); Home and End: to the beginning and the end")
        self.forward.setToolTip("To the next moment (Right)")
        self.speed.setToolTip("Speed (Up: faster, Down: slower)")
        self.show_playing(False)
        follow_text_size(self, self._grow)

    @property
    def speed_factor(self) -> float:
        """How many times as fast as it was."""
        return float(self.speed.currentData())

    def change_speed(self, by: int) -> None:
        """So many steps faster; slower below 0."""
        place = self.speed.currentIndex() + by
        self.speed.setCurrentIndex(min(max(place, 0), len(SPEEDS) - 1))

    def _grow(self) -> None:
        """Take the size of words."""
        self.setFixedHeight(scaled(_HEIGHT))
        for button in (self.back, self.play, self.forward):
            button.setIconSize(QSize(scaled(_ICON), scaled(_ICON)))

    @Slot(bool)
    def show_playing(self, playing: bool) -> None:
        """Show what the button does next."""
        self.play.setIcon(icon("mdi6.pause" if playing else "mdi6.play"))
        self.play.setText("Pause" if playing else "Play")

    def show_length(self, length_ms: int) -> None:
        """Make the track as long as the film."""
        self.track.setRange(0, max(length_ms, 1))

    def show_time(self, shown_ms: int, words: str) -> None:
        """Show where the film is."""
        self.track.blockSignals(True)
        self.track.setValue(shown_ms)
        self.track.blockSignals(False)
        self.time.setText(words)
