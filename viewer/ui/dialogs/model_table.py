"""The models of this computer, one a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from viewer.commands.known_models import KnownModel, told_apart
from viewer.ui.theme import SECONDARY, WARNING

_HEADINGS = ("Model", "Serves", "Used for", "MB", "Hash", "State")
_WORDED = (0, 1, 2)
"""Columns whose words wrap; the others are as wide as what they say."""
_SHORT = {"Synthetic 2D": "synth. 2D", "Secondary capture": "film"}


class ModelTable(QTableWidget):
    """Shows and selects; the row of a model keeps its selection when the list is shown anew."""

    shown = Signal()
    """Models are shown anew; the selection may be another."""
    moved = Signal()
    """Another row was selected, or none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_HEADINGS), parent)
        self._models: tuple[KnownModel, ...] = ()
        self.setHorizontalHeaderLabels(list(_HEADINGS))
        self.setAccessibleName("Models of this computer")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in _WORDED:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.itemSelectionChanged.connect(self.moved)

    @property
    def model_chosen(self) -> KnownModel | None:
        """The model whose row is selected."""
        row = self.currentRow()
        return self._models[row] if self.selectedItems() and row < len(self._models) else None

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """What every row says."""
        model = self.model()
        return tuple(
            tuple(str(model.index(row, column).data()) for column in range(model.columnCount()))
            for row in range(model.rowCount())
        )

    def select(self, weights: Path) -> None:
        """Select the row of a file, if it has one."""
        for row, model in enumerate(self._models):
            if model.weights == weights:
                self.selectRow(row)

    def show_models(
        self,
        models: Sequence[KnownModel],
        used: Mapping[Path, Sequence[str]],
        select: Path | None = None,
    ) -> None:
        """Show these; used: what each file serves at present. select: the row to go to."""
        selected = self.model_chosen
        wanted = select or (selected.weights if selected else None)
        self.blockSignals(True)
        self._models = tuple(models)
        self.setRowCount(len(models))
        for row, (model, title) in enumerate(zip(models, told_apart(models), strict=True)):
            for column, text in enumerate(_row(model, title, used.get(model.weights, ()))):
                self.setItem(row, column, _item(text, model, column))
        self.clearSelection()
        if wanted is not None:
            self.select(wanted)
        if not self.selectedItems() and models:
            self.selectRow(0)
        self.blockSignals(False)
        self.shown.emit()


def _row(model: KnownModel, title: str, used: Sequence[str]) -> tuple[str, ...]:
    size = model.size_bytes
    return (
        title,
        ", ".join(_SHORT.get(use.value, use.value) for use in model.uses),
        ", ".join(_SHORT.get(use, use) for use in used),
        "" if size is None else f"{size / 1e6:.1f}",
        model.short_hash,
        _state(model),
    )


def _state(model: KnownModel) -> str:
    if model.problem:
        return "\u26a0 not usable"
    if model.is_built_in:
        return "built in"
    if model.record is None:
        return "not in the library"
    return "linked" if model.record.linked else "copied"


def _item(text: str, model: KnownModel, column: int) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    heading = _HEADINGS[column]
    item.setToolTip(model.problem if heading == "State" and model.problem else text)
    if heading == "MB":
        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    if model.problem:
        item.setForeground(QColor(WARNING if heading == "State" else SECONDARY))
    elif heading in ("Hash", "State"):
        item.setForeground(QColor(SECONDARY))
    return item
