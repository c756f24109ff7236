"""The events that reading a case writes, each with the keys its kind names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from viewer.domain.grey_view import Loupe
from viewer.session.study_clock import Spent
from viewer.session.study_draft import mark_to_json
from viewer.session.study_marks import DraftMark
from viewer.study.answer import BreastAnswer
from viewer.study.answer_json import answer_to_json, planned_to_json
from viewer.study.event import EventKind, Json, NewEvent
from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.protocol import Phase


@dataclass(frozen=True, slots=True)
class SessionEvents:
    """Events of one reader's session."""

    reader_id: str
    session_id: str

    def order(self, plan: Iterable[PlannedReading]) -> NewEvent:
        """The list of readings, as it will be met."""
        return self._event(
            EventKind.ORDER_REALISED, {"readings": [planned_to_json(p) for p in plan]}
        )

    def started(
        self, *, app_version: str, screen: tuple[int, int], workstation: str, display: str
    ) -> NewEvent:
        """The reader began; screen: width and height in device pixels.

        display: how the screen is calibrated, in words.
        """
        return self._event(
            EventKind.SESSION_STARTED,
            {
                "app_version": app_version,
                "screen": list(screen),
                "workstation": workstation,
                "display": display,
            },
        )

    def resumed(self, *, app_version: str, after_crash: bool, display: str) -> NewEvent:
        """The reader went on."""
        return self._event(
            EventKind.SESSION_RESUMED,
            {"app_version": app_version, "after_crash": after_crash, "display": display},
        )

    def paused(self) -> NewEvent:
        """The reader paused, or closed the window."""
        return self._event(EventKind.SESSION_PAUSED, {})

    def finished(self, head: str) -> NewEvent:
        """Every reading is over; head: hash of the event before."""
        return self._event(EventKind.SESSION_FINISHED, {"head": head})

    def _event(self, kind: EventKind, payload: Mapping[str, Json]) -> NewEvent:
        return NewEvent(
            kind=kind, actor=self.reader_id, session_id=self.session_id, payload=payload
        )


@dataclass(frozen=True, slots=True)
class ReadingEvents:
    """Events of one reading."""

    key: ReadingKey

    def opened(self) -> NewEvent:
        """The case was taken up."""
        return self._event(EventKind.READING_OPENED)

    def phase_opened(self, phase: Phase) -> NewEvent:
        """A phase was taken up, for the first time or again."""
        return self._event(EventKind.PHASE_OPENED, phase)

    def first_view(self, phase: Phase) -> NewEvent:
        """The images are on screen."""
        return self._event(EventKind.FIRST_VIEW, phase)

    def first_mark(self, phase: Phase) -> NewEvent:
        """The first mark of the phase was set."""
        return self._event(EventKind.FIRST_MARK, phase)

    def mark_changed(self, phase: Phase, action: str, mark: DraftMark) -> NewEvent:
        """action: "added", "changed" or "deleted"."""
        return self._event(
            EventKind.MARK_CHANGED, phase, {"action": action, "mark": mark_to_json(mark)}
        )

    def submitted(
        self,
        phase: Phase,
        answers: Iterable[BreastAnswer],
        *,
        client_uuid: str,
        ai_seen: bool,
    ) -> NewEvent:
        """The answers, locked from now on."""
        return self._event(
            EventKind.ANSWER_SUBMITTED,
            phase,
            {
                "client_uuid": client_uuid,
                "answers": [answer_to_json(answer) for answer in answers],
                "ai_seen": ai_seen,
            },
        )

    def ai_requested(self) -> NewEvent:
        """The reader asked for the AI."""
        return self._event(EventKind.AI_REQUESTED, Phase.AIDED)

    def ai_revealed(self, *, item_sha256: str, models: Iterable[str]) -> NewEvent:
        """The AI's result is shown."""
        return self._event(
            EventKind.AI_REVEALED,
            Phase.AIDED,
            {"item_sha256": item_sha256, "models": list(models)},
        )

    def ai_toggled(self, phase: Phase, layer: str, *, visible: bool) -> NewEvent:
        """A layer of the AI's result was switched."""
        return self._event(EventKind.AI_TOGGLED, phase, {"layer": layer, "visible": visible})

    def loupe_switched(self, phase: Phase, loupe: Loupe) -> NewEvent:
        """The loupe was put on, put away, or made another."""
        size: dict[str, Json] = {"zoom": loupe.zoom, "side": loupe.side} if loupe.shown else {}
        return self._event(EventKind.LOUPE_SWITCHED, phase, {"shown": loupe.shown, **size})

    def feedback_shown(self) -> NewEvent:
        """The truth of a training case is shown."""
        return self._event(EventKind.FEEDBACK_SHOWN)

    def activity(self, phase: Phase, spent: Spent) -> NewEvent:
        """Time since the last such event of the phase."""
        return self._event(
            EventKind.ACTIVITY,
            phase,
            {"active_ms": spent.active_ms, "idle_ms": spent.idle_ms},
        )

    def looked(self, phase: Phase, samples: list[Json]) -> NewEvent:
        """What was on screen; see viewer.session.study_looking."""
        return self._event(EventKind.LOOKED, phase, {"samples": samples})

    def time_limit_reached(self, phase: Phase) -> NewEvent:
        """The time for this case is over; nothing is cut."""
        return self._event(EventKind.TIME_LIMIT_REACHED, phase)

    def finished(self) -> NewEvent:
        """The reading is complete."""
        return self._event(EventKind.READING_FINISHED)

    def excluded(self, *, actor: str, reason: str) -> NewEvent:
        """A designer or analyst leaves the reading out, openly."""
        return NewEvent(
            kind=EventKind.READING_EXCLUDED,
            actor=actor,
            session_id=self.key.session_id,
            payload={
                "reader_id": self.key.reader_id,
                "session_id": self.key.session_id,
                "order_index": self.key.order_index,
                "reason": reason,
            },
        )

    def amended(
        self, phase: Phase, *, client_uuid: str, old: BreastAnswer, new: BreastAnswer, reason: str
    ) -> NewEvent:
        """A locked answer was changed later, openly; the locked one is kept."""
        return self._event(
            EventKind.ANSWER_AMENDED,
            phase,
            {
                "client_uuid": client_uuid,
                "laterality": old.laterality.value,
                "old": answer_to_json(old),
                "new": answer_to_json(new),
                "reason": reason,
            },
        )

    def _event(
        self,
        kind: EventKind,
        phase: Phase | None = None,
        payload: Mapping[str, Json] | None = None,
    ) -> NewEvent:
        named: dict[str, Json] = {"order_index": self.key.order_index}
        if phase is not None:
            named["phase"] = phase.value
        return NewEvent(
            kind=kind,
            actor=self.key.reader_id,
            session_id=self.key.session_id,
            payload={**named, **(payload or {})},
        )
