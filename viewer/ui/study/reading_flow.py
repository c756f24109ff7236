"""Leads a reader through one case: each step's event is durable before the next step begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from viewer.errors import Problem
from viewer.jobs.study_exams import OpenedCase
from viewer.jobs.study_journal import StudyJournal
from viewer.jobs.study_reveal import RevealedAi, StudyReveal, Truth
from viewer.rendering.known_places import truth_words
from viewer.session.study_events import ReadingEvents
from viewer.session.study_form import StudyForm, empty_form, second_form
from viewer.session.study_state import Page, Saving, StudySession, StudyState
from viewer.session.study_steps import OnScreen, Step, step_of
from viewer.study.answer import BreastAnswer
from viewer.study.event import Event, NewEvent
from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.protocol import Phase, Protocol
from viewer.study.reading_state import ReadingState
from viewer.ui.study.case_screen import CaseScreen
from viewer.ui.study.event_writer import EventWriter
from viewer.ui.study.form_keeper import FormKeeper
from viewer.ui.study.reading_recorder import ReadingRecorder


class ReadingFlow(QObject):
    """What comes next is always decided by the events (step_of), so that a crash changes nothing.

    It appends an event, waits until it is durable, takes it in, and looks again what comes next.
    """

    shown = Signal()
    """The case is on screen."""
    over = Signal()
    """The reader goes on: nothing more is to be done of this case."""

    def __init__(
        self,
        *,
        protocol: Protocol,
        study: StudySession,
        writer: EventWriter,
        journal: StudyJournal,
        reveal: StudyReveal,
        screen: CaseScreen,
        keeper: FormKeeper,
        recorder: ReadingRecorder,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._protocol = protocol
        self._study = study
        self._writer = writer
        self._journal = journal
        self._reveal = reveal
        self._screen = screen
        self._keeper = keeper
        self._recorder = recorder
        self._on_screen = OnScreen()
        self._case: OpenedCase | None = None
        self._is_busy = False
        reveal.ai_given.connect(self._take_ai)
        reveal.truth_given.connect(self._take_truth)
        reveal.refused.connect(self._take_refusal)
        recorder.time_limit_reached.connect(lambda: study.set(time_is_over=True))

    def take_up(self, case: OpenedCase) -> None:
        """Read a case whose exam is found, from where its events left it."""
        self._on_screen = OnScreen()
        self._case = case
        self._is_busy = False
        self._advance()

    def put_away(self) -> None:
        """Take the case off the screen."""
        self._case = None
        self._screen.clear()

    @Slot()
    def go_on(self) -> None:
        """Submit the form; or try again; or go to the next case."""
        state = self._study.state
        if self._is_busy or self._case is None:
            return
        if state.can_submit:
            self._submit(state)
        elif state.can_fetch_again:
            self._study.set(ai_problem="")
            self._advance()
        elif state.step is Step.OFFER_AI and state.can_go_on:
            self._step(self._events.finished(), then=self.over.emit)
        elif state.can_go_on:
            self.over.emit()

    @Slot()
    def request_ai(self) -> None:
        """Ask for the AI, where the design leaves it to the reader."""
        if self._study.state.can_ask_for_ai and not self._is_busy:
            self._step(self._events.ai_requested())

    def hold(self) -> None:
        """Stop the time and keep the draft, as for a pause."""
        self._recorder.hold()
        self._keeper.save_now()

    def resume(self) -> None:
        """Let the time run again."""
        self._recorder.go_on()

    @property
    def _planned(self) -> PlannedReading:
        planned = self._study.state.planned
        if planned is None:
            raise RuntimeError("no case is being read")
        return planned

    @property
    def _events(self) -> ReadingEvents:
        return ReadingEvents(self._planned.key)

    @property
    def _reading(self) -> ReadingState:
        state = self._writer.projection.reading(self._planned.key)
        return state if state is not None else ReadingState(planned=self._planned)

    @property
    def _opened_case(self) -> OpenedCase:
        if self._case is None:
            raise RuntimeError("no case is open")
        return self._case

    def _step(
        self,
        event: NewEvent,
        *,
        client_uuid: str | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Append an event that the next step waits for."""
        self._is_busy = True
        after = then or self._advance

        def go_on(_: Event) -> None:
            self._is_busy = False
            after()

        self._writer.append(event, client_uuid=client_uuid, then=go_on)

    def _advance(self) -> None:
        """Do the next step of the reading."""
        if self._is_busy or self._case is None:
            return
        reading = self._reading
        step = step_of(reading, self._on_screen, gives_feedback=self._protocol.feedback)
        self._study.set(step=step)
        actions: dict[Step, Callable[[ReadingState], None]] = {
            Step.OPEN_READING: lambda _: self._step(self._events.opened()),
            Step.REVEAL_AI: self._want_ai,
            Step.OFFER_AI: self._offer_ai,
            Step.OPEN_PHASE: self._open_phase,
            Step.ANSWER: lambda _: self._show(),
            Step.GIVE_FEEDBACK: lambda _: self._reveal.want_truth(self._planned),
            Step.FINISH: lambda _: self._step(self._events.finished()),
            Step.GO_ON: lambda _: self._show(),
        }
        actions[step](reading)

    def _open_phase(self, reading: ReadingState) -> None:
        phase = reading.open_phase
        if phase is not None:
            begin = partial(self._begin_phase, reading, phase)
            self._step(self._events.phase_opened(phase), then=begin)

    def _begin_phase(self, before: ReadingState, phase: Phase) -> None:
        """Hang what the phase shows, bring the form back as it was left, and record from now on."""
        case = self._opened_case
        self._on_screen = replace(self._on_screen, phase=phase)
        self._screen.hang(case.located, phase)
        start = self._start_form(before, phase)
        begun = self._keeper.begin(self._planned.key, phase, start, case.draft)
        self._case = replace(case, draft=None)
        if begun.hanging is not None:
            self._screen.hang_as(begun.hanging)
        self._study.set(phase=phase, form=begun.form, time_is_over=False)
        self._advance()
        times = before.times.get(phase)
        self._recorder.begin(
            self._events,
            phase,
            limit_s=self._protocol.session(self._planned.key.session_id).time_limit_s,
            spent_before_ms=0 if times is None else times.active_ms + times.idle_ms,
            marks=begun.form.marks,
            is_seen=times is not None and times.first_view_utc is not None,
            has_mark=times is not None and times.first_mark_utc is not None,
        )

    def _start_form(self, reading: ReadingState, phase: Phase) -> StudyForm:
        questions = self._protocol.questions
        first = reading.locked.get(Phase.ALONE)
        if phase is Phase.AIDED and first is not None:
            return second_form(questions, first.answers)
        return empty_form(questions, self._protocol.case(self._planned.case_id).breasts)

    def _submit(self, state: StudyState) -> None:
        """Lock the answer: from now on the form takes nothing more."""
        form, phase = state.form, state.phase
        if form is None or phase is None:
            return
        uuid = self._keeper.client_uuid
        event = self._events.submitted(
            phase, form.answers, client_uuid=uuid, ai_seen=state.ai_is_shown
        )
        self._recorder.end()
        self._keeper.end()
        failing = state.saving is Saving.FAILED
        self._study.set(submitting=True, saving=Saving.FAILED if failing else Saving.SAVING)
        self._step(event, client_uuid=uuid, then=self._locked)

    def _locked(self) -> None:
        self._journal.forget_draft(self._planned.key)
        self._study.set(submitting=False, saving=Saving.SAVED)
        self._advance()

    def _offer_ai(self, reading: ReadingState) -> None:
        """After a restart the locked answer is shown again while the reader decides."""
        self._show_locked(Phase.ALONE, reading.locked[Phase.ALONE].answers)
        self._show()

    def _want_ai(self, reading: ReadingState) -> None:
        """After a restart the locked answer stands there while the AI is being opened."""
        first = reading.locked.get(Phase.ALONE)
        if first is not None:
            self._show_locked(Phase.ALONE, first.answers)
            self._show()
        self._reveal.want_ai(self._planned)

    @Slot(object, object)
    def _take_ai(self, key: ReadingKey, ai: RevealedAi) -> None:
        if not self._is_current(key):
            return
        show = partial(self._show_ai, ai)
        if self._reading.ai_revealed:
            show()
            return
        event = self._events.ai_revealed(item_sha256=ai.item_sha256, models=ai.models)
        self._step(event, then=show)

    def _show_ai(self, ai: RevealedAi) -> None:
        self._screen.hang(self._opened_case.located, Phase.AIDED)
        percent = self._screen.show_ai(ai)
        self._on_screen = replace(self._on_screen, ai=True)
        self._study.set(ai_is_shown=True, ai_percent=percent, ai_problem="")
        self._advance()

    @Slot(object, object)
    def _take_truth(self, key: ReadingKey, truth: Truth) -> None:
        if not self._is_current(key):
            return
        show = partial(self._show_truth, truth)
        if self._reading.feedback_shown:
            show()
        else:
            self._step(self._events.feedback_shown(), then=show)

    def _show_truth(self, truth: Truth) -> None:
        last = [phase for phase in self._planned.phases if phase in self._reading.locked][-1]
        self._show_locked(last, self._reading.locked[last].answers)
        self._screen.show_truth(truth)
        self._on_screen = replace(self._on_screen, feedback=True)
        sides = self._protocol.case(self._planned.case_id).breasts
        self._study.set(truth=truth_words(truth, sides), ai_problem="")
        self._advance()

    @Slot(object, Problem)
    def _take_refusal(self, key: ReadingKey, problem: Problem) -> None:
        if self._is_current(key):
            self._study.set(ai_problem=problem.text)
            self._show()

    def _show_locked(self, phase: Phase, answers: tuple[BreastAnswer, ...]) -> None:
        """After a restart no form is on screen: show what was locked."""
        if self._study.state.form is not None:
            return
        self._screen.hang(self._opened_case.located, phase)
        form = second_form(self._protocol.questions, answers)
        self._study.set(form=replace(form, first=()), phase=phase)

    def _show(self) -> None:
        if self._study.state.page is Page.LOADING:
            self._study.set(page=Page.READING)
        self.shown.emit()

    def _is_current(self, key: ReadingKey) -> bool:
        planned = self._study.state.planned
        return self._case is not None and planned is not None and planned.key == key
