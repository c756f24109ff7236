"""Commands that draw, change and keep marks and key images."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from viewer.commands.command import Command, Context, Group, transition
from viewer.commands.mark_key_commands import MARK_KEY_COMMANDS, with_outline_in_hand
from viewer.commands.reasons import without_image
from viewer.session.key_images import is_key_image, key_image_toggled
from viewer.session.mark_drawing import shape_of_tool, tool_chosen
from viewer.session.mark_editing import editing_begun, mark_set_at_centre
from viewer.session.mark_steps import redone_in_sight, step_elsewhere, undone_in_sight
from viewer.session.marks import (
    all_marks,
    can_mark,
    can_redo,
    can_undo,
    mark_deleted,
    mark_stepped,
    marks_toggled,
    open_marks,
    selected_mark,
    words_in_pictures_toggled,
)
from viewer.session.session import Transition
from viewer.session.state import SessionState, Tool


def without_kept_marks(context: Context) -> str | None:
    """The active pane is empty, or the marks of its exam are not read yet."""
    image = context.state.active_image
    if image is None:
        return without_image(context)
    if can_mark(context.state, image.image_id):
        return None
    return "the marks of this exam are still being read"


def without_selected_mark(context: Context) -> str | None:
    """No mark is selected."""
    return None if selected_mark(context.state) else "select a mark first: click it, or Alt+Right"


def without_marks(context: Context) -> str | None:
    """The exam has no marks."""
    return without_image(context) or (None if all_marks(context.state) else "there are no marks")


def _without_marks_to_step(context: Context) -> str | None:
    return None if open_marks(context.state) else "there are no marks on the open images"


def _without_tool(context: Context) -> str | None:
    if context.state.marks.is_drawn_by_keys:
        return with_outline_in_hand(context)
    if shape_of_tool(context.state) is None:
        return "choose a drawing tool first, such as length"
    return without_kept_marks(context)


def _without_past(context: Context) -> str | None:
    return None if can_undo(context.state) else "there is nothing to undo"


def _without_future(context: Context) -> str | None:
    return None if can_redo(context.state) else "nothing was undone"


def _set_at_centre(context: Context) -> None:
    context.session.apply(lambda state: mark_set_at_centre(state, uuid4().hex))
    mark = selected_mark(context.state)
    if mark is not None and context.state.options.tool is Tool.TEXT:
        context.desk.marks.edit_words()


def _deleted(state: SessionState) -> SessionState:
    mark = selected_mark(state)
    return state if mark is None else mark_deleted(state, mark.mark_id)


def _stepped(step: Transition, done: str, context: Context) -> None:
    before = context.state
    context.session.apply(step)
    said = step_elsewhere(before, context.state, done)
    if said:
        context.desk.marks.say(said)


def _has_tool(tool: Tool, state: SessionState) -> bool:
    return state.options.tool is tool


def _tool(tool: Tool, key: str, icon: str, what: str) -> Command:
    return Command(
        id=f"mark.{tool.value}",
        title=f"{tool.value.capitalize()} tool",
        help=f"{what} Again or Esc: put the tool down.",
        group=Group.MARKS,
        keys=(key,),
        mouse=("left drag" if tool not in _CLICKED else "click",),
        icon=icon,
        why_not=lambda context: with_outline_in_hand(context) or without_kept_marks(context),
        checked=partial(_has_tool, tool),
        run=transition(lambda state: tool_chosen(state, tool)),
    )


_CLICKED = (Tool.TEXT, Tool.POINT, Tool.PROBE, Tool.ANGLE)


MARK_COMMANDS = (
    _tool(Tool.LENGTH, "D", "mdi6.ruler", "Measure a distance, from end to end."),
    _tool(Tool.ANGLE, "Shift+D", "mdi6.angle-acute", "Measure an angle: end, vertex, end."),
    _tool(Tool.ELLIPSE, "Alt+E", "mdi6.ellipse-outline", "Area, mean and SD of an ellipse."),
    _tool(Tool.RECTANGLE, "Alt+R", "mdi6.rectangle-outline", "Area, mean and SD of a rectangle."),
    _tool(Tool.OUTLINE, "Alt+O", "mdi6.lasso", "Outline a region freely: area, mean and SD."),
    _tool(Tool.ARROW, "Alt+A", "mdi6.arrow-top-right", "Point at something, from tail to tip."),
    _tool(Tool.POINT, "Alt+P", "mdi6.crosshairs", "Mark one place."),
    _tool(Tool.TEXT, "Alt+T", "mdi6.format-text-variant-outline", "Write words at a place."),
    _tool(
        Tool.PROBE, "Alt+V", "mdi6.eyedropper", "Modality value and code of the pixel; click keeps."
    ),
    Command(
        id="mark.set",
        title="Set mark by keys",
        help="Set the tool's mark and move its handles by arrows; an outline corner by corner.",
        group=Group.MARKS,
        keys=("Alt+M",),
        why_not=_without_tool,
        run=_set_at_centre,
    ),
    Command(
        id="mark.edit",
        title="Edit mark by keys",
        help="Arrow keys move the selected mark's handle, Shift: further; Tab: next handle.",
        group=Group.MARKS,
        keys=("Shift+Return",),
        why_not=lambda context: with_outline_in_hand(context) or without_selected_mark(context),
        checked=lambda state: state.marks.editing,
        run=transition(editing_begun),
    ),
    Command(
        id="mark.words",
        title="Class, words and slices…",
        help="Say what the selected mark is, in a class and in words, and on which slices.",
        group=Group.MARKS,
        keys=("Alt+W",),
        mouse=("right click on a mark",),
        why_not=without_selected_mark,
        run=lambda context: context.desk.marks.edit_words(),
    ),
    Command(
        id="mark.delete",
        title="Delete mark",
        help="Take the selected mark away; undo brings it back.",
        group=Group.MARKS,
        keys=("Del", "Backspace"),
        icon="mdi6.delete-outline",
        why_not=without_selected_mark,
        run=transition(_deleted),
    ),
    Command(
        id="mark.undo",
        title="Undo",
        help="Take back the last change of this exam's marks; its slice comes up.",
        group=Group.MARKS,
        keys=("Ctrl+Z",),
        icon="mdi6.undo",
        why_not=_without_past,
        run=partial(_stepped, undone_in_sight, "Undone"),
    ),
    Command(
        id="mark.redo",
        title="Redo",
        help="Do again what was undone; its slice comes up.",
        group=Group.MARKS,
        keys=("Ctrl+Shift+Z", "Ctrl+Y"),
        icon="mdi6.redo",
        why_not=_without_future,
        run=partial(_stepped, redone_in_sight, "Redone"),
    ),
    Command(
        id="mark.next",
        title="Next mark",
        help="Select the next mark; its image and slice come up.",
        group=Group.MARKS,
        keys=("Alt+Right",),
        why_not=_without_marks_to_step,
        run=transition(lambda state: mark_stepped(state, 1)),
    ),
    Command(
        id="mark.previous",
        title="Previous mark",
        help="Select the previous mark; its image and slice come up.",
        group=Group.MARKS,
        keys=("Alt+Left",),
        why_not=_without_marks_to_step,
        run=transition(lambda state: mark_stepped(state, -1)),
    ),
    Command(
        id="mark.key_image",
        title="Key image",
        help="Flag this slice with its window and framing; again: take the flag away.",
        group=Group.MARKS,
        keys=("K",),
        icon="mdi6.star-outline",
        why_not=without_kept_marks,
        checked=lambda state: is_key_image(state, state.active_pane),
        run=transition(key_image_toggled),
    ),
    Command(
        id="mark.list",
        title="List of marks",
        help="Go to the list: arrows choose, Enter goes to the mark, Esc comes back.",
        group=Group.MARKS,
        keys=("Alt+L",),
        why_not=without_kept_marks,
        run=lambda context: context.desk.marks.to_list(),
    ),
    Command(
        id="mark.visible",
        title="Marks",
        help="Hide all marks, or show them again.",
        group=Group.MARKS,
        keys=("Alt+H",),
        icon="mdi6.draw",
        why_not=with_outline_in_hand,
        checked=lambda state: state.marks.visible,
        run=transition(marks_toggled),
    ),
    Command(
        id="mark.words_in_pictures",
        title="Words of marks in pictures",
        help="Off: saved and copied pictures leave out what you typed, which may name a patient.",
        group=Group.MARKS,
        checked=lambda state: state.marks.words_in_pictures,
        run=transition(words_in_pictures_toggled),
    ),
    Command(
        id="mark.save",
        title="Save marks…",
        help="Write the marks of this exam as a table (CSV), de-identified and without words.",
        group=Group.MARKS,
        why_not=without_marks,
        run=lambda context: context.desk.marks.save(),
    ),
    *MARK_KEY_COMMANDS,
)
