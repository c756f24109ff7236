"""The keeper as a real process, asked from a window's process: outcomes, failures, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from journal_builders import make_study, order, submitted
from journal_studies import Study, make_folder
from pytestqt.qtbot import QtBot
from sealed_studies import MODEL, append_all, made_truth, opened, seal_all, with_training

from viewer.errors import Problem
from viewer.jobs.study_keeper import AiHanded, Refused, StudyKeeper, TruthHanded
from viewer.jobs.task import Task
from viewer.storage.places import HOME_VARIABLE, places
from viewer.storage.seal_list import read_seal_list
from viewer.storage.sealing import ai_item
from viewer.study.order import plan_session
from viewer.study.planned_reading import ReadingKey
from viewer.study.protocol import Phase

KEY = ReadingKey("R1", "S1", 0)
LOCKED = submitted(0, Phase.ALONE, client_uuid="a")
LOCKED_AIDED = submitted(0, Phase.AIDED, client_uuid="b")
TIMEOUT_MS = 60_000


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """Sealed, its first case for training, its first reading open."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    home = places({HOME_VARIABLE: str(tmp_path / "home")})
    made = replace(make_folder(tmp_path, with_training(make_study())), where=home)
    seal_all(made, note=f"{SECRET_START}{SECRET_END}")
    planned = plan_session(made.protocol, "R1", "S1")
    append_all(made, [order(planned), opened(planned[0])])
    yield made
    made.close()


SECRET_START, SECRET_END = "the mass lies ", "at eleven o'clock"
"""Apart, so that no process holds the whole of it unless it was handed out."""


class Ended:
    """How a task ended."""

    def __init__(self, task: Task[Any], qtbot: QtBot, *, cancel_after_s: float | None = None):
        self.outcomes: list[Any] = []
        self.problems: list[Problem] = []
        self.was_cancelled = False
        task.succeeded.connect(self.outcomes.append)
        task.failed.connect(self.problems.append)
        task.cancelled.connect(self._cancelled)
        with qtbot.waitSignal(task.ended, timeout=TIMEOUT_MS):
            task.start()
            if cancel_after_s is not None:
                timer = threading.Timer(cancel_after_s, task.cancel)
                timer.start()
                timer.join()
        task.join()

    def _cancelled(self) -> None:
        self.was_cancelled = True


def test_before_the_lock_it_is_refused_and_after_it_handed_out(study: Study, qtbot: QtBot) -> None:
    keeper = StudyKeeper(study.folder.path)
    before = Ended(keeper.ai(KEY), qtbot)
    assert before.outcomes == [
        Refused(
            reason="the answer alone is not locked yet",
            hint="it is shown when its turn has come",
        )
    ]
    append_all(study, [LOCKED])
    (handed,) = Ended(keeper.ai(KEY), qtbot).outcomes
    assert isinstance(handed, AiHanded)
    assert handed.result.models == (MODEL,)
    case_id = handed.result.case_id
    assert handed.item_sha256 == read_seal_list(study.folder.sealed).items[ai_item(case_id)]


def test_the_truth_of_a_training_case_is_handed_out_at_its_end(study: Study, qtbot: QtBot) -> None:
    append_all(study, [LOCKED, LOCKED_AIDED])
    (handed,) = Ended(StudyKeeper(study.folder.path).truth(KEY), qtbot).outcomes
    assert isinstance(handed, TruthHanded)
    training = next(case for case in study.protocol.cases if case.training)
    assert handed.entries == made_truth(training)


def test_a_study_that_cannot_be_read_is_a_failure_not_a_refusal(study: Study, qtbot: QtBot) -> None:
    study.folder.journal_file.write_bytes(b"no database at all" * 100)
    ended = Ended(StudyKeeper(study.folder.path).ai(KEY), qtbot)
    assert ended.outcomes == []
    assert "not a database" in ended.problems[0].message


def test_a_keeper_that_cannot_be_started_is_said(study: Study, qtbot: QtBot) -> None:
    keeper = StudyKeeper(study.folder.path, command=["/nowhere/keeper"])
    assert "could not be started" in Ended(keeper.ai(KEY), qtbot).problems[0].message


def test_a_keeper_that_dies_halfway_is_said(study: Study, qtbot: QtBot) -> None:
    dying = "import os, sys; sys.stdout.write('TOMOITEM1'); sys.stdout.flush(); os._exit(0)"
    keeper = StudyKeeper(study.folder.path, command=[sys.executable, "-c", dying])
    assert "did not arrive whole" in Ended(keeper.ai(KEY), qtbot).problems[0].message


SLEEPING = (sys.executable, "-c", "import time; time.sleep(600)")


def test_a_keeper_that_does_not_answer_is_given_up(study: Study, qtbot: QtBot) -> None:
    keeper = StudyKeeper(study.folder.path, command=SLEEPING, time_limit_s=0.2)
    assert "did not answer" in Ended(keeper.ai(KEY), qtbot).problems[0].message


def test_cancelling_ends_the_keeper(study: Study, qtbot: QtBot) -> None:
    keeper = StudyKeeper(study.folder.path, command=SLEEPING)
    started = time.monotonic()
    ended = Ended(keeper.ai(KEY), qtbot, cancel_after_s=0.1)
    assert ended.was_cancelled
    assert time.monotonic() - started < 30


READER = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from viewer.jobs.study_keeper import StudyKeeper
from viewer.study.planned_reading import ReadingKey

app = QCoreApplication([])
kept = []

def ask():
    task = StudyKeeper(Path(sys.argv[1])).ai(ReadingKey("R1", "S1", 0))
    task.succeeded.connect(kept.append)
    task.ended.connect(app.quit)
    task.start()
    app.exec()
    print(type(kept[-1]).__name__, flush=True)

for line in sys.stdin:
    ask()
"""


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs Linux's /proc")
def test_nothing_of_the_ai_is_in_the_readers_memory_before_the_lock(study: Study) -> None:
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(study.folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    secret = (SECRET_START + SECRET_END).encode()
    try:
        assert asked(reader) == "Refused"
        assert not holds(reader.pid, secret)
        append_all(study, [LOCKED])
        assert asked(reader) == "AiHanded"
        # The same search finds it once it was handed out, so the first one was no blind one.
        assert holds(reader.pid, secret)
    finally:
        reader.kill()
        reader.communicate()


def asked(reader: subprocess.Popen[str]) -> str:
    """Make the reader's process ask the keeper; returns the outcome's name."""
    assert reader.stdin is not None
    assert reader.stdout is not None
    reader.stdin.write("ask\n")
    reader.stdin.flush()
    return reader.stdout.readline().strip()


def holds(pid: int, secret: bytes) -> bool:
    """Whether any writable memory of a process holds these bytes."""
    place = Path(f"/proc/{pid}")
    if not os.access(place / "mem", os.R_OK):
        pytest.skip("this system lets no process look at another's memory")
    with (place / "maps").open() as maps, (place / "mem").open("rb") as memory:
        for line in maps:
            span, rights, *_ = line.split()
            if not rights.startswith("rw"):
                continue
            first, last = (int(part, 16) for part in span.split("-"))
            memory.seek(first)
            try:
                content = memory.read(last - first)
            except OSError:
                continue
            if secret in content:
                return True
    return False
