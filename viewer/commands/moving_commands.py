"""Commands on slabs, cine sweeps and slices that were not seen yet."""

from __future__ import annotations

from viewer.commands.command import Command, Context, Group, transition
from viewer.commands.reasons import without_slices
from viewer.domain.slab import SlabMode, thicknesses_of
from viewer.session.scrolling import cine_sweep_chosen
from viewer.session.seen_slices import next_unseen, to_next_unseen
from viewer.session.slabs import slab_mode_stepped, slab_stepped
from viewer.session.state import CineSweep


def _thickest(context: Context) -> str | None:
    image = context.state.active_image
    if image is None or image.slices < 2:
        return without_slices(context)
    thicknesses = thicknesses_of(image)
    if not thicknesses:
        return "the slices of this image lie too far apart for a slab"
    if context.state.active_pane.slab.thickness >= thicknesses[-1]:
        return f"slabs are {thicknesses[-1]:.0f} mm thick at most"
    return None


def _without_slab(context: Context) -> str | None:
    if context.state.active_pane.slab.thickness == 0:
        return without_slices(context) or "the pane shows one slice, not a slab"
    return without_slices(context)


def _without_unseen(context: Context) -> str | None:
    state, image = context.state, context.state.active_image
    if image is None or image.slices < 2:
        return without_slices(context)
    if state.seen is None:
        return "slices seen are not counted here"
    if next_unseen(state, image, state.active_pane.slice_index) is None:
        return "all slices of this image have been seen"
    return None


MOVING_COMMANDS = (
    Command(
        id="slice.slab_thicker",
        title="Thicker slab",
        help="Put neighbouring slices together: 3, 5, 10, 20 mm (slices where mm are unknown).",
        group=Group.SLICES,
        keys=("J",),
        icon="mdi6.layers-plus",
        why_not=_thickest,
        run=transition(lambda state: slab_stepped(state, state.active, 1)),
    ),
    Command(
        id="slice.slab_thinner",
        title="Thinner slab",
        help="A thinner slab; at last the slice alone.",
        group=Group.SLICES,
        keys=("Shift+J",),
        icon="mdi6.layers-minus",
        why_not=_without_slab,
        run=transition(lambda state: slab_stepped(state, state.active, -1)),
    ),
    Command(
        id="slice.slab_mode",
        title="Slab mean, maximum, minimum",
        help="How the slices of a slab are put together: the next way.",
        group=Group.SLICES,
        keys=("Alt+J",),
        why_not=without_slices,
        checked=lambda state: state.active_pane.slab.mode is not SlabMode.MEAN,
        run=transition(lambda state: slab_mode_stepped(state, state.active)),
    ),
    Command(
        id="slice.cine_sweep",
        title="Cine round, back and forth, once",
        help="What cine does at the end of the slices: the next way.",
        group=Group.SLICES,
        keys=("Alt+C",),
        checked=lambda state: state.options.cine.sweep is not CineSweep.ROUND,
        run=transition(cine_sweep_chosen),
    ),
    Command(
        id="slice.unseen",
        title="Next slice not seen yet",
        help="Show the next slice that was not on screen for 50 ms.",
        group=Group.SLICES,
        keys=("Shift+N",),
        why_not=_without_unseen,
        run=transition(lambda state: to_next_unseen(state, state.active)),
    ),
)
