"""Crashes, pauses, storage that fails, cases that cannot be shown: nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from reading_driver import ReadingDriver, Said
from reading_study import make_study

from inference.types import Laterality
from viewer.domain.hanging import Slot
from viewer.session.study_draft import Draft, draft_to_json, hanging_of
from viewer.session.study_state import Page, Saving
from viewer.session.study_steps import Step
from viewer.study.answer import PomSource
from viewer.study.errors import JournalError
from viewer.study.event import Event, EventKind, Json, NewEvent
from viewer.study.journal import Head, Journal
from viewer.study.planned_reading import ReadingKey
from viewer.study.projection import reading_states
from viewer.study.protocol import Phase, Protocol, StudySession
from viewer.ui.study.finished_dialog import FinishedDialog
from viewer.ui.study.leave_out_dialog import LeaveOutDialog

Start = Callable[..., ReadingDriver]
Events = Callable[[Path], list[Event]]
R, L = Laterality.RIGHT, Laterality.LEFT
TESTS = Path(__file__).parents[2]

CRASHING_READER = """
import json, os, signal, sys
from pathlib import Path
study, home, left = map(Path, sys.argv[1:4])
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
application = QApplication([])
from reading_driver import ReadingDriver, Said
from inference.types import Laterality
from viewer.domain.hanging import Slot
from viewer.session.study_state import Saving
sys.path.insert(0, str(Path(sys.argv[4])))
from test_reading_faults import what_is_there
driver = ReadingDriver(study, "r1", home)
driver.begin()
if sys.argv[5] == "aided":
    driver.answer()
    driver.go_on()
driver.wait_for_images()
driver.answer({Laterality.RIGHT: Said(pom="37.5", birads="4")})
driver.mark(Slot.LCC, 120, 60)
driver.program.panel.boxes[Laterality.LEFT].note.insertPlainText("dense, follow up")
driver.key(Qt.Key.Key_End)
driver.key(Qt.Key.Key_Plus)
driver.key(Qt.Key.Key_I)
driver.wait(lambda: not driver.program.keeper._timer.isActive())
driver.wait(lambda: driver.program.journal.waiting == 0)
left.write_text(json.dumps(what_is_there(driver)))
os.kill(os.getpid(), signal.SIGKILL)
"""


def what_is_there(driver: ReadingDriver) -> dict[str, Json]:
    """The form, how the images hang, and the submit to come."""
    draft = Draft(
        phase=driver.state.phase,
        client_uuid=driver.program.keeper.client_uuid,
        form=driver.state.form,
        hanging=hanging_of(driver.session),
    )
    return draft_to_json(draft)


class FailingJournal:
    """A journal whose storage fails while it is told to."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.fails = False
        self.commits_before_failing = False

    def append(self, event: NewEvent, *, client_uuid: str | None = None) -> Event:
        if self.fails and self.commits_before_failing:
            self._journal.append(event, client_uuid=client_uuid)
        self._check()
        return self._journal.append(event, client_uuid=client_uuid)

    def events(self, *, after: int = 0) -> Iterator[Event]:
        return self._journal.events(after=after)

    def head(self) -> Head:
        self._check()
        return self._journal.head()

    def save_draft(self, key: ReadingKey, draft: Mapping[str, Json]) -> None:
        self._check()
        self._journal.save_draft(key, draft)

    def draft(self, key: ReadingKey) -> dict[str, Json] | None:
        return self._journal.draft(key)

    def forget_draft(self, key: ReadingKey) -> None:
        self._check()
        self._journal.forget_draft(key)

    def close(self) -> None:
        self._journal.close()

    def _check(self) -> None:
        if self.fails:
            raise JournalError("the disk is full", "free some space")


@pytest.mark.parametrize("phase", ["alone", "aided"])
def test_after_a_kill_the_form_and_the_hanging_come_back_exactly(
    start: Start, study: Path, tmp_path: Path, events: Events, phase: str
) -> None:
    left = tmp_path / "left.json"
    path = os.pathsep.join([str(TESTS.parent), str(TESTS)])
    killed = subprocess.run(
        [
            *(sys.executable, "-c", CRASHING_READER, str(study), str(tmp_path / "home")),
            *(str(left), str(Path(__file__).parent), phase),
        ],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": path},
        timeout=120,
        check=False,
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    driver = start(study)
    assert "Go on" in driver.program.page.button("begin").text()
    driver.begin()
    assert what_is_there(driver) == json.loads(left.read_text())
    assert driver.state.ai_is_shown == (phase == "aided")
    assert driver.state.form.breast(R).pom_source is PomSource.KEYBOARD
    driver.close()
    written = events(study)
    (resumed,) = (e for e in written if e.kind is EventKind.SESSION_RESUMED)
    assert resumed.payload["after_crash"] is True
    submitted = [e for e in written if e.kind is EventKind.ANSWER_SUBMITTED]
    assert len(submitted) == (0 if phase == "alone" else 1)


def test_a_pause_covers_the_images_stops_the_time_and_gives_everything_back(
    start: Start, study: Path, events: Events
) -> None:
    driver = start(study)
    driver.begin()
    driver.answer({R: Said(pom="7")})
    driver.key(Qt.Key.Key_Down)
    before = what_is_there(driver)
    driver.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert driver.state.page is Page.PAUSED
    assert not any(pane.isVisible() for pane in driver.program.hanging.panes.values())
    assert not driver.program.panel.isVisible()
    driver.key(Qt.Key.Key_Down)
    driver.key(Qt.Key.Key_Return)
    assert driver.state.page is Page.READING
    assert what_is_there(driver) == before
    driver.close()
    found = [e.kind for e in events(study)]
    assert found.count(EventKind.SESSION_PAUSED) == 2
    assert found.count(EventKind.SESSION_RESUMED) == 1
    assert found.count(EventKind.PHASE_OPENED) == 1


def test_a_closed_window_opens_where_it_was_and_not_as_after_a_crash(
    start: Start, study: Path, events: Events
) -> None:
    driver = start(study)
    driver.begin()
    driver.answer({L: Said(pom="55")})
    left = what_is_there(driver)
    driver.close()
    again = start(study)
    again.begin()
    assert what_is_there(again) == left
    again.close()
    (resumed,) = (e for e in events(study) if e.kind is EventKind.SESSION_RESUMED)
    assert resumed.payload["after_crash"] is False


@pytest.mark.parametrize("commits", [False, True], ids=["nothing kept", "kept in one copy"])
def test_a_submit_that_cannot_be_kept_waits_and_is_kept_once(
    start: Start, study: Path, events: Events, commits: bool
) -> None:
    journals: list[FailingJournal] = []

    def wrap(journal: Journal) -> Journal:
        journals.append(FailingJournal(journal))
        return journals[0]

    driver = start(study, wrap_journal=wrap)
    driver.begin()
    driver.answer({R: Said(pom="42"), L: Said()})
    driver.wait(lambda: driver.program.journal.waiting == 0)
    journals[0].commits_before_failing = commits
    journals[0].fails = True
    driver.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    driver.wait(lambda: driver.state.saving is Saving.FAILED)
    assert "the disk is full" in driver.program.band.saving.lower()
    assert driver.state.form.breast(R).pom_percent == 42.0
    assert not driver.program.panel.go_on.isEnabled()
    assert "tried again" in driver.program.panel.words.text()
    journals[0].fails = False
    driver.program.journal.retry()
    driver.wait_for_step()
    assert driver.state.saving is not Saving.FAILED
    assert driver.state.phase is Phase.AIDED
    driver.close()
    submitted = [e for e in events(study) if e.kind is EventKind.ANSWER_SUBMITTED]
    assert len(submitted) == 1
    assert submitted[0].payload["answers"][0]["pom_percent"] == 42.0


def test_answers_go_on_while_drafts_cannot_be_kept(start: Start, study: Path) -> None:
    journals: list[FailingJournal] = []

    def wrap(journal: Journal) -> Journal:
        journals.append(FailingJournal(journal))
        return journals[0]

    driver = start(study, wrap_journal=wrap)
    driver.begin()
    journals[0].fails = True
    driver.answer({R: Said(pom="42")})
    driver.wait(lambda: driver.state.saving is Saving.FAILED)
    driver.answer({L: Said(pom="9")})
    assert driver.state.form.breast(L).pom_percent == 9.0
    journals[0].fails = False
    driver.program.journal.retry()
    driver.wait(lambda: driver.program.journal.waiting == 0)
    driver.wait(lambda: driver.state.saving is not Saving.FAILED)


def test_a_case_that_cannot_be_shown_can_be_tried_again_or_left_out_openly(
    start: Start, protocol: Protocol, exams: Path, tmp_path: Path, events: Events
) -> None:
    study = make_study(tmp_path / "study", protocol, exams).path
    text = (study / "study.toml").read_text()
    gone = text.replace(str(exams), str(tmp_path / "nowhere"))
    (study / "study.toml").write_text(gone)

    def leave_out(dialog: QDialog) -> bool:
        assert isinstance(dialog, LeaveOutDialog)
        dialog.field.setText("images lost")
        dialog.is_designer.setChecked(True)
        return True

    driver = start(study, answer_dialog=leave_out)
    driver.begin()
    assert driver.state.page is Page.TROUBLE
    assert str(tmp_path) not in driver.program.page.words
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.state.page is Page.TROUBLE)
    driver.program.page.button("leave out").click()
    driver.wait(lambda: driver.state.page is Page.TROUBLE and driver.state.progress.number == 2)
    driver.program.page.button("leave out").click()
    driver.wait(lambda: driver.state.page is Page.FINISHED)
    driver.close()
    excluded = [e for e in events(study) if e.kind is EventKind.READING_EXCLUDED]
    assert [(e.actor, e.payload["reason"]) for e in excluded] == [("designer", "images lost")] * 2


def test_an_amendment_is_a_further_event_and_the_locked_answer_stays(
    start: Start, study: Path, events: Events
) -> None:
    def amend(dialog: QDialog) -> bool:
        assert isinstance(dialog, FinishedDialog)
        dialog.table.selectRow(0)
        dialog.amend.click()
        editor = dialog.editor
        editor.box.slider.placed.emit(91.0, PomSource.SLIDER)
        assert not editor.confirm.isEnabled()
        editor.reason.setText("wrong breast")
        assert editor.confirm.isEnabled()
        editor.confirm.click()
        return True

    driver = start(study, answer_dialog=amend)
    driver.begin()
    driver.answer()
    driver.go_on()
    driver.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert driver.shown_dialogs == ["FinishedDialog"]
    driver.close()
    state = next(s for s in reading_states(events(study)).values() if s.amendments)
    (amendment,) = state.amendments
    assert (amendment.old.pom_percent, amendment.new.pom_percent) == (3.5, 91.0)
    assert amendment.reason == "wrong breast"
    assert state.locked[Phase.ALONE].answers[0].pom_percent == 3.5


def test_a_time_limit_says_so_and_cuts_nothing(
    start: Start, make: Callable[[Protocol], Path], protocol: Protocol, events: Events
) -> None:
    limited = replace(protocol, sessions=(StudySession(session_id="s1", time_limit_s=0.3),))
    study = make(limited)
    driver = start(study)
    driver.begin()
    driver.wait(lambda: driver.state.time_is_over)
    assert "time limit reached" in driver.program.band.phase
    driver.answer()
    driver.go_on()
    assert driver.state.phase is Phase.AIDED
    assert driver.state.step is Step.ANSWER
    driver.close()
    reached = [e.payload for e in events(study) if e.kind is EventKind.TIME_LIMIT_REACHED]
    assert reached[0]["phase"] == "unaided"


def test_a_second_window_of_the_same_reader_is_refused(start: Start, study: Path) -> None:
    start(study)
    with pytest.raises(JournalError, match="another window"):
        start(study)


def test_a_mark_on_a_breast_nobody_asks_about_is_refused(
    start: Start, make: Callable[[Protocol], Path], protocol: Protocol
) -> None:
    one_breast = tuple(replace(case, breasts=(R,)) for case in protocol.cases)
    driver = start(make(replace(protocol, cases=one_breast)))
    driver.begin()
    driver.wait_for_images()
    driver.key(Qt.Key.Key_M)
    driver.click(Slot.LCC, 100, 50)
    assert "No mark" in driver.program.status.said
    assert driver.state.form.marks == ()
    assert driver.program.panel.boxes[L].isHidden()


def test_damaged_preferences_are_named_in_the_window_of_a_study(
    start: Start, study: Path, tmp_path: Path
) -> None:
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True, exist_ok=True)
    (config / "settings.toml").write_text("= nonsense")
    (config / "keys.toml").write_text("= nonsense")
    said = "\n".join(start(study).program.notices.texts)
    assert "kept as settings.toml.damaged" in said
    assert "kept as keys.toml.damaged" in said
