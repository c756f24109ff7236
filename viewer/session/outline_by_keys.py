"""An outline drawn by keys: arrows move a point, keys set corners there, and one closes it."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from viewer.domain.mark import MOST_POINTS, ImagePoint, Mark, MarkShape
from viewer.domain.mark_geometry import within
from viewer.session.framing import kept_in_sight
from viewer.session.mark_drawing import has_extent, new_mark, without_drawn
from viewer.session.marks import can_mark, mark_added, mark_selected
from viewer.session.state import SessionState


def outline_begun(state: SessionState, place: ImagePoint, mark_id: str) -> SessionState:
    """Give the keyboard a point at a place of the active image; no corner is set yet."""
    image = state.active_image
    if image is None or not can_mark(state, image.image_id):
        return state
    slice_index = state.active_pane.slice_index
    drawn = new_mark(image, slice_index, MarkShape.OUTLINE, place, mark_id)
    marks = replace(mark_selected(state, None).marks, drawn=drawn, corners=0, visible=True)
    return replace(state, marks=marks)


def outline_in_hand(state: SessionState) -> Mark | None:
    """The outline that keys draw, while the active pane shows where it lies."""
    drawn, image = state.marks.drawn, state.active_image
    if drawn is None or image is None or not state.marks.is_drawn_by_keys:
        return None
    is_here = drawn.image_id == image.image_id and drawn.is_on(state.active_pane.slice_index)
    return drawn if is_here else None


def corners_of(state: SessionState) -> tuple[ImagePoint, ...]:
    """The corners that keys have set of the outline they draw."""
    drawn = state.marks.drawn
    return () if drawn is None else drawn.points[: state.marks.corners or 0]


def point_nudged(state: SessionState, right: float, down: float) -> SessionState:
    """Move the keyboard's point by so many image pixels as the pane shows them."""
    drawn = outline_in_hand(state)
    if drawn is None:
        return state
    pane, hand = state.active_pane, drawn.points[-1]
    by_columns = -right if pane.flipped_horizontally else right
    by_rows = -down if pane.flipped_vertically else down
    return _moved_to(state, drawn, ImagePoint(hand.row + by_rows, hand.column + by_columns))


def why_no_corner(state: SessionState) -> str | None:
    """Why no corner can be set at the keyboard's point; None when one can."""
    drawn, corners = outline_in_hand(state), corners_of(state)
    if drawn is None:
        return "no outline is being drawn by keys"
    if len(corners) >= MOST_POINTS - 1:
        return f"an outline has at most {MOST_POINTS} corners"
    if corners and corners[-1] == drawn.points[-1]:
        return "move the point first: there is a corner already"
    return None


def corner_set(state: SessionState) -> SessionState:
    """Set a corner where the keyboard's point is."""
    drawn = outline_in_hand(state)
    if drawn is None or why_no_corner(state) is not None:
        return state
    hand = drawn.points[-1]
    return _with_points(state, drawn, (*corners_of(state), hand), hand)


def corner_set_at(state: SessionState, place: ImagePoint) -> SessionState:
    """Take the keyboard's point to a place of its image, and set a corner there."""
    drawn = outline_in_hand(state)
    return state if drawn is None else corner_set(_moved_to(state, drawn, place))


def corner_taken_back(state: SessionState) -> SessionState:
    """Take the last corner away; the keyboard's point goes back to where it was."""
    drawn, corners = outline_in_hand(state), corners_of(state)
    if drawn is None or not corners:
        return state
    return kept_in_sight(
        _with_points(state, drawn, corners[:-1], corners[-1]), state.active, corners[-1]
    )


def why_not_closed(state: SessionState) -> str | None:
    """Why the outline cannot be closed; None when it can."""
    if outline_in_hand(state) is None:
        return "no outline is being drawn by keys"
    if _whole(state) is None:
        return "an outline needs three corners around an area"
    return None


def outline_closed(state: SessionState) -> SessionState:
    """Keep the outline with its corners and the keyboard's point; without an area nothing happens.

    As one step that can be undone.
    """
    whole = _whole(state)
    return state if whole is None else mark_added(without_drawn(state), whole)


def outline_given_over(state: SessionState) -> SessionState:
    """Let the mouse go on with the outline from the keyboard's point."""
    if not state.marks.is_drawn_by_keys:
        return state
    return replace(state, marks=replace(state.marks, corners=None))


def _moved_to(state: SessionState, drawn: Mark, place: ImagePoint) -> SessionState:
    image = state.active_image
    if image is None:
        return state
    place = within(place, image.rows, image.columns)
    moved = _with_points(state, drawn, corners_of(state), place)
    return kept_in_sight(moved, state.active, place)


def _with_points(
    state: SessionState, drawn: Mark, corners: tuple[ImagePoint, ...], hand: ImagePoint
) -> SessionState:
    """The corners and the point in hand, as often as makes an outline of them."""
    spare = max(1, MarkShape.OUTLINE.fewest_points - len(corners))
    changed = replace(drawn, points=(*corners, *(hand,) * spare))
    return replace(state, marks=replace(state.marks, drawn=changed, corners=len(corners)))


def _whole(state: SessionState) -> Mark | None:
    """The outline that keys draw as it would be kept; None while it encloses nothing."""
    drawn = state.marks.drawn
    if drawn is None or not state.marks.is_drawn_by_keys:
        return None
    points = tuple(point for point, _ in groupby((*corners_of(state), drawn.points[-1])))
    if points[-1] == points[0]:
        points = points[:-1]
    if len(points) < MarkShape.OUTLINE.fewest_points:
        return None
    whole = replace(drawn, points=points)
    return whole if has_extent(whole) else None
