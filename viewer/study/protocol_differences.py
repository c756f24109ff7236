"""What differs between two protocols, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from viewer.study.event import Json
from viewer.study.protocol import Protocol
from viewer.study.protocol_hash import protocol_json

_LISTS = {
    "arms": ("arm", "arm_id"),
    "readers": ("reader", "reader_id"),
    "sessions": ("session", "session_id"),
    "cases": ("case", "case_id"),
}
_OF_THE_VERSION = ("version", "reason")
_LONGEST = 60


def differences(old: Protocol, new: Protocol) -> tuple[str, ...]:
    """One short sentence for each field that differs, but for version and reason.

    The values of cases are not said: a reader may see these sentences.
    """
    before, after = protocol_json(old), protocol_json(new)
    return tuple(_differences(before, after))


def _differences(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[str]:
    for key, value in before.items():
        if key in _OF_THE_VERSION or value == after[key]:
            continue
        if key in _LISTS:
            yield from _in_list(key, _by_id(key, value), _by_id(key, after[key]))
        else:
            yield from _in_value(key, value, after[key])


def _in_value(name: str, old: Json, new: Json) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            if old.get(key) != new.get(key):
                yield from _in_value(f"{name}.{key}", old.get(key), new.get(key))
    else:
        yield f"{name}: {_said(old)} became {_said(new)}"


def _in_list(
    key: str, old: Mapping[str, Mapping[str, Json]], new: Mapping[str, Mapping[str, Json]]
) -> Iterator[str]:
    kind, _ = _LISTS[key]
    yield from (f"{kind} {name} removed" for name in old if name not in new)
    yield from (f"{kind} {name} added" for name in new if name not in old)
    both = [name for name in old if name in new]
    for name in both:
        changed = [field for field in old[name] if old[name][field] != new[name].get(field)]
        if key == "cases" and changed:
            yield f"{kind} {name}: {', '.join(changed)} changed"
        elif changed:
            for field in changed:
                yield from _in_value(f"{kind} {name}: {field}", old[name][field], new[name][field])
    if both != [name for name in new if name in old]:
        yield f"{key} stand in another order"


def _by_id(key: str, value: Json) -> dict[str, Mapping[str, Json]]:
    _, id_field = _LISTS[key]
    items = value if isinstance(value, list) else []
    return {str(item[id_field]): item for item in items if isinstance(item, dict)}


def _said(value: Json) -> str:
    if isinstance(value, list):
        said = ", ".join(str(item) for item in value) or "nothing"
    elif isinstance(value, bool):
        said = "yes" if value else "no"
    else:
        said = "nothing" if value in (None, "") else str(value)
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 3]}..."
