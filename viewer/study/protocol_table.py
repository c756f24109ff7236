"""Takes typed values out of a TOML table; what is wrong becomes a problem and a default serves."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import TypeVar

from viewer.study.protocol_problem import Problem
from viewer.study.toml_lines import Path

Choice = TypeVar("Choice", bound=Enum)
Entries = Mapping[str, object]

_NAMES = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}


class Table:
    """A table of the file; every key taken is known, the others are problems."""

    def __init__(self, entries: Entries, path: Path, problems: list[Problem]) -> None:
        self._entries = entries
        self._path = path
        self._problems = problems
        self._known: list[str] = []

    def text(self, key: str, default: str | None = None) -> str:
        """A text; required when there is no default."""
        value = self._taken(key, required=default is None)
        if isinstance(value, str):
            return value
        self._complain_of_type(key, value, str)
        return default or ""

    def yes_or_no(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._taken(key)
        if isinstance(value, bool):
            return value
        self._complain_of_type(key, value, bool)
        return default

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number; required when there is no default."""
        value = self._taken(key, required=default is None)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        self._complain_of_type(key, value, int)
        return default or 0

    def number(self, key: str, default: float) -> float:
        """A finite number."""
        found = self.number_or_none(key)
        return default if found is None else found

    def number_or_none(self, key: str) -> float | None:
        """A finite number; None where it is not given."""
        value = self._taken(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:
                number = math.inf
            if math.isfinite(number):
                return number
        self._complain_of_type(key, value, float)
        return None

    def choice(self, key: str, kind: type[Choice], fallback: Choice) -> Choice:
        """One value of an enumeration; required, the fallback only serves to read on."""
        value = self.text(key)
        if not isinstance(self._entries.get(key), str):
            return fallback
        return self._as_choice(value, kind, (key,)) or fallback

    def choices(self, key: str, kind: type[Choice], default: tuple[Choice, ...]) -> list[Choice]:
        """A list of values of an enumeration."""
        values = self.texts(key, tuple(str(item.value) for item in default))
        found = (self._as_choice(value, kind, (key, n)) for n, value in enumerate(values))
        return [item for item in found if item is not None]

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts."""
        value = self._taken(key)
        if value is None:
            return default
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        self.complain(f"{key} must be a list of texts, not {_quoted(value)}", key)
        return default

    def words(self, key: str) -> dict[str, str]:
        """A table of texts."""
        value = self._taken(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.complain(f'{key} must be a table such as {{density = "c"}}', key)
            return {}
        found = {}
        for name, entry in value.items():
            if isinstance(entry, str):
                found[name] = entry
            else:
                said = f"{name} must be a text in quotes, not {_quoted(entry)}"
                self.complain(said, key, name)
        return found

    def table(self, key: str) -> Table:
        """A table within; empty where it is absent."""
        value = self._taken(key)
        if value is not None and not isinstance(value, dict):
            self.complain(f"{key} must be a table: [{key}]", key)
        entries = value if isinstance(value, dict) else {}
        return Table(entries, (*self._path, key), self._problems)

    def tables(self, key: str) -> Iterator[Table]:
        """The tables of [[key]]; at least one is required."""
        value = self._taken(key)
        if value is None or value == []:
            self._problems.append(Problem((), f"there is no {key}: write [[{key}]] for each"))
            return
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.complain(f"{key} must be written as [[{key}]] for each", key)
            return
        for place, entries in enumerate(value):
            yield Table(entries, (*self._path, key, place), self._problems)

    def finish(self) -> None:
        """Name every key that was not taken, with the nearest known one."""
        for key in self._entries:
            if key in self._known:
                continue
            near = difflib.get_close_matches(key, self._known, n=1)
            known = f"did you mean {near[0]}?" if near else f"known: {', '.join(self._known)}"
            self.complain(f"{_quoted(key)} is not known here; {known}", key)

    def complain(self, message: str, *within: str | int) -> None:
        """Note something wrong in this table."""
        self._problems.append(Problem((*self._path, *within), message))

    def _taken(self, key: str, *, required: bool = False) -> object:
        self._known.append(key)
        if required and key not in self._entries:
            self.complain(f"{key} is missing")
        return self._entries.get(key)

    def _complain_of_type(self, key: str, value: object, wanted: type) -> None:
        if value is not None:
            self.complain(f"{key} must be {_NAMES[wanted]}, not {_quoted(value)}", key)

    def _as_choice(self, value: str, kind: type[Choice], within: Path) -> Choice | None:
        for item in kind:
            if item.value == value:
                return item
        known = ", ".join(f'"{item.value}"' for item in kind)
        self.complain(f"{within[0]} cannot be {_quoted(value)}; it is one of {known}", *within)
        return None


def _quoted(value: object) -> str:
    said = f'"{value}"' if isinstance(value, str) else str(value)
    if isinstance(value, bool):
        said = said.lower()
    return said if len(said) <= 60 else f"{said[:57]}..."
