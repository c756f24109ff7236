"""The editor of hanging protocols: stages made from the screen, or place by place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from viewer.domain.hanging_edit import (
    screen_added,
    screen_removed,
    stage_deleted,
    stage_inserted,
    stage_moved,
    stage_put,
)
from viewer.domain.hanging_protocol import HangingProtocol, Stage
from viewer.session.stage_of_screen import stage_of_screen
from viewer.session.state import SessionState
from viewer.storage.hanging_files import MOST_STAGES, file_name_for
from viewer.ui.dialogs.stage_grid import StageGrid
from viewer.ui.text_size import scaled, size_dialog

_WORDS = """\
A protocol is a row of stages that one key steps through. "Add from screen" makes a stage of what \
hangs now; a click on a place changes what hangs there."""
_NEW = "New protocol from the screen"
_LEAST_LIST = 110
"""Logical pixels at 100 % text: four stages."""


class EditHangingsDialog(QDialog):
    """Changes a copy; what is accepted is saved as the user's own."""

    delete_requested = Signal(str)
    """The id of an own protocol to delete."""

    def __init__(self, state: SessionState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Edit hangings")
        size_dialog(self, 940, 560)
        self._state = state
        self._protocols = list(state.protocols)
        self._protocol = state.protocol
        self.choice = QComboBox(self)
        self.choice.setAccessibleName("Protocol")
        self.title = QLineEdit(self)
        self.title.setAccessibleName("Title of the protocol")
        self.stages = QListWidget(self)
        self.stages.setAccessibleName("Stages")
        self.stages.setSpacing(scaled(2))
        self.stages.setMinimumHeight(scaled(_LEAST_LIST))
        self.stage_title = QLineEdit(self)
        self.stage_title.setAccessibleName("Title of the stage")
        self.second_screen = QCheckBox("Two screens", self)
        self.grid = StageGrid(self)
        self.delete_button = self._button("Delete protocol", self._delete)
        self._lay_out()
        self._connect()
        self._offer(state.protocol.protocol_id)
        self.stages.setCurrentRow(min(state.stage_index, len(self._protocol.stages) - 1))

    @property
    def protocol(self) -> HangingProtocol | None:
        """What shall be saved, as a user's own; None when nothing was changed."""
        title = self.title.text().strip() or "My hanging"
        shipped = next(
            (p for p in self._protocols if p.protocol_id == self._protocol.protocol_id), None
        )
        kept = replace(self._protocol, title=title, shipped=False)
        if shipped == kept:
            return None
        return kept

    def _lay_out(self) -> None:
        words = QLabel(_WORDS, self)
        words.setObjectName("hint")
        words.setWordWrap(True)
        head = QHBoxLayout()
        head.addWidget(self.choice, 1)
        head.addWidget(self.title, 1)
        head.addWidget(self.delete_button)
        left = QVBoxLayout()
        left.addWidget(self.stages, 1)
        for row in (
            (("Add from screen", self._add_from_screen), ("Copy", self._copy_stage)),
            (("Up", lambda: self._move(-1)), ("Down", lambda: self._move(1))),
            (("Remove stage", self._remove_stage),),
        ):
            line = QHBoxLayout()
            for title, act in row:
                line.addWidget(self._button(title, act))
            left.addLayout(line)
        right = QVBoxLayout()
        line = QHBoxLayout()
        line.addWidget(self.stage_title, 1)
        line.addWidget(self.second_screen)
        right.addLayout(line)
        right.addWidget(self.grid, 1)
        middle = QHBoxLayout()
        middle.setSpacing(14)
        middle.addLayout(left, 2)
        middle.addLayout(right, 5)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel, self
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(12)
        column.addWidget(words)
        column.addLayout(head)
        column.addLayout(middle, 1)
        column.addWidget(buttons)

    def _connect(self) -> None:
        self.choice.activated.connect(self._choose)
        self.stages.currentRowChanged.connect(self._show_stage)
        self.grid.changed.connect(self._take_stage)
        self.stage_title.textEdited.connect(self._rename_stage)
        self.second_screen.clicked.connect(self._switch_screens)

    def _button(self, title: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(title, self)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: act())
        return button

    def _offer(self, protocol_id: str) -> None:
        self.choice.clear()
        for protocol in self._protocols:
            own = "" if protocol.shipped else "  (own)"
            self.choice.addItem(protocol.title + own, protocol.protocol_id)
        self.choice.addItem(_NEW, None)
        self.choice.setCurrentIndex(max(0, self.choice.findData(protocol_id)))
        self._show_protocol(0)

    def _choose(self, index: int) -> None:
        protocol_id = self.choice.itemData(index)
        found = next((p for p in self._protocols if p.protocol_id == protocol_id), None)
        self._protocol = found or self._new()
        self._show_protocol(0)

    def _new(self) -> HangingProtocol:
        taken = {protocol.protocol_id for protocol in self._protocols}
        title, number = "My hanging", 2
        while file_name_for(title) in taken:
            title, number = f"My hanging {number}", number + 1
        return HangingProtocol(
            protocol_id=file_name_for(title),
            title=title,
            stages=(stage_of_screen(self._state, "Stage 1"),),
            shipped=False,
        )

    def _show_protocol(self, stage_index: int) -> None:
        self.title.setText(self._protocol.title)
        self.delete_button.setEnabled(
            any(
                p.protocol_id == self._protocol.protocol_id and not p.shipped
                for p in self._protocols
            )
        )
        self._show_stages(stage_index)

    def _show_stages(self, stage_index: int) -> None:
        self.stages.blockSignals(True)
        self.stages.clear()
        for number, stage in enumerate(self._protocol.stages, start=1):
            self.stages.addItem(f"{number}  {stage.title}")
        self.stages.setCurrentRow(min(stage_index, len(self._protocol.stages) - 1))
        self.stages.blockSignals(False)
        self._show_stage(self.stages.currentRow())

    def _show_stage(self, index: int) -> None:
        if index < 0:
            return
        stage = self._protocol.stages[index]
        if self.stage_title.text() != stage.title:
            self.stage_title.setText(stage.title)
        self.second_screen.setChecked(len(stage.screens) > 1)
        self.grid.show_stage(stage)

    def _take_stage(self, stage: Stage) -> None:
        index = self.stages.currentRow()
        self._protocol = stage_put(self._protocol, index, stage)
        self._show_stage(index)

    def _rename_stage(self, title: str) -> None:
        index = self.stages.currentRow()
        if title.strip():
            stage = replace(self._protocol.stages[index], title=title.strip())
            self._protocol = stage_put(self._protocol, index, stage)
            self.stages.item(index).setText(f"{index + 1}  {stage.title}")

    def _switch_screens(self, on: bool) -> None:
        stage = self._protocol.stages[self.stages.currentRow()]
        self._take_stage(screen_added(stage) if on else screen_removed(stage))

    def _add_from_screen(self) -> None:
        stages = self._protocol.stages
        if len(stages) < MOST_STAGES:
            stage = stage_of_screen(self._state, f"Stage {len(stages) + 1}")
            self._insert(stage)

    def _copy_stage(self) -> None:
        if len(self._protocol.stages) < MOST_STAGES:
            self._insert(self._protocol.stages[self.stages.currentRow()])

    def _insert(self, stage: Stage) -> None:
        index = self.stages.currentRow() + 1
        self._protocol = stage_inserted(self._protocol, index, stage)
        self._show_stages(index)

    def _move(self, by: int) -> None:
        index = self.stages.currentRow()
        self._protocol = stage_moved(self._protocol, index, by)
        self._show_stages(min(max(index + by, 0), len(self._protocol.stages) - 1))

    def _remove_stage(self) -> None:
        index = self.stages.currentRow()
        self._protocol = stage_deleted(self._protocol, index)
        self._show_stages(index)

    def _delete(self) -> None:
        """Forget an own protocol at once; a shipped one of its name serves again next time."""
        gone = self._protocol.protocol_id
        self.delete_requested.emit(gone)
        self._protocols = [p for p in self._protocols if p.protocol_id != gone]
        self._protocol = self._protocols[0] if self._protocols else self._new()
        self._offer(self._protocol.protocol_id)
