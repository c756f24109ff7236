"""Entry of a display's measured luminances."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.domain.display_function import LEVELS, Calibration, LuminanceStep
from viewer.rendering.display_pattern import PATCHES

_WORDS = (
    "Choose a row: the patch shows its driving level. Hold the photometer to the patch and enter "
    "cd/m². Ambient: the luminance of the screen when it is off, in the room's light."
)


class MeasureForm(QWidget):
    """A table of levels; gives a calibration when everything is there and makes sense."""

    level_chosen = Signal(int)
    """The driving level that is to be shown."""
    entered = Signal(Calibration)
    left = Signal()
    """Nothing is to be kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._display = self._serial = ""
        self.table = QTableWidget(PATCHES, 2, self)
        self.table.setHorizontalHeaderLabels(["Level", "cd/m²"])
        self.table.setAccessibleName("Luminance of each level")
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for row in range(PATCHES):
            level = QTableWidgetItem(str(round(row * (LEVELS - 1) / (PATCHES - 1))))
            level.setFlags(level.flags() & ~Qt.ItemFlag.ItemIsEditable)
            self.table.setItem(row, 0, level)
            self.table.setItem(row, 1, QTableWidgetItem(""))
        self.ambient = QLineEdit("0", self)
        self.problem = QLabel("", self)
        self.problem.setObjectName("problem")
        self.problem.setWordWrap(True)
        self.keep = QPushButton("Keep", self)
        self.leave = QPushButton("Back", self)
        self._lay_out()
        self.table.currentCellChanged.connect(lambda row, *_: self._choose(row))
        self.keep.clicked.connect(self.submit)
        self.leave.clicked.connect(self.left)

    def begin(self, *, display: str, serial: str) -> None:
        """Start with the black step of a screen."""
        self._display, self._serial = display, serial
        self.problem.clear()
        self.table.setCurrentCell(0, 1)
        self._choose(0)

    def submit(self) -> None:
        """Give the calibration, or say what is wrong with it."""
        try:
            calibration = Calibration(
                display=self._display,
                serial=self._serial,
                ambient=_number(self.ambient.text(), "ambient light"),
                measured=date.today().isoformat(),
                steps=tuple(self._step(row) for row in range(self.table.rowCount())),
            )
        except ValueError as error:
            self.problem.setText(f"Not kept: {error}.")
            return
        self.problem.clear()
        self.entered.emit(calibration)

    def _step(self, row: int) -> LuminanceStep:
        level = self._level(row)
        item = self.table.item(row, 1)
        typed = "" if item is None else item.text()
        return LuminanceStep(level=level, luminance=_number(typed, f"luminance at level {level}"))

    def _level(self, row: int) -> int:
        item = self.table.item(row, 0)
        return 0 if item is None else int(item.text())

    def _choose(self, row: int) -> None:
        if row >= 0:
            self.level_chosen.emit(self._level(row))

    def _lay_out(self) -> None:
        words = QLabel(_WORDS, self)
        words.setWordWrap(True)
        form = QFormLayout()
        form.addRow("Ambient, cd/m²", self.ambient)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(words)
        layout.addWidget(self.table, 1)
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addWidget(self.keep)
        layout.addWidget(self.leave)


def _number(typed: str, what: str) -> float:
    try:
        return float(typed.strip().replace(",", "."))
    except ValueError:
        found = f'"{typed.strip()}"' if typed.strip() else "nothing"
        raise ValueError(f"{what} must be a number, got {found}") from None
