"""The worklist in the whole program: listed, opened, stepped, marked, closed when far away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from patient_builders import relabelled
from PySide6.QtCore import QPoint, Qt
from running_program import WAIT_MS, RunningProgram

from viewer.domain.worklist import ReadingStatus
from viewer.domain.worklist_order import OrderBy, WorklistOrder
from viewer.export.phantom_exams import write_phantom_exams
from viewer.session.near import MOST_OPEN
from viewer.session.worklist import exam_wanted, lines
from viewer.ui.worklist.worklist_words import CANNOT, Column

Start = Callable[..., RunningProgram]
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
EXAMS = 14


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fourteen patients, the third with a prior."""
    folder = tmp_path_factory.mktemp("many")
    made = write_phantom_exams(folder / "base", seed=4, slices=2, rows=96, columns=80)
    whole = made[0].folder
    few = folder / "few"
    few.mkdir()
    for path in sorted(whole.glob("*ffdm.dcm")):
        (few / path.name).write_bytes(path.read_bytes())
    for number in range(EXAMS):
        patient = {"PatientID": f"P{number}", "PatientName": f"Family{number}"}
        target = folder / "exams" / f"p{number:02d}"
        relabelled(few, target / "a", study=f"new{number}", StudyDate="20240610", **patient)
        if number == 2:
            relabelled(few, target / "b", study="old", StudyDate="20220610", **patient)
    return folder / "exams"


def settled(running: RunningProgram) -> None:
    """Wait until everything near is open."""
    exams = running.program.worklist.exams
    running.qtbot.waitUntil(lambda: exams.is_idle, timeout=WAIT_MS)


def name_of(running: RunningProgram) -> str:
    assert running.state.exam is not None
    return running.state.exam.identity.name


def test_a_folder_of_exams_is_a_list_and_only_near_ones_are_open(start: Start, many: Path) -> None:
    running = start()
    running.open(many)
    settled(running)
    assert len(running.state.worklist.rows) == EXAMS + 1
    assert len(lines(running.state)) == EXAMS
    assert len(running.state.exams) <= MOST_OPEN
    for step in range(1, EXAMS):
        running.key(Qt.Key.Key_Right, CONTROL)
        running.qtbot.waitUntil(
            lambda step=step: name_of(running) == f"Family{step}", timeout=WAIT_MS
        )
        settled(running)
        assert len(running.state.exams) <= MOST_OPEN
    running.wait_for_frames()
    running.key(Qt.Key.Key_Right, CONTROL)
    assert "last exam" in running.program.status.said
    assert {line.row.exam_id for line in lines(running.state)} == set(
        running.state.worklist.statuses
    )


def test_after_a_search_the_keys_stay_with_the_list(start: Start, many: Path) -> None:
    running = start()
    running.open(many)
    page = running.program.window._parts.worklist
    running.key(Qt.Key.Key_F5)
    before = running.state.panes
    running.key(Qt.Key.Key_A)
    assert page.text.text() == "a"
    running.key(Qt.Key.Key_Escape)
    running.qtbot.wait(50)
    running.key(Qt.Key.Key_Down)
    running.key(Qt.Key.Key_Space)
    assert running.state.panes == before
    assert page.table.currentIndex().row() == 1
    running.key(Qt.Key.Key_E)
    running.key(Qt.Key.Key_Return)
    running.qtbot.wait(50)
    wanted = page.table.selected
    running.key(Qt.Key.Key_Return)
    running.qtbot.waitUntil(lambda: running.state.exam_id == wanted, timeout=WAIT_MS)
    assert not page.isVisible()


def test_the_list_is_worked_by_keyboard_and_marks_are_kept(
    start: Start, many: Path, tmp_path: Path
) -> None:
    running = start(home=tmp_path / "home")
    running.open(many)
    page = running.program.window._parts.worklist
    running.key(Qt.Key.Key_F5)
    assert page.isVisible()
    assert not running.program.hanging.isVisible()
    running.key(Qt.Key.Key_End)
    running.key(Qt.Key.Key_Down)
    running.key(Qt.Key.Key_Home)
    running.key(Qt.Key.Key_Up)
    running.key(Qt.Key.Key_Space)
    assert "slice" not in running.program.status.said
    assert "stage" not in running.program.status.said
    for _ in range(11):
        running.key(Qt.Key.Key_Down)
    running.key(Qt.Key.Key_Return)
    running.qtbot.waitUntil(lambda: name_of(running) == "Family11", timeout=WAIT_MS)
    assert not page.isVisible()
    running.wait_for_frames()
    running.key(Qt.Key.Key_Return, CONTROL)
    exam_id = running.state.exam_id
    assert running.state.worklist.status(exam_id) is ReadingStatus.READ
    running.key(Qt.Key.Key_F5)
    page.refresh()
    running.key(Qt.Key.Key_R)
    running.key(Qt.Key.Key_E)
    assert page.text.text() == "re"
    running.key(Qt.Key.Key_Escape)
    assert page.text.text() == ""
    running.key(Qt.Key.Key_Escape)
    assert not page.isVisible()
    running.program.close()
    again = start(home=tmp_path / "home")
    assert again.state.worklist.status(exam_id) is ReadingStatus.READ
    kept = (tmp_path / "home" / "config" / "reading.toml").read_text()
    assert "Family" not in kept
    assert str(many) not in kept


def test_a_csv_gives_its_lines_and_its_reasons(start: Start, many: Path, tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    table.write_text(
        f"path,alias,note\n{many / 'p05'},Case five,recall\n{many / 'gone'},Gone,\n"
        f"{many / 'p02'},Case two,\nbroken line\n"
    )
    running = start()
    running.program.open([table])
    worklist = running.program.worklist
    running.qtbot.waitUntil(lambda: not worklist.scan.is_running, timeout=WAIT_MS)
    page = running.program.window._parts.worklist
    assert page.isVisible()
    page.refresh()
    newest = running.program.recent.exams[0]
    assert (newest.alias, newest.paths) == ("Worklist of 3 exams", (table,))
    texts = [
        [page.model.data(page.model.index(row, column)) for column in (0, 1, 7)]
        for row in range(page.model.rowCount())
    ]
    assert texts[0][1:] == ["Case five", "recall"]
    assert texts[1][0] == CANNOT
    assert "no such file" in texts[1][2]
    assert texts[3][0] == CANNOT
    running.key(Qt.Key.Key_End)
    assert "1 cells" in page.detail.text()
    settled(running)
    running.key(Qt.Key.Key_Home)
    running.key(Qt.Key.Key_Return)
    running.qtbot.waitUntil(lambda: running.state.exam is not None, timeout=WAIT_MS)
    assert running.state.exam.alias == "Case five"
    running.key(Qt.Key.Key_Right, CONTROL)
    running.qtbot.waitUntil(lambda: name_of(running) == "Family2", timeout=WAIT_MS)
    running.wait_for_frames()


def test_an_exam_that_the_reader_closes_is_not_opened_ahead_again(start: Start, many: Path) -> None:
    running = start()
    running.open(many / "p05")
    settled(running)
    closed = running.state.exam_id
    running.key(Qt.Key.Key_W, CONTROL)
    settled(running)
    assert running.state.exams == ()
    running.program.session.apply(lambda state: exam_wanted(state, closed))
    running.qtbot.waitUntil(lambda: running.state.exam_id == closed, timeout=WAIT_MS)
    running.wait_for_frames()


def test_a_list_with_priorities_is_read_by_them_and_a_click_sorts_otherwise_and_is_kept(
    start: Start, many: Path, tmp_path: Path
) -> None:
    table = tmp_path / "list.csv"
    lines = [f"{many / 'p05'},Case 5,2", f"{many / 'p06'},Case 6,", f"{many / 'p07'},Case 7,1"]
    table.write_text("\n".join(["path,alias,priority", *lines]))
    home = tmp_path / "home"
    running = start(home=home)
    running.program.open([table])
    worklist = running.program.worklist
    running.qtbot.waitUntil(lambda: not worklist.scan.is_running, timeout=WAIT_MS)
    page = running.program.window._parts.worklist
    page.refresh()

    def titles() -> list[str]:
        return [page.model.data(page.model.index(n, 1)) for n in range(page.model.rowCount())]

    assert titles() == ["Case 7", "Case 5", "Case 6"]
    header = page.table.horizontalHeader()
    place = header.sectionViewportPosition(Column.EXAM) + 20
    for expected in (["Case 5", "Case 6", "Case 7"], ["Case 7", "Case 6", "Case 5"]):
        running.qtbot.mouseClick(
            header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place, header.height() // 2)
        )
        assert titles() == expected
    settled(running)
    running.program.close()
    again = start(home=home)
    assert again.state.worklist.order == WorklistOrder(by=OrderBy.EXAM, descending=True)


def test_the_list_is_sorted_and_turned_around_by_keys(start: Start, many: Path) -> None:
    running = start()
    running.open(many)
    settled(running)
    running.key(Qt.Key.Key_F7)
    assert "show the worklist first" in running.program.status.said
    running.key(Qt.Key.Key_F5)
    page = running.program.window._parts.worklist
    hung = running.state.exam_id
    running.key(Qt.Key.Key_F7, SHIFT)
    for _ in range(3):
        running.key(Qt.Key.Key_F7, SHIFT)
    assert running.state.worklist.order.by is OrderBy.KINDS
    running.key(Qt.Key.Key_F7, SHIFT)
    assert running.state.worklist.order == WorklistOrder(by=OrderBy.EXAM)
    up = [row.exam_id for row in running.state.worklist.rows]
    running.key(Qt.Key.Key_F8)
    down = [row.exam_id for row in running.state.worklist.rows]
    assert down == up[::-1]
    header = page.table.horizontalHeader()
    running.qtbot.waitUntil(lambda: header.sortIndicatorSection() == Column.EXAM)
    assert header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
    assert page.table.selected == hung == running.state.exam_id
    running.key(Qt.Key.Key_F7, SHIFT)
    running.key(Qt.Key.Key_F7, SHIFT)
    running.key(Qt.Key.Key_F8)
    assert "sort it by a column first" in running.program.status.said
