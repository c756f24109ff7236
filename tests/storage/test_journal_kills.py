"""kill -9 at random moments: what was confirmed is there, once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from journal_builders import make_planned, order
from journal_studies import Study

from viewer.storage.verify_study import verify_study
from viewer.study.chain import verify_chain
from viewer.study.event import EventKind

VICTIM = Path(__file__).parent.parent / "journal_victim.py"


def kill(study: Study, *, times: int, server: Sequence[str] = ()) -> list[str]:
    """Kill a program that appends; the client uuids whose append returned."""
    where = [str(study.folder.path), study.protocol.second_copy]
    command = [sys.executable, str(VICTIM), *where, str(times), "20260302", *server]
    paths = [str(VICTIM.parent), str(VICTIM.parent.parent)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={
            "PYTHONPATH": ":".join(paths),
            "PATH": "/usr/bin:/bin",
            "HOME": str(study.folder.path),
        },
    )
    assert done.returncode == 0, done.stderr[-2000:]
    confirmed: list[str] = json.loads(done.stdout)
    return confirmed


def begin(study: Study) -> None:
    """Adopt the protocol and give reader R1 a long list."""
    study.open(role="designer").append(order([make_planned(n) for n in range(5000)]))
    study.close()


def check_nothing_is_lost(study: Study, confirmed: Sequence[str]) -> None:
    """Every confirmed answer is in both copies, none is there twice, and the chain holds."""
    journal = study.open()
    events = list(journal.events())
    assert verify_chain(events).is_whole
    submitted = [
        str(event.payload["client_uuid"])
        for event in events
        if event.kind is EventKind.ANSWER_SUBMITTED
    ]
    assert set(confirmed) <= set(submitted)
    assert not [uuid for uuid, times in Counter(submitted).items() if times > 1]
    # One that was cut off between the commit and the confirmation may be there as well.
    assert len(submitted) <= len(confirmed) + 1
    study.close()
    assert study.second_copy.read_bytes().count(b"\n") == len(events)
    verdict = verify_study(study.folder, study.protocol, where=study.where)
    assert verdict.problems == ()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9 and no fork")
def test_two_hundred_kills_at_random_moments_lose_nothing(
    sqlite_study: Study, tmp_path: Path
) -> None:
    sqlite_study.adopt(replace(sqlite_study.protocol, second_copy=str(tmp_path / "second")))
    begin(sqlite_study)
    confirmed = kill(sqlite_study, times=200)
    assert len(confirmed) > 100
    check_nothing_is_lost(sqlite_study, confirmed)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9 and no fork")
def test_kills_of_a_reader_on_a_server_lose_nothing(server_study: Study, tmp_path: Path) -> None:
    protocol = server_study.protocol
    server_study.adopt(replace(protocol, second_copy=str(tmp_path / "second")))
    begin(server_study)
    where = (protocol.database, protocol.study_id)
    confirmed = kill(server_study, times=12, server=where)
    assert confirmed
    own = server_study.second_copy.with_name(f"{protocol.study_id}.R1.jsonl")
    own.replace(server_study.second_copy)
    check_nothing_is_lost(server_study, confirmed)
