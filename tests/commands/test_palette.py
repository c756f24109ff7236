"""The palette finds every command."""

from __future__ import annotations

import pytest
from builders import make_exam

from viewer.commands.command import Command, Context, Group
from viewer.commands.key_bindings import bind
from viewer.commands.palette import matching, palette_lines, remembered
from viewer.commands.table import COMMANDS
from viewer.session.readings import opened
from viewer.session.session import Session


class QuietDesk:
    """A desk whose every part says nothing."""

    def __getattr__(self, name: str) -> QuietDesk:
        return self

    def __call__(self, *values: object) -> None:
        return None


@pytest.fixture
def context() -> Context:
    return Context(session=Session(), desk=QuietDesk())


def titles(context: Context, query: str) -> list[str]:
    lines = palette_lines(COMMANDS, bind(COMMANDS), context)
    return [line.title for line in matching(lines, query)]


def test_every_command_is_listed_and_those_used_last_come_first(context: Context) -> None:
    lines = palette_lines(COMMANDS, bind(COMMANDS), context, recent=("image.invert", "help.about"))
    assert len(lines) == len(COMMANDS)
    assert [line.command_id for line in lines[:2]] == ["image.invert", "help.about"]
    assert matching(lines, "  ") == lines


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("invert", "Invert"),
        ("INV", "Invert"),
        ("full", "Full screen"),
        ("fll scr", "Full screen"),
        ("f11", "Full screen"),
        ("save pict panes", "Save picture of all panes"),
        ("clipboard", "Copy picture"),
        ("flip top", "Flip top and bottom"),
    ],
)
def test_titles_keys_letters_in_order_and_help_find_a_command(
    context: Context, query: str, title: str
) -> None:
    assert titles(context, query)[0] == title


def test_nonsense_finds_nothing(context: Context) -> None:
    assert titles(context, "xyzzy qqq") == []


def test_a_command_that_cannot_be_used_says_why(context: Context) -> None:
    lines = {line.command_id: line for line in palette_lines(COMMANDS, bind(COMMANDS), context)}
    assert lines["image.invert"].obstacle == "open an exam first"
    assert "not now: open an exam first" in lines["image.invert"].words
    assert lines["ai.peek"].obstacle is not None
    context.session.apply(lambda state: opened(state, [make_exam()]))
    lines = {line.command_id: line for line in palette_lines(COMMANDS, bind(COMMANDS), context)}
    assert lines["image.invert"].obstacle is None


def test_a_command_added_later_is_found_without_more_ado(context: Context) -> None:
    new = Command(
        id="x.new",
        title="Brand new thing…",
        help="Does it.",
        group=Group.IMAGE,
        run=lambda context: None,
    )
    lines = palette_lines((*COMMANDS, new), bind((*COMMANDS, new)), context)
    assert matching(lines, "brand")[0].command_id == "x.new"


def test_the_commands_used_last_are_remembered_once_each() -> None:
    assert remembered(("a", "b"), "b") == ("b", "a")
    assert len(remembered(tuple("abcdefghijklmnop"), "z")) == 12
