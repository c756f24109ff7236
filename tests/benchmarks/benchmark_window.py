"""The whole window on a full J2K exam: first image, stalls, memory."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from inference.process import prepare_process
from viewer.app import DECODERS, Program
from viewer.app_start import favour_the_window
from viewer.domain.ai_state import Done, Failed
from viewer.domain.hanging import Slot as HangingSlot
from viewer.export.phantom_exams import write_phantom_exams
from viewer.loading.find_exams import find_exams
from viewer.loading.scan_progress import SilentScan
from viewer.settings import Settings
from viewer.storage.places import places
from viewer.storage.settings_file import write_settings
from viewer.ui.theme import apply_theme

WINDOW_SIZE = (1920, 1080)
EXAM_SEED = 4111
SCROLL_EVERY_MS = 40
STEPS_PER_PANE = 150
ONE_PASS = 4 * STEPS_PER_PANE
MEGABYTE = 1 << 20
BUDGET_MB = 1400
WEIGHTS = Path(__file__).resolve().parents[2] / "resources" / "weights"


class Watchdog(QObject):
    """Measures how late the GUI thread comes back to a timer."""

    INTERVAL_MS = 5

    def __init__(self) -> None:
        super().__init__()
        self.stalls_ms: list[float] = []
        self.peak_rss = 0
        self._process = psutil.Process()
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Forget what was measured and begin."""
        self.stalls_ms.clear()
        self._last = time.perf_counter()
        self._timer.start(self.INTERVAL_MS)

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()

    @Slot()
    def _look(self) -> None:
        now = time.perf_counter()
        self.stalls_ms.append((now - self._last) * 1000 - self.INTERVAL_MS)
        self._last = now
        self.peak_rss = max(self.peak_rss, self._process.memory_info().rss)


class Scroller(QObject):
    """Turns the wheel over one pane after another, down and up through the whole stack."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._program = program
        self.steps = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)

    def start(self) -> None:
        """Begin to scroll."""
        self._timer.start(SCROLL_EVERY_MS)

    def stop(self) -> None:
        """Scroll no more."""
        self._timer.stop()

    @Slot()
    def _turn(self) -> None:
        self.steps += 1
        slots = tuple(HangingSlot)
        pane = self._program.hanging.panes[slots[self.steps // STEPS_PER_PANE % len(slots)]]
        pane.scrolled.emit(-1 if self.steps // (STEPS_PER_PANE // 2) % 2 else 1)


def measure(*, quick: bool = False) -> dict[str, float]:
    """Open a phantom exam of 4 x 70 J2K slices (quick: 4 x 12) in the real window."""
    prepare_process()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("the benchmark needs a QApplication, not a QCoreApplication")
    apply_theme(app)
    exam = _exam(12 if quick else 70)
    decode_everything_s = _decode_everything_first(exam)
    with tempfile.TemporaryDirectory() as home:
        where = places({**os.environ, "TOMOLENS_HOME": home})
        # The goal for memory holds on a machine of 4 GB; others have a larger budget.
        write_settings(where.settings_file, Settings(frames_mb=BUDGET_MB, frame_cache=False))
        program = Program(where=where, weights=sorted(WEIGHTS.glob("*.safetensors")), run_ai=False)
        program.window.resize(*WINDOW_SIZE)
        program.window.show()
        favour_the_window()
        try:
            return _measure_in(app, program, exam, decode_everything_s)
        finally:
            program.close()


def _measure_in(
    app: QApplication, program: Program, exam: Path, decode_everything_s: float
) -> dict[str, float]:
    watchdog, scroller = Watchdog(), Scroller(program)
    started = time.perf_counter()
    program.open([exam])
    _wait(app, lambda: _has_image(program), 60)
    first_image_s = time.perf_counter() - started
    watchdog.start()
    scroller.start()
    began = time.perf_counter()
    exam_shown = program.session.state.exam
    if exam_shown is None:
        raise RuntimeError("the exam did not open")
    program.runner.run(exam_shown)
    _wait(app, lambda: scroller.steps >= ONE_PASS and program.pool.idle(), 400)
    watched_s = time.perf_counter() - began
    ai_ran_to_the_end = _ai_is_finished(program)
    program.runner.cancel()
    scroller.stop()
    watchdog.stop()
    stalls = sorted(watchdog.stalls_ms)
    return {
        "first_image_s": first_image_s,
        "decode_everything_s": decode_everything_s,
        "times_sooner_than_decoding_everything": decode_everything_s / first_image_s,
        "longest_stall_ms": stalls[-1],
        "stall_p999_ms": stalls[int(len(stalls) * 0.999)],
        "stalls_over_50_ms": float(sum(stall > 50 for stall in stalls)),
        "seconds_watched": watched_s,
        "ai_ran_all_the_time": float(not ai_ran_to_the_end),
        "peak_resident_mb": watchdog.peak_rss / MEGABYTE,
        "frames_in_memory_mb": program.store.stats().stored_bytes / MEGABYTE,
    }


def _exam(slices: int) -> Path:
    folder = Path("benchmark-output") / f"phantom-{slices}"
    if not (folder / "truth.csv").is_file():
        write_phantom_exams(folder, exams=1, seed=EXAM_SEED, slices=slices)
    return folder


def _decode_everything_first(exam: Path) -> float:
    """Seconds to find the exam and decode every frame with as many threads as the program."""
    started = time.perf_counter()
    result = find_exams([exam], SilentScan())
    with ThreadPoolExecutor(DECODERS) as pool:
        for located in result.exams:
            for image in located.exam.images:
                for _ in pool.map(located.frames[image.image_id].read_frame, range(image.slices)):
                    pass
    return time.perf_counter() - started


def _has_image(program: Program) -> bool:
    scenes = [pane.scene for pane in program.hanging.panes.values()]
    return any(scene is not None and scene.image is not None for scene in scenes)


def _ai_is_finished(program: Program) -> bool:
    state = program.session.state
    if state.exam is None:
        return False
    return all(
        isinstance(state.ai_of(image.image_id), Done | Failed) for image in state.exam.images
    )


def _wait(app: QApplication, condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.perf_counter() + seconds
    while not condition():
        if time.perf_counter() > deadline:
            raise TimeoutError("the window did not get there in time")
        app.processEvents()
