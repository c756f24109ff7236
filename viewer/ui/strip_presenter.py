"""Between the session and the slice strip."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from viewer.domain.ai_state import prediction_of, series_of
from viewer.jobs.decode_signals import DecodeSignals
from viewer.jobs.exam_files import ExamFiles
from viewer.loading.frame_store import FrameKey
from viewer.rendering.strip import StripData, build_strip
from viewer.session.pane_marks import strip_spans
from viewer.session.scrolling import to_slice
from viewer.session.seen_slices import seen_of
from viewer.session.session import Change, Session
from viewer.session.state import SessionState
from viewer.ui.strip.slice_strip import SliceStrip


class StripPresenter(QObject):
    """Shows the active pane's slices in the strip; a click there scrolls the pane."""

    def __init__(
        self,
        *,
        session: Session,
        strip: SliceStrip,
        files: ExamFiles,
        signals: DecodeSignals,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._strip = strip
        self._files = files
        session.changed.connect(self._follow)
        signals.frames_ready.connect(self._take_frames)
        files.frames_dropped.connect(self.show)
        strip.slice_chosen.connect(self._go_to)
        self.show()

    @Slot()
    def show(self) -> None:
        """Show the active image as it stands."""
        self._strip.show_strip(self._data())

    def _data(self) -> StripData | None:
        state = self._session.state
        image = state.active_image
        if image is None:
            return None
        ai = state.ai_of(image.image_id)
        return build_strip(
            stack=image,
            slice_index=state.active_pane.slice_index,
            prediction=prediction_of(ai),
            series=series_of(ai),
            decoded=self._files.decoded(image.image_id, image.slices),
            palette=state.overlay.palette,
            overlay_visible=state.overlay_is_drawn,
            seen=seen_of(state, image),
            drawn=strip_spans(state, state.active),
        )

    @Slot(int)
    def _go_to(self, slice_index: int) -> None:
        self._session.apply(lambda state: to_slice(state, state.active, slice_index))

    @Slot(frozenset)
    def _take_frames(self, keys: frozenset[FrameKey]) -> None:
        shown = self._session.state.active_pane.image_id
        if any(image_id == shown for image_id, _ in keys):
            self.show()

    def _follow(self, change: Change) -> None:
        is_elsewhere = _slices_shown(change.old) != _slices_shown(change.new)
        if is_elsewhere or change.touches(
            "exams", "exam_id", "active", "overlay", "peeking", "seen"
        ):
            self.show()
        elif change.touches("marks"):
            active = change.new.active
            if strip_spans(change.old, active) != strip_spans(change.new, active):
                self.show()
        elif change.touches("ai"):
            image_id = change.new.active_pane.image_id
            if image_id in change.images_with_news:
                self.show()


def _slices_shown(state: SessionState) -> tuple[object, ...]:
    """What the strip takes from the active pane: neither its window nor its framing."""
    pane = state.active_pane
    return pane.image_id, pane.slice_index, pane.slab
