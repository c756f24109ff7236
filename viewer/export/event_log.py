"""A study's events as lines of JSON, with a manifest that vouches for them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from viewer.export.atomic_write import make_folder, replacing
from viewer.study.event import Event, EventKind, Json, canonical, content_of

EVENTS_NAME = "events.jsonl"
MANIFEST_NAME = "manifest.json"
_FORMAT = 1
_WITHHELD = "toml"


@dataclass(frozen=True, slots=True)
class EventLog:
    """What was written."""

    folder: Path
    events: int
    head: str
    sha256: str
    """Of the file of events."""


def write_event_log(
    folder: Path,
    events: Sequence[Event],
    *,
    study_id: str,
    app_version: str,
    with_paths: bool = False,
) -> EventLog:
    """Write events.jsonl and manifest.json; files that are there are replaced.

    Each line is {"content", "hash", "previous_hash"}; the hash is the SHA-256 of previous_hash
    and the canonical content. with_paths: also the text of adopted protocols, which names the
    files of exams; without it that text is empty and the line says "withheld", so that such an
    event's own hash cannot be checked. Raises CannotWrite.
    """
    lines = "".join(_line(event, with_paths=with_paths) for event in events)
    content = lines.encode("ascii")
    log = EventLog(
        folder=folder,
        events=len(events),
        head=events[-1].hash if events else "",
        sha256=hashlib.sha256(content).hexdigest(),
    )
    make_folder(folder)
    with replacing(folder / EVENTS_NAME) as path:
        path.write_bytes(content)
    manifest = _manifest(log, events, study_id, app_version, len(content), with_paths)
    with replacing(folder / MANIFEST_NAME) as path:
        path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="ascii")
    return log


def _line(event: Event, *, with_paths: bool) -> str:
    written: dict[str, Json] = {"hash": event.hash, "previous_hash": event.previous_hash}
    if event.kind is EventKind.PROTOCOL_ADOPTED and not with_paths:
        event = replace(event, payload={**event.payload, _WITHHELD: ""})
        written["withheld"] = [_WITHHELD]
    return canonical({"content": content_of(event), **written}) + "\n"


def _manifest(
    log: EventLog,
    events: Sequence[Event],
    study_id: str,
    app_version: str,
    size: int,
    with_paths: bool,
) -> dict[str, Json]:
    adopted = [
        event.payload.get("sha256") for event in events if event.kind is EventKind.PROTOCOL_ADOPTED
    ]
    return {
        "format": _FORMAT,
        "study_id": study_id,
        "protocol_sha256": [*adopted],
        "app_version": app_version,
        "events": log.events,
        "first_utc": events[0].utc if events else None,
        "last_utc": events[-1].utc if events else None,
        "head": {"sequence": events[-1].sequence if events else 0, "hash": log.head},
        "files": {EVENTS_NAME: {"sha256": log.sha256, "bytes": size}},
        "hash_rule": "SHA-256 of previous_hash followed by the canonical JSON of content",
        "withheld": [] if with_paths else [f"{_WITHHELD} of {EventKind.PROTOCOL_ADOPTED.value}"],
    }
