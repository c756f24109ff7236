"""The dialogs of the reading window: amendments, cases left out, keys, records at risk."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from viewer.commands.cheat_sheet import cheat_sheet
from viewer.commands.command import Command
from viewer.commands.key_bindings import KeyBindings
from viewer.session.study_events import ReadingEvents
from viewer.session.study_state import Page, StudySession
from viewer.study.protocol import Questions
from viewer.ui.dialogs.cheat_sheet import CheatSheet
from viewer.ui.messages import Messages
from viewer.ui.study.event_writer import EventWriter
from viewer.ui.study.finished_dialog import Amended, FinishedDialog, submitted_of
from viewer.ui.study.leave_out_dialog import LeaveOutDialog
from viewer.ui.study.session_flow import SessionFlow
from viewer.ui.window_desk import Show

DESIGNER = "designer"


class StudyDialogs(QObject):
    """Shows dialogs and records what they end with."""

    def __init__(
        self,
        *,
        study: StudySession,
        flow: SessionFlow,
        writer: EventWriter,
        questions: Questions,
        messages: Messages,
        show: Show,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._study = study
        self._flow = flow
        self._writer = writer
        self._questions = questions
        self._messages = messages
        self._show = show
        self._window = window

    @Slot()
    def show_finished(self) -> None:
        """List what was submitted in this session; an answer can be amended with a reason."""
        dialog = FinishedDialog(submitted_of(self._flow.finished), self._questions, self._window)
        if self._show(dialog) and dialog.amended is not None:
            self._amend(dialog.amended)

    @Slot()
    def leave_out(self) -> None:
        """Let the designer leave out the case that cannot be shown."""
        state = self._study.state
        if state.page is not Page.TROUBLE or state.planned is None:
            return
        dialog = LeaveOutDialog(state.planned.alias, state.trouble, self._window)
        if self._show(dialog):
            self._flow.leave_out(actor=DESIGNER, reason=dialog.reason)

    def show_keys(self, commands: Sequence[Command], keys: KeyBindings) -> None:
        """Show every key."""
        note = "In a question: digits and left, right answer; Tab goes on, Esc goes back."
        self._show(CheatSheet(cheat_sheet(commands, keys), self._window, note=note))

    def confirm_loss(self, records: int) -> bool:
        """Whether the reader closes although so many records are not durable."""
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.warning(
            self._window,
            "Not everything is saved",
            f"{records} records could not be saved and would be lost: "
            f"{self._study.state.save_problem}\n\nStay, and they are tried again.",
            buttons.Cancel | buttons.Discard,
            buttons.Cancel,
        )
        return answer == buttons.Discard

    def _amend(self, amended: Amended) -> None:
        uuid = uuid4().hex
        event = ReadingEvents(amended.submitted.key).amended(
            amended.submitted.phase,
            client_uuid=uuid,
            old=amended.submitted.answer,
            new=amended.new,
            reason=amended.reason,
        )
        self._writer.append(
            event,
            client_uuid=uuid,
            then=lambda _: self._messages.passing("The amendment is recorded."),
        )
