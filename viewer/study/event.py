"""What happened, one record each, chained by hashes: an event can be added, never changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class EventKind(Enum):
    """The kinds of event; each names its payload's keys.

    Events of a reading also carry "order_index", and "phase" where one is on screen.
    """

    PROTOCOL_ADOPTED = "protocol_adopted"
    """sha256, version, reason, toml: the first event, and each later version."""
    ORDER_REALISED = "order_realised"
    """readings: list of {order_index, alias, case_id, phases, training, repeat, ai_on_request}."""
    SESSION_STARTED = "session_started"
    """app_version, screen ([width, height]), workstation (a hash), display (how the screen is
    calibrated, in words; absent in studies begun before it was recorded)."""
    SESSION_PAUSED = "session_paused"
    SESSION_RESUMED = "session_resumed"
    """app_version; after_crash: bool; display, as when the session started."""
    SESSION_FINISHED = "session_finished"
    """head: hash of the event before, which the reader may write down."""
    READING_OPENED = "reading_opened"
    FIRST_VIEW = "first_view"
    """The images are on screen."""
    FIRST_MARK = "first_mark"
    MARK_CHANGED = "mark_changed"
    """action ("added", "changed", "deleted"), mark."""
    PHASE_OPENED = "phase_opened"
    ANSWER_SUBMITTED = "answer_submitted"
    """Locks the phase. client_uuid, answers: list of breast answers, ai_seen: bool."""
    AI_REQUESTED = "ai_requested"
    AI_REVEALED = "ai_revealed"
    """item_sha256: of the sealed content shown; models: list."""
    AI_TOGGLED = "ai_toggled"
    """layer, visible."""
    LOUPE_SWITCHED = "loupe_switched"
    """shown; while it is: zoom (screen pixels per image pixel), side (logical pixels). Also when a
    loupe that is on becomes another; put away at each pause. Studies begun before it was recorded
    have none."""
    FEEDBACK_SHOWN = "feedback_shown"
    ACTIVITY = "activity"
    """active_ms, idle_ms since the last such event of the phase."""
    LOOKED = "looked"
    """samples: list of [ms since phase_opened, image_id, slice_index, zoom, centre_row,
    centre_column, window_centre, window_width, ai_visible]."""
    TIME_LIMIT_REACHED = "time_limit_reached"
    READING_FINISHED = "reading_finished"
    ANSWER_AMENDED = "answer_amended"
    """client_uuid, phase, laterality, old, new (breast answers), reason."""
    READING_EXCLUDED = "reading_excluded"
    """reader_id, session_id, order_index, reason: by a designer or analyst."""
    CLOCK_WENT_BACK = "clock_went_back"
    """by_ms: the wall clock was behind the newest event."""
    REPAIRED = "repaired"
    """what: which copy was damaged and what was put right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event before it has its place in the chain."""

    kind: EventKind
    actor: str
    """A reader's id, "designer", "analyst" or "program"."""
    session_id: str = ""
    payload: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event in its place; `sequence` counts from 1 without gaps."""

    sequence: int
    utc: str
    """ISO 8601 with microseconds and Z."""
    monotonic_ns: int
    kind: EventKind
    actor: str
    session_id: str
    payload: Mapping[str, Json]
    previous_hash: str
    """Of the event before; of the first event: the protocol's SHA-256."""
    hash: str


def canonical(value: Json | Mapping[str, Json]) -> str:
    """JSON in one form only: sorted keys, no spaces, no NaN."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def content_of(event: Event) -> dict[str, Json]:
    """Everything of an event that its hash covers, besides the hash before it."""
    return {
        "sequence": event.sequence,
        "utc": event.utc,
        "monotonic_ns": event.monotonic_ns,
        "kind": event.kind.value,
        "actor": event.actor,
        "session_id": event.session_id,
        "payload": dict(event.payload),
    }


def hash_of(previous_hash: str, content: Mapping[str, Json]) -> str:
    """SHA-256 of the hash before and the canonical content, hexadecimal."""
    return hashlib.sha256((previous_hash + canonical(content)).encode("ascii")).hexdigest()
