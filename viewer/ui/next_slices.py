"""Has the slices rendered that the reader will probably come to next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtCore import Slot as QtSlot

from viewer.domain.frame import Frame
from viewer.domain.hanging import Slot
from viewer.domain.slab import is_slab
from viewer.session.session import Change, Session
from viewer.session.state import SessionState
from viewer.ui.hanging_view import HangingView

FrameOf = Callable[[str, int], Frame | None]
"""A decoded slice of an image id, or None."""


class NextSlices(QObject):
    """After a step, once it is painted: the slice as far on, in every pane that moved."""

    def __init__(
        self,
        *,
        session: Session,
        hanging: HangingView,
        frame_of: FrameOf,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._hanging = hanging
        self._frame_of = frame_of
        self._steps: dict[Slot, int] = {}
        # Runs when nothing else waits, so after the step itself is painted.
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._expect)
        session.changed.connect(self._follow)

    def _follow(self, change: Change) -> None:
        if change.touches("exams", "exam_id", "protocol", "stage_index"):
            self._steps.clear()
            for pane in self._hanging.made_panes:
                pane.forget_neighbours()
        elif change.touches("panes"):
            self._steps = _steps(change)
            if self._steps:
                self._timer.start()

    @QtSlot()
    def _expect(self) -> None:
        for slot, step in self._steps.items():
            pane = self._hanging.panes.get(slot)
            if pane is not None:
                found = self._next(self._session.state, slot, step)
                if found is not None:
                    pane.expect(*found)

    def _next(self, state: SessionState, slot: Slot, step: int) -> tuple[Frame, int] | None:
        image, shown = state.image_in(slot), state.panes.get(slot)
        if image is None or shown is None or is_slab(shown.slab, shown.slice_index, image):
            return None
        index = shown.slice_index + step
        if not 0 <= index < image.slices:
            return None
        if image.vois_of(index) != image.vois_of(shown.slice_index):
            # It would be drawn with another window.
            return None
        frame = self._frame_of(image.image_id, index)
        return None if frame is None else (frame, index)


def _steps(change: Change) -> dict[Slot, int]:
    """By how many slices each pane on screen moved through the image it keeps."""
    found = {}
    for slot in change.new.shown_slots:
        before, after = change.old.panes.get(slot), change.new.panes[slot]
        if before is not None and before.image_id == after.image_id is not None:
            step = after.slice_index - before.slice_index
            if step:
                found[slot] = step
    return found
