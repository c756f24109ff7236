"""The AI in a process of its own beside the real window: it works, it is killed, it ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import psutil
from running_program import WAIT_MS, RunningProgram

from inference.engine.apart import EngineApart
from viewer.domain.ai_state import Done, Failed, Running

Start = Callable[..., RunningProgram]


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
