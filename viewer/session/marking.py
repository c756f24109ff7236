"""The reader's marks as the window holds them: what is kept, what is selected, what is undone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from viewer.domain.kept_marks import KeptMarks
from viewer.domain.mark import Mark

MOST_STEPS = 200
"""Of the history of one exam."""

Marks = tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamMarks:
    """The marks of one open exam and their history, which holds marks only."""

    kept: KeptMarks = field(default_factory=KeptMarks)
    past: tuple[Marks, ...] = ()
    """What undoing goes back to, the newest last."""
    future: tuple[Marks, ...] = ()
    """What redoing goes to, the next first."""

    def with_marks(self, marks: Marks) -> ExamMarks:
        """A step that can be undone."""
        past = (*self.past, self.kept.marks)[-MOST_STEPS:]
        return ExamMarks(kept=replace(self.kept, marks=marks), past=past)


def _no_exams() -> Mapping[str, ExamMarks]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """Marks of all open exams, and what the reader is doing with them."""

    exams: Mapping[str, ExamMarks] = field(default_factory=_no_exams)
    """By exam id; an exam whose kept marks are not read yet has none."""
    visible: bool = True
    words_in_pictures: bool = False
    """Whether pictures that are saved or copied show the words of marks."""
    selected: str | None = None
    """Id of a mark."""
    drawn: Mark | None = None
    """A new mark that is not whole yet; its last point follows the pointer, or the keys."""
    corners: int | None = None
    """How many corners of the outline being drawn keys have set; None while no keys draw."""
    moving: Mark | None = None
    """How the selected mark lies while it is dragged."""
    editing: bool = False
    """True while arrow keys move the selected mark."""
    handle: int | None = None
    """Which handle arrow keys move; None: the whole mark."""
    step_begun: bool = False
    """Whether the edit by keys is in the history already, so that one step undoes all of it."""

    @property
    def is_drawn_by_keys(self) -> bool:
        """Whether keys draw the new mark; the pointer does not move it then."""
        return self.drawn is not None and self.corners is not None
