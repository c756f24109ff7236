"""Setting and moving marks by keys alone."""

from __future__ import annotations

from dataclasses import replace

from viewer.domain.image_stack import ImageStack
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.mark_geometry import handles
from viewer.session.framing import kept_in_sight, viewport_of
from viewer.session.mark_drawing import new_mark, shape_of_tool, shifted
from viewer.session.marks import mark_added, mark_changed, mark_shown, selected_mark
from viewer.session.outline_by_keys import outline_begun
from viewer.session.state import SessionState

_REACH = 40.0
"""Device pixels from the pane's centre to the ends of a mark that a key sets."""


def mark_set_at_centre(state: SessionState, mark_id: str) -> SessionState:
    """Set the chosen tool's mark in the middle of the active pane, and edit it by keys.

    An outline is drawn by keys from there, corner by corner. The middle of a fitted pane is often
    air: there it is set near the chest wall instead.
    """
    image, viewport = state.active_image, viewport_of(state, state.active)
    shape = shape_of_tool(state)
    if image is None or viewport is None or shape is None:
        return state
    if state.active_pane.framing.scale is None and image.ct is None:
        middle = _in_tissue(image)
    else:
        x, y = viewport.pane_width / 2, viewport.pane_height / 2
        middle = ImagePoint(*viewport.to_image(x, y))
    if shape is MarkShape.OUTLINE:
        return outline_begun(state, middle, mark_id)
    mark = mark_about(image, state.active_pane.slice_index, shape, middle, viewport.zoom, mark_id)
    added = mark_added(state, mark)
    return added if added is state else editing_begun(added)


def mark_about(
    image: ImageStack,
    slice_index: int,
    shape: MarkShape,
    middle: ImagePoint,
    zoom: float,
    mark_id: str,
) -> Mark:
    """A mark of a shape about a place, or the nearest place in the image; large enough to be held.

    Of any shape but an outline. zoom: device pixels per image pixel.
    """
    mark = new_mark(image, slice_index, shape, middle, mark_id)
    if shape.is_spot:
        return mark
    reach = min(_REACH / zoom, image.rows / 4, image.columns / 4)
    held = ImagePoint(
        min(max(mark.points[0].row, reach), image.rows - reach),
        min(max(mark.points[0].column, reach), image.columns - reach),
    )
    return replace(mark, points=_about(held, shape, reach))


def _in_tissue(image: ImageStack) -> ImagePoint:
    """The middle row, a quarter of the image away from the chest wall."""
    share = 0.25 if image.chest_wall_is_left else 0.75
    return ImagePoint(image.rows / 2, image.columns * share)


def editing_begun(state: SessionState) -> SessionState:
    """Let arrow keys move the selected mark, its image and slice on screen."""
    mark = selected_mark(state)
    if mark is None:
        return state
    state = mark_shown(state, mark.mark_id)
    last = None if len(handles(mark)) == 1 else len(handles(mark)) - 1
    marks = replace(
        state.marks, editing=True, handle=last, step_begun=False, visible=True, drawn=None
    )
    return replace(state, marks=marks)


def handle_stepped(state: SessionState, by: int) -> SessionState:
    """Take the next or previous handle; between the last and the first the whole mark."""
    mark = selected_mark(state)
    if mark is None or not state.marks.editing:
        return state
    count = len(handles(mark))
    if count == 1:
        return state
    now = count if state.marks.handle is None else state.marks.handle
    following = (now + by) % (count + 1)
    handle = None if following == count else following
    state = replace(state, marks=replace(state.marks, handle=handle))
    return state if handle is None else kept_in_sight(state, state.active, handles(mark)[handle])


def nudged(state: SessionState, right: float, down: float) -> SessionState:
    """Move the handle, or the whole mark, by so many image pixels as the pane shows them.

    right, down: towards the right and the bottom of the screen, also where the pane is flipped.
    """
    mark = selected_mark(state)
    image = None if mark is None else state.image(mark.image_id)
    if mark is None or image is None or not state.marks.editing:
        return state
    pane = state.active_pane
    by_columns = -right if pane.flipped_horizontally else right
    by_rows = -down if pane.flipped_vertically else down
    changed = shifted(mark, state.marks.handle, by_rows, by_columns, image)
    if changed == mark:
        return state
    state = mark_changed(state, changed, same_step=state.marks.step_begun)
    state = replace(state, marks=replace(state.marks, step_begun=True))
    handle = state.marks.handle
    return state if handle is None else kept_in_sight(state, state.active, handles(changed)[handle])


def _about(middle: ImagePoint, shape: MarkShape, reach: float) -> tuple[ImagePoint, ...]:
    row, column = middle
    if shape in (MarkShape.LENGTH, MarkShape.ARROW):
        return ImagePoint(row, column - reach), ImagePoint(row, column + reach)
    if shape is MarkShape.ANGLE:
        return (
            ImagePoint(row - reach, column),
            ImagePoint(row, column),
            ImagePoint(row, column + reach),
        )
    return ImagePoint(row - reach, column - reach), ImagePoint(row + reach, column + reach)
