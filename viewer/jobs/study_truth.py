"""Outlines of known findings that a study shows after a training case, and only then."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from viewer.domain.exam import Exam
from viewer.jobs.truth_outlines import SliceKey
from viewer.rendering.marks import TruthOutline


class ShownTruth(QObject):
    """Empty until it is given outlines; panes ask it as they ask TruthOutlines."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._outlines: Mapping[SliceKey, tuple[TruthOutline, ...]] = {}

    def of(self, exam: Exam, image_id: str, slice_index: int) -> tuple[TruthOutline, ...]:
        """The outlines on a slice."""
        del exam
        return self._outlines.get((image_id, slice_index), ())

    def show(self, outlines: Mapping[SliceKey, tuple[TruthOutline, ...]]) -> None:
        """Show these outlines; none hides all."""
        self._outlines = outlines
        self.changed.emit()
