"""A protocol as TOML that people read: in the order of reading, with remarks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum

from viewer.study.protocol import (
    FORMAT,
    AiLayer,
    Arm,
    Protocol,
    SealedParts,
    Showing,
    StudyCase,
    StudyReader,
    StudySession,
)
from viewer.study.protocol_remarks import REMARKS, SECTIONS, TOP

Value = str | bool | int | float | Enum | Sequence["Value"] | Mapping[str, "Value"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 100


def protocol_toml(protocol: Protocol) -> str:
    """The text of a protocol file; parse_protocol gives an equal Protocol back.

    Raises ValueError for texts that no file can hold (undecodable bytes of file names).
    """
    lines = [
        *TOP,
        *_general(protocol),
        *_section("questions", _values_of(protocol.questions)),
        *_section("alone", _showing(protocol.alone)),
        *_section("aided", _showing(protocol.aided)),
        *_section("analysis", _values_of(protocol.analysis)),
        *_section("sealed", _values_of(protocol.sealed)),
        *_each("arm", (_arm(arm) for arm in protocol.arms)),
        *_each("reader", (_reader(reader) for reader in protocol.readers)),
        *_each("session", (_session(session) for session in protocol.sessions)),
        *_each("case", (_case(case) for case in protocol.cases)),
    ]
    text = "\n".join(lines) + "\n"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError("a text of the protocol cannot be written as UTF-8") from error
    return text


def with_sealed(text: str, sealed: SealedParts) -> str:
    """The text of a protocol file with another [sealed] table; the rest stays as it is written.

    text: what parse_protocol accepts.
    """
    lines = text.splitlines()
    start = next((n for n, line in enumerate(lines) if _is_header(line, "sealed")), None)
    if start is None:
        tables = [n for n, line in enumerate(lines) if line.lstrip().startswith("[")]
        start = end = tables[0] if tables else len(lines)
    else:
        rest = range(start + 1, len(lines))
        end = next((n for n in rest if re.match(r"\s*(\[[\w\[\"']|#)", lines[n])), len(lines))
    entries = [f"{key} = {toml_value(value)}" for key, value in _values_of(sealed).items()]
    written = ["[sealed]", *entries, ""]
    return "\n".join([*lines[:start], *written, *lines[end:]]) + "\n"


def toml_value(value: Value) -> str:
    """One value in TOML."""
    if isinstance(value, Enum):
        return toml_value(value.value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for DEL, which TOML wants escaped as well.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, Mapping):
        entries = (f"{_key(key)} = {toml_value(entry)}" for key, entry in value.items())
        return "{" + ", ".join(entries) + "}"
    return _array([toml_value(item) for item in value])


def _array(items: Sequence[str]) -> str:
    """An array on one line, or as a block where it is long."""
    joined = ", ".join(items)
    if len(joined) <= _WIDTH:
        return f"[{joined}]"
    lines, line = [], ""
    for item in items:
        if line and len(line) + len(item) > _WIDTH:
            lines.append(line.rstrip())
            line = ""
        line += f"{item}, "
    lines.append(line.rstrip())
    return "\n".join(["[", *(f"    {line}" for line in lines), "]"])


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else toml_value(key)


def _is_header(line: str, name: str) -> bool:
    return re.match(rf"\s*\[\s*{name}\s*\]", line) is not None


def _general(protocol: Protocol) -> Iterator[str]:
    values: dict[str, Value] = {
        "format": FORMAT,
        "study_id": protocol.study_id,
        "title": protocol.title,
        "version": protocol.version,
        "reason": protocol.reason,
        "seed": protocol.seed,
        "planted_repeats": protocol.planted_repeats,
        "repeat_distance": protocol.repeat_distance,
        "feedback": protocol.feedback,
        "database": protocol.database,
        "second_copy": protocol.second_copy,
    }
    yield from _lines("", values)


def _section(name: str, values: Mapping[str, Value]) -> Iterator[str]:
    yield ""
    yield from SECTIONS.get(name, ())
    yield f"[{name}]"
    yield from _lines(name, values)


def _lines(section: str, values: Mapping[str, Value]) -> Iterator[str]:
    for key, value in values.items():
        remark = REMARKS.get((section, key))
        if remark:
            yield f"# {remark}"
        yield f"{key} = {toml_value(value)}"


def _each(name: str, tables: Iterator[dict[str, Value]]) -> Iterator[str]:
    yield ""
    yield from SECTIONS.get(name, ())
    for place, table in enumerate(tables):
        if place:
            yield ""
        yield f"[[{name}]]"
        for key, value in table.items():
            yield f"{_key(key)} = {toml_value(value)}"


def _values_of(part: object) -> dict[str, Value]:
    return {key: getattr(part, key) for key in type(part).__dataclass_fields__}  # type: ignore[attr-defined]


def _showing(showing: Showing) -> dict[str, Value]:
    return {
        "ai_layers": [layer for layer in AiLayer if layer in showing.ai_layers],
        "hybrid": showing.hybrid,
        "kinds": showing.kinds,
        "priors": showing.priors,
    }


def _arm(arm: Arm) -> dict[str, Value]:
    return {"id": arm.arm_id, "design": arm.design, "washout_days": arm.washout_days}


def _reader(reader: StudyReader) -> dict[str, Value]:
    values: dict[str, Value] = {"id": reader.reader_id, "arm": reader.arm_id}
    if reader.experience_years is not None:
        values["experience_years"] = reader.experience_years
    if reader.group:
        values["group"] = reader.group
    return values


def _session(session: StudySession) -> dict[str, Value]:
    values: dict[str, Value] = {"id": session.session_id}
    if session.cases:
        values["cases"] = session.cases
    if session.time_limit_s is not None:
        values["time_limit_s"] = session.time_limit_s
    return values


def _case(case: StudyCase) -> dict[str, Value]:
    plain = StudyCase(case_id="", path="", patient="")
    values: dict[str, Value] = {"id": case.case_id, "path": case.path, "patient": case.patient}
    if case.exam_alias:
        values["exam_alias"] = case.exam_alias
    if case.breasts != plain.breasts:
        values["breasts"] = case.breasts
    if case.training:
        values["training"] = True
    if case.attributes:
        values["attributes"] = case.attributes
    return values
