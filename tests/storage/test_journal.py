"""What a journal promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from journal_builders import in_reading, make_answer, make_planned, order, submitted
from journal_studies import Study
from sqlalchemy import text

from viewer.storage.clock import SystemClock
from viewer.storage.journal_database import JournalDatabase
from viewer.storage.journal_place import journal_store
from viewer.study.chain import verify_chain
from viewer.study.errors import JournalError, ProtocolError
from viewer.study.event import EventKind
from viewer.study.planned_reading import ReadingKey
from viewer.study.projection import adopted_protocols, reading_states
from viewer.study.protocol import Phase
from viewer.study.protocol_hash import protocol_sha256
from viewer.study.read_protocol import parse_protocol
from viewer.study.stored_event import content_hash, stored_from_line

KEY = ReadingKey("R1", "S1", 0)


class FixedClock(SystemClock):
    """A wall clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def utc(self) -> datetime:
        return self.now


def test_a_new_study_begins_with_its_protocol(study: Study) -> None:
    (event,) = study.open().events()
    assert event.kind is EventKind.PROTOCOL_ADOPTED
    assert event.previous_hash == protocol_sha256(study.protocol)
    (adopted,) = adopted_protocols([event])
    assert parse_protocol(adopted.toml) == study.protocol


def test_events_come_back_in_order_and_chained(study: Study) -> None:
    journal = study.open()
    placed = [journal.append(in_reading(EventKind.READING_OPENED, n)) for n in range(5)]
    events = list(journal.events())
    assert events[1:] == placed
    assert [event.sequence for event in events] == [1, 2, 3, 4, 5, 6]
    assert verify_chain(events).is_whole
    assert journal.head().hash == placed[-1].hash
    assert list(journal.events(after=4)) == placed[3:]


def test_what_was_appended_is_there_after_opening_again(study: Study) -> None:
    study.open().append(submitted())
    study.close()
    assert [event.kind for event in study.open().events()][1] is EventKind.ANSWER_SUBMITTED


def test_any_text_survives(study: Study) -> None:
    answer = replace(make_answer(), text="Verdacht: „Maße“ \u2028 \U0001f600 % \\ \x7f")
    journal = study.open()
    placed = journal.append(submitted(0, Phase.ALONE, answer))
    assert list(journal.events())[-1] == placed
    journal.append(order([make_planned(0)]))
    study.close()
    assert list(study.open().events())[1] == placed


def test_a_submission_that_is_repeated_counts_once(study: Study) -> None:
    journal = study.open()
    first = journal.append(submitted(client_uuid="a"), client_uuid="a")
    assert journal.append(submitted(client_uuid="a"), client_uuid="a") == first
    assert journal.head().sequence == first.sequence
    study.close()
    assert study.open().append(submitted(client_uuid="a"), client_uuid="a") == first


def test_the_second_copy_holds_every_event_when_append_returns(study: Study) -> None:
    journal = study.open()
    placed = journal.append(submitted(client_uuid="a"), client_uuid="a")
    lines = [stored_from_line(line) for line in study.second_copy.read_bytes().splitlines()]
    assert [line.event() for line in lines] == list(journal.events())
    assert lines[-1].event() == placed
    assert lines[-1].client_uuid == "a"


def test_events_are_never_changed_or_removed(study: Study) -> None:
    study.open().append(submitted(client_uuid="a"), client_uuid="a")
    database = JournalDatabase(journal_store(study.folder, study.protocol))
    for statement in (
        "UPDATE event SET actor = 'R2'",
        "DELETE FROM event",
        "UPDATE client_submission SET sequence = 1",
        "DELETE FROM client_submission",
    ):
        with (
            pytest.raises(JournalError, match="never (changed|removed)"),
            database.writing() as connection,
        ):
            connection.execute(text(statement))
    database.close()
    assert verify_chain(study.open().events()).is_whole


def test_an_event_cannot_be_put_anywhere_but_at_the_end(study: Study) -> None:
    journal = study.open()
    journal.append(submitted())
    database = JournalDatabase(journal_store(study.folder, study.protocol))
    second = database.record(2)
    assert second is not None
    for wrong in (second._replace(sequence=9), second._replace(sequence=3)):
        with (
            pytest.raises(JournalError, match="an event follows the newest one"),
            database.writing() as connection,
        ):
            database.add(connection, [wrong])
    database.close()


def test_a_draft_is_replaced_and_forgotten_and_is_no_event(study: Study) -> None:
    journal = study.open()
    assert journal.draft(KEY) is None
    journal.save_draft(KEY, {"pom": 3.5, "text": "ä"})
    journal.save_draft(KEY, {"pom": 4.5, "marks": []})
    study.close()
    journal = study.open()
    assert journal.draft(KEY) == {"pom": 4.5, "marks": []}
    assert journal.draft(replace(KEY, reader_id="R2")) is None
    journal.forget_draft(KEY)
    assert journal.draft(KEY) is None
    assert journal.head().sequence == 1


def test_a_clock_that_is_set_back_is_told_by_an_event(study: Study) -> None:
    clock = FixedClock()
    journal = study.open(clock=clock)
    journal.append(in_reading(EventKind.READING_OPENED))
    clock.now -= timedelta(hours=1)
    journal.append(in_reading(EventKind.READING_FINISHED))
    kinds = [event.kind for event in journal.events()]
    assert kinds[2:] == [EventKind.CLOCK_WENT_BACK, EventKind.READING_FINISHED]
    assert list(journal.events())[2].payload == {"by_ms": 3_600_000}
    journal.append(in_reading(EventKind.READING_OPENED, 1))
    assert journal.head().sequence == 5


def test_clocks_of_two_workstations_that_differ_by_less_than_a_second_are_no_event(
    study: Study,
) -> None:
    ahead, late = FixedClock(), FixedClock()
    late.now = ahead.now - timedelta(milliseconds=900)
    study.open(clock=ahead).append(in_reading(EventKind.READING_OPENED))
    study.open(clock=late).append(in_reading(EventKind.READING_OPENED, 1))
    assert [e.kind for e in study.open().events()][1:] == [EventKind.READING_OPENED] * 2


def test_several_readers_append_to_one_study(study: Study) -> None:
    one, two = study.open(reader_id="R1"), study.open(reader_id="R2")
    for n in range(3):
        one.append(in_reading(EventKind.READING_OPENED, n))
        two.append(in_reading(EventKind.READING_OPENED, n))
    assert list(one.events()) == list(two.events())
    assert verify_chain(one.events()).is_whole


def test_a_second_window_of_a_reader_is_refused_and_told_where_the_first_is(study: Study) -> None:
    first = study.open(reader_id="R1")
    with pytest.raises(JournalError, match=r"reader R1 in another window on \S+ since \d{4}-"):
        study.open(reader_id="R1")
    study.open(reader_id="R1", read_only=True)
    first.append(in_reading(EventKind.READING_OPENED))
    first.close()
    study.open(reader_id="R1")


def test_threads_append_one_after_the_other(study: Study) -> None:
    journal = study.open()

    def work(first: int) -> None:
        for n in range(10):
            journal.append(in_reading(EventKind.READING_OPENED, first + n))

    threads = [threading.Thread(target=work, args=(first,)) for first in (0, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = list(journal.events())
    assert len(events) == 21
    assert verify_chain(events).is_whole


def test_an_edited_protocol_is_adopted_anew_before_the_first_answer(study: Study) -> None:
    study.open().append(order([make_planned(0)]))
    study.close()
    study.adopt(replace(study.protocol, seed=8))
    versions = adopted_protocols(study.open(role="designer").events())
    assert [version.sha256 for version in versions][-1] == protocol_sha256(study.protocol)
    study.close()
    assert study.open(role="designer").head().sequence == 3


def test_after_the_first_answer_a_protocol_needs_a_new_version_and_a_reason(study: Study) -> None:
    journal = study.open()
    journal.append(order([make_planned(0)]))
    journal.append(submitted())
    study.close()
    study.adopt(replace(study.protocol, seed=8))
    with pytest.raises(ProtocolError, match="changed after the first answer"):
        study.open(role="designer")
    study.open(read_only=True)
    study.adopt(replace(study.protocol, version=2, reason="a case was withdrawn"))
    journal = study.open(role="designer")
    assert [v.version for v in adopted_protocols(journal.events())] == [1, 2]
    assert KEY in reading_states(journal.events())


def test_two_windows_that_open_a_new_study_adopt_its_protocol_once(study: Study) -> None:
    assert study.open().head().sequence == 1
    assert study.open(reader_id="R2").head().sequence == 1


def test_an_analyst_adopts_nothing(study: Study) -> None:
    study.open()
    study.close()
    study.adopt(replace(study.protocol, seed=8))
    assert study.open(role="analyst").head().sequence == 1


def test_a_journal_opened_to_be_read_refuses_to_write(study: Study) -> None:
    study.open()
    journal = study.open(read_only=True)
    for write in (
        lambda: journal.append(submitted()),
        lambda: journal.save_draft(KEY, {}),
        lambda: journal.forget_draft(KEY),
        journal.complete_second_copy,
    ):
        with pytest.raises(JournalError, match="read only"):
            write()
    assert journal.head().sequence == 1


def test_a_study_of_a_newer_version_is_refused_with_words(study: Study) -> None:
    study.open()
    study.close()
    database = JournalDatabase(journal_store(study.folder, study.protocol))
    with database.writing() as connection:
        connection.execute(text("UPDATE journal_format SET format = 2, app_version = '9.9'"))
    database.close()
    for read_only in (False, True):
        with pytest.raises(JournalError, match=r"newer version of Tomolens \(9.9, format 2"):
            study.open(read_only=read_only)


def test_an_event_kind_of_a_newer_version_is_refused_with_words(study: Study) -> None:
    journal = study.open()
    journal.append(submitted())
    database = JournalDatabase(journal_store(study.folder, study.protocol))
    last = database.record(2)
    assert last is not None
    with database.writing() as connection:
        newer = last._replace(sequence=3, kind="telepathy", previous_hash=last.hash, payload="{}")
        database.add(
            connection, [newer._replace(hash=content_hash(newer.previous_hash, newer.content))]
        )
    database.close()
    with pytest.raises(JournalError, match="event 3 is of a kind this version does not know"):
        list(journal.events())


def test_the_journal_of_another_study_is_refused(study: Study) -> None:
    study.open()
    study.close()
    if study.is_on_server:
        study.adopt(replace(study.protocol, study_id="other"))
        with pytest.raises(JournalError, match="does not hold this study"):
            study.open()
    else:
        study.adopt(replace(study.protocol, study_id="other"))
        with pytest.raises(JournalError, match="holds the study pilot, not other"):
            study.open()


def test_a_study_without_events_cannot_be_opened_to_be_read(sqlite_study: Study) -> None:
    with pytest.raises(JournalError, match="is not there"):
        sqlite_study.open(read_only=True)
