"""Reports of a search through folders, which double as the points where it may be cancelled."""

from __future__ import annotations

from typing import Protocol


class ScanProgress(Protocol):
    """Receives each step; raises ScanCancelled when the user asked to stop."""

    def update(self, done: int, total: int | None) -> None:
        """Report that `done` of `total` steps are finished; total is None while it is unknown.

        Raises viewer.loading.errors.ScanCancelled at the caller's wish.
        """
        ...


class SilentScan:
    """Ignores every report."""

    def update(self, done: int, total: int | None) -> None:
        """Do nothing."""
