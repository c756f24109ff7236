"""What happened in a reading, told line by line with its times."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from viewer.study.answer import BreastAnswer
from viewer.study.answer_json import answer_from_json, answers_from_json
from viewer.study.event import Event, EventKind, Json
from viewer.study.projection import StudyProjection, key_of

_SLICE, _ZOOM, _AI_VISIBLE = 2, 3, 8
_SAMPLE_VALUES = 9


def replay_lines(
    events: Iterable[Event], *, reader_id: str, session_id: str = "", alias: str = ""
) -> Iterator[str]:
    """A reader's readings as text, each event with the seconds since its reading was opened.

    session_id, alias: only this session, only the case of this blind number; empty for all.
    Raises JournalError, KeyError or ValueError for an event that cannot be understood.
    """
    projection = StudyProjection()
    opened: dict[str, datetime] = {}
    heading = ""
    for event in events:
        projection.apply(event)
        if "order_index" not in event.payload:
            continue
        state = projection.reading(key_of(event))
        if state is None or state.planned.key.reader_id != reader_id:
            continue
        planned = state.planned
        if session_id not in ("", planned.key.session_id) or alias not in ("", planned.alias):
            continue
        place = f"{reader_id} {planned.key.session_id} {planned.alias}"
        moment = datetime.fromisoformat(event.utc)
        begin = opened.setdefault(place, moment)
        if place != heading:
            heading = place
            number = planned.key.order_index + 1
            yield f"{place}, place {number}, since {begin:%Y-%m-%d %H:%M:%S} UTC"
        since_s = (moment - begin).total_seconds()
        yield f"{since_s:+10.1f} s  {event.sequence:>7}  {said_of(event)}"


def said_of(event: Event) -> str:
    """One event in words; raises KeyError or ValueError when its payload is wrong."""
    words = _WORDS.get(event.kind)
    said = event.kind.value.replace("_", " ") if words is None else words(event.payload)
    phase = event.payload.get("phase")
    return f"{said} ({phase})" if isinstance(phase, str) else said


def answer_words(answer: BreastAnswer) -> str:
    """A breast's answer on one line."""
    parts = [f"{answer.laterality.value}:"]
    if answer.pom_percent is not None:
        parts.append(f"{answer.pom_percent:g} %")
    if answer.birads is not None:
        parts.append(f"BI-RADS {answer.birads.value}")
    if answer.recall is not None:
        parts.append("recall" if answer.recall else "no recall")
    if answer.marks:
        parts.append(f"{len(answer.marks)} marks")
    if answer.text:
        parts.append(f'"{" ".join(answer.text.split())}"')
    return " ".join(parts) if len(parts) > 1 else f"{parts[0]} no answer"


def _mark_words(mark: Mapping[str, Json]) -> str:
    """A mark as it stood; class and confidence may not have been given yet."""
    place = {key: _number(mark[key]) for key in ("slice_index", "row", "column")}
    finding, confidence = mark["finding"], mark["confidence_percent"]
    sure = "no confidence yet" if confidence is None else f"{_number(confidence):g} %"
    return (
        f"{finding or 'no class yet'} in {mark['view']}, slice {place['slice_index'] + 1:.0f}, "
        f"row {place['row']:.0f}, column {place['column']:.0f}, {sure}"
    )


def _submitted(payload: Mapping[str, Json]) -> str:
    answers = "; ".join(answer_words(answer) for answer in answers_from_json(payload["answers"]))
    return f"answer locked: {answers}"


def _amended(payload: Mapping[str, Json]) -> str:
    old, new = (answer_words(answer_from_json(payload[key])) for key in ("old", "new"))
    return f"answer amended: {old} -> {new}, because: {payload['reason']}"


def _mark_changed(payload: Mapping[str, Json]) -> str:
    mark = payload["mark"]
    if not isinstance(mark, dict):
        raise ValueError("mark must be an object")
    return f"mark {payload['action']}: {_mark_words(mark)}"


def _toggled(payload: Mapping[str, Json]) -> str:
    return f"AI {payload['layer']} {'shown' if payload['visible'] else 'hidden'}"


def _loupe(payload: Mapping[str, Json]) -> str:
    return f"loupe {_number(payload['zoom']):.0f}:1" if payload["shown"] else "loupe put away"


def _active(payload: Mapping[str, Json]) -> str:
    return f"active {_seconds(payload['active_ms'])} s, idle {_seconds(payload['idle_ms'])} s"


def _looked(payload: Mapping[str, Json]) -> str:
    samples = payload["samples"]
    if not isinstance(samples, list):
        raise ValueError("samples must be a list")
    whole = [s for s in samples if isinstance(s, list) and len(s) == _SAMPLE_VALUES]
    slices = {(str(s[1]), str(s[_SLICE])) for s in whole}
    zooms = [zoom for s in whole if isinstance(zoom := s[_ZOOM], int | float)]
    said = f"looked: {len(samples)} samples, {len(slices)} slices"
    if zooms:
        said += f", zoom {min(zooms):.2g} to {max(zooms):.2g}"
    return said + (", AI visible" if any(s[_AI_VISIBLE] for s in whole) else "")


def _excluded(payload: Mapping[str, Json]) -> str:
    return f"excluded, because: {payload['reason']}"


def _number(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"expected a number, got {value!r}")
    return float(value)


def _seconds(value: Json) -> str:
    if not isinstance(value, int | float):
        raise ValueError(f"a time must be a number of milliseconds, got {value!r}")
    return f"{value / 1000:.1f}"


_WORDS: Mapping[EventKind, Callable[[Mapping[str, Json]], str]] = {
    EventKind.ANSWER_SUBMITTED: _submitted,
    EventKind.ANSWER_AMENDED: _amended,
    EventKind.MARK_CHANGED: _mark_changed,
    EventKind.AI_TOGGLED: _toggled,
    EventKind.LOUPE_SWITCHED: _loupe,
    EventKind.ACTIVITY: _active,
    EventKind.LOOKED: _looked,
    EventKind.READING_EXCLUDED: _excluded,
}
