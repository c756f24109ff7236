"""A whole exam in the real window by key events alone, from opening it to quitting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from running_program import WAIT_MS, RunningProgram

from viewer.domain.ai_state import Done
from viewer.domain.mark import Mark, MarkClass, MarkShape
from viewer.domain.worklist import ReadingStatus
from viewer.rendering.mark_words import measure_lines
from viewer.session.breast_results import is_ai_busy
from viewer.session.marks import all_marks
from viewer.session.state import Tool
from viewer.storage.marks_file import read_marks
from viewer.ui.dialogs.mark_words import MarkWordsDialog
from viewer.ui.dialogs.palette import Palette

Start = Callable[..., RunningProgram]
Key = Qt.Key
ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def typed(dialog: QDialog, text: str) -> None:
    """Type into whatever of a dialog has the keyboard, as a person does without the mouse."""
    for letter in text:
        QTest.keyClicks(QApplication.focusWidget() or dialog, letter)


def pressed(dialog: QDialog, key: Qt.Key) -> None:
    QTest.keyClick(QApplication.focusWidget() or dialog, key)


class Reader:
    """Presses keys, and looks at what the window made of them."""

    def __init__(self, running: RunningProgram) -> None:
        self.running = running
        self.key = running.key

    @property
    def marks(self) -> tuple[Mark, ...]:
        return all_marks(self.running.state)

    def far(self, key: Qt.Key, steps: int) -> None:
        for _ in range(steps):
            self.key(key, SHIFT)

    def open(self, *paths: Path) -> None:
        self.running.chooser.files = list(paths)
        self.key(Key.Key_O, CTRL)
        self.running.qtbot.waitUntil(lambda: len(self.running.state.exams) == 2, timeout=WAIT_MS)
        self.running.wait_for_frames()
        self.running.qtbot.waitUntil(
            lambda: self.running.state.exam_id in self.running.state.marks.exams
        )

    def step_through_the_stages(self) -> None:
        """To the last one that has images, which says that it is, and back to the first."""
        first, status = self.running.state.stage, self.running.program.status
        steps = 0
        while "last stage" not in status.said:
            before = self.running.state.stage
            self.key(Key.Key_Space)
            self.running.wait_for_frames()
            steps += self.running.state.stage != before
            assert steps < 40
        assert steps > 3
        for _ in range(steps):
            self.key(Key.Key_Space, SHIFT)
        assert self.running.state.stage == first
        self.running.wait_for_frames()

    def go_to_a_volume(self) -> None:
        for _ in self.running.state.shown_slots:
            image = self.running.state.active_image
            if image is not None and image.slices > 1:
                return
            self.key(Key.Key_Tab)
        raise AssertionError("no pane shows a volume")

    def scroll(self) -> None:
        self.key(Key.Key_Home)
        slices = self.running.state.active_image.slices
        for expected in range(1, slices):
            self.key(Key.Key_Down)
            assert self.running.state.active_pane.slice_index == expected
        self.key(Key.Key_Up)

    def measure_a_length(self) -> None:
        self.key(Key.Key_D)
        self.key(Key.Key_M, ALT)
        self.far(Key.Key_Right, 2)
        self.key(Key.Key_Tab)
        self.key(Key.Key_Tab)
        self.far(Key.Key_Left, 1)
        self.key(Key.Key_Return)
        assert not self.running.state.marks.editing

    def draw_an_outline(self) -> None:
        self.key(Key.Key_O, ALT)
        self.key(Key.Key_M, ALT)
        for key, steps in ((Key.Key_Up, 2), (Key.Key_Right, 3), (Key.Key_Down, 2)):
            self.far(key, steps)
            self.key(Key.Key_Space)
        self.key(Key.Key_Backspace)
        self.far(Key.Key_Down, 3)
        self.key(Key.Key_Space)
        self.far(Key.Key_Left, 2)
        self.key(Key.Key_Return)
        self.key(Key.Key_Escape)
        assert self.running.state.options.tool is Tool.WINDOW

    def say_mass_in_the_dialog(self) -> None:
        """By its first letter, Tab to the words, Enter."""

        def answer(dialog: QDialog) -> bool:
            assert isinstance(dialog, MarkWordsDialog)
            self.running.qtbot.waitUntil(dialog.isActiveWindow)
            typed(dialog, "m")
            pressed(dialog, Key.Key_Tab)
            typed(dialog, "round")
            pressed(dialog, Key.Key_Return)
            return dialog.result() == QDialog.DialogCode.Accepted

        self.running.dialogs.answer = answer
        self.key(Key.Key_W, ALT)
        self.running.program.window.activateWindow()
        self.running.qtbot.waitUntil(self.running.program.window.isActiveWindow)

    def run_from_the_palette(self, words: str) -> None:
        def answer(dialog: QDialog) -> bool:
            assert isinstance(dialog, Palette)
            self.running.qtbot.waitUntil(dialog.isActiveWindow)
            typed(dialog, words)
            pressed(dialog, Key.Key_Return)
            return dialog.result() == QDialog.DialogCode.Accepted

        self.running.dialogs.answer = answer
        self.key(Key.Key_K, CTRL)
        self.running.program.window.activateWindow()
        self.running.qtbot.waitUntil(self.running.program.window.isActiveWindow)


def test_a_whole_exam_is_opened_read_marked_scored_and_left_without_the_mouse(
    start: Start, phantom: Path, pictures: Path, weights: tuple[Path, Path], tmp_path: Path
) -> None:
    running = start(weights=weights)
    running.program.window.activateWindow()
    running.qtbot.waitUntil(running.program.window.isActiveWindow)
    reader = Reader(running)
    reader.open(phantom, pictures)
    exam = running.state.exam
    reader.step_through_the_stages()
    reader.go_to_a_volume()
    reader.scroll()
    slice_index = running.state.active_pane.slice_index
    image = running.state.active_image

    presets = len(image.vois_of(slice_index))
    pane = running.program.hanging.panes[running.state.active]
    before = pane.scene.image.key
    running.key(Key.Key_I)
    running.key(Key.Key_0 + presets)
    assert running.state.active_pane.preset == presets - 1
    running.qtbot.waitUntil(lambda: pane.scene.image.key != before)
    running.key(Key.Key_I)

    reader.measure_a_length()
    reader.draw_an_outline()
    length, outline = reader.marks
    assert (length.shape, outline.shape) == (MarkShape.LENGTH, MarkShape.OUTLINE)
    assert "mm" in measure_lines(length, image)[0][0]
    assert len(outline.points) == 4
    assert {length.slice_index, outline.slice_index} == {slice_index}
    reader.say_mass_in_the_dialog()
    classed = reader.marks[1]
    assert (classed.mark_class, classed.text) == (MarkClass.MASS, "round")
    running.key(Key.Key_K)
    assert len(running.state.marks.exams[exam.exam_id].kept.key_images) == 1

    running.key(Key.Key_A, SHIFT)
    # Twelve images; the wait of other tests is short on a machine that does much else.
    running.qtbot.waitUntil(lambda: not is_ai_busy(running.state), timeout=3 * WAIT_MS)
    assert all(isinstance(running.state.ai_of(one.image_id), Done) for one in exam.images)
    running.key(Key.Key_N)
    finding = running.state.finding
    assert finding is not None
    assert running.state.active_image.image_id == finding.image_id
    reader.run_from_the_palette("next mark")
    assert running.state.marks.selected == length.mark_id

    running.key(Key.Key_Return, CTRL)
    assert running.state.worklist.status(exam.exam_id) is ReadingStatus.READ
    running.key(Key.Key_Right, CTRL)
    running.qtbot.waitUntil(lambda: running.state.exam_id != exam.exam_id, timeout=WAIT_MS)
    running.wait_for_frames()
    running.key(Key.Key_Q, CTRL)
    running.qtbot.waitUntil(lambda: not running.program.window.isVisible(), timeout=WAIT_MS)
    kept = read_marks(tmp_path / "home" / "config" / "marks", exam.exam_id).kept
    assert kept.marks == (length, classed)
    assert len(kept.key_images) == 1
