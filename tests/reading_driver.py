"""Reads a study through its real window, by keys and clicks, as a reader does; needs no pytest."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from inference.types import Laterality
from viewer.app_study import StudyProgram
from viewer.app_study_read import open_study
from viewer.commands.keep_seals import Wanted, hand_out
from viewer.domain.hanging import Slot
from viewer.jobs.study_keeper import StudyKeeper
from viewer.jobs.task import TaskProgress
from viewer.session.framing import viewport_of
from viewer.session.state import SessionState
from viewer.session.study_state import Page, StudyState
from viewer.session.study_steps import Step
from viewer.storage.places import Places
from viewer.storage.study_folder import StudyFolder
from viewer.study.journal import Journal
from viewer.study.planned_reading import ReadingKey

WAIT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the reader says of one breast."""

    pom: str = "3.5"
    birads: str = "2"
    recall: str = "N"


Answers = Mapping[Laterality, Said]
BOTH_SAME: Answers = {Laterality.RIGHT: Said(), Laterality.LEFT: Said()}


class KeeperHere(StudyKeeper):
    """The keeper's rules and seals without a process of its own, which takes a second to start."""

    def __init__(self, study: Path, where: Places) -> None:
        super().__init__(study)
        self._folder = StudyFolder.of(study)
        self._where = where
        self.asked: list[Wanted] = []

    def _ask(self, key: ReadingKey, wanted: Wanted, progress: TaskProgress) -> bytes:
        self.asked.append(wanted)
        return hand_out(self._folder, key, wanted, where=self._where)


class ReadingDriver:
    """One run of the reading window."""

    def __init__(
        self,
        study: Path,
        reader_id: str,
        home: Path,
        *,
        own_keeper_process: bool = False,
        now: datetime | None = None,
        answer_dialog: Callable[[QDialog], bool] | None = None,
        wrap_journal: Callable[[Journal], Journal] = lambda journal: journal,
        size: tuple[int, int] = (1280, 800),
    ) -> None:
        where = Places(config=home / "config", cache=home / "cache")
        opened = open_study(
            study, reader_id, where=where, screen=size, now=now or datetime.now(UTC)
        )
        opened = replace(opened, journal=wrap_journal(opened.journal))
        self.keeper = StudyKeeper(study) if own_keeper_process else KeeperHere(study, where)
        self.shown_dialogs: list[str] = []
        self.is_closed = False
        self._answer_dialog = answer_dialog or (lambda dialog: False)
        self.program = StudyProgram(
            study=opened,
            where=where,
            keeper=self.keeper,
            show_dialog=self._show,
            confirm_loss=lambda records: True,
        )
        self.program.window.resize(*size)
        self.program.window.show()
        self.wait(self.program.window.isVisible)

    @property
    def state(self) -> StudyState:
        return self.program.study.state

    @property
    def session(self) -> SessionState:
        return self.program.session.state

    def wait(self, condition: Callable[[], bool], seconds: float = WAIT_S) -> None:
        """Let the window live until the condition holds."""
        give_up = time.monotonic() + seconds
        while not condition():
            QApplication.processEvents()
            if time.monotonic() > give_up:
                raise TimeoutError(f"waited {seconds:.0f} s; the window shows {self.state.page}")
            time.sleep(0.002)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
        """Press and release a key at the widget that has the keyboard."""
        target = self.program.window.focusWidget() or self.program.window
        QTest.keyClick(target, key, modifiers or Qt.KeyboardModifier.NoModifier)
        if modifiers is not None:
            # Qt remembers the modifiers of the last key: a person lets go of them.
            QTest.keyRelease(self.program.window, Qt.Key.Key_Control)
        QApplication.processEvents()

    def type(self, text: str) -> None:
        """Type letters and digits where the keyboard is."""
        target = self.program.window.focusWidget() or self.program.window
        for letter in text:
            QTest.keyClick(target, letter)
        QApplication.processEvents()

    def begin(self) -> None:
        """Leave the start page, and wait for the first case."""
        self.wait(lambda: self.state.page is Page.START)
        self.key(Qt.Key.Key_Return)
        self.wait_for_step()

    def wait_for_step(self) -> None:
        """Wait until the window waits for the reader."""
        self.wait(self._waits_for_reader)

    def wait_for_images(self) -> None:
        """Wait until every image that hangs has been painted."""
        self.wait(self.program.screen.is_on_screen)

    def answer(self, answers: Answers = BOTH_SAME) -> None:
        """Fill the form by keys; the images must be on screen."""
        self.wait_for_images()
        self.program.panel.focus_first_open()
        for side, box in self.program.panel.boxes.items():
            if side not in answers or box.isHidden():
                continue
            said = answers[side]
            for field, text in (
                (box.slider, said.pom),
                (box.birads, said.birads),
                (box.recall, said.recall),
            ):
                if field is not None:
                    field.setFocus(Qt.FocusReason.TabFocusReason)
                    self.type(text)
        self.key(Qt.Key.Key_Escape)

    def mark(self, slot: Slot, row: float, column: float) -> None:
        """Set a mark with the tool at an image point, and say what it is: a mass, 80 %."""
        self.key(Qt.Key.Key_M)
        self.click(slot, row, column)
        self.key(Qt.Key.Key_M)
        marks = self.program.panel.marks
        marks.classes.setFocus(Qt.FocusReason.TabFocusReason)
        self.type("M")
        marks.confidence.setFocus(Qt.FocusReason.TabFocusReason)
        self.type("80")
        self.key(Qt.Key.Key_Escape)

    def click(self, slot: Slot, row: float, column: float) -> None:
        """Click an image point."""
        pane = self.program.hanging.panes[slot]
        x, y = viewport_of(self.session, slot).to_device(row, column)
        QTest.mouseClick(pane, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
        QApplication.processEvents()

    def go_on(self) -> None:
        """Submit, or go to the next case; and wait until the window waits again."""
        before = (self.state.step, self.state.phase, self.state.planned)
        self.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        self.wait(lambda: (self.state.step, self.state.phase, self.state.planned) != before)
        self.wait_for_step()

    def read_case(self, alone: Answers = BOTH_SAME, aided: Answers = BOTH_SAME) -> None:
        """Answer every phase of the case on screen; ends before the next case."""
        answers = [alone, aided]
        while self.state.step is Step.ANSWER:
            self.answer(answers[0])
            answers = answers[1:] or answers
            self.go_on()

    def read_all(self, say: Callable[[str, bool], tuple[Answers, Answers]] | None = None) -> None:
        """Read to the end of the session.

        say: from a blind number and whether it is training, the answers alone and with the AI.
        """
        self.begin()
        while self.state.page is not Page.FINISHED:
            if self.state.page is Page.GATE:
                self.key(Qt.Key.Key_Return)
                self.wait_for_step()
                continue
            planned = self.state.planned
            said = (BOTH_SAME, BOTH_SAME) if say is None else say(planned.alias, planned.training)
            self.read_case(*said)
            self.go_on()

    def close(self) -> None:
        """Close the window as a reader does."""
        self.is_closed = True
        self.program.window.close()
        self.wait(lambda: not self.program.window.isVisible())
        self.program.window.deleteLater()
        self.program.deleteLater()
        QApplication.processEvents()

    def _waits_for_reader(self) -> bool:
        state = self.state
        if state.page in (Page.GATE, Page.FINISHED, Page.TROUBLE):
            return True
        waits = (Step.ANSWER, Step.OFFER_AI, Step.GO_ON)
        return (
            state.page is Page.READING
            and (state.step in waits or bool(state.ai_problem))
            and not state.submitting
        )

    def _show(self, dialog: QDialog) -> bool:
        self.shown_dialogs.append(type(dialog).__name__)
        dialog.show()
        accepted = self._answer_dialog(dialog)
        dialog.close()
        return accepted
