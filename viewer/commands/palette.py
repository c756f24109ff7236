"""Finds commands by what one types: titles, groups, help and keys, the best match first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from viewer.commands.cheat_sheet import printed_keys
from viewer.commands.command import Command, Context
from viewer.commands.key_bindings import KeyBindings

_WHOLE_KEY = 90
_TITLE_START = 80
_WORD_START = 60
_IN_TITLE = 40
_IN_GROUP = 30
_SCATTERED = 20
_IN_HELP = 10
_SHORTEST_SCATTERED = 2
REMEMBERED = 12
"""So many commands that were used last come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaletteLine:
    """One command as the palette lists it."""

    command_id: str
    title: str
    group: str
    help: str
    keys: tuple[str, ...]
    """As printed on a keyboard."""
    obstacle: str | None
    """Why it cannot be used now; None when it can."""

    @property
    def words(self) -> str:
        """The line as a sentence, for assistive technology."""
        keys = f", {' or '.join(self.keys)}" if self.keys else ""
        reason = f", not now: {self.obstacle}" if self.obstacle else ""
        return f"{self.title}, {self.group}{keys}{reason}. {self.help}"


def palette_lines(
    commands: Iterable[Command],
    keys: KeyBindings,
    context: Context,
    *,
    recent: Sequence[str] = (),
) -> tuple[PaletteLine, ...]:
    """All commands, those used last first, the others in the order of the table.

    recent: command ids, the last one used first.
    """
    rank = {command_id: place for place, command_id in enumerate(recent)}
    ordered = sorted(commands, key=lambda command: rank.get(command.id, len(rank)))
    return tuple(_line(command, keys, context) for command in ordered)


def matching(lines: Iterable[PaletteLine], query: str) -> tuple[PaletteLine, ...]:
    """The lines that every word of the query matches, the best first; all for an empty query.

    A word matches a key, a part of title, group or help, or letters of the title in order.
    Equally good lines keep their order.
    """
    words = query.casefold().split()
    if not words:
        return tuple(lines)
    scored = [(_score(line, words), line) for line in lines]
    found = [(score, line) for score, line in scored if score > 0]
    return tuple(line for _, line in sorted(found, key=lambda pair: -pair[0]))


def remembered(recent: Sequence[str], command_id: str) -> tuple[str, ...]:
    """The commands used last with this one put first."""
    others = (known for known in recent if known != command_id)
    return (command_id, *others)[:REMEMBERED]


def _line(command: Command, keys: KeyBindings, context: Context) -> PaletteLine:
    bound = printed_keys(command, keys)
    obstacle = command.obstacle(context)
    if obstacle is None and command.release is not None:
        obstacle = f"it acts while {bound[0]} is held" if bound else "it acts while a key is held"
    return PaletteLine(
        command_id=command.id,
        title=command.title.rstrip("…"),
        group=command.group.value,
        help=command.help,
        keys=bound,
        obstacle=obstacle,
    )


def _score(line: PaletteLine, words: Sequence[str]) -> int:
    """0 when a word matches nothing."""
    scores = [_word_score(line, word) for word in words]
    return sum(scores) if all(scores) else 0


def _word_score(line: PaletteLine, word: str) -> int:
    title = line.title.casefold()
    if any(word == key.casefold() for key in line.keys):
        return _WHOLE_KEY
    if title.startswith(word):
        return _TITLE_START
    if any(part.startswith(word) for part in title.split()):
        return _WORD_START
    if word in title:
        return _IN_TITLE
    if word in line.group.casefold():
        return _IN_GROUP
    if len(word) >= _SHORTEST_SCATTERED and _is_scattered(word, title):
        return _SCATTERED
    return _IN_HELP if word in line.help.casefold() else 0


def _is_scattered(word: str, title: str) -> bool:
    """Whether the letters stand in the title in this order, the first at the start of a word."""
    starts = [0, *(place + 1 for place, letter in enumerate(title) if letter == " ")]
    return any(_in_order(word, title[start:]) for start in starts if title[start:][:1] == word[0])


def _in_order(word: str, text: str) -> bool:
    letters = iter(text)
    return all(letter in letters for letter in word)
