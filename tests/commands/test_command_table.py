"""One table: ids, keys, reasons, cheat sheet."""

from __future__ import annotations

from collections import Counter

import pytest
from builders import make_exam, make_image, make_prediction

from viewer.commands.cheat_sheet import cheat_sheet, printed
from viewer.commands.command import Context
from viewer.commands.key_bindings import UnknownKey, bind, normalised
from viewer.commands.table import COMMANDS, by_id, perform
from viewer.domain.ai_state import Done
from viewer.domain.hanging import STANDARD_SLOTS
from viewer.session.ai_results import ai_stands
from viewer.session.framing import pane_measured
from viewer.session.readings import opened
from viewer.session.session import Session


class RecordingDesk:
    """A desk that notes what it was asked for."""

    def __init__(self, no_ai: str | None = None) -> None:
        self.asked: list[str] = []
        self._no_ai = no_ai

    def why_no_ai(self) -> str | None:
        return self._no_ai

    @property
    def access(self) -> RecordingDesk:
        return self

    @property
    def hangings(self) -> RecordingDesk:
        return self

    def __getattr__(self, name: str) -> object:
        return lambda *values: self.asked.append(name)


@pytest.fixture
def context() -> Context:
    session = Session()
    session.apply(lambda state: opened(state, [make_exam("a"), make_exam("b")]))
    for slot in STANDARD_SLOTS:
        session.apply(lambda state, slot=slot: pane_measured(state, slot, 300, 200))
    return Context(session=session, desk=RecordingDesk())


def press(context: Context, key: str) -> str | None:
    """Do what a key does by default."""
    return perform(by_id()[bind(COMMANDS).command_of[key]], context)


def test_no_two_commands_share_an_id_or_a_key() -> None:
    by_id()
    keys = Counter(normalised(key) for command in COMMANDS for key in command.keys)
    assert [key for key, count in keys.items() if count > 1] == []
    assert bind(COMMANDS).complaints == ()


def test_every_command_is_on_the_cheat_sheet_with_its_keys() -> None:
    lines = [line for block in cheat_sheet(COMMANDS, bind(COMMANDS)) for line in block.lines]
    assert Counter(line.command_id for line in lines) == Counter(list(by_id()))
    for line in lines:
        command = by_id()[line.command_id]
        assert len(line.keys) == len((*command.keys, *command.keys_then))
        assert line.title
        assert line.help.endswith(".")


def test_every_key_is_spelled_as_the_dispatcher_spells_it() -> None:
    for command in COMMANDS:
        assert command.keys == tuple(normalised(key) for key in command.keys)
        assert command.keys_then == tuple(normalised(key) for key in command.keys_then)


def test_every_command_runs_or_says_why_not_with_and_without_an_exam(context: Context) -> None:
    for command in COMMANDS:
        reason = perform(command, context)
        assert reason is None or (reason and not reason.endswith("."))
        if command.release:
            command.release(context)
    empty = Context(session=Session(), desk=RecordingDesk())
    for command in COMMANDS:
        perform(command, empty)


@pytest.mark.parametrize(
    ("key", "slice_index"),
    [("Down", 6), ("Up", 4), ("PgDown", 10), ("PgUp", 0), ("Home", 0), ("End", 10)],
)
def test_keys_scroll_the_active_pane(context: Context, key: str, slice_index: int) -> None:
    assert press(context, key) is None
    assert context.state.active_pane.slice_index == slice_index


def test_digits_choose_windows_of_the_header_and_say_when_there_are_fewer(
    context: Context,
) -> None:
    assert press(context, "2") is None
    assert context.state.active_pane.preset == 1
    assert press(context, "3") == "the image has 2 windows"


def test_peeking_shows_the_overlay_while_the_key_is_held(context: Context) -> None:
    press(context, "A")
    assert not context.state.overlay_is_drawn
    press(context, "Q")
    assert context.state.overlay_is_drawn
    by_id()["ai.peek"].release(context)
    assert not context.state.overlay_is_drawn


def test_the_ai_says_why_it_cannot_run(context: Context) -> None:
    without = Context(session=context.session, desk=RecordingDesk("no weights are chosen"))
    assert press(without, "Shift+A") == "no weights are chosen"
    assert press(context, "Shift+A") is None
    assert context.desk.asked == ["run_ai"]


def test_next_finding_needs_findings(context: Context) -> None:
    assert press(context, "N") == "the AI has marked nothing in this exam"
    image = context.state.active_image
    done = Done(make_prediction(image))
    context.session.apply(lambda state: ai_stands(state, image.image_id, done))
    assert press(context, "N") is None
    assert context.state.active_pane.slice_index == 7


def test_escape_leaves_full_screen_before_the_single_view(context: Context) -> None:
    press(context, "Return")
    press(context, "F11")
    press(context, "Esc")
    assert not context.state.options.full_screen
    assert len(context.state.shown_slots) == 1
    press(context, "Esc")
    assert len(context.state.shown_slots) == 4
    assert press(context, "Esc") == "all views are shown"


def test_a_view_of_one_kind_says_so(context: Context) -> None:
    only = make_exam("c", [make_image("RCC"), make_image("LCC")])
    context.session.apply(lambda state: opened(state, [only]))
    assert press(context, "S") == "this view has DBT only"


def test_own_keys_replace_the_defaults_and_take_keys_away() -> None:
    keys = bind(COMMANDS, {"ai.overlay": ("X", "C")})
    assert keys.keys_of["ai.overlay"] == ("X", "C")
    assert keys.command_of["C"] == "ai.overlay"
    assert keys.keys_of["slice.cine"] == ()
    assert "A" not in keys.command_of
    assert keys.complaints == ()


def test_conflicts_unknown_keys_and_unknown_commands_are_named() -> None:
    own = {"ai.overlay": ("x",), "ai.boxes": ("X", "Blorp"), "ai.nothing": ("Y",)}
    keys = bind(COMMANDS, own)
    assert keys.command_of["X"] == "ai.overlay"
    complaints = "\n".join(keys.complaints)
    assert "X is bound to both ai.overlay and ai.boxes" in complaints
    assert "Blorp" in complaints
    assert "ai.nothing" in complaints


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ("ctrl+shift+s", "Ctrl+Shift+S"),
        ("Shift+Ctrl+PageUp", "Ctrl+Shift+PgUp"),
        ("+", "+"),
        ("Ctrl++", "Ctrl++"),
        ("escape", "Esc"),
        ("f5", "F5"),
    ],
)
def test_keys_may_be_spelled_in_several_ways(spelled: str, name: str) -> None:
    assert normalised(spelled) == name


@pytest.mark.parametrize("nonsense", ["", "Ctrl+", "Hyper+A", "Ctrl+Blorp"])
def test_what_is_no_key_is_refused(nonsense: str) -> None:
    with pytest.raises(UnknownKey):
        normalised(nonsense)


def test_keys_are_printed_as_on_a_keyboard() -> None:
    assert [printed(k) for k in ("Up", "Ctrl+Shift+Right", "+", "-", "Return")] == [
        "↑",
        "Ctrl+Shift+→",
        "+",
        "−",
        "Enter",
    ]
