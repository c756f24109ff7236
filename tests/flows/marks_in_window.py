"""The reader's marks in the whole window: drawing them, and looking at what is drawn and kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from running_program import RunningProgram

from viewer.domain.hanging import Slot
from viewer.domain.mark import Mark
from viewer.session.marks import all_marks
from viewer.storage.marks_file import marks_path

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def opened(running: RunningProgram, path: Path) -> RunningProgram:
    running.open(path)
    running.qtbot.waitUntil(lambda: running.state.exam_id in running.state.marks.exams)
    return running


def place(running: RunningProgram, slot: Slot, row: float, column: float) -> QPoint:
    """Where an image point lies on the slot's pane, in logical pixels."""
    pane = running.program.hanging.panes[slot]
    x, y = pane.scene.viewport.to_device(row, column)
    ratio = pane.devicePixelRatioF()
    return QPoint(round(x / ratio), round(y / ratio))


def drag(running: RunningProgram, slot: Slot, *points: tuple[float, float]) -> None:
    pane = running.program.hanging.panes[slot]
    places = [place(running, slot, *point) for point in points]
    running.qtbot.mousePress(pane, LEFT, pos=places[0])
    for following in places[1:]:
        running.qtbot.mouseMove(pane, following)
    running.qtbot.mouseRelease(pane, LEFT, pos=places[-1])


def marks(running: RunningProgram) -> tuple[Mark, ...]:
    return all_marks(running.state)


def kept_file(running: RunningProgram, home: Path) -> Path:
    return marks_path(home / "config" / "marks", running.state.exam_id or "")


def grabbed(running: RunningProgram, slot: Slot) -> np.ndarray:
    """The pane as it is on screen, (rows, columns, 4)."""
    pane = running.program.hanging.panes[slot]
    QApplication.processEvents()
    image = pane.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.width(), 4).copy()


def is_drawn(picture: np.ndarray) -> bool:
    """Whether the colour of marks is anywhere: much red and green, little blue."""
    blue, green, red = (picture[..., n].astype(int) for n in range(3))
    return bool(((red > 200) & (green > 190) & (blue < 110)).any())
