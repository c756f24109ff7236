"""Answers, marks and planned readings as JSON values and back, as events and drafts hold them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from inference.types import Laterality
from viewer.study.answer import BiRads, BreastAnswer, FindingClass, Mark, PomSource
from viewer.study.event import Json
from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.protocol import Phase

Choice = TypeVar("Choice", bound=Enum)

_PHASES = {phase.value: phase for phase in Phase}


def answer_to_json(answer: BreastAnswer) -> dict[str, Json]:
    """One breast's answer; answer_from_json gives an equal one."""
    return {
        "laterality": answer.laterality.value,
        "pom_percent": answer.pom_percent,
        "pom_source": _value(answer.pom_source),
        "birads": _value(answer.birads),
        "recall": answer.recall,
        "marks": [mark_to_json(mark) for mark in answer.marks],
        "text": answer.text,
    }


def answer_from_json(value: Json) -> BreastAnswer:
    """Read an answer; raises ValueError naming the key that is missing or wrong."""
    fields = _object(value, "answer")
    recall = fields.get("recall")
    if not (recall is None or isinstance(recall, bool)):
        raise ValueError(f"recall must be true, false or null, got {recall!r}")
    return BreastAnswer(
        laterality=_choice(Laterality, fields, "laterality"),
        pom_percent=_number_or_none(fields, "pom_percent"),
        pom_source=_choice_or_none(PomSource, fields, "pom_source"),
        birads=_choice_or_none(BiRads, fields, "birads"),
        recall=recall,
        marks=tuple(mark_from_json(mark) for mark in _list(fields, "marks")),
        text=_text(fields, "text"),
    )


def answers_from_json(value: Json) -> tuple[BreastAnswer, ...]:
    """Read the answers of a phase, one for each breast; raises ValueError."""
    if not isinstance(value, list):
        raise ValueError(f"answers must be a list, got {value!r}")
    return tuple(answer_from_json(answer) for answer in value)


def mark_to_json(mark: Mark) -> dict[str, Json]:
    """One mark; mark_from_json gives an equal one."""
    return {
        "mark_id": mark.mark_id,
        "image_id": mark.image_id,
        "view": mark.view,
        "slice_index": mark.slice_index,
        "row": mark.row,
        "column": mark.column,
        "row_mm": mark.row_mm,
        "column_mm": mark.column_mm,
        "confidence_percent": mark.confidence_percent,
        "finding": mark.finding.value,
    }


def mark_from_json(value: Json) -> Mark:
    """Read a mark; raises ValueError naming the key that is missing or wrong."""
    fields = _object(value, "mark")
    return Mark(
        mark_id=_text(fields, "mark_id"),
        image_id=_text(fields, "image_id"),
        view=_text(fields, "view"),
        slice_index=_integer(fields, "slice_index"),
        row=_number(fields, "row"),
        column=_number(fields, "column"),
        row_mm=_number_or_none(fields, "row_mm"),
        column_mm=_number_or_none(fields, "column_mm"),
        confidence_percent=_number(fields, "confidence_percent"),
        finding=_choice(FindingClass, fields, "finding"),
    )


def planned_to_json(planned: PlannedReading) -> dict[str, Json]:
    """One entry of an order_realised event; the reader and the session are the event's own."""
    return {
        "order_index": planned.key.order_index,
        "alias": planned.alias,
        "case_id": planned.case_id,
        "phases": [phase.value for phase in planned.phases],
        "training": planned.training,
        "repeat": planned.repeat,
        "ai_on_request": planned.ai_on_request,
    }


def planned_from_json(value: Json, *, reader_id: str, session_id: str) -> PlannedReading:
    """Read an entry of an order_realised event; raises ValueError."""
    fields = _object(value, "reading")
    return PlannedReading(
        key=ReadingKey(reader_id, session_id, _integer(fields, "order_index")),
        alias=_text(fields, "alias"),
        case_id=_text(fields, "case_id"),
        phases=tuple(phase_from_json(phase) for phase in _list(fields, "phases")),
        ai_on_request=_truth(fields, "ai_on_request"),
        training=_truth(fields, "training"),
        repeat=_integer(fields, "repeat"),
    )


def phase_from_json(value: Json) -> Phase:
    """Read a phase's name; raises ValueError."""
    phase = _PHASES.get(value) if isinstance(value, str) else None
    if phase is None:
        raise ValueError(f"{value!r} is not a phase")
    return phase


def _value(choice: Enum | None) -> str | None:
    return None if choice is None else str(choice.value)


def _object(value: Json, name: str) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise ValueError(f"{name} must be an object, got {value!r}")
    return value


def _wanted(fields: Mapping[str, Json], key: str) -> Json:
    if key not in fields:
        raise ValueError(f"{key} is missing")
    return fields[key]


def _text(fields: Mapping[str, Json], key: str) -> str:
    value = _wanted(fields, key)
    if not isinstance(value, str):
        raise ValueError(f"{key} must be text, got {value!r}")
    return value


def _integer(fields: Mapping[str, Json], key: str) -> int:
    value = _wanted(fields, key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{key} must be a whole number, got {value!r}")
    return value


def _number(fields: Mapping[str, Json], key: str) -> float:
    value = _wanted(fields, key)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"{key} must be a number, got {value!r}")
    return float(value)


def _number_or_none(fields: Mapping[str, Json], key: str) -> float | None:
    return None if fields.get(key) is None else _number(fields, key)


def _truth(fields: Mapping[str, Json], key: str) -> bool:
    value = _wanted(fields, key)
    if not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false, got {value!r}")
    return value


def _list(fields: Mapping[str, Json], key: str) -> list[Json]:
    value = _wanted(fields, key)
    if not isinstance(value, list):
        raise ValueError(f"{key} must be a list, got {value!r}")
    return value


def _choice(choices: type[Choice], fields: Mapping[str, Json], key: str) -> Choice:
    value = _wanted(fields, key)
    try:
        return choices(value)
    except ValueError as error:
        raise ValueError(f"{key} cannot be {value!r}") from error


def _choice_or_none(choices: type[Choice], fields: Mapping[str, Json], key: str) -> Choice | None:
    return None if fields.get(key) is None else _choice(choices, fields, key)
