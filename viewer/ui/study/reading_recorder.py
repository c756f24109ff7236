"""Records how a phase is read: when the images came, what was looked at, marks, switches, time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from viewer.domain.grey_view import Loupe
from viewer.jobs.study_journal import StudyJournal
from viewer.session.session import Change, Session
from viewer.session.state import SessionState
from viewer.session.study_clock import ActivityClock
from viewer.session.study_events import ReadingEvents
from viewer.session.study_looking import LookSampler
from viewer.session.study_mark_log import ADDED, MarkLog
from viewer.session.study_marks import DraftMark
from viewer.session.study_state import StudyChange, StudySession
from viewer.study.protocol import Phase
from viewer.ui.study.presence import Presence

TICK_MS = 100
LOOKS_EVERY_S = 3.0
ACTIVITY_EVERY_S = 30.0
SETTLED_AFTER_S = 0.8
"""A mark that was not changed for so long is recorded as it is."""
_NO_LOUPE = Loupe()
_LOOKED_AT = ("panes", "active", "layout", "overlay", "peeking", "ai", "pane_sizes", "exam_id")


@dataclass(slots=True)
class _Phase:
    """What is being recorded."""

    events: ReadingEvents
    phase: Phase
    began: float
    limit_s: float | None
    spent_before_ms: int
    marks: MarkLog
    looks: LookSampler
    is_seen: bool
    has_mark: bool
    is_over: bool = False
    looks_since: float = 0.0
    activity_since: float = 0.0
    mark_changed: float | None = None


class ReadingRecorder(QObject):
    """Runs between begin and end; nothing is recorded while it is held."""

    time_limit_reached = Signal()

    def __init__(
        self,
        *,
        session: Session,
        study: StudySession,
        journal: StudyJournal,
        presence: Presence,
        is_on_screen: Callable[[], bool],
        now: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        """is_on_screen: whether every image that hangs has been painted. now: seconds."""
        super().__init__(parent)
        self._session = session
        self._study = study
        self._journal = journal
        self._is_on_screen = is_on_screen
        self._now = now
        self._clock = ActivityClock()
        self._current: _Phase | None = None
        self._layers: dict[str, bool] = {}
        self._loupe = _NO_LOUPE
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._look_at_clock)
        presence.had_input.connect(self._note_input)
        presence.changed.connect(self._note_presence)
        session.changed.connect(self._follow)
        study.changed.connect(self._follow_study)

    def begin(
        self,
        events: ReadingEvents,
        phase: Phase,
        *,
        limit_s: float | None,
        spent_before_ms: int,
        marks: tuple[DraftMark, ...],
        is_seen: bool,
        has_mark: bool,
    ) -> None:
        """Record a phase that was just opened, for the first time or again.

        spent_before_ms: time spent in it before a crash or a pause. marks: those the form begins
        with. is_seen, has_mark: whether its first view and first mark are recorded already.
        """
        now = self._now()
        self._current = _Phase(
            events=events,
            phase=phase,
            began=now,
            limit_s=limit_s,
            spent_before_ms=spent_before_ms,
            marks=MarkLog(marks),
            looks=LookSampler(),
            is_seen=is_seen,
            has_mark=has_mark,
            looks_since=now,
            activity_since=now,
        )
        self._layers = _layers(self._session.state)
        self._loupe = _NO_LOUPE
        self._clock.take(now)
        self.go_on()

    def hold(self) -> None:
        """Stop the time and write what is known so far."""
        if self._current is None or not self._clock.runs:
            return
        # A phase answered within a tick was seen as well.
        self._look_for_first_view(self._current)
        self._sample()
        self._note_loupe(_NO_LOUPE)
        self._clock.stop(self._now())
        self._tick.stop()
        self._flush()

    def go_on(self) -> None:
        """Let the time run."""
        if self._current is None:
            return
        self._clock.start(self._now())
        self._tick.start()
        self._sample()
        self._note_loupe(self._session.state.options.grey.loupe)

    def end(self) -> None:
        """Write everything of the phase that is not written yet."""
        self.hold()
        self._current = None

    @property
    def _runs(self) -> bool:
        return self._current is not None and self._clock.runs

    @Slot()
    def _look_at_clock(self) -> None:
        current, now = self._current, self._now()
        if current is None:
            return
        self._look_for_first_view(current)
        self._sample()
        if now - current.looks_since >= LOOKS_EVERY_S:
            self._write_looks(current)
        if now - current.activity_since >= ACTIVITY_EVERY_S:
            self._write_activity(current)
        if current.mark_changed is not None and now - current.mark_changed >= SETTLED_AFTER_S:
            self._settle_marks(current)
        self._check_limit(current)

    def _look_for_first_view(self, current: _Phase) -> None:
        if not current.is_seen and self._is_on_screen():
            current.is_seen = True
            self._journal.append(current.events.first_view(current.phase))

    def _check_limit(self, current: _Phase) -> None:
        if current.is_over or current.limit_s is None:
            return
        spent = current.spent_before_ms + self._clock.spent(self._now()).total_ms
        if spent >= current.limit_s * 1000:
            current.is_over = True
            self._journal.append(current.events.time_limit_reached(current.phase))
            self.time_limit_reached.emit()

    def _sample(self) -> None:
        """Sample what changed, unless the last sample is too recent: the next tick looks again."""
        current = self._current
        if current is None or not current.is_seen or not self._clock.runs:
            return
        ms = round((self._now() - current.began) * 1000)
        if current.looks.wait_ms(ms) == 0:
            current.looks.look(self._session.state, ms)

    def _flush(self) -> None:
        current = self._current
        if current is None:
            return
        self._settle_marks(current)
        self._write_looks(current)
        self._write_activity(current)

    def _write_looks(self, current: _Phase) -> None:
        current.looks_since = self._now()
        samples = current.looks.take()
        if samples:
            self._journal.append(current.events.looked(current.phase, samples))

    def _write_activity(self, current: _Phase) -> None:
        now = self._now()
        current.activity_since = now
        spent = self._clock.take(now)
        current.spent_before_ms += spent.total_ms
        if spent.total_ms:
            self._journal.append(current.events.activity(current.phase, spent))

    def _settle_marks(self, current: _Phase) -> None:
        current.mark_changed = None
        self._write_marks(current, current.marks.settle(self._marks))

    def _write_marks(self, current: _Phase, changes: list[tuple[str, DraftMark]]) -> None:
        for action, mark in changes:
            if action == ADDED and not current.has_mark:
                current.has_mark = True
                self._journal.append(current.events.first_mark(current.phase))
            self._journal.append(current.events.mark_changed(current.phase, action, mark))

    @property
    def _marks(self) -> tuple[DraftMark, ...]:
        form = self._study.state.form
        return () if form is None else form.marks

    def _follow(self, change: Change) -> None:
        if self._runs and change.touches(*_LOOKED_AT):
            self._sample()
            self._note_layers(change.new)
        if self._runs and change.touches("options"):
            self._note_loupe(change.new.options.grey.loupe)

    def _note_layers(self, state: SessionState) -> None:
        layers, before, current = _layers(state), self._layers, self._current
        self._layers = layers
        if current is None:
            return
        for layer, visible in layers.items():
            if before.get(layer, visible) != visible:
                self._journal.append(
                    current.events.ai_toggled(current.phase, layer, visible=visible)
                )

    def _note_loupe(self, loupe: Loupe) -> None:
        """Record a loupe that is on from now, or no longer; one that is off has no size."""
        loupe = loupe if loupe.shown else _NO_LOUPE
        current, before = self._current, self._loupe
        self._loupe = loupe
        if current is not None and loupe != before:
            self._journal.append(current.events.loupe_switched(current.phase, loupe))

    def _follow_study(self, change: StudyChange) -> None:
        current = self._current
        if current is None or not self._clock.runs or not change.touches("form"):
            return
        self._write_marks(current, current.marks.follow(self._marks))
        current.mark_changed = self._now()

    @Slot()
    def _note_input(self) -> None:
        self._clock.input(self._now())

    @Slot(bool)
    def _note_presence(self, is_present: bool) -> None:
        self._clock.present(self._now(), is_present=is_present)


def _layers(state: SessionState) -> dict[str, bool]:
    """Which layers of the AI are drawn; empty while there is nothing of it."""
    if not state.ai:
        return {}
    overlay, drawn = state.overlay, state.overlay_is_drawn
    return {
        "overlay": drawn,
        "malignant": drawn and overlay.malignant.visible,
        "benign": drawn and overlay.benign.visible,
        "boxes": drawn and overlay.boxes,
    }
