"""What a search found, and what it left out and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from viewer.loading.found_exam import FoundExam
from viewer.loading.located_exam import LocatedExam


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFile:
    """A file that was not opened."""

    path: Path
    reason: str
    """One sentence without patient data, the same for every file left out for this reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """The exams found under the given paths."""

    exams: tuple[LocatedExam, ...]
    skipped: tuple[SkippedFile, ...]
    headers: tuple[FoundExam, ...] = ()
    """Every exam in the order found, those that were not looked into further included."""

    def reasons(self) -> tuple[tuple[str, int], ...]:
        """Return each reason with its number of files, the most frequent first."""
        return tuple(Counter(file.reason for file in self.skipped).most_common())

    def summary(self) -> str:
        """Say in one line what was found and left out."""
        finished = {located.exam.exam_id for located in self.exams}
        waiting = [found for found in self.headers if found.exam_id not in finished]
        images = sum(len(located.exam.images) for located in self.exams)
        images += sum(len(found.images) for found in waiting)
        exams = len(self.exams) + len(waiting)
        found = f"{_counted(exams, 'exam')}, {_counted(images, 'image')}"
        if not self.skipped:
            return found
        reasons = "; ".join(f"{count} {reason}" for reason, count in self.reasons()[:4])
        rest = len(self.reasons()) - 4
        more = f"; {rest} more reasons" if rest > 0 else ""
        return f"{found}; {_counted(len(self.skipped), 'file')} skipped ({reasons}{more})"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
