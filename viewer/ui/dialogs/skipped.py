"""The files that a search left out, and why."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from viewer.loading.scan_result import ScanResult
from viewer.ui.text_size import size_dialog

_MOST = 2000


class SkippedDialog(QDialog):
    """A table of files and reasons."""

    def __init__(self, result: ScanResult | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Skipped files")
        size_dialog(self, 820, 460)
        summary = QLabel(result.summary() if result else "Nothing was searched yet.", self)
        summary.setWordWrap(True)
        self.table = _table(result, self)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(12)
        layout.addWidget(summary)
        layout.addWidget(self.table, 1)
        layout.addWidget(buttons)


def _table(result: ScanResult | None, parent: QWidget) -> QTableWidget:
    skipped = result.skipped[:_MOST] if result else ()
    table = QTableWidget(len(skipped), 2, parent)
    table.setAccessibleName("Skipped files and reasons")
    table.setHorizontalHeaderLabels(["File", "Reason"])
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.verticalHeader().hide()
    table.setShowGrid(False)
    for row, file in enumerate(skipped):
        name = QTableWidgetItem(file.path.name)
        name.setToolTip(str(file.path))
        table.setItem(row, 0, name)
        table.setItem(row, 1, QTableWidgetItem(file.reason))
    header = table.horizontalHeader()
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    table.setColumnWidth(0, 320)
    return table
