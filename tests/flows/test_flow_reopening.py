"""A folder is opened again whose exam is open: what is as it was stays, the rest is read anew."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from builders import make_prediction
from pydicom.uid import ExplicitVRLittleEndian
from PySide6.QtCore import Qt
from running_program import WAIT_MS, RunningProgram

from viewer.domain.ai_state import Done
from viewer.domain.frame import Frame
from viewer.domain.hanging import Slot
from viewer.session.ai_results import ai_stands
from viewer.session.framing import zoomed_at
from viewer.session.session import Change
from viewer.session.windows import window_dragged

Start = Callable[..., RunningProgram]
_LONG_AGO_S = 3600.0


@pytest.fixture
def folder(phantom: Path, tmp_path: Path) -> Path:
    """An exam whose files were written an hour ago."""
    copy = tmp_path / "exam"
    shutil.copytree(phantom, copy)
    for path in copy.rglob("*"):
        written_s = time.time() - _LONG_AGO_S
        os.utime(path, (written_s, written_s))
    return copy


def darkened(path: Path, *, keeps_time: bool = False) -> None:
    """Write half of every value in place; keeps_time: as a copy that keeps its source's time."""
    before = path.stat()
    changed = pydicom.dcmread(path)
    changed.PixelData = (changed.pixel_array // 2).tobytes()
    changed.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    changed["PixelData"].is_undefined_length = False
    changed.save_as(path)
    if keeps_time:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def uncompressed(path: Path) -> None:
    """Write the same values uncompressed, an hour ago."""
    plain = pydicom.dcmread(path)
    plain.PixelData = plain.pixel_array.tobytes()
    plain.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    plain["PixelData"].is_undefined_length = False
    plain.save_as(path)
    written_s = time.time() - _LONG_AGO_S
    os.utime(path, (written_s, written_s))


def frame_in(running: RunningProgram, slot: Slot) -> Frame:
    frame = running.program.hanging.panes[slot].scene.image.frame
    assert isinstance(frame, Frame)
    return frame


def decoded(running: RunningProgram) -> dict[tuple[str, int], Frame]:
    """Every frame that is at hand."""
    files = running.program.files
    images = [image for exam in running.state.exams for image in exam.images]
    found = {(i.image_id, n): files.frame(i.image_id, n) for i in images for n in range(i.slices)}
    return {key: frame for key, frame in found.items() if frame is not None}


def touched(running: RunningProgram, path: Path) -> set[str]:
    """What of the session's state differs at any time while a path is opened."""
    names: set[str] = set()

    def note(change: Change) -> None:
        fields = type(change.new).__dataclass_fields__
        names.update(name for name in fields if change.touches(name))

    running.program.session.changed.connect(note)
    running.open(path)
    running.program.session.changed.disconnect(note)
    return names


def settled(running: RunningProgram) -> None:
    running.qtbot.waitUntil(running.program.pool.idle, timeout=WAIT_MS)


def test_an_exam_as_it_was_keeps_its_slices_and_stays_as_the_reader_left_it(
    start: Start, folder: Path
) -> None:
    running = start()
    running.open(folder)
    settled(running)
    session = running.program.session
    running.key(Qt.Key.Key_Down)
    running.key(Qt.Key.Key_Space)
    active = running.state.active
    session.apply(lambda state: zoomed_at(state, active, 2.0, 50.0, 50.0))
    session.apply(lambda state: window_dragged(state, active, 40.0, 10.0))
    running.wait_for_frames()
    settled(running)
    state, frames = running.state, decoded(running)
    assert touched(running, folder) <= {"worklist", "ai", "seen"}
    assert running.state.panes == state.panes
    assert running.state.stage_index == state.stage_index
    after = decoded(running)
    assert after.keys() == frames.keys()
    assert all(after[key] is frame for key, frame in frames.items())


def test_an_open_exam_that_does_not_hang_is_gone_to_with_the_slices_it_had(
    start: Start, folder: Path, pictures: Path
) -> None:
    running = start()
    running.open(folder)
    settled(running)
    exam_id, order, frames = running.state.exam_id, running.state.exams[:1], decoded(running)
    running.open(pictures)
    assert running.state.exam_id != exam_id
    running.open(folder)
    assert running.state.exam_id == exam_id
    assert running.state.exams[:1] == order
    after = decoded(running)
    assert all(after[key] is frame for key, frame in frames.items())


def test_of_an_exam_with_one_rewritten_file_the_other_slices_stay(
    start: Start, folder: Path
) -> None:
    uncompressed(folder / "LCC_dbt.dcm")
    running = start()
    running.open(folder)
    settled(running)
    panes = running.program.hanging.panes
    left, right = frame_in(running, Slot.LCC), frame_in(running, Slot.RCC)
    darkened(folder / "LCC_dbt.dcm", keeps_time=True)
    running.open(folder)
    assert np.array_equal(frame_in(running, Slot.LCC).whole(), left.whole() // 2)
    assert frame_in(running, Slot.RCC) is right
    assert panes[Slot.LCC].scene.image.frame is not left


def test_a_rewritten_exam_that_does_not_hang_shows_its_new_pixels(
    start: Start, folder: Path, pictures: Path
) -> None:
    uncompressed(folder / "LCC_dbt.dcm")
    running = start()
    running.open(folder)
    settled(running)
    before = frame_in(running, Slot.LCC).whole()
    running.open(pictures)
    darkened(folder / "LCC_dbt.dcm", keeps_time=True)
    running.open(folder)
    assert np.array_equal(frame_in(running, Slot.LCC).whole(), before // 2)


def test_a_file_written_just_before_it_was_read_is_decoded_again(
    start: Start, folder: Path
) -> None:
    now_s = time.time()
    os.utime(folder / "LCC_dbt.dcm", (now_s, now_s))
    running = start()
    running.open(folder)
    settled(running)
    left, right = frame_in(running, Slot.LCC), frame_in(running, Slot.RCC)
    running.open(folder)
    running.qtbot.waitUntil(lambda: frame_in(running, Slot.LCC) is not left, timeout=WAIT_MS)
    assert frame_in(running, Slot.RCC) is right


def test_an_image_that_came_is_hung_and_one_that_went_is_not_shown_any_more(
    start: Start, folder: Path
) -> None:
    kept = folder.parent / "kept"
    kept.mkdir()
    for path in folder.glob("LCC_*"):
        path.rename(kept / path.name)
    running = start()
    running.open(folder)
    settled(running)
    right = frame_in(running, Slot.RCC)
    assert running.state.image_in(Slot.LCC) is None
    for path in kept.iterdir():
        path.rename(folder / path.name)
    running.open(folder)
    assert running.state.image_in(Slot.LCC) is not None
    assert frame_in(running, Slot.RCC) is right
    for path in folder.glob("RCC_*"):
        path.rename(kept / path.name)
    gone = running.state.image_in(Slot.RCC).image_id
    running.open(folder)
    assert running.state.image_in(Slot.RCC) is None
    assert running.state.image(gone) is None


def test_results_stay_with_the_pixels_they_are_of(start: Start, folder: Path) -> None:
    running = start()
    running.open(folder)
    images = [running.state.image_in(slot) for slot in (Slot.LCC, Slot.RCC)]
    left, right = (image.image_id for image in images)
    for image in images:
        done = Done(make_prediction(image))
        running.program.session.apply(lambda s, i=image.image_id, d=done: ai_stands(s, i, d))
    before = running.state.ai
    running.open(folder)
    assert all(running.state.ai[image_id] is before[image_id] for image_id in (left, right))
    darkened(folder / "LCC_dbt.dcm")
    running.open(folder)
    assert not isinstance(running.state.ai_of(left), Done)
    assert running.state.ai[right] is before[right]


def test_a_mask_that_was_drawn_anew_is_outlined_as_it_is_now(start: Start, pictures: Path) -> None:
    running = start()
    running.open(pictures)
    pane = running.program.hanging.panes[Slot.LCC]
    running.key(Qt.Key.Key_O)
    running.qtbot.waitUntil(lambda: len(pane.scene.outlines) == 1, timeout=WAIT_MS)
    mask = np.zeros((300, 220), np.uint8)
    mask[150:190, 60:90] = 255
    cv2.imwrite(str(pictures / "7_L-CC_malignant.png"), mask)
    running.open(pictures)

    def top() -> float:
        return min((o.contours[0][:, 0].min() for o in pane.scene.outlines), default=0.0)

    running.qtbot.waitUntil(lambda: abs(top() - 150) <= 1, timeout=WAIT_MS)


def test_a_slice_that_could_not_be_read_is_tried_again(start: Start, folder: Path) -> None:
    running = start()
    running.open(folder)
    settled(running)
    files, exam_id = running.program.files, running.state.exam_id
    sources = files.located(exam_id).frames
    folder.rename(folder.with_name("disconnected"))
    running.program.store.keep_only(())
    running.key(Qt.Key.Key_Down)
    pane = running.program.hanging.panes[Slot.RCC]
    running.qtbot.waitUntil(
        lambda: pane.scene.message is not None and pane.scene.message.is_error, timeout=WAIT_MS
    )
    folder.with_name("disconnected").rename(folder)
    running.open(folder)
    running.qtbot.waitUntil(lambda: pane.scene.image is not None, timeout=WAIT_MS)
    assert pane.scene.message is None
    assert all(files.located(exam_id).frames[i] is source for i, source in sources.items())
