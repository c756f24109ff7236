"""An event as the copies of a journal keep it: its payload as canonical text, never rewritten."""

from __future__ import annotations

import json
from hashlib import sha256
from json.encoder import encode_basestring_ascii as quoted
from typing import NamedTuple

from viewer.study.errors import JournalError
from viewer.study.event import Event, EventKind, canonical

_KINDS = {kind.value: kind for kind in EventKind}
# Half the time of json.loads, which allows for white space that canonical text has not.
_decode = json.JSONDecoder().raw_decode


class StoredEvent(NamedTuple):
    """One row of the event table, one line of the second copy."""

    sequence: int
    utc: str
    monotonic_ns: int
    kind: str
    actor: str
    session_id: str
    payload: str
    """Canonical JSON."""
    previous_hash: str
    hash: str
    client_uuid: str | None = None
    """Not covered by the hash: it only keeps a repeated submission from counting twice."""

    @property
    def content(self) -> str:
        """What the hash covers: canonical(content_of(event)), without parsing the payload."""
        return (
            f'{{"actor":{quoted(self.actor)},"kind":{quoted(self.kind)},'
            f'"monotonic_ns":{self.monotonic_ns},"payload":{self.payload},'
            f'"sequence":{self.sequence},"session_id":{quoted(self.session_id)},'
            f'"utc":{quoted(self.utc)}}}'
        )

    @property
    def is_intact(self) -> bool:
        """Whether the hash is that of the content and the hash before."""
        return self.hash == content_hash(self.previous_hash, self.content)

    @property
    def line(self) -> str:
        """The event as a line of JSON, with its line end."""
        uuid = "null" if self.client_uuid is None else quoted(self.client_uuid)
        return (
            f'{{"client_uuid":{uuid},"content":{self.content},"hash":{quoted(self.hash)},'
            f'"previous_hash":{quoted(self.previous_hash)}}}\n'
        )

    def event(self) -> Event:
        """The event; raises JournalError when a newer program wrote it or it is no event."""
        kind = _KINDS.get(self.kind)
        if kind is None:
            raise JournalError(
                f"event {self.sequence} is of a kind this version does not know: {self.kind}",
                "a newer version of Tomolens wrote it; install that version",
            )
        try:
            payload, end = _decode(self.payload)
        except ValueError as error:
            raise JournalError(f"event {self.sequence} cannot be read: {error}") from error
        if not isinstance(payload, dict) or end != len(self.payload):
            raise JournalError(f"event {self.sequence} has no payload")
        return Event(
            sequence=self.sequence,
            utc=self.utc,
            monotonic_ns=self.monotonic_ns,
            kind=kind,
            actor=self.actor,
            session_id=self.session_id,
            payload=payload,
            previous_hash=self.previous_hash,
            hash=self.hash,
        )


def content_hash(previous_hash: str, content: str) -> str:
    """hash_of for a content that is canonical text already."""
    return sha256((previous_hash + content).encode("utf-8", "replace")).hexdigest()


def stored_of(event: Event, client_uuid: str | None = None) -> StoredEvent:
    """The stored form of an event."""
    return StoredEvent(
        sequence=event.sequence,
        utc=event.utc,
        monotonic_ns=event.monotonic_ns,
        kind=event.kind.value,
        actor=event.actor,
        session_id=event.session_id,
        payload=canonical(event.payload),
        previous_hash=event.previous_hash,
        hash=event.hash,
        client_uuid=client_uuid,
    )


def stored_from_line(line: str | bytes) -> StoredEvent:
    """Read a line of the second copy; raises ValueError when it is none."""
    try:
        fields = json.loads(line)
        content = fields["content"]
        uuid = fields.get("client_uuid")
        return StoredEvent(
            sequence=int(content["sequence"]),
            utc=str(content["utc"]),
            monotonic_ns=int(content["monotonic_ns"]),
            kind=str(content["kind"]),
            actor=str(content["actor"]),
            session_id=str(content["session_id"]),
            payload=canonical(content["payload"]),
            previous_hash=str(fields["previous_hash"]),
            hash=str(fields["hash"]),
            client_uuid=None if uuid is None else str(uuid),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ValueError(f"not an event: {error}") from error
