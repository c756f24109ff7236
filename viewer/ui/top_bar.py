"""The thin bar above the images: the exam, and buttons with words on hover."""

from __future__ import annotations

from itertools import chain
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from viewer.session.session import Change, Session
from viewer.session.staging import place_words
from viewer.session.state import SessionState
from viewer.session.worklist import place_in_list
from viewer.ui.actions import CommandActions
from viewer.ui.exam_menu import ExamMenu
from viewer.ui.icons import icon
from viewer.ui.marks_button import MarksButton
from viewer.ui.overflow import BarParts
from viewer.ui.overflow_bar import OverflowBar
from viewer.ui.title_button import TitleButton

_LEAST_WIDTH = 220
_LEFT: tuple[tuple[str, ...], ...] = (
    ("view.maximise", "view.dbt", "view.synthetic", "view.ffdm", "view.extra"),
    ("image.tool", "image.invert", "image.fit", "image.actual_pixels", "image.reset"),
    ("slice.cine", "slice.link"),
    ("ai.overlay", "ai.previous_finding", "ai.next_finding", "ai.run", "ai.models"),
    ("picture.save_pane", "picture.copy_pane"),
)
_RIGHT = (
    "screen.text",
    "screen.identity",
    "screen.left_panel",
    "screen.strip",
    "screen.right_panel",
    "screen.full",
    "help.keys",
)
_WORDS = {"view.dbt", "view.synthetic", "view.ffdm"}
_Button = TypeVar("_Button", bound=QToolButton)


class TopBar(OverflowBar):
    """Buttons made from the table of commands."""

    def __init__(
        self,
        *,
        session: Session,
        actions: CommandActions,
        exam_menu: ExamMenu,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(least_width=_LEAST_WIDTH, parent=parent)
        self._actions = actions
        self._exam = self._exam_button(exam_menu)
        self.hanging_button = self._hanging_button()
        self._marks = MarksButton(session=session, actions=actions, parent=self)
        self.lay_out(self._parts())
        self._said = ("", "")
        """What the buttons of exam and hanging say."""
        session.changed.connect(self._follow)

    def _parts(self) -> BarParts:
        groups = [tuple(map(self._button, group)) for group in _LEFT]
        right = tuple(map(self._button, _RIGHT))
        # The kinds of image stay longest, and what folds panels away to make room comes next.
        optional = (*groups[0], *right, *chain.from_iterable(groups[1:]))
        titles = (self._menu_button(), self._exam, self.hanging_button)
        return BarParts(
            groups=(titles, *groups, (self._marks,)),
            right=right,
            more=self._more_button(),
            optional=optional,
        )

    def _button(self, command_id: str) -> QToolButton:
        button = self._actions.button(command_id, self, words=command_id in _WORDS)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _more_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon("mdi6.chevron-double-right"))
        button.setToolTip("<b>More</b><br>What finds no room in the bar.")
        button.setAccessibleName("More")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def _menu_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon("mdi6.menu"))
        button.setToolTip("<b>Menu</b><br>Everything the program can do.")
        button.setAccessibleName("Menu")
        return _with_menu(button, self._actions.main_menu(button))

    def _exam_button(self, exam_menu: ExamMenu) -> TitleButton:
        tip = "<b>Exams</b><br>Open exams and those opened last."
        button = TitleButton(tip=tip, parent=self)
        button.setObjectName("examButton")
        button.say("No exam")
        button.setAccessibleName("Exams")
        return _with_menu(button, exam_menu)

    def _hanging_button(self) -> TitleButton:
        tip = "<b>Hanging</b><br>The protocol, and where in it you are."
        button = TitleButton(tip=tip, parent=self)
        button.setObjectName("hangingButton")
        button.setAccessibleName("Hanging")
        return button

    def show_hanging_menu(self, menu: QMenu) -> None:
        """Let the button that says the reader's place offer the protocols."""
        _with_menu(self.hanging_button, menu)

    def _follow(self, change: Change) -> None:
        state = change.new
        if not change.touches("exams", "exam_id", "worklist", "protocol", "stage_index"):
            return
        has_exam = state.exam is not None
        said = _exam_words(state), place_words(state) if has_exam else ""
        if said == self._said:
            return
        self._said = said
        self._exam.say(said[0])
        self.hanging_button.say(said[1])
        self.hanging_button.setVisible(has_exam)
        self.fit()


def _exam_words(state: SessionState) -> str:
    """The exam that hangs, and which of the worklist's it is."""
    exam = state.exam
    if exam is None:
        return "No exam"
    place = place_in_list(state)
    if place is None or place[1] == 1:
        return exam.alias
    return f"{exam.alias}   {place[0]}/{place[1]}"


def _with_menu(button: _Button, menu: QMenu) -> _Button:
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
