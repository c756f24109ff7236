"""Appends a session's events, takes each in when it is durable, and says how saving stands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal, Slot

from viewer.errors import Problem
from viewer.jobs.study_journal import Build, StudyJournal
from viewer.session.study_state import Saving, StudyChange, StudySession
from viewer.study.event import Event, NewEvent
from viewer.study.projection import StudyProjection

Then = Callable[[Event], None]


class EventWriter(QObject):
    """Nothing counts before the journal has it: what is to follow an event waits for it."""

    taken_in = Signal(object)
    """An Event of this run: it is durable, and the projection knows it."""

    def __init__(
        self,
        *,
        study: StudySession,
        journal: StudyJournal,
        projection: StudyProjection,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._study = study
        self._journal = journal
        self.projection = projection
        self._awaited: dict[int, Then] = {}
        journal.kept.connect(self._take_kept)
        journal.drafts_kept.connect(self._note_draft)
        journal.failed.connect(self._note_failure)
        journal.recovered.connect(self._note_recovery)
        study.changed.connect(self._follow)

    def append(
        self,
        event: NewEvent | Build,
        *,
        client_uuid: str | None = None,
        then: Then | None = None,
    ) -> None:
        """Write an event soon; `then` is called when it is durable and taken in."""
        ticket = self._journal.append(event, client_uuid=client_uuid)
        if then is not None:
            self._awaited[ticket] = then

    @Slot(int, object)
    def _take_kept(self, ticket: int, event: Event) -> None:
        self.projection.apply(event)
        then = self._awaited.pop(ticket, None)
        if then is not None:
            then(event)
        self.taken_in.emit(event)

    def _follow(self, change: StudyChange) -> None:
        """An answer that was changed since is not saved."""
        state = self._study.state
        if change.touches("form") and state.can_answer and state.saving is not Saving.FAILED:
            self._study.set(saving=Saving.NOTHING)

    @Slot()
    def _note_draft(self) -> None:
        state = self._study.state
        if state.can_answer and state.saving is Saving.NOTHING:
            self._study.set(saving=Saving.DRAFT)

    @Slot(Problem)
    def _note_failure(self, problem: Problem) -> None:
        self._study.set(
            saving=Saving.FAILED, save_problem=problem.text, unsaved=self._journal.waiting
        )

    @Slot()
    def _note_recovery(self) -> None:
        state = self._study.state
        if state.submitting:
            saving = Saving.SAVING
        else:
            saving = Saving.NOTHING if state.can_answer else Saving.SAVED
        self._study.set(saving=saving, save_problem="", unsaved=0)
