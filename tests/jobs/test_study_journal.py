"""The queue before a journal: in order, nothing lost, nothing twice, drafts only the newest."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping

import pytest
from pytestqt.qtbot import QtBot

from viewer.errors import ProblemKind
from viewer.jobs.study_journal import StudyJournal
from viewer.study.errors import JournalError
from viewer.study.event import Event, EventKind, Json, NewEvent
from viewer.study.journal import Head
from viewer.study.planned_reading import ReadingKey

KEY = ReadingKey("r1", "s1", 0)


class MemoryJournal:
    """Keeps events in memory; fails or holds still when told to."""

    def __init__(self) -> None:
        self.kept: list[Event] = []
        self.drafts: list[tuple[ReadingKey, object]] = []
        self.fails = False
        self.commits_first = False
        self.may_go = threading.Event()
        self.may_go.set()
        self.closed = False
        self._by_uuid: dict[str | None, Event] = {}

    def append(self, event: NewEvent, *, client_uuid: str | None = None) -> Event:
        self.may_go.wait()
        if self.fails and not self.commits_first:
            raise JournalError("the disk is full")
        if client_uuid not in self._by_uuid:
            number = len(self.kept) + 1
            self._by_uuid[client_uuid] = Event(
                sequence=number,
                utc="",
                monotonic_ns=0,
                kind=event.kind,
                actor=event.actor,
                session_id=event.session_id,
                payload=event.payload,
                previous_hash="",
                hash=f"hash {number}",
            )
            self.kept.append(self._by_uuid[client_uuid])
        if self.fails:
            raise JournalError("the second copy cannot be written")
        return self._by_uuid[client_uuid]

    def events(self, *, after: int = 0) -> Iterator[Event]:
        return iter(self.kept[after:])

    def head(self) -> Head:
        return Head(len(self.kept), self.kept[-1].hash if self.kept else "protocol")

    def save_draft(self, key: ReadingKey, draft: Mapping[str, Json]) -> None:
        self.may_go.wait()
        if self.fails:
            raise JournalError("the disk is full")
        self.drafts.append((key, dict(draft)))

    def draft(self, key: ReadingKey) -> dict[str, Json] | None:
        return None

    def forget_draft(self, key: ReadingKey) -> None:
        self.drafts.append((key, None))

    def close(self) -> None:
        self.closed = True


def event(number: int = 0) -> NewEvent:
    return NewEvent(kind=EventKind.FIRST_VIEW, actor="r1", payload={"order_index": number})


@pytest.fixture
def start(qtbot: QtBot) -> Iterator[Callable[[], tuple[StudyJournal, MemoryJournal]]]:
    """Makes writers over journals in memory, and ends them."""
    made: list[tuple[StudyJournal, MemoryJournal]] = []

    def begin() -> tuple[StudyJournal, MemoryJournal]:
        memory = MemoryJournal()
        made.append((StudyJournal(memory), memory))
        return made[-1]

    yield begin
    for writer, memory in made:
        memory.may_go.set()
        memory.fails = False
        writer.close(wait_s=10)
        assert memory.closed


def test_events_are_written_in_order_and_each_ticket_is_told(start, qtbot: QtBot) -> None:
    writer, memory = start()
    told: list[tuple[int, int]] = []
    writer.kept.connect(lambda ticket, kept: told.append((ticket, kept.sequence)))
    tickets = [writer.append(event(n)) for n in range(5)]
    qtbot.waitUntil(lambda: len(told) == 5)
    assert told == list(zip(tickets, range(1, 6), strict=True))
    assert [kept.payload["order_index"] for kept in memory.kept] == list(range(5))


@pytest.mark.parametrize("commits_first", [False, True])
def test_what_fails_waits_and_is_written_once(start, qtbot: QtBot, commits_first: bool) -> None:
    writer, memory = start()
    memory.fails, memory.commits_first = True, commits_first
    with qtbot.waitSignal(writer.failed) as failed:
        writer.append(event(1))
        writer.append(event(2))
    assert failed.args[0].kind is ProblemKind.ENVIRONMENT
    assert writer.waiting == 2
    assert not writer.drain(wait_s=5)
    memory.fails = False
    with qtbot.waitSignal(writer.recovered):
        writer.retry()
    assert writer.drain(wait_s=5)
    assert [kept.payload["order_index"] for kept in memory.kept] == [1, 2]


def test_of_drafts_that_wait_only_the_newest_is_written(start) -> None:
    writer, memory = start()
    memory.may_go.clear()
    writer.append(event())
    for number in range(10):
        writer.save_draft(KEY, {"number": number})
    memory.may_go.set()
    assert writer.drain(wait_s=5)
    assert memory.drafts == [(KEY, {"number": 9})]


def test_a_draft_that_failed_gives_way_to_a_newer_one_and_to_forgetting(
    start, qtbot: QtBot
) -> None:
    writer, memory = start()
    memory.fails = True
    with qtbot.waitSignal(writer.failed):
        writer.save_draft(KEY, {"number": 1})
    writer.save_draft(KEY, {"number": 2})
    writer.forget_draft(KEY)
    memory.fails = False
    assert writer.drain(wait_s=5)
    assert memory.drafts == [(KEY, None)]


def test_an_event_can_be_made_from_the_head_when_its_turn_comes(start) -> None:
    writer, memory = start()
    writer.append(event())
    writer.append(
        lambda head: NewEvent(
            kind=EventKind.SESSION_FINISHED, actor="r1", payload={"head": head.hash}
        )
    )
    assert writer.drain(wait_s=5)
    assert memory.kept[-1].payload["head"] == "hash 1"
