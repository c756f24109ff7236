"""Commands that step through hangings, choose and change them."""

from __future__ import annotations

from viewer.commands.command import Command, Context, Group, transition
from viewer.commands.reasons import without_exam
from viewer.session.staging import stage_after, stage_stepped


def _without_stage(by: int, context: Context) -> str | None:
    state = context.state
    if state.exam is None:
        return "open an exam first"
    if stage_after(state, by) is not None:
        return None
    return "this is the last stage" if by > 0 else "this is the first stage"


HANGING_COMMANDS = (
    Command(
        id="hanging.next_stage",
        title="Next stage",
        help="Hang the next stage of the protocol; stages without images are passed over.",
        group=Group.VIEWS,
        keys=("Space", "."),
        icon="mdi6.arrow-right-bold-outline",
        why_not=lambda context: _without_stage(1, context),
        run=transition(lambda state: stage_stepped(state, 1)),
    ),
    Command(
        id="hanging.previous_stage",
        title="Previous stage",
        help="Hang the stage before.",
        group=Group.VIEWS,
        keys=("Shift+Space", ","),
        icon="mdi6.arrow-left-bold-outline",
        why_not=lambda context: _without_stage(-1, context),
        run=transition(lambda state: stage_stepped(state, -1)),
    ),
    Command(
        id="hanging.choose",
        title="Hangings…",
        help="Choose a hanging protocol, or go to one of its stages.",
        group=Group.VIEWS,
        keys=("G",),
        icon="mdi6.view-dashboard-outline",
        why_not=without_exam,
        run=lambda context: context.desk.hangings.choose(),
    ),
    Command(
        id="hanging.edit",
        title="Edit hangings…",
        help="Make a hanging protocol of what is on screen, or change one.",
        group=Group.VIEWS,
        keys=("Ctrl+G",),
        icon="mdi6.view-dashboard-edit-outline",
        run=lambda context: context.desk.hangings.edit(),
    ),
)
