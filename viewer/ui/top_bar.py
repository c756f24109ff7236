"""The thin bar above the images: the exam, and buttons with words on hover."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from viewer.session.session import Change, Session
from viewer.session.staging import place_words
from viewer.session.state import SessionState
from viewer.session.worklist import place_in_list
from viewer.ui.actions import CommandActions
from viewer.ui.exam_menu import ExamMenu
from viewer.ui.icons import icon
from viewer.ui.marks_button import MarksButton
from viewer.ui.overflow import Overflow
from viewer.ui.text_size import follow_text_size, scaled

_HEIGHT = 40
_ICON = 20
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


class TopBar(QWidget):
    """Buttons made from the table of commands."""

    def __init__(
        self,
        *,
        session: Session,
        actions: CommandActions,
        exam_menu: ExamMenu,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._actions = actions
        self._exam = self._exam_button(exam_menu)
        self.hanging_button = self._hanging_button()
        self._marks = MarksButton(session=session, actions=actions, parent=self)
        self._overflow = self._lay_out()
        follow_text_size(self, self._grow)
        session.changed.connect(self._follow)

    @property
    def overflow(self) -> Overflow:
        """What finds no room, and the menu it is in."""
        return self._overflow

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for the menus; everything else may go into the last of them."""
        return QSize(scaled(220), scaled(_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Use the new room."""
        super().resizeEvent(event)
        self._overflow.fit(self.width())

    def _grow(self) -> None:
        """Take the size of words."""
        self.setFixedHeight(scaled(_HEIGHT))
        for button in self.findChildren(QToolButton):
            button.setIconSize(QSize(scaled(_ICON), scaled(_ICON)))
        self._fit_later()

    def _fit_later(self) -> None:
        """Fit once the buttons have taken their new words and font."""
        QTimer.singleShot(0, self, lambda: self._overflow.fit(self.width()))

    def _lay_out(self) -> Overflow:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 0)
        layout.setSpacing(1)
        layout.addWidget(self._menu_button())
        layout.addWidget(self._exam)
        layout.addWidget(self.hanging_button)
        for group in _LEFT:
            layout.addWidget(_divider(self))
            for command_id in group:
                layout.addWidget(self._button(command_id))
        layout.addWidget(_divider(self))
        layout.addWidget(self._marks)
        layout.addStretch(1)
        for command_id in _RIGHT:
            layout.addWidget(self._button(command_id))
        more = self._more_button()
        layout.addWidget(more)
        return Overflow(layout=layout, more=more)

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

    def _exam_button(self, exam_menu: ExamMenu) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("examButton")
        button.setText("No exam")
        button.setToolTip("<b>Exams</b><br>Open exams and those opened last.")
        button.setAccessibleName("Exams")
        return _with_menu(button, exam_menu)

    def _hanging_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("hangingButton")
        button.setToolTip("<b>Hanging</b><br>The protocol, and where in it you are.")
        button.setAccessibleName("Hanging")
        return button

    def show_hanging_menu(self, menu: QMenu) -> None:
        """Let the button that says the reader's place offer the protocols."""
        _with_menu(self.hanging_button, menu)

    def _follow(self, change: Change) -> None:
        if change.touches("exams", "exam_id", "worklist"):
            self._exam.setText(_exam_words(change.new))
            self._fit_later()
        if change.touches("protocol", "stage_index", "exam_id"):
            has_exam = change.new.exam is not None
            self.hanging_button.setText(place_words(change.new) if has_exam else "")
            self.hanging_button.setVisible(has_exam)
            self._fit_later()


def _exam_words(state: SessionState) -> str:
    """The exam that hangs, and which of the worklist's it is."""
    exam = state.exam
    if exam is None:
        return "No exam"
    place = place_in_list(state)
    if place is None or place[1] == 1:
        return exam.alias
    return f"{exam.alias}   {place[0]}/{place[1]}"


def _with_menu(button: QToolButton, menu: QMenu) -> QToolButton:
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button


def _divider(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setObjectName("divider")
    return line
