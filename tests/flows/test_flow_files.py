"""Opening, good and bad: what is said, what stays, and that the program goes on."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import ExplicitVRLittleEndian
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QDialog
from running_program import WAIT_MS, RunningProgram

from inference.types import Laterality
from viewer.domain.hanging import Slot
from viewer.domain.view import ViewPosition
from viewer.session.state import Layout
from viewer.ui.dialogs.assign_views import AssignViewsDialog

Start = Callable[..., RunningProgram]


def search(running: RunningProgram, path: Path) -> None:
    """Open without expecting an exam."""
    running.program.open([path])
    running.qtbot.waitUntil(lambda: not running.program.search.is_running, timeout=WAIT_MS)


def notices(running: RunningProgram) -> str:
    return "\n".join(running.program.notices.texts)


def test_the_first_start_offers_what_to_do(start: Start) -> None:
    running = start()
    assert running.program.empty.isVisible()
    assert not running.program.panel.isVisible()
    assert "research use only" in running.program.status._research.text()


def test_files_are_opened_by_menu_and_remembered_by_alias(start: Start, pictures: Path) -> None:
    running = start()
    running.chooser.folder = pictures
    running.key(
        Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    running.qtbot.waitUntil(lambda: running.state.exam is not None, timeout=WAIT_MS)
    recent = running.program.recent
    assert [r.paths for r in recent.exams] == [(pictures,)]
    assert str(pictures) not in recent.title(recent.exams[0])
    running.program.window.close()
    again = start()
    again.program.empty.reopen_requested.emit(again.program.recent.exams[0].paths)
    again.qtbot.waitUntil(lambda: again.state.exam is not None, timeout=WAIT_MS)


def test_files_are_opened_by_dropping_them(start: Start, pictures: Path) -> None:
    running = start()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(pictures))])
    drop = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    running.program.empty.dropEvent(drop)
    running.qtbot.waitUntil(lambda: running.state.exam is not None, timeout=WAIT_MS)
    pane = running.program.hanging.panes[Slot.LCC]
    pane.dropEvent(drop)
    assert running.program.search.is_running


@pytest.mark.parametrize("kind", ["empty", "unrelated", "gone"])
def test_a_place_without_exams_is_said_and_what_is_open_stays(
    start: Start, pictures: Path, tmp_path: Path, kind: str
) -> None:
    running = start()
    running.open(pictures)
    folder = tmp_path / kind
    if kind != "gone":
        folder.mkdir()
    if kind == "unrelated":
        for number in range(300):
            (folder / f"{number}.txt").write_text("nothing")
    search(running, folder)
    assert kind in notices(running)
    assert running.state.exam is not None
    assert "No exam" in notices(running) or "nothing in it" in notices(running) or kind == "gone"


def test_an_image_that_is_cut_short_is_named_while_the_others_hang(
    start: Start, phantom: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "exam"
    shutil.copytree(phantom, folder)
    cut = folder / "LCC_ffdm.dcm"
    cut.write_bytes(cut.read_bytes()[:3000])
    running = start()
    running.open(folder)
    assert len(running.state.exam.images) == 11
    assert "1 image file could not be read" in notices(running)
    running.program.desk.show_skipped()
    assert running.dialogs.shown == ["SkippedDialog"]


def test_an_exam_list_that_would_run_code_is_not_run(
    start: Start, pictures: Path, tmp_path: Path
) -> None:
    class Mischief:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "ran",))

    (pictures / "exam_list.pkl").write_bytes(pickle.dumps([Mischief()]))
    running = start()
    running.open(pictures)
    assert not (tmp_path / "ran").exists()
    assert len(running.state.filled_slots) == 4


def test_an_unknown_view_is_shown_and_can_be_assigned(start: Start, pictures: Path) -> None:
    for view in ("R-CC", "L-MLO", "R-MLO"):
        (pictures / f"7_{view}.png").unlink()
    (pictures / "7_L-CC_malignant.png").unlink()
    (pictures / "7_L-CC.png").rename(pictures / "scan.png")
    running = start()
    running.open(pictures)
    image = running.state.active_image
    assert not image.view.is_known
    assert "unknown view" in running.program.hanging.panes[running.state.active].scene.description

    def assign(dialog: QDialog) -> bool:
        assert isinstance(dialog, AssignViewsDialog)
        dialog.choose(image.image_id, Laterality.LEFT, ViewPosition.MLO)
        return True

    running.dialogs.answer = assign
    running.program.desk.assign_views()
    assert running.state.image_in(Slot.LMLO).image_id == image.image_id
    running.wait_for_frames()


def test_a_single_image_fills_the_window(start: Start, pictures: Path) -> None:
    running = start()
    running.open(pictures / "7_R-MLO.png")
    assert running.state.layout is Layout.SINGLE
    assert running.state.shown_slots == (Slot.RMLO,)


def test_a_missing_view_leaves_its_place_named(start: Start, pictures: Path) -> None:
    (pictures / "7_R-MLO.png").unlink()
    running = start()
    running.open(pictures)
    message = running.program.hanging.panes[Slot.RMLO].scene.message
    assert message.title == "RMLO"
    assert message.detail == "no image of this view"


def test_a_search_can_be_cancelled(start: Start, phantom: Path) -> None:
    running = start()
    running.program.open([phantom])
    running.program.status.cancel_requested.emit()
    running.qtbot.waitUntil(lambda: not running.program.search.is_running, timeout=WAIT_MS)
    assert running.state.exam is None
    assert running.program.status.said == "Search cancelled."


def test_opening_the_same_exam_again_shows_its_new_pixels(
    start: Start, phantom: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "exam"
    shutil.copytree(phantom, folder)
    running = start()
    running.open(folder)
    before = running.program.hanging.panes[Slot.LCC].scene.image.frame.whole()
    changed = pydicom.dcmread(folder / "LCC_dbt.dcm")
    darker = changed.pixel_array // 2
    changed.PixelData = darker.tobytes()
    changed.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    changed["PixelData"].is_undefined_length = False
    changed.save_as(folder / "LCC_dbt.dcm")
    running.open(folder)
    assert len(running.state.exams) == 1
    after = running.program.hanging.panes[Slot.LCC].scene.image.frame.whole()
    assert np.array_equal(after, before // 2)


def test_a_frame_that_vanished_says_so_in_its_pane(
    start: Start, phantom: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "exam"
    shutil.copytree(phantom, folder)
    running = start()
    running.open(folder)
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:2000])
    running.program.store.keep_only(())
    running.program.files._hang_anew(running.state.exam_id)
    pane = running.program.hanging.panes[Slot.RCC]
    running.qtbot.waitUntil(
        lambda: pane.scene.message is not None and pane.scene.message.is_error, timeout=WAIT_MS
    )
    running.key(Qt.Key.Key_Down)
    assert running.state.active_pane.slice_index == 4
