"""The mouse that draws, selects and drags marks on one pane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from viewer.domain.hanging import Slot
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.mark_hits import handle_under, mark_under
from viewer.domain.viewport import Viewport
from viewer.session.mark_drawing import (
    drag_ended,
    drawing_begun,
    drawing_ended,
    drawing_followed,
    mark_dragged,
    probe_lifted,
    probed,
    shape_of_tool,
)
from viewer.session.marks import can_mark, mark_selected, mark_with, marks_on
from viewer.session.outline_by_keys import corner_set_at, outline_closed, outline_given_over
from viewer.session.session import Session
from viewer.session.state import Tool
from viewer.ui.pane.image_pane import ImagePane
from viewer.ui.text_size import text_factor

REACH = 7.0
"""Logical pixels from a line or handle within which a press takes it."""
_OUTLINE_STEP = 1.5
"""Device pixels between the points of an outline that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drag:
    """A mark or a handle that is held."""

    mark: Mark
    handle: int | None
    start: ImagePoint
    start_point: QPointF


class MarkHand:
    """Turns the mouse on one pane into marks; see viewer.ui.pane.hand.PaneHand."""

    def __init__(
        self,
        *,
        session: Session,
        slot_of: Callable[[ImagePane], Slot | None],
        pane: ImagePane,
        edit_words: Callable[[], None],
        show_menu: Callable[[QPoint], None],
    ) -> None:
        """slot_of: the slot a pane stands for, which changes with the stage.

        edit_words: asks for the words of the selected mark. show_menu: pops up its menu.
        """
        self._session = session
        self._slot_of = slot_of
        self._pane = pane
        self._edit_words = edit_words
        self._show_menu = show_menu
        self._drag: _Drag | None = None
        self._placed: list[QPointF] = []
        self._asks_for_words = False
        pane.clicked.connect(self._click)

    @property
    def _slot(self) -> Slot:
        """The slot of this pane; of one that is not in use, which no mouse reaches, the active."""
        return self._slot_of(self._pane) or self._session.state.active

    def press(self, button: Qt.MouseButton, point: QPointF) -> bool:
        """Go on drawing, take a handle, begin a mark, or take a mark, in this order."""
        viewport = self._viewport
        if button != Qt.MouseButton.LeftButton or viewport is None:
            return False
        if self._is_drawing:
            if self._session.state.marks.is_drawn_by_keys:
                self._set_corner(point, viewport)
            return True
        if self._take_handle(point, viewport):
            return True
        if shape_of_tool(self._session.state) is not None:
            self._begin(point, viewport)
            return True
        return self._take_mark(point, viewport)

    def drag(self, point: QPointF) -> None:
        """Let the mark follow the pointer."""
        if self._drag is not None:
            self._follow_drag(self._drag, point)
            return
        if self._session.state.marks.is_drawn_by_keys and self._is_apart(point):
            self._session.apply(outline_given_over)
        self._follow_drawing(point)

    def release(self, point: QPointF) -> None:
        """Set the point that is under the pointer, or let go."""
        if self._drag is not None:
            self._drag = None
            self._session.apply(drag_ended)
        elif self._is_drawing:
            self._follow_drawing(point)
            if not self._session.state.marks.is_drawn_by_keys:
                self._place(point)
        elif self._asks_for_words:
            self._edit_words()
        self._asks_for_words = False

    def hover(self, point: QPointF) -> None:
        """Let the next point, or the probe, follow the pointer."""
        state, viewport = self._session.state, self._viewport
        if state.options.tool is Tool.PROBE and viewport is not None:
            place = _place_of(point, viewport)
            self._session.apply(lambda state: probed(state, self._slot, place))
        else:
            self._follow_drawing(point)

    def leave(self) -> None:
        """Take the probe off the image."""
        self._session.apply(probe_lifted)

    def menu(self, point: QPointF, place: QPoint) -> bool:
        """Select the mark under a right click and show its menu."""
        viewport = self._viewport
        found = None if viewport is None else self._mark_under(point, viewport)
        if found is None:
            return False
        self._session.apply(lambda state: mark_selected(state, found.mark_id))
        self._show_menu(place)
        return True

    @property
    def _viewport(self) -> Viewport | None:
        """Where the image lies that the pane shows; None without one."""
        scene = self._pane.scene
        return None if scene is None else scene.viewport

    @property
    def _reach(self) -> float:
        return REACH * text_factor() * self._pane.devicePixelRatioF()

    @property
    def _is_drawing(self) -> bool:
        """Whether a mark is being drawn on the image of this pane."""
        state, slot = self._session.state, self._slot
        drawn, image = state.marks.drawn, state.image_in(slot)
        if drawn is None or image is None or drawn.shape is MarkShape.PROBE:
            return False
        if state.marks.is_drawn_by_keys and not drawn.is_on(state.panes[slot].slice_index):
            return False
        return drawn.image_id == image.image_id

    def _set_corner(self, point: QPointF, viewport: Viewport) -> None:
        """A click while keys draw sets a corner; a drag from there goes on freely."""
        place = _place_of(point, viewport)
        self._placed = [point]
        self._session.apply(lambda state: corner_set_at(state, place))

    def _is_apart(self, point: QPointF) -> bool:
        """Whether a point is so far from the last that was placed that it is a drag."""
        apart = (point - self._placed[-1]).manhattanLength() if self._placed else 0.0
        return apart >= QApplication.startDragDistance()

    def _begin(self, point: QPointF, viewport: Viewport) -> None:
        place = _place_of(point, viewport)
        self._placed = [point]
        # What keys drew on another slice or image is kept where it is whole.
        self._session.apply(outline_closed)
        marks = self._session.state.marks.exams
        self._session.apply(lambda state: drawing_begun(state, self._slot, place, uuid4().hex))
        is_set = self._session.state.marks.exams is not marks
        self._asks_for_words = is_set and self._session.state.options.tool is Tool.TEXT

    def _follow_drawing(self, point: QPointF) -> None:
        viewport, marks = self._viewport, self._session.state.marks
        # The pointer rests somewhere over the pane: what keys move must not jump there.
        if viewport is None or not self._is_drawing or marks.is_drawn_by_keys:
            return
        place = _place_of(point, viewport)
        count = len(self._placed)
        self._session.apply(lambda state: drawing_followed(state, place, count))

    def _place(self, point: QPointF) -> None:
        """Set the following point; the mark is whole when it was the last."""
        drawn, viewport = self._session.state.marks.drawn, self._viewport
        if drawn is None or viewport is None:
            return
        if drawn.shape is not MarkShape.OUTLINE:
            if not self._is_apart(point):
                return
            self._placed.append(point)
            if len(self._placed) < len(drawn.points):
                return
        image_pixels = _OUTLINE_STEP / viewport.zoom
        self._session.apply(lambda state: drawing_ended(state, image_pixels))

    def _take_handle(self, point: QPointF, viewport: Viewport) -> bool:
        state = self._session.state
        mark = mark_with(state, state.marks.selected)
        if mark is None or mark not in self._shown():
            return False
        handle = handle_under(mark, viewport, point.x(), point.y(), self._reach)
        if handle is None:
            return False
        self._hold(mark, handle, point, viewport)
        return True

    def _take_mark(self, point: QPointF, viewport: Viewport) -> bool:
        found = self._mark_under(point, viewport)
        if found is None:
            return False
        self._session.apply(lambda state: mark_selected(state, found.mark_id))
        self._hold(found, None, point, viewport)
        return True

    def _hold(self, mark: Mark, handle: int | None, point: QPointF, viewport: Viewport) -> None:
        start = _place_of(point, viewport)
        self._drag = _Drag(mark=mark, handle=handle, start=start, start_point=point)

    def _follow_drag(self, held: _Drag, point: QPointF) -> None:
        viewport = self._viewport
        image = self._session.state.image_in(self._slot)
        if viewport is None or image is None or image.image_id != held.mark.image_id:
            return
        is_moving = self._session.state.marks.moving is not None
        moved = (point - held.start_point).manhattanLength()
        if not is_moving and moved < QApplication.startDragDistance():
            return
        row, column = viewport.to_image(point.x(), point.y())
        by_rows, by_columns = row - held.start.row, column - held.start.column
        self._session.apply(
            lambda state: mark_dragged(state, held.mark, held.handle, by_rows, by_columns)
        )

    def _shown(self) -> tuple[Mark, ...]:
        """The marks on the slice in the pane."""
        state = self._session.state
        image = state.image_in(self._slot)
        if image is None or not state.marks.visible or not can_mark(state, image.image_id):
            return ()
        slice_index = state.panes[self._slot].slice_index
        return tuple(mark for mark in marks_on(state, image) if mark.is_on(slice_index))

    def _mark_under(self, point: QPointF, viewport: Viewport) -> Mark | None:
        return mark_under(self._shown(), viewport, point.x(), point.y(), self._reach)

    def _click(self, device_x: float, device_y: float) -> None:
        """A click beside every mark selects none."""
        del device_x, device_y
        if not self._session.state.marks.editing:
            self._session.apply(lambda state: mark_selected(state, None))


def _place_of(point: QPointF, viewport: Viewport) -> ImagePoint:
    return ImagePoint(*viewport.to_image(point.x(), point.y()))
