"""Drawing a new mark point by point, and dragging one that is there."""

from __future__ import annotations

from dataclasses import replace
from math import hypot

from viewer.domain.hanging import Slot
from viewer.domain.image_stack import ImageStack
from viewer.domain.mark import MOST_POINTS, ImagePoint, Mark, MarkShape
from viewer.domain.mark_geometry import handle_moved, handles, moved, within
from viewer.domain.mark_hits import simplified
from viewer.domain.mark_regions import area_of
from viewer.session.marks import can_mark, mark_added, mark_changed, mark_selected
from viewer.session.state import SessionState, Tool

PROBING = "probe"
"""Id of what the probe shows under the pointer."""
SHAPES = {
    Tool.LENGTH: MarkShape.LENGTH,
    Tool.ANGLE: MarkShape.ANGLE,
    Tool.ELLIPSE: MarkShape.ELLIPSE,
    Tool.RECTANGLE: MarkShape.RECTANGLE,
    Tool.ARROW: MarkShape.ARROW,
    Tool.TEXT: MarkShape.TEXT,
    Tool.POINT: MarkShape.POINT,
    Tool.OUTLINE: MarkShape.OUTLINE,
    Tool.PROBE: MarkShape.PROBE,
}
"""What each drawing tool draws."""


def shape_of_tool(state: SessionState) -> MarkShape | None:
    """What the chosen tool draws; None while the left button does something else."""
    return SHAPES.get(state.options.tool)


def tool_chosen(state: SessionState, tool: Tool) -> SessionState:
    """Choose a drawing tool; the one that is chosen already is put down."""
    chosen = Tool.WINDOW if state.options.tool is tool else tool
    options = replace(state.options, tool=chosen)
    return replace(without_drawn(state), options=options)


def mark_left(state: SessionState) -> SessionState:
    """Give up one thing: the mark being drawn, the edit by keys, the tool, the selection."""
    marks = state.marks
    if marks.drawn is not None and marks.drawn.shape is not MarkShape.PROBE:
        return without_drawn(state)
    if marks.moving is not None:
        return replace(state, marks=replace(marks, moving=None))
    if marks.editing:
        return mark_selected(state, marks.selected)
    if shape_of_tool(state) is not None:
        options = replace(state.options, tool=Tool.WINDOW)
        return replace(without_drawn(state), options=options)
    return mark_selected(state, None)


def has_mark_to_leave(state: SessionState) -> bool:
    """Whether `mark_left` has anything to give up."""
    return mark_left(state) is not state


def new_mark(
    image: ImageStack, slice_index: int, shape: MarkShape, point: ImagePoint, mark_id: str
) -> Mark:
    """A mark all of whose points lie at one place of the image."""
    point = within(point, image.rows, image.columns)
    return Mark(
        mark_id=mark_id,
        image_id=image.image_id,
        shape=shape,
        points=(point,) * shape.fewest_points,
        slice_index=slice_index,
        first_slice=slice_index,
        last_slice=slice_index,
        laterality=image.view.laterality,
        view=image.view.abbreviation,
    )


def drawing_begun(state: SessionState, slot: Slot, point: ImagePoint, mark_id: str) -> SessionState:
    """Set the first point of the chosen tool's mark; nothing happens outside the image."""
    image, shape = state.image_in(slot), shape_of_tool(state)
    if image is None or shape is None or not can_mark(state, image.image_id):
        return state
    if not (0 <= point.row <= image.rows and 0 <= point.column <= image.columns):
        return state
    mark = new_mark(image, state.panes[slot].slice_index, shape, point, mark_id)
    if shape.is_spot:
        return mark_added(without_drawn(state), mark)
    marks = replace(mark_selected(state, None).marks, drawn=mark, corners=None, visible=True)
    return replace(state, marks=marks)


def probed(state: SessionState, slot: Slot, point: ImagePoint) -> SessionState:
    """Let the probe follow the pointer; outside the image it shows nothing."""
    image = state.image_in(slot)
    if image is None or state.options.tool is not Tool.PROBE:
        return state
    if not (0 <= point.row < image.rows and 0 <= point.column < image.columns):
        return without_drawn(state)
    drawn = new_mark(image, state.panes[slot].slice_index, MarkShape.PROBE, point, PROBING)
    return replace(state, marks=replace(state.marks, drawn=drawn, corners=None))


def probe_lifted(state: SessionState) -> SessionState:
    """Show no pixel any more, as when the pointer leaves the image."""
    drawn = state.marks.drawn
    is_probe = drawn is not None and drawn.shape is MarkShape.PROBE
    return without_drawn(state) if is_probe else state


def drawing_followed(state: SessionState, point: ImagePoint, placed: int) -> SessionState:
    """Let the points that are not placed yet follow the pointer; an outline grows by a point.

    placed: how many points are placed.
    """
    drawn = state.marks.drawn
    image = None if drawn is None else state.image(drawn.image_id)
    if drawn is None or image is None:
        return state
    point = within(point, image.rows, image.columns)
    if drawn.shape is MarkShape.OUTLINE:
        kept = drawn.points[: MOST_POINTS - 1]
        points = (*kept, point)
    else:
        points = (*drawn.points[:placed], *(point,) * (len(drawn.points) - placed))
    return replace(state, marks=replace(state.marks, drawn=replace(drawn, points=points)))


def drawing_ended(state: SessionState, image_pixels_apart: float) -> SessionState:
    """Keep the mark that was drawn; one without extent is dropped.

    image_pixels_apart: how near to each other an outline's points need not be.
    """
    drawn = state.marks.drawn
    if drawn is None:
        return state
    state = without_drawn(state)
    if drawn.shape is MarkShape.OUTLINE:
        points = simplified(drawn.points, image_pixels_apart, MOST_POINTS)
        if len(points) < drawn.shape.fewest_points:
            return state
        drawn = replace(drawn, points=points)
    if not has_extent(drawn):
        return state
    return mark_added(state, drawn)


def mark_dragged(
    state: SessionState, start: Mark, handle: int | None, by_rows: float, by_columns: float
) -> SessionState:
    """Show a mark as it would lie after a drag.

    start: how it lay before the drag. handle: which one is dragged; None: the whole mark.
    """
    image = state.image(start.image_id)
    if image is None:
        return state
    return replace(
        state, marks=replace(state.marks, moving=shifted(start, handle, by_rows, by_columns, image))
    )


def drag_ended(state: SessionState) -> SessionState:
    """Keep the mark where it was dragged."""
    moving = state.marks.moving
    if moving is None:
        return state
    state = replace(state, marks=replace(state.marks, moving=None))
    return mark_changed(state, moving)


def shifted(
    mark: Mark, handle: int | None, by_rows: float, by_columns: float, image: ImageStack
) -> Mark:
    """Move a handle, or the whole mark, by image pixels."""
    if handle is None:
        return moved(mark, by_rows, by_columns, rows=image.rows, columns=image.columns)
    row, column = handles(mark)[handle]
    to = ImagePoint(row + by_rows, column + by_columns)
    return handle_moved(mark, handle, to, rows=image.rows, columns=image.columns)


def has_extent(mark: Mark) -> bool:
    """Whether consecutive points lie apart; of boxes both ways; whether an outline has an area."""
    if mark.shape is MarkShape.OUTLINE:
        return area_of(mark) > 0.5
    pairs = list(zip(mark.points, mark.points[1:], strict=False))
    if mark.shape in (MarkShape.ELLIPSE, MarkShape.RECTANGLE):
        return all(a.row != b.row and a.column != b.column for a, b in pairs)
    return all(hypot(a.row - b.row, a.column - b.column) > 0 for a, b in pairs)


def without_drawn(state: SessionState) -> SessionState:
    """Drop the mark that is being drawn."""
    if state.marks.drawn is None:
        return state
    return replace(state, marks=replace(state.marks, drawn=None, corners=None))
