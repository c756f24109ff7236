"""Slices in memory and on disk in the whole program: reopened, told, cleared, turned off."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from patient_builders import relabelled
from PySide6.QtWidgets import QDialog
from running_program import WAIT_MS, RunningProgram

from viewer.commands.command import Context
from viewer.commands.table import by_id, perform
from viewer.loading.dicom_frames import decoded_cells
from viewer.rendering.bright_padding import filled_bytes
from viewer.ui.dialogs.clear_frames import ClearFramesDialog
from viewer.ui.dialogs.settings import SettingsDialog

Start = Callable[..., RunningProgram]


def decoded(running: RunningProgram) -> None:
    running.qtbot.waitUntil(running.program.pool.idle, timeout=WAIT_MS)


def context_of(running: RunningProgram) -> Context:
    return Context(session=running.program.session, desk=running.program.desk)


def files_of(running: RunningProgram) -> list[Path]:
    return sorted(running.program.frames.folder.glob("*.frame"))


def test_an_exam_that_was_seen_before_opens_without_decoding(
    start: Start, phantom: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start(run_ai=False)
    first.open(phantom)
    decoded(first)
    assert len(files_of(first)) >= 4 * 6
    first.program.window.close()
    counted: list[int] = []

    def counting(*given: object) -> object:
        counted.append(1)
        return decoded_cells(*given)

    monkeypatch.setattr("viewer.loading.dicom_frames.decoded_cells", counting)
    again = start(run_ai=False)
    again.open(phantom)
    decoded(again)
    exam = again.state.exam
    assert exam is not None
    slices = sum(image.slices for image in exam.images)
    assert again.program.store.stats().frames == slices
    # Opening itself looks at one slice of the images that have no quick small version.
    assert len(counted) <= len(exam.images)
    assert "disk 0.0 of" in again.program.status.memory


def test_the_status_bar_says_how_full_memory_and_disk_are(start: Start, phantom: Path) -> None:
    running = start(run_ai=False)
    running.open(phantom)
    decoded(running)
    running.program.frames.memory.look()
    assert running.program.status.memory.startswith("Slices 0.0 of ")
    room = running.program.frames.memory.room
    assert room.memory_used > 0
    assert room.disk_used is not None
    assert room.disk_used > 0


def test_clearing_asks_and_deletes(start: Start, phantom: Path) -> None:
    running = start(run_ai=False)
    running.open(phantom)
    decoded(running)
    command = by_id()["exam.clear_image_cache"]
    running.dialogs.answer = lambda dialog: False
    assert perform(command, context_of(running)) is None
    assert running.dialogs.shown[-1] == ClearFramesDialog.__name__
    assert files_of(running)
    running.dialogs.answer = lambda dialog: True
    perform(command, context_of(running))
    running.qtbot.waitUntil(lambda: not files_of(running), timeout=WAIT_MS)
    running.qtbot.waitUntil(
        lambda: running.program.status.said == "The decoded slices on disk were deleted.",
        timeout=WAIT_MS,
    )


def test_turning_the_cache_off_deletes_it_and_is_kept(start: Start, phantom: Path) -> None:
    running = start(run_ai=False)
    running.open(phantom)
    decoded(running)

    def turn_off(dialog: QDialog) -> bool:
        assert isinstance(dialog, SettingsDialog)
        assert dialog.frames_mb.text().startswith("automatic (")
        dialog.frame_cache.setChecked(False)
        assert not dialog.frame_cache_mb.isEnabled()
        return True

    running.dialogs.answer = turn_off
    running.program.desk.show_settings()
    running.qtbot.waitUntil(lambda: not files_of(running), timeout=WAIT_MS)
    assert "disk off" in running.program.status.memory
    running.program.window.close()
    again = start(run_ai=False)
    again.open(phantom)
    decoded(again)
    assert files_of(again) == []
    assert again.program.preferences.settings == replace(
        again.program.preferences.settings, frame_cache=False, frames_mb=None
    )


def test_a_full_disk_is_said_once_and_the_exam_is_shown(
    start: Start, phantom: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viewer.storage.frame_cache.LEAST_FREE", 1 << 60)
    running = start(run_ai=False)
    running.open(phantom)
    decoded(running)
    running.program.frames.memory.look()
    running.program.frames.memory.look()
    said = [text for text in running.program.notices.texts if "not kept on disk" in text]
    assert len(said) == 1
    assert files_of(running) == []


def test_the_next_exam_of_the_list_is_decoded_before_it_hangs(
    start: Start, phantom: Path, tmp_path: Path
) -> None:
    for number in (1, 2):
        relabelled(
            phantom, tmp_path / "exams" / f"p{number}", study=f"s{number}", PatientID=f"P{number}"
        )
    running = start(run_ai=False)
    running.open(tmp_path / "exams")
    state = running.state
    running.qtbot.waitUntil(lambda: len(running.state.exams) == 2, timeout=WAIT_MS)
    decoded(running)
    following = next(e for e in running.state.exams if e.exam_id != state.exam_id)
    for image in following.images:
        assert running.program.files.decoded(image.image_id, image.slices) == frozenset(
            range(image.slices)
        )
    perform(by_id()["exam.next"], context_of(running))
    assert running.state.exam_id == following.exam_id
    scenes = [running.program.hanging.panes[slot].scene for slot in running.state.shown_slots]
    assert all(scene is not None and scene.image is not None for scene in scenes)


def test_slices_whose_padding_was_filled_for_drawing_take_room_of_the_budget(
    start: Start, phantom: Path
) -> None:
    running = start(run_ai=False)
    running.open(phantom)
    decoded(running)
    store = running.program.store
    # Frames of windows that are closed may be waiting to be let go.
    gc.collect()
    before, plain, room = filled_bytes(), store.stats().stored_bytes, store.budget_bytes
    perform(by_id()["image.invert"], context_of(running))
    # Panes are filled one after the other, in another thread.
    running.qtbot.waitUntil(
        lambda: (
            0
            < filled_bytes() - before
            == store.stats().stored_bytes - plain
            == room - store.budget_bytes
        ),
        timeout=WAIT_MS,
    )
