"""The AI in a process of its own beside the real window: it works, it is killed, it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from pytestqt.qtbot import QtBot
from running_program import WAIT_MS, RunningProgram

from inference.engine.apart import EngineApart
from viewer.domain.ai_state import Done, Failed, Running
from viewer.jobs.library_work import LibraryWork
from viewer.storage.model_library import ModelLibrary

Start = Callable[..., RunningProgram]
TESTS = Path(__file__).resolve().parents[1]
VICTIM = (sys.executable, "-P", str(TESTS / "engine_victim.py"))


def states(running: RunningProgram) -> list[object]:
    return [running.state.ai_of(image.image_id) for image in running.state.exam.images]


def test_killing_the_process_fails_what_ran_and_everything_can_be_run_again(
    start: Start, phantom: Path, weights: tuple[Path, Path]
) -> None:
    engine = EngineApart()
    running = start(weights=weights, run_ai=True, engine=engine)
    running.open(phantom)

    def computes() -> bool:
        return any(isinstance(s, Running) and s.stage == "slices" for s in states(running))

    running.qtbot.waitUntil(computes, timeout=WAIT_MS)
    killed = engine.process_id
    os.kill(killed, signal.SIGKILL)
    running.wait_for_ai()
    failed = [s for s in states(running) if isinstance(s, Failed)]
    assert len(failed) == 1
    assert "run it again" in failed[0].reason
    # What waited ran in another process.
    assert sum(isinstance(s, Done) for s in states(running)) == len(states(running)) - 1
    running.program.runner.run(running.state.exam)
    running.wait_for_ai()
    assert all(isinstance(s, Done) for s in states(running))
    assert engine.process_id != killed
    last = psutil.Process(engine.process_id)
    running.program.close()
    assert not last.is_running()


def test_the_windows_process_never_imports_torch_not_even_when_weights_are_added(
    pictures: Path, weights: tuple[Path, Path], tmp_path: Path
) -> None:
    command = (sys.executable, str(TESTS / "window_victim.py"), str(tmp_path / "home"))
    ran = subprocess.run(
        [*command, str(pictures), str(weights[1])],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(TESTS.parent), "QT_QPA_PLATFORM": "offscreen"},
    )
    assert ran.returncode == 0, ran.stderr
    result = json.loads(ran.stdout)
    assert result["added"] == ["Small gmic 0"]
    assert result["done"] == 4
    assert result["torch"] == []


def test_weights_whose_reading_ends_the_process_are_named_and_the_next_are_read(
    qtbot: QtBot, tmp_path: Path
) -> None:
    started: list[EngineApart] = []

    def new_engine() -> EngineApart:
        started.append(EngineApart(VICTIM))
        return started[-1]

    work = LibraryWork(library=ModelLibrary(tmp_path / "models"), new_engine=new_engine)
    problems: list[str] = []
    work.failed.connect(lambda problem: problems.append(problem.text))
    files = [tmp_path / "dies", tmp_path / "wrong"]
    for file in files:
        file.write_bytes(file.name.encode())
    with qtbot.waitSignal(work.ended, timeout=WAIT_MS):
        work.check(files)
    assert "dies could not be read: the process that read it ended" in problems[0]
    assert problems[1].startswith("wrong is damaged")
    assert len(started) == 1
    # Nothing is left of it when nothing waits.
    qtbot.waitUntil(lambda: started[0].process_id is None, timeout=WAIT_MS)
    with qtbot.waitSignal(work.ended, timeout=WAIT_MS):
        work.check(files[1:])
    assert len(started) == 2
    assert len(problems) == 3


def test_closing_stops_what_is_being_read(qtbot: QtBot, tmp_path: Path) -> None:
    engine = EngineApart(VICTIM)
    work = LibraryWork(library=ModelLibrary(tmp_path / "models"), new_engine=lambda: engine)
    file = tmp_path / "sleeps"
    file.write_bytes(b"long")
    work.check([file])
    qtbot.waitUntil(lambda: engine.process_id is not None, timeout=WAIT_MS)
    started = time.perf_counter()
    work.close()
    assert time.perf_counter() - started < 10
    assert engine.process_id is None


def test_closing_between_two_files_leaves_no_process(qtbot: QtBot, tmp_path: Path) -> None:
    engine = EngineApart(VICTIM)
    work = LibraryWork(library=ModelLibrary(tmp_path / "models"), new_engine=lambda: engine)
    work.check([written(tmp_path / name) for name in ("wrong", "wrong too")])
    # The first is read; its end has not come to the window's thread, so that the second waits.
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "models"]
    thread.join(WAIT_MS / 1000)
    assert engine.process_id is not None
    work.close()
    assert engine.process_id is None


def written(path: Path) -> Path:
    path.write_bytes(path.name.encode())
    return path
