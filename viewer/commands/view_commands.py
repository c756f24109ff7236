"""Commands that choose what stands in the panes."""

from __future__ import annotations

from viewer.commands.command import Command, Context, Group, transition
from viewer.commands.reasons import (
    without_exam,
    without_extras,
    without_image,
    without_other_kind,
)
from viewer.domain.view import ImageKind
from viewer.session.mark_drawing import has_mark_to_leave, mark_left
from viewer.session.options import full_screen_toggled
from viewer.session.picking import pick_left
from viewer.session.placing import (
    extra_shown,
    kind_everywhere,
    kind_toggled,
    kinds_of,
    maximised,
    next_pane,
    next_view,
    with_layout,
)
from viewer.session.state import Layout, SessionState


def _kind_of_all(state: SessionState) -> SessionState:
    """Step the active pane's kind, and take all others along."""
    stepped = kind_toggled(state, state.active)
    image = stepped.active_image
    return kind_everywhere(stepped, image.kind) if image else stepped


def _without(kind: ImageKind, context: Context) -> str | None:
    state = context.state
    if state.exam is None:
        return "open an exam first"
    has_it = any(
        image.kind is kind for slot in state.filled_slots for image in kinds_of(state, slot)
    )
    return None if has_it else f"this exam has no {kind.value}"


def _shows_everywhere(kind: ImageKind, state: SessionState) -> bool:
    shown = [image for slot in state.filled_slots if (image := state.image_in(slot))]
    return bool(shown) and all(image.kind is kind for image in shown)


def _back(context: Context) -> None:
    if has_mark_to_leave(context.state):
        context.session.apply(mark_left)
    elif context.state.picked is not None:
        context.session.apply(pick_left)
    elif context.state.options.full_screen:
        context.session.apply(full_screen_toggled)
    else:
        context.session.apply(lambda state: with_layout(state, Layout.FOUR_UP))


def _nothing_to_leave(context: Context) -> str | None:
    state = context.state
    leaves = has_mark_to_leave(state) or state.picked is not None
    if leaves or state.options.full_screen or state.layout is Layout.SINGLE:
        return None
    return "all views are shown"


def _show_kind(kind: ImageKind, name: str) -> Command:
    return Command(
        id=f"view.{name}",
        title=kind.value,
        help=f"Show {kind.value} in every pane whose view has it.",
        group=Group.VIEWS,
        why_not=lambda context: _without(kind, context),
        checked=lambda state: _shows_everywhere(kind, state),
        run=transition(lambda state: kind_everywhere(state, kind)),
    )


VIEW_COMMANDS = (
    Command(
        id="view.next",
        title="Next view",
        help="Make the next view active.",
        group=Group.VIEWS,
        keys=("Right",),
        why_not=without_exam,
        run=transition(lambda state: next_view(state, 1)),
    ),
    Command(
        id="view.previous",
        title="Previous view",
        help="Make the previous view active.",
        group=Group.VIEWS,
        keys=("Left",),
        why_not=without_exam,
        run=transition(lambda state: next_view(state, -1)),
    ),
    Command(
        id="view.next_pane",
        title="Next pane",
        help="Make the next pane active, empty ones too.",
        group=Group.VIEWS,
        keys=("Tab",),
        mouse=("click",),
        why_not=without_exam,
        run=transition(lambda state: next_pane(state, 1)),
    ),
    Command(
        id="view.previous_pane",
        title="Previous pane",
        help="Make the previous pane active, empty ones too.",
        group=Group.VIEWS,
        keys=("Shift+Tab",),
        why_not=without_exam,
        run=transition(lambda state: next_pane(state, -1)),
    ),
    Command(
        id="view.maximise",
        title="One view / all views",
        help="Show the active view alone; again: all of the stage.",
        group=Group.VIEWS,
        keys=("Return",),
        mouse=("double click",),
        icon="mdi6.view-grid-outline",
        why_not=without_image,
        checked=lambda state: state.layout is Layout.SINGLE,
        run=transition(lambda state: maximised(state, state.active)),
    ),
    Command(
        id="view.back",
        title="Back",
        help="Leave the mark or tool in hand, else full screen, else go back to all views.",
        group=Group.VIEWS,
        keys=("Esc",),
        why_not=_nothing_to_leave,
        run=_back,
    ),
    Command(
        id="view.kind",
        title="Next kind in place",
        help="Show DBT, synthetic 2D or FFDM of the active view; zoom and position stay.",
        group=Group.VIEWS,
        keys=("S",),
        icon="mdi6.layers-triple-outline",
        why_not=without_other_kind,
        run=transition(lambda state: kind_toggled(state, state.active)),
    ),
    Command(
        id="view.kind_all",
        title="Next kind in all panes",
        help="Step the kind of the active view and show it in all panes.",
        group=Group.VIEWS,
        keys=("Shift+S",),
        why_not=without_other_kind,
        run=transition(_kind_of_all),
    ),
    _show_kind(ImageKind.DBT, "dbt"),
    _show_kind(ImageKind.SYNTHETIC_2D, "synthetic"),
    _show_kind(ImageKind.FFDM, "ffdm"),
    Command(
        id="view.extra",
        title="Further images of this view",
        help="Show the next image of the view: repeats, spot and magnification views, unknown.",
        group=Group.VIEWS,
        keys=("E",),
        icon="mdi6.image-multiple-outline",
        why_not=without_extras,
        run=transition(lambda state: extra_shown(state, state.active)),
    ),
    Command(
        id="view.extra_back",
        title="Further images, backwards",
        help="Show the previous image of the view.",
        group=Group.VIEWS,
        keys=("Shift+E",),
        why_not=without_extras,
        run=transition(lambda state: extra_shown(state, state.active, -1)),
    ),
)
