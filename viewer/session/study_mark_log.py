"""Which changes of marks are recorded: setting and deleting at once, moving a slider when done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from viewer.session.study_marks import DraftMark

ADDED, CHANGED, DELETED = "added", "changed", "deleted"


class MarkLog:
    """Compares the marks of the form with those recorded last."""

    def __init__(self, recorded: Iterable[DraftMark] = ()) -> None:
        self._recorded: Mapping[str, DraftMark] = {mark.mark_id: mark for mark in recorded}

    def follow(self, marks: Iterable[DraftMark]) -> list[tuple[str, DraftMark]]:
        """What to record now: marks that came, and marks that went as they were recorded last."""
        now = {mark.mark_id: mark for mark in marks}
        added = [(ADDED, mark) for i, mark in now.items() if i not in self._recorded]
        gone = [(DELETED, mark) for i, mark in self._recorded.items() if i not in now]
        kept = {i: mark for i, mark in self._recorded.items() if i in now}
        self._recorded = {**kept, **{mark.mark_id: mark for _, mark in added}}
        return [*added, *gone]

    def settle(self, marks: Iterable[DraftMark]) -> list[tuple[str, DraftMark]]:
        """What to record of marks that are not being changed any more."""
        changed = [mark for mark in marks if self._recorded.get(mark.mark_id, mark) != mark]
        self._recorded = {**self._recorded, **{mark.mark_id: mark for mark in changed}}
        return [(CHANGED, mark) for mark in changed]
