"""Commands that move through slices."""

from __future__ import annotations

from collections.abc import Callable

from viewer.commands.command import Command, Context, Group, transition
from viewer.commands.reasons import without_slices
from viewer.session.options import cine_speeded, linked_scrolling_toggled
from viewer.session.scrolling import cine_started, scrolled, to_end

STRIDE = 10
"""Slices of a long step."""
_FASTER = 1.25


def _scroll(by: int) -> Callable[[Context], None]:
    return transition(lambda state: scrolled(state, state.active, by))


SLICE_COMMANDS = (
    Command(
        id="slice.next",
        title="Next slice",
        help="Show the next slice.",
        group=Group.SLICES,
        keys=("Down",),
        mouse=("wheel down",),
        repeats=True,
        why_not=without_slices,
        run=_scroll(1),
    ),
    Command(
        id="slice.previous",
        title="Previous slice",
        help="Show the previous slice.",
        group=Group.SLICES,
        keys=("Up",),
        mouse=("wheel up",),
        repeats=True,
        why_not=without_slices,
        run=_scroll(-1),
    ),
    Command(
        id="slice.forward",
        title="Ten slices on",
        help="Show the slice ten further on.",
        group=Group.SLICES,
        keys=("PgDown", "Shift+Down"),
        repeats=True,
        why_not=without_slices,
        run=_scroll(STRIDE),
    ),
    Command(
        id="slice.back",
        title="Ten slices back",
        help="Show the slice ten further back.",
        group=Group.SLICES,
        keys=("PgUp", "Shift+Up"),
        repeats=True,
        why_not=without_slices,
        run=_scroll(-STRIDE),
    ),
    Command(
        id="slice.first",
        title="First slice",
        help="Show the first slice.",
        group=Group.SLICES,
        keys=("Home",),
        why_not=without_slices,
        run=transition(lambda state: to_end(state, state.active, last=False)),
    ),
    Command(
        id="slice.last",
        title="Last slice",
        help="Show the last slice.",
        group=Group.SLICES,
        keys=("End",),
        why_not=without_slices,
        run=transition(lambda state: to_end(state, state.active, last=True)),
    ),
    Command(
        id="slice.cine",
        title="Cine",
        help="Play the slices of the active pane; scrolling stops it.",
        group=Group.SLICES,
        keys=("C",),
        icon="mdi6.play-outline",
        why_not=without_slices,
        checked=lambda state: state.options.cine.playing,
        run=transition(lambda state: cine_started(state, state.active)),
    ),
    Command(
        id="slice.cine_faster",
        title="Cine faster",
        help="Play more slices a second.",
        group=Group.SLICES,
        keys=("]",),
        repeats=True,
        run=transition(lambda state: cine_speeded(state, _FASTER)),
    ),
    Command(
        id="slice.cine_slower",
        title="Cine slower",
        help="Play fewer slices a second.",
        group=Group.SLICES,
        keys=("[",),
        repeats=True,
        run=transition(lambda state: cine_speeded(state, 1 / _FASTER)),
    ),
    Command(
        id="slice.link",
        title="Link scrolling",
        help="Let panes scroll together: one projection by millimetres, others by relative depth.",
        group=Group.SLICES,
        keys=("L",),
        icon="mdi6.link-variant",
        checked=lambda state: state.options.linked_scrolling,
        run=transition(linked_scrolling_toggled),
    ),
)
