"""Progress reports that double as the points where a prediction may be cancelled."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives each finished step; raises Cancelled when the user asked to stop."""

    def update(self, done: int, total: int, stage: str) -> None:
        """Report that `done` of `total` steps of `stage` are finished.

        stage: one of "preparing", "slices", "patches"; of a breast, "views".
        Raises inference.errors.Cancelled at the caller's wish.
        """
        ...


class SilentProgress:
    """Ignores every report."""

    def update(self, done: int, total: int, stage: str) -> None:
        """Do nothing."""
