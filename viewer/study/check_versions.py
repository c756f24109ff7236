"""Whether the protocols a journal adopted are the ones their hashes name, and were allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from viewer.study.change_of_protocol import change_of_protocol
from viewer.study.check_events import EventProblem
from viewer.study.errors import ProtocolError
from viewer.study.event import Event, EventKind
from viewer.study.projection import AdoptedProtocol, adopted_protocols
from viewer.study.protocol_hash import protocol_sha256
from viewer.study.read_protocol import parse_protocol


def problems_of_versions(events: Iterable[Event]) -> Iterator[EventProblem]:
    """Every adopted protocol whose text is another one, or that was changed after answers."""
    newest: AdoptedProtocol | None = None
    has_answers = False
    for event in events:
        if event.kind is EventKind.ANSWER_SUBMITTED:
            has_answers = True
        elif event.kind is EventKind.PROTOCOL_ADOPTED:
            (adopted,) = adopted_protocols([event])
            yield from _problems_of(adopted, newest, has_answers=has_answers)
            newest = adopted


def _problems_of(
    adopted: AdoptedProtocol, before: AdoptedProtocol | None, *, has_answers: bool
) -> Iterator[EventProblem]:
    try:
        protocol = parse_protocol(adopted.toml, name="the adopted protocol")
    except ProtocolError as error:
        first = str(error).splitlines()[0]
        yield EventProblem(adopted.sequence, f"its protocol cannot be read: {first}")
        return
    if protocol_sha256(protocol) != adopted.sha256:
        yield EventProblem(adopted.sequence, "its protocol is not the one its hash names")
    change = change_of_protocol(before, has_answers=has_answers, found=protocol)
    if change.message:
        yield EventProblem(adopted.sequence, f"it should not have been adopted: {change.message}")
