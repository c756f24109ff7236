"""One stage drawn as its screens: a cell for each place, changed by its menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viewer.domain.hanging import STANDARD_SLOTS
from viewer.domain.hanging_edit import (
    column_added,
    column_removed,
    place_changed,
    row_added,
    row_removed,
)
from viewer.domain.hanging_protocol import Origin, Place, PlaceFraming, Stage
from viewer.domain.view import ImageKind

_KINDS = (ImageKind.DBT, ImageKind.SYNTHETIC_2D, ImageKind.FFDM)
_STUDIES = {Origin.CURRENT: "this exam", Origin.PRIOR: "the prior"}
_CELL_ROWS = 92


class StageGrid(QWidget):
    """The places of a stage as they lie on the screens."""

    changed = Signal(Stage)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stage: Stage | None = None
        self._screens = QHBoxLayout(self)
        self._screens.setContentsMargins(0, 0, 0, 0)
        self._screens.setSpacing(14)
        self.cells: list[QToolButton] = []

    def show_stage(self, stage: Stage) -> None:
        """Draw a stage anew."""
        self._stage = stage
        self.cells = []
        while (item := self._screens.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for screen in range(len(stage.screens)):
            self._screens.addWidget(self._screen(stage, screen), 1)

    def _screen(self, stage: Stage, screen: int) -> QWidget:
        box = QWidget(self)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        if len(stage.screens) > 1:
            column.addWidget(QLabel(f"Screen {screen + 1}", box))
        column.addWidget(self._places(stage, screen, box), 1)
        column.addLayout(self._size_buttons(screen, box))
        return box

    def _places(self, stage: Stage, screen: int, parent: QWidget) -> QWidget:
        frame = QFrame(parent)
        frame.setObjectName("stageScreen")
        rows = QVBoxLayout(frame)
        rows.setContentsMargins(1, 1, 1, 1)
        rows.setSpacing(1)
        for row_number, row in enumerate(stage.screens[screen]):
            line = QHBoxLayout()
            line.setSpacing(1)
            for column_number, place in enumerate(row):
                where = (screen, row_number, column_number)
                line.addWidget(self._cell(place, where, frame), 1)
            rows.addLayout(line, 1)
        return frame

    def _cell(self, place: Place, where: tuple[int, int, int], parent: QWidget) -> QToolButton:
        cell = QToolButton(parent)
        cell.setObjectName("stageCell")
        cell.setText(_cell_words(place))
        cell.setAccessibleName(f"Place {len(self.cells) + 1}: {place.words}")
        cell.setToolTip("Choose what hangs here.")
        cell.setMinimumHeight(_CELL_ROWS)
        cell.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        cell.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        cell.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        cell.setMenu(self._menu(place, where, cell))
        self.cells.append(cell)
        return cell

    def _menu(self, place: Place, where: tuple[int, int, int], parent: QWidget) -> QMenu:
        menu = QMenu(parent)

        def offer(words: str, other: Place) -> None:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(other == place)
            action.triggered.connect(lambda _=False: self._change(where, other))

        menu.addSection("View")
        for slot in STANDARD_SLOTS:
            offer(slot.value, replace(place, view=slot))
        offer("free", Place())
        menu.addSection("Study")
        for origin, words in _STUDIES.items():
            offer(words, replace(place, origin=origin))
        menu.addSection("Kind")
        offer("any kind, DBT first", replace(place, kinds=()))
        for kind in _KINDS:
            offer(kind.value, replace(place, kinds=(kind,)))
        menu.addSection("Size")
        for framing in PlaceFraming:
            offer(framing.value, replace(place, framing=framing))
        return menu

    def _size_buttons(self, screen: int, parent: QWidget) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(6)
        for words, name, change in (
            ("+ row", "Add a row", row_added),
            ("- row", "Remove the lowest row", row_removed),
            ("+ column", "Add a column", column_added),
            ("- column", "Remove the right column", column_removed),
        ):
            button = QPushButton(words, parent)
            button.setAccessibleName(name)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, c=change: self._resize(c, screen))
            line.addWidget(button)
        line.addStretch(1)
        return line

    def _change(self, where: tuple[int, int, int], place: Place) -> None:
        if self._stage is not None:
            self.changed.emit(place_changed(self._stage, *where, place))

    def _resize(self, change: Callable[[Stage, int], Stage], screen: int) -> None:
        if self._stage is not None:
            self.changed.emit(change(self._stage, screen))


def _cell_words(place: Place) -> str:
    """Two or three short lines for a cell."""
    lines = ["free" if place.view is None else place.view.value]
    if place.origin is Origin.PRIOR:
        lines.append("prior")
    lines += [kind.value for kind in place.kinds]
    if place.framing is not PlaceFraming.FIT:
        lines.append(place.framing.value.replace(", ", ",\n"))
    return "\n".join(lines)
