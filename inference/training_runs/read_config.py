"""A configuration in TOML, read strictly: every key known, every value of its type and range."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
import types
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from inference.training_runs.check_config import check_config
from inference.training_runs.config import TrainingConfig
from inference.training_runs.config_fields import Range
from inference.training_runs.errors import ConfigError

LARGEST_CONFIG_BYTES = 1 << 20
_Read = TypeVar("_Read")


def read_config(path: Path) -> TrainingConfig:
    """Read a configuration; raises ConfigError naming the file, the table and the key."""
    try:
        if path.stat().st_size > LARGEST_CONFIG_BYTES:
            raise ConfigError(f"{path.name} is too large for a configuration")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.name} is not a text file") from error
    return parse_config(text, path.name)


def parse_config(text: str, file_name: str) -> TrainingConfig:
    """Read a configuration's text; see read_config."""
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file_name} is not TOML: {error}") from error
    config = _Table(file_name, "").read(TrainingConfig, entries)
    check_config(config, file_name)
    return config


def config_entries(config: Any) -> dict[str, Any]:
    """A configuration as TOML entries that parse_config gives back; what is None is left out."""
    entries: dict[str, Any] = {}
    for each in dataclasses.fields(config):
        value = _entry(getattr(config, each.name))
        if value is not None:
            entries[each.name] = value
    return entries


def _entry(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return config_entries(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_entry(one) for one in value]
    return value


@dataclasses.dataclass(frozen=True, slots=True)
class _Table:
    """One table of the file, "" for its top."""

    file_name: str
    name: str

    def read(self, kind: type[_Read], entries: dict[str, Any]) -> _Read:
        """Make a dataclass of a table's entries."""
        assert dataclasses.is_dataclass(kind)
        fields = {each.name: each for each in dataclasses.fields(kind)}
        for key in entries:
            if key not in fields:
                raise self._unknown(key, list(fields))
        hints = get_type_hints(kind)
        values = {
            key: self._value(key, value, hints[key], fields[key].metadata.get("range"))
            for key, value in entries.items()
        }
        for key, each in fields.items():
            has_default = each.default is not dataclasses.MISSING
            if key not in values and not has_default:
                raise ConfigError(f"{self._place} lacks the key {self._of(key)}")
        return kind(**values)

    @property
    def _place(self) -> str:
        return f"{self.file_name}: [{self.name}]" if self.name else self.file_name

    def _of(self, key: str) -> str:
        return f'"{key}"'

    def _unknown(self, key: str, known: list[str]) -> ConfigError:
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
        return ConfigError(
            f"{self._place} has no key {self._of(key)}",
            f'did you mean "{near}"? It has: {", ".join(known)}',
        )

    def _wrong(self, key: str, value: Any, wanted: str) -> ConfigError:
        return ConfigError(f"{self._place}: {self._of(key)} must be {wanted}, found {value!r}")

    def _value(self, key: str, value: Any, hint: Any, span: Range | None) -> Any:
        kind = _without_none(hint)
        if get_origin(kind) is tuple:
            (each,) = {one for one in get_args(kind) if one is not Ellipsis}
            if not isinstance(value, list):
                raise self._wrong(key, value, "a list")
            return tuple(self._value(key, one, each, span) for one in value)
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            if not isinstance(value, dict):
                raise self._wrong(key, value, f"a table, [{key}]")
            below = f"{self.name}.{key}" if self.name else key
            return _Table(self.file_name, below).read(kind, value)
        if issubclass(kind, Enum):
            return self._choice(key, value, kind)
        return self._plain(key, value, kind, span)

    def _choice(self, key: str, value: Any, kind: type[Enum]) -> Enum:
        for member in kind:
            if member.value == value:
                return member
        names = [f'"{member.value}"' for member in kind]
        raise self._wrong(key, value, " or ".join(names))

    def _plain(self, key: str, value: Any, kind: type[Any], span: Range | None) -> Any:
        wanted = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
        text = f"{wanted[kind]} {span}" if span else wanted[kind]
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind or (span is not None and value not in span):
            raise self._wrong(key, value, text)
        return value


def _without_none(hint: Any) -> Any:
    """The type of `hint` where it is not None."""
    if isinstance(hint, types.UnionType):
        (hint,) = [one for one in get_args(hint) if one is not types.NoneType]
    return hint
