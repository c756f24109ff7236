"""Work in a thread: three outcomes, each told in the thread that asked."""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading

import pytest
from pytestqt.qtbot import QtBot

from inference.errors import Cancelled, DeviceMemoryError, WeightsError
from viewer.errors import ProblemKind, problem_of
from viewer.jobs.task import Task, TaskProgress
from viewer.loading.errors import UnreadableImage
from viewer.logs import start_logging, stop_logging


def ended(task: Task[object], qtbot: QtBot) -> None:
    with qtbot.waitSignal(task.ended, timeout=5000):
        task.start()
    task.join()


def test_a_result_arrives(qtbot: QtBot) -> None:
    task = Task(lambda progress: 6 * 7, name="test")
    results: list[int] = []
    task.succeeded.connect(results.append)
    ended(task, qtbot)
    assert results == [42]


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a priority of their own on Linux")
def test_work_gives_way_to_the_windows_thread(qtbot: QtBot) -> None:
    def niceness(_: TaskProgress | None = None) -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    task = Task(niceness, name="test")
    results: list[int] = []
    task.succeeded.connect(results.append)
    ended(task, qtbot)
    assert results[0] > niceness()


def test_progress_is_a_point_of_cancelling(qtbot: QtBot) -> None:
    began = threading.Event()

    def work(progress: TaskProgress) -> None:
        for step in range(10_000_000):
            progress.update(step, 10_000_000)
            began.set()

    task = Task(work, name="test")
    outcomes: list[str] = []
    task.succeeded.connect(lambda: outcomes.append("succeeded"))
    task.cancelled.connect(lambda: outcomes.append("cancelled"))
    task.start()
    began.wait(5)
    with qtbot.waitSignal(task.ended, timeout=5000):
        task.cancel()
    task.join()
    assert outcomes == ["cancelled"]


def test_a_result_that_comes_after_cancelling_counts_as_cancelled(qtbot: QtBot) -> None:
    task = Task(lambda progress: 1, name="test")
    task.cancel()
    with qtbot.waitSignals([task.cancelled, task.ended], timeout=5000):
        task.start()
    task.join()


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (UnreadableImage("It is cut short", hint="send it again"), ProblemKind.FIXABLE, "again"),
        (WeightsError("w.p is no network."), ProblemKind.FIXABLE, "w.p"),
        (DeviceMemoryError("no room"), ProblemKind.ENVIRONMENT, "no room"),
        (OSError(errno.ENOSPC, "No space left", "/a/b.png"), ProblemKind.ENVIRONMENT, "b.png"),
        (MemoryError(), ProblemKind.ENVIRONMENT, "memory"),
        (ZeroDivisionError("Doe^Jane"), ProblemKind.BUG, "ZeroDivisionError"),
    ],
)
def test_a_failure_is_told_as_a_problem_of_its_kind(
    qtbot: QtBot, error: Exception, kind: ProblemKind, words: str
) -> None:
    def work(progress: TaskProgress) -> None:
        raise error

    task = Task(work, name="test")
    with qtbot.waitSignal(task.failed, timeout=5000) as failed:
        task.start()
    task.join()
    problem = failed.args[0]
    assert problem.kind is kind
    assert words in problem.text
    assert "Doe" not in problem.text
    assert problem == problem_of(error)


def test_a_cancelled_prediction_is_no_failure(qtbot: QtBot) -> None:
    def work(progress: TaskProgress) -> None:
        raise Cancelled

    task = Task(work, name="test")
    with qtbot.waitSignal(task.cancelled, timeout=5000):
        task.start()
    task.join()


def test_the_log_says_where_a_bug_was_but_not_its_words(qtbot: QtBot, tmp_path: object) -> None:
    path = start_logging(tmp_path)
    logging.getLogger("pydicom").warning("Doe^Jane has a strange birth date")

    def work(progress: TaskProgress) -> None:
        raise ZeroDivisionError("Doe^Jane")

    task = Task(work, name="test")
    ended(task, qtbot)
    stop_logging()
    written = path.read_text()
    assert "ZeroDivisionError" in written
    assert "test_task.py" in written
    assert "Doe" not in written


def test_a_folder_that_cannot_be_written_only_costs_the_log(tmp_path: object) -> None:
    (tmp_path / "file").write_text("")
    assert start_logging(tmp_path / "file") is None
