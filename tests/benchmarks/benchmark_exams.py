"""Several full exams in turn: the next one at once, memory within the budget, slices from disk."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pydicom
from pydicom.uid import generate_uid
from PySide6.QtWidgets import QApplication

from inference.process import prepare_process
from viewer.app import Program
from viewer.app_start import favour_the_window
from viewer.commands.command import Context
from viewer.commands.table import by_id, perform
from viewer.export.phantom_exams import write_phantom_exams
from viewer.loading.find_exams import find_exams
from viewer.loading.frame_reader import FrameReader
from viewer.loading.scan_progress import SilentScan
from viewer.settings import Settings
from viewer.storage.frame_cache import DecodedCache
from viewer.storage.places import places
from viewer.storage.settings_file import write_settings
from viewer.ui.theme import apply_theme

EXAMS = 4
EXAM_SEED = 4111
WINDOW_SIZE = (1920, 1080)
BUDGET_MB = 1400
"""Less than two full exams, so that the second half of the run has to drop frames."""
FRAMES = 8
MEGABYTE = 1 << 20


def measure(*, quick: bool = False) -> dict[str, float]:
    """Step through four exams of 4 x 60 J2K slices (quick: 4 x 12) in the real window."""
    prepare_process()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("the benchmark needs a QApplication, not a QCoreApplication")
    apply_theme(app)
    exam = _exam(12 if quick else 60)
    measured = _disk_cache(exam)
    with tempfile.TemporaryDirectory() as home:
        exams = Path(home) / "exams"
        for number in range(EXAMS):
            _relabelled(exam, exams / f"p{number}", number)
        where = places({**os.environ, "TOMOLENS_HOME": home})
        # Off: the copies have the same compressed slices, which would all come from the disk.
        write_settings(where.settings_file, Settings(frames_mb=BUDGET_MB, frame_cache=False))
        program = Program(where=where, weights=(), run_ai=False)
        program.window.resize(*WINDOW_SIZE)
        program.window.show()
        favour_the_window()
        try:
            return {**measured, **_steps(app, program, exams)}
        finally:
            program.close()


def _steps(app: QApplication, program: Program, exams: Path) -> dict[str, float]:
    process = psutil.Process()
    peak = process.memory_info().rss

    def settled() -> bool:
        nonlocal peak
        peak = max(peak, process.memory_info().rss)
        return bool(program.session.state.exams) and program.worklist.exams.is_idle

    program.open([exams])
    _wait(app, lambda: settled() and _is_painted(program) and program.pool.idle(), 300)
    context = Context(session=program.session, desk=program.desk)
    milliseconds, largest = [], 0
    for _ in range(EXAMS - 1):
        began = time.perf_counter()
        reason = perform(by_id()["exam.next"], context)
        if reason is not None:
            raise RuntimeError(f"there is no next exam: {reason}")
        _wait(app, lambda: _is_painted(program), 60)
        milliseconds.append((time.perf_counter() - began) * 1000)
        _wait(app, lambda: settled() and program.pool.idle(), 300)
        largest = max(largest, program.store.stats().stored_bytes)
    return {
        "next_exam_longest_ms": max(milliseconds),
        "next_exam_median_ms": float(np.median(milliseconds)),
        "frames_share_of_budget": largest / (BUDGET_MB * MEGABYTE),
        "peak_resident_mb": peak / MEGABYTE,
    }


def _disk_cache(exam: Path) -> dict[str, float]:
    """How long a slice takes decoded and from the disk."""
    (located,) = find_exams([exam], SilentScan()).exams
    image = max(located.exam.images, key=lambda image: image.slices)
    source = located.frames[image.image_id]
    with tempfile.TemporaryDirectory() as folder:
        reader = FrameReader(cache=DecodedCache(Path(folder), largest_bytes=1 << 30))
        indices = range(min(FRAMES, source.slices))
        decoded_ms, cached_ms = [], []
        for slice_index in indices:
            began = time.perf_counter()
            read = reader.read(image.image_id, source, slice_index)
            decoded_ms.append((time.perf_counter() - began) * 1000)
            reader.keep(read)
        for slice_index in indices:
            began = time.perf_counter()
            reader.read(image.image_id, source, slice_index)
            cached_ms.append((time.perf_counter() - began) * 1000)
    decoded, cached = float(np.median(decoded_ms)), float(np.median(cached_ms))
    return {
        "decoded_slice_ms": decoded,
        "cached_slice_ms": cached,
        "times_sooner_from_disk": decoded / cached,
    }


def _exam(slices: int) -> Path:
    folder = Path("benchmark-output") / f"phantom-{slices}"
    if not (folder / "truth.csv").is_file():
        write_phantom_exams(folder, exams=1, seed=EXAM_SEED, slices=slices)
    return folder / "exam_0001"


def _relabelled(source: Path, target: Path, number: int) -> None:
    """Copy an exam as another patient's."""
    target.mkdir(parents=True)
    for path in sorted(source.glob("*.dcm")):
        dataset = pydicom.dcmread(path)
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
            old = str(dataset[keyword].value)
            setattr(dataset, keyword, generate_uid(entropy_srcs=[old, str(number)]))
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.PatientID = f"P{number}"
        dataset.save_as(target / path.name, enforce_file_format=True)


def _is_painted(program: Program) -> bool:
    state = program.session.state
    slots = [slot for slot in state.shown_slots if state.panes[slot].image_id is not None]
    return bool(slots) and all(program.hanging.panes[slot].has_painted_image for slot in slots)


def _wait(app: QApplication, condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.perf_counter() + seconds
    while not condition():
        if time.perf_counter() > deadline:
            raise TimeoutError("the window did not get there in time")
        app.processEvents()
