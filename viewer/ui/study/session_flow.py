"""Leads a reader through a session: from the start page over case after case to the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Slot

from viewer.errors import Problem
from viewer.jobs.study_exams import OpenedCase, StudyExams
from viewer.session.study_events import ReadingEvents, SessionEvents
from viewer.session.study_state import Page, Saving, StudySession, StudyState
from viewer.session.study_steps import leaves_training, next_reading, progress_of, reading_after
from viewer.study.event import Event, EventKind
from viewer.study.order import plan_session
from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.projection import SessionStatus
from viewer.study.protocol import Protocol
from viewer.study.reading_state import ReadingState
from viewer.ui.study.event_writer import EventWriter
from viewer.ui.study.reading_flow import ReadingFlow


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What is recorded of where a session is read."""

    app_version: str
    screen: tuple[int, int]
    """Width and height in device pixels."""
    workstation: str
    """A hash."""


class SessionFlow(QObject):
    """Begins, pauses, and goes from case to case in the realised order."""

    def __init__(
        self,
        *,
        protocol: Protocol,
        reader_id: str,
        session_id: str,
        workplace: Workplace,
        display: Callable[[], str],
        study: StudySession,
        writer: EventWriter,
        exams: StudyExams,
        reading: ReadingFlow,
        parent: QObject | None = None,
    ) -> None:
        """display: how the screen is calibrated at that moment, in words."""
        super().__init__(parent)
        self._protocol = protocol
        self._reader_id = reader_id
        self._session_id = session_id
        self._workplace = workplace
        self._display = display
        self._study = study
        self._writer = writer
        self._exams = exams
        self._reading = reading
        self._events = SessionEvents(reader_id, session_id)
        self._before_pause = Page.START
        self._has_begun = False
        exams.opened.connect(self._take_case)
        exams.failed.connect(self._take_trouble)
        reading.over.connect(self.next)
        reading.shown.connect(self._fetch_ahead)

    @property
    def plan(self) -> tuple[PlannedReading, ...]:
        """The list as it was realised; as it will be while nothing is recorded."""
        realised = tuple(
            state.planned
            for key, state in self.readings.items()
            if (key.reader_id, key.session_id) == (self._reader_id, self._session_id)
        )
        return realised or plan_session(self._protocol, self._reader_id, self._session_id)

    @property
    def readings(self) -> dict[ReadingKey, ReadingState]:
        """Where every reading of the study stands."""
        return self._writer.projection.readings()

    @property
    def finished(self) -> tuple[ReadingState, ...]:
        """This session's readings with a locked answer, in order."""
        known = (self.readings.get(planned.key) for planned in self.plan)
        return tuple(state for state in known if state is not None and state.locked)

    @property
    def is_resumed(self) -> bool:
        """Whether the session was begun in an earlier run of the program."""
        return self._status is not SessionStatus.NOT_STARTED

    @Slot()
    def begin(self) -> None:
        """Start the session, or go on with it."""
        if self._has_begun:
            return
        self._has_begun = True
        self._study.set(page=Page.LOADING)
        key = (self._reader_id, self._session_id)
        if key not in self._writer.projection.sessions():
            self._writer.append(self._events.order(self.plan))
        status, place = self._status, self._workplace
        if status is SessionStatus.NOT_STARTED:
            event = self._events.started(
                app_version=place.app_version,
                screen=place.screen,
                workstation=place.workstation,
                display=self._display(),
            )
        else:
            after_crash = status is SessionStatus.RUNNING
            event = self._events.resumed(
                app_version=place.app_version, after_crash=after_crash, display=self._display()
            )
        self._writer.append(event, then=lambda _: self._take(self._following))

    @Slot()
    def next(self) -> None:
        """Go to the next case, through the gate where the training ends, or to the end."""
        current, following = self._study.state.planned, self._following
        if following is None or not leaves_training(current, following):
            self._take(following)
            return
        self._reading.put_away()
        self._study.apply(lambda state: self._fresh(state, Page.GATE, following))

    @Slot()
    def go_on(self) -> None:
        """Leave the page of words: begin the study after the training, or end the pause."""
        state = self._study.state
        if state.page is Page.PAUSED:
            self.pause()
        elif state.page is Page.GATE:
            self._take(state.planned)

    @Slot()
    def try_again(self) -> None:
        """Open the case that could not be shown once more."""
        if self._study.state.page is Page.TROUBLE:
            self._take(self._study.state.planned)

    def leave_out(self, *, actor: str, reason: str) -> None:
        """Record that the case that cannot be shown is left out, and go on."""
        planned = self._study.state.planned
        if self._study.state.page is not Page.TROUBLE or planned is None:
            return
        event = ReadingEvents(planned.key).excluded(actor=actor, reason=reason)
        self._study.set(page=Page.LOADING)
        self._writer.append(event, then=lambda _: self.next())

    @Slot()
    def pause(self) -> None:
        """Cover the images and stop the time; or uncover them."""
        state = self._study.state
        if state.page is Page.PAUSED:
            version = self._workplace.app_version
            event = self._events.resumed(
                app_version=version, after_crash=False, display=self._display()
            )
            self._writer.append(event)
            self._study.set(page=self._before_pause)
            self._reading.resume()
        elif state.page in (Page.READING, Page.GATE, Page.TROUBLE):
            self._hold()
            self._before_pause = state.page
            self._study.set(page=Page.PAUSED)

    def stop(self) -> None:
        """Write what is known before the window closes."""
        if self._has_begun and self._study.state.page not in (Page.PAUSED, Page.FINISHED):
            self._hold()

    @property
    def _status(self) -> SessionStatus:
        projection = self._writer.projection
        return projection.session(self._reader_id, self._session_id).status

    @property
    def _following(self) -> PlannedReading | None:
        return next_reading(self.plan, self.readings)

    def _hold(self) -> None:
        self._reading.hold()
        self._writer.append(self._events.paused())

    def _take(self, planned: PlannedReading | None) -> None:
        """Open a case, or end the session."""
        self._reading.put_away()
        if planned is None:
            self._finish()
            return
        self._study.apply(lambda state: self._fresh(state, Page.LOADING, planned))
        self._exams.open(planned)

    def _fresh(self, state: StudyState, page: Page, planned: PlannedReading) -> StudyState:
        """The state before a case: nothing of the one before is left."""
        return StudyState(
            page=page,
            planned=planned,
            progress=progress_of(self.plan, self.readings, planned),
            saving=state.saving if state.saving is Saving.FAILED else Saving.NOTHING,
            save_problem=state.save_problem,
            unsaved=state.unsaved,
        )

    @Slot(OpenedCase)
    def _take_case(self, case: OpenedCase) -> None:
        planned = self._study.state.planned
        if planned is not None and case.key == planned.key:
            self._reading.take_up(case)

    @Slot(object, Problem)
    def _take_trouble(self, key: ReadingKey, problem: Problem) -> None:
        planned = self._study.state.planned
        if planned is not None and key == planned.key:
            self._study.set(page=Page.TROUBLE, trouble=problem.text)

    @Slot()
    def _fetch_ahead(self) -> None:
        planned = self._study.state.planned
        if planned is None:
            return
        following = reading_after(self.plan, self.readings, planned)
        if following is not None:
            self._exams.fetch_ahead(following)

    def _finish(self) -> None:
        self._study.apply(lambda state: StudyState(page=Page.LOADING, saving=state.saving))
        self._writer.append(lambda head: self._events.finished(head.hash), then=self._show_end)

    def _show_end(self, event: Event) -> None:
        head = str(event.payload["head"]) if event.kind is EventKind.SESSION_FINISHED else ""
        self._study.set(page=Page.FINISHED, head=head, saving=Saving.SAVED)
