"""The chain of hashes, and the form events are kept in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from journal_builders import adopted, chain, in_reading, make_planned, order, submitted

from viewer.study.chain import ChainCheck, verify_chain
from viewer.study.event import Event, EventKind, canonical, content_of, hash_of
from viewer.study.journal import Head
from viewer.study.stored_event import stored_from_line, stored_of

EVENTS = chain(
    [adopted(), order([make_planned(0)]), *(in_reading(EventKind.FIRST_VIEW, n) for n in range(4))]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)  # fmt: skip


def changed(events: Sequence[Event], place: int, **fields: object) -> list[Event]:
    """The events with one of them altered, its hash left as it was."""
    return [*events[:place], replace(events[place], **fields), *events[place + 1 :]]  # type: ignore[arg-type]


def rehashed(event: Event) -> Event:
    """An event whose own hash fits again."""
    return replace(event, hash=hash_of(event.previous_hash, content_of(event)))


def test_an_untouched_chain_is_whole() -> None:
    verdict = verify_chain(EVENTS)
    assert verdict.is_whole
    assert verdict.head == Head(6, EVENTS[-1].hash)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"payload": {"order_index": 9}}, "not what was recorded"),
        ({"actor": "R2"}, "not what was recorded"),
        ({"utc": "2026-03-02T10:00:00.000000Z"}, "not what was recorded"),
        ({"session_id": "S2"}, "not what was recorded"),
        ({"monotonic_ns": 0}, "not what was recorded"),
        ({"kind": EventKind.FIRST_MARK}, "not what was recorded"),
        ({"previous_hash": "0" * 64}, "does not follow"),
        ({"sequence": 9}, "events 4 to 8 are missing"),
    ],
)
def test_any_changed_field_breaks_the_chain_at_its_event(
    fields: dict[str, object], words: str
) -> None:
    verdict = verify_chain(changed(EVENTS, 3, **fields))
    assert verdict.broken_sequence == fields.get("sequence", 4)
    assert words in verdict.problem
    assert verdict.head.sequence == 3


def test_an_event_rewritten_with_a_fitting_hash_breaks_the_chain_at_the_next() -> None:
    forged = rehashed(replace(EVENTS[3], payload={"order_index": 9}))
    verdict = verify_chain([*EVENTS[:3], forged, *EVENTS[4:]])
    assert verdict.broken_sequence == 5
    assert "does not follow" in verdict.problem


def test_a_missing_and_a_repeated_event_are_named() -> None:
    assert verify_chain([*EVENTS[:2], *EVENTS[3:]]).problem == "event 3 is missing before it"
    assert verify_chain([*EVENTS[:3], *EVENTS[2:]]).broken_sequence == 3


def test_a_chain_must_begin_with_the_hash_of_its_protocol() -> None:
    assert "does not adopt" in verify_chain(chain([in_reading(EventKind.FIRST_VIEW)])).problem
    assert "hash of its protocol" in verify_chain(chain([adopted("f" * 64)])).problem
    assert verify_chain(EVENTS[1:]).broken_sequence == 2


def test_the_end_cut_off_is_still_a_chain_so_heads_are_written_down() -> None:
    assert verify_chain(EVENTS[:4]).is_whole


def test_hidden_events_of_others_leave_gaps_but_neighbours_must_follow() -> None:
    visible = [EVENTS[0], EVENTS[3], EVENTS[4]]
    assert verify_chain(visible, has_gaps=True).is_whole
    forged = rehashed(replace(EVENTS[3], actor="R2"))
    assert verify_chain([EVENTS[0], forged, EVENTS[4]], has_gaps=True).broken_sequence == 5


def test_a_check_may_begin_in_the_middle() -> None:
    check = ChainCheck(after=Head(3, EVENTS[2].hash))
    assert [check.problem_with(stored_of(event)) for event in EVENTS[3:]] == [None] * 3


@given(
    st.text(max_size=5),
    st.text(max_size=5),
    st.dictionaries(st.text(max_size=4), values, max_size=3),
)
def test_the_kept_form_is_the_canonical_one_whatever_an_event_holds(
    actor: str, session: str, payload: dict[str, object]
) -> None:
    event = rehashed(
        replace(EVENTS[2], actor=actor, session_id=session, payload=json.loads(json.dumps(payload)))
    )
    stored = stored_of(event, "uuid")
    assert stored.content == canonical(content_of(event))
    assert stored.is_intact
    assert stored.event() == event
    assert stored_from_line(stored.line) == stored
    assert stored.line.count("\n") == 1


@given(st.binary(max_size=80) | st.text(max_size=80) | values.map(json.dumps))
def test_a_line_that_is_no_event_is_refused(line: str | bytes) -> None:
    with pytest.raises(ValueError, match="not an event"):
        stored_from_line(line)


@given(st.integers(0), st.integers(0, 255))
def test_a_changed_byte_of_a_line_is_noticed(place: int, value: int) -> None:
    stored = stored_of(chain([adopted(), submitted()])[1])
    content = bytearray(stored.line.encode())
    place %= len(content) - 1
    # A number may be spelled in several ways that mean the same; another byte is another event.
    content[place] = value
    try:
        read = stored_from_line(bytes(content))
    except ValueError:
        return
    assert not read.is_intact or read._replace(client_uuid=None) == stored
