"""What commands about places need of the window: the pointer, decoded frames, words."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QCursor

from viewer.domain.ai_state import prediction_of
from viewer.domain.hanging import Slot
from viewer.jobs.exam_files import ExamFiles
from viewer.rendering.breast_shape import BreastShapes
from viewer.rendering.same_spot import spot_slices
from viewer.session.framing import viewport_of
from viewer.session.picking import pick_left, picked_at, place_in, volume_of_pick
from viewer.session.quadrants import quadrant_stepped
from viewer.session.session import Session
from viewer.session.spot_moves import spot_offered
from viewer.ui.corner_stages import CornerStages
from viewer.ui.hanging_view import HangingView


class MovingDesk(QObject):
    """Picks places, steps through quadrants and offers slices."""

    said = Signal(str)
    """A passing message."""

    def __init__(
        self, *, session: Session, files: ExamFiles, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._files = files
        self._shapes = BreastShapes(files.frame)
        self._hangings: list[HangingView] = []
        self._corners = CornerStages(session=session, shapes=self._shapes, parent=self)
        files.frames_dropped.connect(self._shapes.forget)

    def watch(self, hanging: HangingView) -> None:
        """Take the pointer over these panes for a place."""
        self._hangings.append(hanging)
        hanging.destroyed.connect(lambda: self._hangings.remove(hanging))

    def pick_point(self) -> None:
        """Pick the place under the pointer, or the middle of the active pane; again: none."""
        state = self._session.state
        if state.picked is not None:
            self._session.apply(pick_left)
            return
        slot, place = self._pointed() or (state.active, None)
        viewport = viewport_of(state, slot)
        if viewport is None:
            return
        x, y = place or (viewport.pane_width / 2, viewport.pane_height / 2)
        row, column = viewport.to_image(x, y)
        self._session.apply(lambda now: picked_at(now, slot, row, column))
        if self._session.state.picked is None:
            self.said.emit("Pick a point: point at the image first.")

    def step_quadrant(self, by: int) -> None:
        """Show the next or previous quadrant of the active image."""
        state = self._session.state
        image = state.active_image
        shape = None if image is None else self._shapes.of(image)
        if shape is None:
            self.said.emit("Quadrants: no breast was found in this image.")
            return
        box = (shape.top, shape.left, shape.bottom, shape.right)
        self._session.apply(lambda now: quadrant_stepped(now, now.active, box, by))

    def offer_same_spot(self) -> None:
        """Show the slice of the volume where the picked place stands out most, then the next."""
        state = self._session.state
        picked, volume = state.picked, volume_of_pick(state)
        source = None if picked is None else state.image(picked.image_id)
        if picked is None or volume is None or source is None:
            return
        row, column = place_in(source, volume, picked.row, picked.column)
        frames = {
            index: frame
            for index in range(volume.slices)
            if (frame := self._files.frame(volume.image_id, index)) is not None
        }
        found = spot_slices(
            volume, frames, prediction_of(state.ai_of(volume.image_id)), row, column
        )
        self._session.apply(lambda now: spot_offered(now, volume, found.slices, row, column))
        offered = self._session.state.picked
        if offered is not None and offered.offered:
            number, count = len(offered.offered), len(found.slices)
            self.said.emit(f"Slice {offered.offered[-1] + 1}, {found.reason}: {number} of {count}.")
        else:
            self.said.emit("The same spot: no slice of the volume is decoded yet.")

    def _pointed(self) -> tuple[Slot, tuple[float, float]] | None:
        """The slot under the pointer and the place in its pane, in device pixels."""
        for hanging in self._hangings:
            for slot, pane in hanging.panes.items():
                point = pane.mapFromGlobal(QCursor.pos())
                if pane.isVisible() and pane.rect().contains(point):
                    ratio = pane.devicePixelRatioF()
                    return slot, (point.x() * ratio, point.y() * ratio)
        return None
