"""Which model serves each kind of image: one box to choose from a use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

from viewer.commands.known_models import KnownModel
from viewer.commands.model_choices import Choice, Chosen, choices_for
from viewer.domain.model_use import ModelUse, uses_there_are

_TITLES = {
    ModelUse.DBT: "Tomosynthesis (DBT)",
    ModelUse.FILM: "Film, secondary capture",
    ModelUse.BREAST: "Whole breast",
    ModelUse.CT: "CT series",
}
_MOST_COLUMNS = 2


class ModelUses(QWidget):
    """The choice for every use that a model of this program can have."""

    changed = Signal()
    """The user chose otherwise."""

    def __init__(self, parent: QWidget | None = None, *, columns: int = _MOST_COLUMNS) -> None:
        super().__init__(parent)
        self._offered: dict[ModelUse, tuple[Choice, ...]] = {}
        self.boxes: dict[ModelUse, QComboBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        uses = uses_there_are()
        rows = -(-len(uses) // columns)
        for position, use in enumerate(uses):
            box = QComboBox(self)
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(20)
            box.activated.connect(self.changed)
            title = QLabel(_TITLES.get(use, use.value), self)
            title.setBuddy(box)
            box.setAccessibleName(title.text())
            row, column = position % rows, 2 * (position // rows)
            grid.addWidget(title, row, column, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(box, row, column + 1)
            grid.setColumnStretch(column + 1, 1)
            self.boxes[use] = box

    @property
    def uses(self) -> tuple[ModelUse, ...]:
        """The uses there is a box for."""
        return tuple(self.boxes)

    @property
    def chosen(self) -> dict[ModelUse, tuple[Path, ...]]:
        """The files chosen for each use."""
        return {
            use: offered[self.boxes[use].currentIndex()].weights
            for use, offered in self._offered.items()
        }

    def show_choice(self, models: Sequence[KnownModel], chosen: Chosen) -> None:
        """Offer these models and show what is chosen."""
        for use, box in self.boxes.items():
            wanted = chosen.get(use, ())
            offered = choices_for(use, models, wanted)
            box.clear()
            for number, choice in enumerate(offered):
                box.addItem(choice.title)
                box.setItemData(number, choice.title, Qt.ItemDataRole.ToolTipRole)
            places = [frozenset(choice.weights) for choice in offered]
            box.setCurrentIndex(places.index(frozenset(wanted)))
            box.setToolTip(box.currentText())
            # Nothing to choose from but that the AI is off.
            box.setEnabled(len(offered) > 1)
            self._offered[use] = offered
