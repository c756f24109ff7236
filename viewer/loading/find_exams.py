"""From files and folders to exams."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from viewer.loading.scan_progress import ScanProgress
from viewer.loading.scan_result import ScanResult, SkippedFile

__all__ = ["ScanResult", "SkippedFile", "find_exams"]


def find_exams(paths: Sequence[Path], progress: ScanProgress) -> ScanResult:
    """Find the exams under files and folders, by content and not by extension.

    Raises ScanCancelled when progress does.
    """
    raise NotImplementedError
