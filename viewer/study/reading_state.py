"""Where a reading stands, as its events say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from viewer.study.answer import BreastAnswer
from viewer.study.planned_reading import PlannedReading
from viewer.study.protocol import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A locked answer that was changed later, openly."""

    phase: Phase
    old: BreastAnswer
    new: BreastAnswer
    reason: str
    utc: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedAnswer:
    """What was submitted at the end of a phase, for every breast; never replaced."""

    phase: Phase
    answers: tuple[BreastAnswer, ...]
    utc: str
    sequence: int
    ai_seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseTimes:
    """When things happened in a phase, UTC; None where they did not."""

    opened_utc: str | None = None
    first_view_utc: str | None = None
    first_mark_utc: str | None = None
    submitted_utc: str | None = None
    active_ms: int = 0
    idle_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingState:
    """Everything the events say of one planned reading."""

    planned: PlannedReading
    is_opened: bool = False
    locked: Mapping[Phase, LockedAnswer] = field(default_factory=lambda: MappingProxyType({}))
    times: Mapping[Phase, PhaseTimes] = field(default_factory=lambda: MappingProxyType({}))
    amendments: tuple[Amendment, ...] = ()
    ai_requested: bool = False
    ai_revealed: bool = False
    feedback_shown: bool = False
    is_finished: bool = False
    """True only after an explicit reading_finished event, never inferred."""
    excluded_because: str | None = None

    @property
    def open_phase(self) -> Phase | None:
        """The first phase that is not locked; None when all are."""
        for phase in self.planned.phases:
            if phase not in self.locked:
                return phase
        return None
