"""A finished reading watched again: slices, the AI, marks and answers as they came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from readable import unreadable
from reading_driver import ReadingDriver, Said

from inference.types import Laterality
from viewer.app_study_replay import ReplayProgram
from viewer.domain.hanging import Slot
from viewer.jobs.study_film import reading_named
from viewer.settings import Settings
from viewer.storage.open_journal import open_journal
from viewer.storage.places import Places
from viewer.storage.settings_file import write_settings
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.errors import StudyError
from viewer.study.projection import StudyProjection
from viewer.ui.text_size import BASE_PIXELS, scaled, text_factor

Start = Callable[..., ReadingDriver]


@pytest.fixture
def replay(
    qtbot: QtBot, tmp_path: Path, start: Start, study: Path
) -> Iterator[Callable[[str], ReplayProgram]]:
    """Reads a case and opens its replay."""
    driver = start(study)
    driver.begin()
    driver.wait_for_images()
    driver.mark(Slot.LCC, 100, 60)
    driver.key(Qt.Key.Key_Home)
    driver.answer()
    driver.go_on()
    driver.wait_for_images()
    driver.answer({Laterality.LEFT: Said(pom="77")})
    driver.go_on()
    driver.close()
    programs: list[ReplayProgram] = []

    def begin(case: str) -> ReplayProgram:
        where = Places(config=tmp_path / "home" / "config", cache=tmp_path / "home" / "cache")
        folder = StudyFolder(study)
        protocol = read_protocol(folder)
        journal = open_journal(folder, protocol, read_only=True, role="analyst", where=where)
        try:
            projection = StudyProjection.of(journal.events())
            key = reading_named(projection, reader_id="r1", session_id="", case=case)
        except StudyError:
            journal.close()
            raise
        program = ReplayProgram(
            folder=folder, protocol=protocol, journal=journal, key=key, where=where
        )
        programs.append(program)
        qtbot.addWidget(program.window)
        program.window.resize(1280, 800)
        program.window.show()
        return program

    yield begin
    for program in programs:
        program.window.close()


def test_damaged_settings_are_named_below_a_replay(
    replay: Callable[[str], ReplayProgram], tmp_path: Path
) -> None:
    file = tmp_path / "home" / "config" / "settings.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("= nonsense")
    said = replay("1").window.statusBar().currentMessage()
    assert "kept as settings.toml.damaged" in said


def test_a_replay_shows_looks_marks_the_ai_and_answers_as_they_came(
    replay: Callable[[str], ReplayProgram], qtbot: QtBot
) -> None:
    program = replay("1")
    window = program.window
    qtbot.waitUntil(lambda: window.said.count() > 0, timeout=20_000)
    assert "case 1" in window.title.text()
    session = program.session
    assert session.state.reader_marks == ()
    assert not session.state.overlay.visible
    words = [window.said.item(n).text() for n in range(window.said.count())]
    locked = [text for text in words if "answer locked" in text]
    assert "3.5 %" in locked[0]
    assert "77 %" in locked[1]
    seen = []
    for _ in range(200):
        before = window.shown_ms
        window.step(1)
        state = session.state
        seen.append((len(state.reader_marks), state.overlay.visible, len(state.ai)))
        if window.shown_ms == before:
            break
    assert (0, False, 0) in seen
    assert (1, False, 0) in seen
    assert seen[-1][:2] == (1, True)
    assert seen[-1][2] == 12
    assert session.state.panes[Slot.LCC].slice_index == 0
    window.seek(0)
    assert session.state.reader_marks == ()
    assert not session.state.overlay.visible


def test_a_replay_plays_to_its_end_and_the_mouse_moves_nothing(
    replay: Callable[[str], ReplayProgram], qtbot: QtBot
) -> None:
    program = replay("1")
    window = program.window
    qtbot.waitUntil(lambda: window.said.count() > 0, timeout=20_000)
    window.controls.speed.setCurrentIndex(window.controls.speed.count() - 1)
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert window.is_playing
    qtbot.waitUntil(lambda: not window.is_playing, timeout=20_000)
    assert window.said.currentRow() == window.said.count() - 1
    before = program.session.state.panes
    pane = program.hanging.panes[Slot.RCC]
    QTest.mouseDClick(pane, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert program.session.state.panes == before


@pytest.mark.parametrize("size", [(1280, 800), (3840, 2160)])
@pytest.mark.parametrize("percent", [100, 150, 200])
def test_no_words_of_a_replay_are_cut(
    replay: Callable[[str], ReplayProgram],
    qtbot: QtBot,
    tmp_path: Path,
    size: tuple[int, int],
    percent: int,
) -> None:
    write_settings(tmp_path / "home" / "config" / "settings.toml", Settings(text_percent=percent))
    program = replay("1")
    window = program.window
    window.resize(*size)
    qtbot.waitUntil(lambda: window.said.count() > 0, timeout=20_000)
    assert text_factor() == pytest.approx(round(BASE_PIXELS * percent / 100) / BASE_PIXELS)
    window.seek(10**9)
    qtbot.wait(60)
    assert unreadable(window) == []
    assert (window.width(), window.height()) == size
    assert program.hanging.width() > size[0] / 2
    assert window.said.width() >= min(scaled(360), size[0] * 0.4)


def test_the_speed_of_a_replay_and_its_ends_are_reached_by_keys(
    replay: Callable[[str], ReplayProgram], qtbot: QtBot
) -> None:
    window = replay("1").window
    qtbot.waitUntil(lambda: window.said.count() > 0, timeout=20_000)
    assert window.controls.speed_factor == 1.0
    for key, speed in ((Qt.Key.Key_Up, 2.0), (Qt.Key.Key_Down, 1.0), (Qt.Key.Key_Down, 0.5)):
        QTest.keyClick(window, key)
        assert window.controls.speed_factor == speed
    QTest.keyClick(window, Qt.Key.Key_Down)
    assert window.controls.speed_factor == 0.5
    QTest.keyClick(window, Qt.Key.Key_End)
    assert window.shown_ms == window.controls.track.maximum()
    QTest.keyClick(window, Qt.Key.Key_Home)
    assert window.shown_ms == 0


def test_a_case_that_is_not_there_is_named(replay: Callable[[str], ReplayProgram]) -> None:
    with pytest.raises(StudyError, match='no case "C-99999"'):
        replay("C-99999")


def test_a_case_that_was_not_read_says_so(
    replay: Callable[[str], ReplayProgram], qtbot: QtBot
) -> None:
    program = replay("2")
    qtbot.waitUntil(lambda: "not been read" in program.window.title.text(), timeout=20_000)
