"""A scripted reading in the real window: how quickly it answers while the AI runs.

Ten minutes (quick: about 20 seconds) of scrolling, dragging, zooming, kinds, single views and
next exams on phantoms with overlay, marks and text. Times run from the command to the painted
window; "cpu" is what the GUI thread itself computed: it tells a slow program from a busy machine.
`python -m tests.benchmarks.benchmark_reading [--quick]` also prints what --diagnose prints.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from PySide6.QtCore import QEventLoop, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from inference.process import prepare_process
from tests.benchmarks.machine_watch import MachineWatch
from tests.benchmarks.reading_exam import add_marks, add_results, reading_folders
from viewer.app import Program
from viewer.app_start import dark_application, favour_the_window
from viewer.commands.command import Context
from viewer.commands.table import by_id, perform
from viewer.domain.responsiveness import STALL_MS, Reaction, Stall, Timing, percentiles
from viewer.session.ai_results import forgotten
from viewer.session.breast_results import is_ai_busy
from viewer.storage.places import places
from viewer.ui.pane.image_pane import ImagePane

SCREEN = (1920, 1080)
FOUR_LARGE = (2000, 2400)
"""Four panes of 1000x1200 once the panels are folded away."""
STEP_MS = 60
WEIGHTS = Path(__file__).resolve().parents[2] / "resources" / "weights"
_WAIT_S = 300
_ASK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Something a reader does for a while; step n of it, and which reactions it measures."""

    name: str
    steps: int
    act: Callable[[int], None]
    measures: dict[Reaction, str] = field(default_factory=dict)
    settles: bool = False
    """Whether everything is decoded before the next phase begins."""


class Reader(QObject):
    """Does one phase after another, a step every 60 ms, and keeps what they measured."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._program = program
        self._phase: Phase | None = None
        self._step = 0
        self.measured: dict[str, list[Timing]] = {}
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._act)

    def do(self, phase: Phase) -> None:
        """Begin a phase."""
        self._program.diagnostics.clock.forget()
        self._phase, self._step = phase, 0
        self._timer.start(STEP_MS)

    def keep(self, phase: Phase) -> None:
        """Keep what a phase measured."""
        for reaction, name in phase.measures.items():
            found = self._program.diagnostics.clock.timings(reaction)
            self.measured.setdefault(name, []).extend(found)

    @property
    def is_done(self) -> bool:
        """Whether the phase is over."""
        return self._phase is None

    @Slot()
    def _act(self) -> None:
        phase = self._phase
        if phase is None:
            return
        if self._step == phase.steps:
            self._timer.stop()
            self._phase = None
            return
        phase.act(self._step)
        self._step += 1


class Reading:
    """The script: phases in the window, in turns with and without the AI."""

    def __init__(
        self, app: QApplication, program: Program, folders: list[Path], kept: Path
    ) -> None:
        self._app = app
        self._program = program
        self._folders = folders
        self._kept = kept
        self._towards = 1
        self._commands = by_id()
        self._context = Context(
            session=program.session, desk=program.desk, noted=program.diagnostics.stalls.note
        )
        self._reader = Reader(program)

    @property
    def measured(self) -> dict[str, list[Timing]]:
        """The timings by name."""
        return self._reader.measured

    def prepare(self) -> None:
        """Open the exams, and let them have results and marks."""
        session = self._program.session
        for number, folder in enumerate(self._folders, start=1):
            self._program.open([folder])
            self._wait(lambda n=number: len(session.state.exams) == n)
        for exam in session.state.exams:
            self._wait(lambda e=exam: e.exam_id in session.state.marks.exams)
            add_results(self._program, exam)
            add_marks(self._program, exam)
        self._settle()

    def rest(self) -> None:
        """Let everything come to rest."""
        self._settle()

    def once(self, *, ai: bool, steps: int) -> None:
        """Every phase once."""
        for phase in self._phases("" if ai else "without_ai_", steps):
            if ai:
                self._keep_ai_busy()
            self._do(phase)
        self._large_panes("" if ai else "without_ai_", steps)
        self._program.runner.cancel()

    def open_while_scrolling(self, steps: int) -> None:
        """Search a folder anew while the reader scrolls."""
        self._program.open([self._folders[0]])
        self._do(Phase(name="opening", steps=steps, act=self._scroll))

    def _phases(self, prefix: str, steps: int) -> list[Phase]:
        def named(**names: str) -> dict[Reaction, str]:
            return {Reaction[key]: prefix + name for key, name in names.items()}

        return [
            Phase(name="scroll", steps=steps, act=self._scroll, measures=named(SLICE="one_view")),
            Phase(name="link", steps=1, act=lambda _: self._command("slice.link")),
            Phase(
                name="linked", steps=steps, act=self._scroll, measures=named(SLICE="four_linked")
            ),
            Phase(
                name="window",
                steps=steps,
                act=self._drag_window,
                measures=named(WINDOW="window_drag"),
            ),
            Phase(name="unlink", steps=1, act=lambda _: self._command("slice.link")),
            Phase(name="zoom", steps=steps, act=self._zoom, measures=named(FRAMING="pan_zoom")),
            Phase(name="fit", steps=1, act=lambda _: self._command("image.fit")),
            Phase(name="kind", steps=steps, act=self._kinds, measures=named(STAGE="stage")),
            Phase(name="volumes", steps=1, act=lambda _: self._command("view.dbt")),
            Phase(name="single", steps=steps, act=self._maximise, measures=named(STAGE="stage")),
            *(
                Phase(
                    name=command_id,
                    steps=1,
                    act=lambda _, command_id=command_id: self._command(command_id),
                    measures=named(EXAM="next_exam"),
                    settles=True,
                )
                for command_id in ("exam.previous", "exam.next", "exam.previous")
            ),
        ]

    def _large_panes(self, prefix: str, steps: int) -> None:
        """Four panes of 1000x1200."""
        self._full_screen(FOUR_LARGE)
        self._command("slice.link")
        self._settle()
        for act, reaction, name in (
            (self._scroll, Reaction.SLICE, "four_large"),
            (self._drag_window, Reaction.WINDOW, "window_drag_large"),
        ):
            self._do(Phase(name=name, steps=steps, act=act, measures={reaction: prefix + name}))
        self._command("slice.link")
        self._app.processEvents()
        self._full_screen(SCREEN)
        self._settle()

    def _full_screen(self, size: tuple[int, int]) -> None:
        """Go to full screen or back; the window gets its new size later, as from any desktop."""
        self._command("screen.full")
        self._app.processEvents()
        self._program.window.resize(*size)
        self._app.processEvents()

    def _scroll(self, step: int) -> None:
        """Down and up through the whole volume."""
        del step
        state = self._program.session.state
        image, at = state.active_image, state.active_pane.slice_index
        if image is None or at + self._towards < 0 or at + self._towards >= image.slices:
            self._towards = -self._towards
        self._active_pane().scrolled.emit(self._towards)

    def _drag_window(self, step: int) -> None:
        self._active_pane().window_dragged.emit(6.0 if step // 10 % 2 else -6.0, 3.0)

    def _zoom(self, step: int) -> None:
        pane = self._active_pane()
        if step % 2:
            pane.panned.emit(9.0 if step // 12 % 2 else -9.0, 4.0)
        else:
            pane.zoomed.emit(0.95 if step // 12 % 2 else 1.05, 300.0, 300.0)

    def _kinds(self, step: int) -> None:
        if step % 6 == 0:
            self._command("view.kind")

    def _maximise(self, step: int) -> None:
        if step % 6 == 0:
            self._active_pane().maximise_requested.emit()

    def _active_pane(self) -> ImagePane:
        return self._program.hanging.panes[self._program.session.state.active]

    def _command(self, command_id: str) -> None:
        perform(self._commands[command_id], self._context)

    def _keep_ai_busy(self) -> None:
        """Let the AI run on images without a result; anew when it has been through."""
        state = self._program.session.state
        exam = state.exam
        if exam is None or is_ai_busy(state):
            return
        others = [i.image_id for i in exam.images if i.slices == 1]
        self._program.session.apply(lambda s: forgotten(s, others))
        _removed(self._kept)
        self._program.runner.run(exam)

    def _do(self, phase: Phase) -> None:
        self._reader.do(phase)
        self._wait(lambda: self._reader.is_done)
        if phase.settles:
            self._settle()
        self._reader.keep(phase)

    def _settle(self) -> None:
        # Asked seldom: a decoding thread that holds the pool's lock makes who asks wait.
        asked = time.perf_counter()

        def is_idle() -> bool:
            nonlocal asked
            if time.perf_counter() - asked < _ASK_EVERY_S:
                return False
            asked = time.perf_counter()
            return self._program.pool.idle()

        self._wait(is_idle)

    def _wait(self, condition: Callable[[], bool]) -> None:
        deadline = time.perf_counter() + _WAIT_S
        while not condition():
            if time.perf_counter() > deadline:
                raise TimeoutError("the window did not get there in time")
            self._app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _removed(folder: Path) -> None:
    """Remove kept results, not in the window's thread: no reader does that."""
    removing = Thread(target=shutil.rmtree, args=(folder,), kwargs={"ignore_errors": True})
    removing.start()
    while removing.is_alive():
        QApplication.processEvents()
        removing.join(0.002)


def measure(*, quick: bool = False) -> dict[str, float]:
    """Read two phantom exams for ten minutes (quick: every phase once, briefly)."""
    return _read(seconds=0.0 if quick else 600.0, steps=20 if quick else 60, slices=_slices(quick))


def _slices(quick: bool) -> int:
    return 12 if quick else 24


def _read(*, seconds: float, steps: int, slices: int, told: bool = False) -> dict[str, float]:
    prepare_process()
    app = dark_application()
    folders = reading_folders(slices)
    with tempfile.TemporaryDirectory() as home:
        where = places({**os.environ, "TOMOLENS_HOME": home})
        program = Program(where=where, weights=sorted(WEIGHTS.glob("*.safetensors")), run_ai=False)
        program.window.resize(*SCREEN)
        program.window.show()
        favour_the_window()
        try:
            reading = Reading(app, program, folders, where.predictions)
            reading.prepare()
            with MachineWatch() as machine:
                # Starting the control held this thread up: that is no stall of the reading.
                reading.rest()
                began, before = time.perf_counter(), program.diagnostics.stalls.count
                _read_for(reading, seconds, steps)
                ended = time.perf_counter()
            if told:
                print(program.diagnostics.text())  # noqa: T201
            return (
                _spreads(reading.measured)
                | _stalls(program, before, began, machine)
                | {"seconds_watched": ended - began, "load_average": os.getloadavg()[0]}
            )
        finally:
            program.close()


def _read_for(reading: Reading, seconds: float, steps: int) -> None:
    began = time.perf_counter()
    while True:
        for ai in (True, False):
            reading.once(ai=ai, steps=steps)
        reading.open_while_scrolling(steps)
        if time.perf_counter() - began >= seconds:
            return


def _spreads(measured: dict[str, list[Timing]]) -> dict[str, float]:
    summary: dict[str, float] = {}
    for name, timings in measured.items():
        spread = percentiles(timings)
        if spread is not None:
            summary[f"{name}_p95_ms"] = spread.p95_ms
            summary[f"{name}_median_ms"] = spread.median_ms
            summary[f"{name}_cpu_p95_ms"] = spread.cpu_p95_ms
    return summary


def _stalls(
    program: Program, stalls_before: int, began: float, machine: MachineWatch
) -> dict[str, float]:
    watch = program.diagnostics.stalls
    watch_began = time.perf_counter() - watch.watched_s
    during = [stall for stall in watch.stalls if watch_began + stall.since_start_s >= began]
    own = [_own_ms(stall, watch_began, machine) for stall in during]
    found = {
        "stalls_over_50_ms": float(watch.count - stalls_before),
        "longest_stall_ms": max((stall.wall_ms for stall in during), default=0.0),
        "stalls_that_computed_50_ms": float(sum(stall.cpu_ms > STALL_MS for stall in during)),
    }
    if not machine.is_ahead:
        return found
    slow = machine.slow_moments
    return found | {
        "machine_usual_work_us": machine.usual_s * 1e6,
        "machine_pauses": float(len(machine.pauses)),
        "longest_machine_pause_ms": max((p.lasted_ms for p in machine.pauses), default=0.0),
        "machine_slow_moments": float(len(slow)),
        "machine_slow_ms": sum(moment.lasted_ms for moment in slow) / machine.cores,
        "machine_slowest_times": max((moment.times for moment in slow), default=1.0),
        "stalls_of_the_program": float(sum(ms > STALL_MS for ms in own)),
        "longest_stall_of_the_program_ms": max(own, default=0.0),
    }


def _own_ms(stall: Stall, watch_began: float, machine: MachineWatch) -> float:
    """How long a stall would have been on a machine that runs as usual."""
    start_s = watch_began + stall.since_start_s
    return machine.own_ms(start_s, start_s + stall.wall_ms / 1000)


if __name__ == "__main__":
    is_quick = "--quick" in sys.argv
    found = _read(
        seconds=0.0 if is_quick else 600.0,
        steps=20 if is_quick else 60,
        slices=_slices(is_quick),
        told=True,
    )
    print(json.dumps(found, indent=2))  # noqa: T201
