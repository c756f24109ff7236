"""Several programs at one study, and a study of very many events."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from journal_builders import in_reading, make_planned, order
from journal_studies import Study

from viewer.storage.journal_database import JournalDatabase
from viewer.storage.journal_place import journal_store
from viewer.study.chain import verify_chain
from viewer.study.event import EventKind, canonical
from viewer.study.projection import reading_states
from viewer.study.stored_event import StoredEvent, content_hash

WRITERS, EACH = 4, 25
MANY, MANY_ON_SERVER = 100_000, 20_000

WRITER = """
import sys
from pathlib import Path
from dataclasses import replace
from journal_builders import make_study, in_reading
from viewer.storage.open_journal import open_journal
from viewer.storage.study_folder import StudyFolder
from viewer.study.event import EventKind
folder, second, number, each, database, study_id = sys.argv[1:]
protocol = replace(
    make_study(database=database, second_copy=second), study_id=study_id)
journal = open_journal(StudyFolder(Path(folder)), protocol)
print("ready", flush=True)
sys.stdin.readline()
for n in range(int(each)):
    uuid = f"{number}-{n}"
    journal.append(in_reading(EventKind.FIRST_VIEW, n, writer=number), client_uuid=uuid)
journal.close()
"""


def test_four_programs_at_once_make_one_chain(study: Study, tmp_path: Path) -> None:
    protocol = replace(study.protocol, second_copy=str(tmp_path / "second"))
    study.adopt(protocol)
    study.open(role="designer")
    study.close()
    tests = Path(__file__).parent.parent
    fixed = [str(EACH), protocol.database, protocol.study_id]
    writers = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                WRITER,
                str(study.folder.path),
                protocol.second_copy,
                str(n),
                *fixed,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": f"{tests}:{tests.parent}", "HOME": str(tmp_path)},
        )
        for n in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.communicate("go\n")
        assert writer.returncode == 0
    journal = study.open(role="designer")
    events = list(journal.events())
    assert verify_chain(events).is_whole
    by_writer = Counter(
        event.payload["writer"] for event in events if event.kind is EventKind.FIRST_VIEW
    )
    assert by_writer == {str(n): EACH for n in range(WRITERS)}
    assert study.second_copy.read_bytes().count(b"\n") == len(events)


@pytest.fixture
def large_study(study: Study) -> Study:
    """A study with very many events more, put into its tables at once."""
    journal = study.open(role="designer")
    journal.append(order([make_planned(n) for n in range(4)]))
    last = journal.append(in_reading(EventKind.READING_OPENED))
    payload = canonical({"order_index": 0, "phase": "unaided", "active_ms": 10, "idle_ms": 0})
    newest = StoredEvent(
        sequence=last.sequence,
        utc=last.utc,
        monotonic_ns=last.monotonic_ns,
        kind=EventKind.ACTIVITY.value,
        actor="R1",
        session_id="S1",
        payload=payload,
        previous_hash="",
        hash=last.hash,
    )
    records = []
    for _ in range(MANY_ON_SERVER if study.is_on_server else MANY):
        new = newest._replace(sequence=newest.sequence + 1, previous_hash=newest.hash)
        newest = new._replace(hash=content_hash(new.previous_hash, new.content))
        records.append(newest)
    database = JournalDatabase(journal_store(study.folder, study.protocol))
    with database.writing() as connection:
        database.add(connection, records)
    database.close()
    # On a server every reader has a second copy of its own, made when it first opens the study.
    study.close()
    study.open(reader_id="R1")
    study.close()
    return study


def test_a_study_of_very_many_events_opens_in_under_a_second(large_study: Study) -> None:
    begin = time.perf_counter()
    journal = large_study.open(reader_id="R1")
    opened_s = time.perf_counter() - begin
    assert journal.head().sequence >= MANY_ON_SERVER
    assert opened_s < 1.0
    states = reading_states(journal.events())
    assert next(iter(states.values())).times
    begin = time.perf_counter()
    journal.append(in_reading(EventKind.READING_OPENED, 1))
    assert time.perf_counter() - begin < 0.5
