"""Names in tables -> cases of a study."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from viewer.study.protocol import StudyCase


class CaseNames:
    """Finds a case by its id; else by the exam's name, or the last name of its path."""

    def __init__(self, cases: Iterable[StudyCase]) -> None:
        self._ids: dict[str, str] = {}
        self._others: dict[str, set[str]] = {}
        for case in cases:
            self._ids[case.case_id] = case.case_id
            last = PurePath(case.path)
            for name in {case.exam_alias, last.name, last.stem} - {""}:
                self._others.setdefault(name, set()).add(case.case_id)

    def case_id(self, name: str) -> str | None:
        """The case with this name; None when there is none, or several."""
        found = self._ids.get(name)
        if found is not None:
            return found
        others = self._others.get(name, set())
        return next(iter(others)) if len(others) == 1 else None
