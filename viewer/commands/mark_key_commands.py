"""Commands that move a mark's handles, and draw an outline, by keys alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from viewer.commands.command import Command, Context, Group, transition
from viewer.session.framing import viewport_of
from viewer.session.mark_editing import handle_stepped, nudged
from viewer.session.marks import mark_selected
from viewer.session.outline_by_keys import (
    corner_set,
    corner_taken_back,
    corners_of,
    outline_closed,
    outline_in_hand,
    point_nudged,
    why_no_corner,
    why_not_closed,
)
from viewer.session.state import SessionState

LONG_STEP = 10.0
"""Image pixels of a long step of a handle or a point; a short one is one pixel."""
LEAST_LONG_STEP = 8.0
"""Device pixels of a long step, where a whole breast is shown and ten image pixels are few."""


def with_outline_in_hand(context: Context) -> str | None:
    """Keys draw an outline, which would be lost."""
    if context.state.marks.is_drawn_by_keys:
        return "an outline is being drawn by keys: Enter closes it, Esc gives it up"
    return None


def without_edit(context: Context) -> str | None:
    """No mark is edited by keys."""
    return None if context.state.marks.editing else "no mark is being edited by keys"


def _without_handle(context: Context) -> str | None:
    """Neither a mark is edited nor an outline drawn by keys."""
    return None if outline_in_hand(context.state) is not None else without_edit(context)


def _without_corner(context: Context) -> str | None:
    if outline_in_hand(context.state) is None:
        return "no outline is being drawn by keys"
    return None if corners_of(context.state) else "the outline has no corner yet"


def _stepped(state: SessionState, right: float, down: float) -> SessionState:
    if outline_in_hand(state) is not None:
        return point_nudged(state, right, down)
    return nudged(state, right, down)


def _edit_left(state: SessionState) -> SessionState:
    return mark_selected(state, state.marks.selected)


def _moves(right: int, down: int) -> Callable[[Context], None]:
    return transition(lambda state: _stepped(state, right, down))


def _moves_far(right: int, down: int) -> Callable[[Context], None]:
    def moved(state: SessionState) -> SessionState:
        step = _long_step(state)
        return _stepped(state, right * step, down * step)

    return transition(moved)


def _long_step(state: SessionState) -> float:
    viewport = viewport_of(state, state.active)
    if viewport is None:
        return LONG_STEP
    return max(LONG_STEP, float(round(LEAST_LONG_STEP / viewport.zoom)))


def _nudge(name: str, key: str, right: int, down: int) -> tuple[Command, ...]:
    return tuple(
        Command(
            id=f"mark.{name}{suffix}",
            title=f"Mark {name}{' by a long step' if suffix else ''}",
            help=f"While keys edit a mark or draw an outline: its handle or point {name}, {step}.",
            group=Group.MARKS,
            keys_then=(f"{modifier}{key}",),
            repeats=True,
            in_menu=False,
            why_not=_without_handle,
            run=run,
        )
        for suffix, modifier, step, run in (
            ("", "", "one image pixel", _moves(right, down)),
            ("_far", "Shift+", "ten or more", _moves_far(right, down)),
        )
    )


_NUDGES = (
    *_nudge("left", "Left", -1, 0),
    *_nudge("right", "Right", 1, 0),
    *_nudge("up", "Up", 0, -1),
    *_nudge("down", "Down", 0, 1),
)
_EDITS = (
    Command(
        id="mark.next_handle",
        title="Next handle",
        help="While a mark is edited by keys: its next handle; after the last, the whole mark.",
        group=Group.MARKS,
        keys_then=("Tab",),
        in_menu=False,
        why_not=without_edit,
        run=transition(lambda state: handle_stepped(state, 1)),
    ),
    Command(
        id="mark.previous_handle",
        title="Previous handle",
        help="While a mark is edited by keys: its previous handle.",
        group=Group.MARKS,
        keys_then=("Shift+Tab",),
        in_menu=False,
        why_not=without_edit,
        run=transition(lambda state: handle_stepped(state, -1)),
    ),
    Command(
        id="mark.done",
        title="Edit done",
        help="Leave the edit by keys; the mark stays selected.",
        group=Group.MARKS,
        keys_then=("Return",),
        in_menu=False,
        why_not=without_edit,
        run=transition(_edit_left),
    ),
)
_DRAWS = (
    Command(
        id="mark.corner",
        title="Set corner of outline",
        help="While an outline is drawn by keys: a corner where the point is; Esc gives it up.",
        group=Group.MARKS,
        keys_then=("Space",),
        in_menu=False,
        why_not=lambda context: why_no_corner(context.state),
        run=transition(corner_set),
    ),
    Command(
        id="mark.corner_back",
        title="Take corner of outline back",
        help="While an outline is drawn by keys: its last corner goes, the point returns there.",
        group=Group.MARKS,
        keys_then=("Backspace", "Ctrl+Z"),
        repeats=True,
        in_menu=False,
        why_not=_without_corner,
        run=transition(corner_taken_back),
    ),
    Command(
        id="mark.close_outline",
        title="Close outline",
        help="While an outline is drawn by keys: the point becomes its last corner; it is kept.",
        group=Group.MARKS,
        keys_then=("Return",),
        in_menu=False,
        why_not=lambda context: why_not_closed(context.state),
        run=transition(outline_closed),
    ),
)
MARK_KEY_COMMANDS = (*_NUDGES, *_EDITS, *_DRAWS)


def _keys_of(commands: Iterable[Command]) -> dict[str, str]:
    return {key: command.id for command in commands for key in command.keys_then}


EDIT_KEYS = _keys_of((*_NUDGES, *_EDITS))
"""Keys that mean something else while a mark is edited by keys."""
DRAW_KEYS = _keys_of((*_NUDGES, *_DRAWS))
"""Keys that mean something else while an outline is drawn by keys."""


def keys_now(state: SessionState) -> dict[str, str]:
    """Keys, with the command each performs, that come before those of the table now."""
    if outline_in_hand(state) is not None:
        return DRAW_KEYS
    return EDIT_KEYS if state.marks.editing else {}
