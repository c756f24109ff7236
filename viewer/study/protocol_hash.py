"""What a protocol says, as one number: the same for every spelling of the same design."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING

from viewer.study.event import Json, canonical
from viewer.study.protocol import FORMAT, Protocol

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def protocol_sha256(protocol: Protocol) -> str:
    """SHA-256 of the protocol's canonical JSON, hexadecimal.

    White space, comments, the order of keys and defaults that are spelled out change nothing.
    """
    return hashlib.sha256(canonical(protocol_json(protocol)).encode("ascii")).hexdigest()


def protocol_json(protocol: Protocol) -> dict[str, Json]:
    """Every field of the protocol and the format, as JSON values.

    Sets are sorted; whole numbers given where fractions are meant are fractions.
    """
    return {"format": FORMAT, **_fields(protocol)}


def plain(value: object) -> Json:
    """A value of the protocol as JSON; raises TypeError for what no protocol holds."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, frozenset):
        return [*sorted(str(plain(item)) for item in value)]
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return _fields(value)
    raise TypeError(f"a protocol cannot hold a {type(value).__name__}")


def _fields(value: DataclassInstance) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for field in fields(value):
        item = getattr(value, field.name)
        if isinstance(item, int) and "float" in str(field.type):
            item = float(item)
        found[field.name] = plain(item)
    return found
