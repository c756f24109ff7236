"""Commands about marks: their reasons, their keys, and where they do not exist."""

from __future__ import annotations

from builders import make_exam

from viewer.commands.command import Context
from viewer.commands.mark_commands import MARK_COMMANDS
from viewer.commands.mark_key_commands import DRAW_KEYS, EDIT_KEYS, keys_now
from viewer.commands.study_commands import locked_desk, study_commands
from viewer.commands.table import by_id, perform
from viewer.domain.hanging import Slot
from viewer.domain.kept_marks import KeptMarks
from viewer.session.framing import pane_measured
from viewer.session.marks import all_marks, restored
from viewer.session.readings import opened
from viewer.session.session import Session
from viewer.session.state import Tool
from viewer.study.protocol import AiLayer


class _QuietDesk:
    """A desk that refuses nothing and does nothing."""

    def __getattr__(self, name: str) -> object:
        return lambda *_: None


def ready() -> Context:
    exam = make_exam("a")
    session = Session()
    session.apply(lambda state: opened(state, [exam]))
    session.apply(lambda state: pane_measured(state, Slot.RCC, 300, 400))
    session.apply(lambda state: restored(state, exam.exam_id, KeptMarks()))
    return Context(session=session, desk=locked_desk())


def test_nothing_is_drawn_before_the_kept_marks_are_read() -> None:
    session = Session()
    session.apply(lambda state: opened(state, [make_exam("a")]))
    context = Context(session=session, desk=locked_desk())
    for command_id in ("mark.length", "mark.key_image", "mark.list"):
        reason = perform(by_id()[command_id], context)
        assert reason == "the marks of this exam are still being read"


def test_every_command_says_why_it_cannot_be_used() -> None:
    reasons = {command.id: command.obstacle(ready()) for command in MARK_COMMANDS}
    assert reasons["mark.undo"] == "there is nothing to undo"
    assert reasons["mark.delete"] == "select a mark first: click it, or Alt+Right"
    assert reasons["mark.set"] == "choose a drawing tool first, such as length"
    assert reasons["mark.save"] == "there are no marks"
    assert reasons["mark.left"] == "no mark is being edited by keys"


def test_a_mark_is_set_moved_and_finished_by_commands_alone() -> None:
    context = ready()
    for command_id in ("mark.rectangle", "mark.set"):
        assert perform(by_id()[command_id], context) is None
    assert context.state.options.tool is Tool.RECTANGLE
    before = all_marks(context.state)[0]
    keys = keys_now(context.state)
    assert keys == EDIT_KEYS
    for key in ("Down", "Shift+Right", "Tab", "Return"):
        assert perform(by_id()[keys[key]], context) is None
    assert all_marks(context.state)[0] != before
    assert keys_now(context.state) == {}


def test_an_outline_is_drawn_by_commands_alone() -> None:
    context = ready()
    assert reason_of("mark.corner", context) == "no outline is being drawn by keys"
    for command_id in ("mark.outline", "mark.set"):
        assert perform(by_id()[command_id], context) is None
    keys = keys_now(context.state)
    assert keys == DRAW_KEYS
    assert reason_of("mark.corner_back", context) == "the outline has no corner yet"
    for key in ("Space", "Shift+Left", "Space", "Backspace", "Space", "Shift+Down", "Return"):
        assert perform(by_id()[keys[key]], context) is None
    (mark,) = all_marks(context.state)
    assert len(mark.points) == 3
    assert keys_now(context.state) == {}


def test_nothing_that_would_lose_an_outline_in_hand_can_be_done() -> None:
    context = ready()
    for command_id in ("mark.outline", "mark.set"):
        assert perform(by_id()[command_id], context) is None
    for command_id in ("mark.length", "mark.set", "mark.edit", "mark.visible"):
        reason = perform(by_id()[command_id], context)
        assert reason == "an outline is being drawn by keys: Enter closes it, Esc gives it up"
    assert keys_now(context.state) == DRAW_KEYS


def test_a_long_step_is_seen_also_where_the_image_is_shown_small() -> None:
    context = ready()
    for size, wanted in (((300, 400), 10.0), ((30, 40), 40.0)):
        context.session.apply(lambda state, size=size: pane_measured(state, Slot.RCC, *size))
        for command_id in ("mark.rectangle", "mark.set", "mark.previous_handle"):
            assert perform(by_id()[command_id], context) is None
        before = all_marks(context.state)[-1].points
        perform(by_id()["mark.up_far"], context)
        after = all_marks(context.state)[-1].points
        moved = {a.row - b.row for a, b in zip(before, after, strict=True)} - {0.0}
        assert moved == {wanted}
        perform(by_id()["mark.done"], context)
        perform(by_id()["mark.rectangle"], context)


def reason_of(command_id: str, context: Context) -> str | None:
    return by_id()[command_id].obstacle(context)


def test_arrow_keys_of_an_edit_are_commands_of_the_table() -> None:
    assert {*EDIT_KEYS.values(), *DRAW_KEYS.values()} <= set(by_id())


def test_the_reading_window_of_a_study_has_none_of_these_commands() -> None:
    ids = {command.id for command in study_commands(_QuietDesk(), tuple(AiLayer))}
    assert not ids & {command.id for command in MARK_COMMANDS}
