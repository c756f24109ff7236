"""One place in a reader's list: a case behind a blind number, and the phases it is read in."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.study.protocol import Phase


@dataclass(frozen=True, slots=True, order=True)
class ReadingKey:
    """Names one reading of a study: everything recorded of it carries these three."""

    reader_id: str
    session_id: str
    order_index: int
    """Place in the reader's list of the session, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReading:
    """A case as one reader meets it in one session."""

    key: ReadingKey
    alias: str
    """The blind number on screen, such as C-0042; a planted repeat has another one."""
    case_id: str
    phases: tuple[Phase, ...]
    """In order: each ends with a locked answer."""
    ai_on_request: bool = False
    training: bool = False
    repeat: int = 0
    """0 for the first reading of the case in the session, 1 for its planted repeat."""

    @property
    def ai_needs_lock(self) -> bool:
        """Whether an answer alone must be locked before the AI may leave its seal."""
        return Phase.ALONE in self.phases
