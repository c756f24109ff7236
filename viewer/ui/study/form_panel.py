"""The right panel of a study: the questions, the marks, the AI when it is shown, and Submit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from inference.types import Laterality
from viewer.domain.overlay_settings import Palette
from viewer.session.study_form import (
    StudyForm,
    birads_chosen,
    mark_changed,
    mark_deleted,
    pom_placed,
    recall_chosen,
    text_written,
)
from viewer.session.study_state import Saving, StudyChange, StudySession, StudyState
from viewer.session.study_steps import Step
from viewer.study.answer import BiRads, FindingClass, PomSource
from viewer.study.protocol import Questions
from viewer.ui.panel.scroll_fade import ScrollFade
from viewer.ui.study.ai_section import AiSection
from viewer.ui.study.breast_box import BreastBox
from viewer.ui.study.keyed_button import KeyedButton
from viewer.ui.study.mark_list import MarkList
from viewer.ui.text_size import follow_text_size, scaled

WIDTH = 332
_WIDEST_SHARE = 0.4
"""Of the window: beyond it large words wrap instead, so that the images keep most of the room."""
_MISSING_SHARE = 0.2
"""Of the panel's height that the list of what is not answered may take: the form needs the rest."""
_MOST_MISSING = 4


class FormPanel(QWidget):
    """Follows the study's state; what the reader says becomes the form.

    reader_weight: lambda of the hybrid that is shown; None: no hybrid is shown.
    """

    go_on_requested = Signal()
    ai_requested = Signal()
    mark_chosen = Signal(str)
    left = Signal()
    """The keyboard goes back to the images."""

    def __init__(
        self,
        *,
        study: StudySession,
        questions: Questions,
        ai: AiSection | None,
        reader_weight: float | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("studyPanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._window_width: int | None = None
        self._study = study
        self._reader_weight = reader_weight
        self.ai = ai
        self.boxes: Mapping[Laterality, BreastBox] = {
            side: BreastBox(side, questions, self) for side in (Laterality.RIGHT, Laterality.LEFT)
        }
        self.marks = MarkList(self) if questions.marks else None
        self.words = QLabel(self)
        self.words.setObjectName("hint")
        self.words.setWordWrap(True)
        self.ask_for_ai = KeyedButton(self)
        self.ask_for_ai.say("Show the AI", key="X")
        self.go_on = KeyedButton(self)
        self._lay_out()
        self._connect()
        follow_text_size(self, self._take_width)
        study.changed.connect(self._follow)
        self.show_state(study.state)

    def show_state(self, state: StudyState) -> None:
        """Show the form, and what can be done with it."""
        form = state.form
        asked = () if form is None else form.sides
        for side, box in self.boxes.items():
            box.setVisible(side in asked)
            if form is not None and side in asked:
                box.show_form(form, enabled=state.can_answer)
                box.show_ai(
                    state.ai_percent.get(side, {}),
                    form.breast(side).pom_percent,
                    reader_weight=self._reader_weight,
                    colour=Palette.PAPER.colours[1],
                )
                box.show_truth(_truth_words(state, side))
        if self.marks is not None and form is not None:
            self.marks.show_form(form, enabled=state.can_answer)
        self._show_buttons(state)

    def fit(self, window_width: int) -> None:
        """Take a width that leaves the images most of a window so wide, in logical pixels."""
        self._window_width = window_width
        self._take_width()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Name as much of what is missing as the new height has room for."""
        super().resizeEvent(event)
        self._show_words(self._study.state)

    def focus_first_open(self) -> None:
        """Give the keyboard to the first open question, or to the first field."""
        shown = [box for box in self.boxes.values() if not box.isHidden()]
        target = next((field for box in shown if (field := box.first_open) is not None), None)
        fields = self.fields
        wanted = target or (fields[0] if fields else None)
        if wanted is not None:
            self._focus(wanted)

    def focus_next(self, by: int) -> bool:
        """Hand the keyboard on from one field to the next; whether a field had it."""
        fields = self.fields
        current = QApplication.focusWidget()
        if current not in fields:
            return False
        self._focus(fields[(fields.index(current) + by) % len(fields)])
        return True

    @property
    def fields(self) -> list[QWidget]:
        """Every field on screen, in order."""
        shown: list[QWidget] = []
        for box in self.boxes.values():
            if not box.isHidden():
                shown += box.fields
        if self.marks is not None:
            shown += self.marks.fields
        return [field for field in shown if field.isEnabled()]

    def _take_width(self) -> None:
        width = scaled(WIDTH)
        if self._window_width is not None:
            width = min(width, max(WIDTH, round(_WIDEST_SHARE * self._window_width)))
        self.setFixedWidth(width)
        self._show_words(self._study.state)

    def _show_words(self, state: StudyState) -> None:
        lines = int(_MISSING_SHARE * self.height() / self.words.fontMetrics().lineSpacing())
        # One line is the title, and one may say how many more there are.
        named = min(max(lines - 2, 1), _MOST_MISSING)
        self.words.setText(words_below(state, named))

    def _focus(self, field: QWidget) -> None:
        field.setFocus(Qt.FocusReason.TabFocusReason)
        self._scroll.ensureWidgetVisible(field)

    def _show_buttons(self, state: StudyState) -> None:
        is_offered = state.step is Step.OFFER_AI
        self.ask_for_ai.setVisible(is_offered)
        self.ask_for_ai.setEnabled(state.can_ask_for_ai)
        self.go_on.say(_go_on_words(state), key="Ctrl+Enter")
        self.go_on.setEnabled(state.can_submit or state.can_go_on or state.can_fetch_again)
        self._show_words(state)

    def _lay_out(self) -> None:
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for box in self.boxes.values():
            column.addWidget(box)
            column.addWidget(_rule(self))
        if self.marks is not None:
            column.addWidget(self.marks)
            column.addWidget(_rule(self))
        if self.ai is not None:
            column.addWidget(self.ai)
        column.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inside)
        ScrollFade(self._scroll)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 8, 12, 10)
        foot.setSpacing(6)
        foot.addWidget(self.words)
        foot.addWidget(self.ask_for_ai)
        foot.addWidget(self.go_on)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(_rule(self))
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.go_on.clicked.connect(self.go_on_requested)
        self.ask_for_ai.clicked.connect(self.ai_requested)
        for box in self.boxes.values():
            box.pom_placed.connect(self._place_pom)
            box.birads_chosen.connect(self._choose_birads)
            box.recall_chosen.connect(self._choose_recall)
            box.text_written.connect(self._write_text)
            box.left.connect(self.left)
        if self.marks is not None:
            self.marks.mark_chosen.connect(self.mark_chosen)
            self.marks.class_chosen.connect(self._choose_class)
            self.marks.confidence_placed.connect(self._place_confidence)
            self.marks.delete_requested.connect(self._delete_mark)
            self.marks.left.connect(self.left)

    @Slot(object, float, object)
    def _place_pom(self, side: Laterality, percent: float, source: PomSource) -> None:
        self._study.set_form(lambda form: pom_placed(form, side, percent, source))

    @Slot(object, object)
    def _choose_birads(self, side: Laterality, category: BiRads) -> None:
        self._study.set_form(lambda form: birads_chosen(form, side, category))

    @Slot(object, bool)
    def _choose_recall(self, side: Laterality, recall: bool) -> None:
        self._study.set_form(lambda form: recall_chosen(form, side, recall))

    @Slot(object, str)
    def _write_text(self, side: Laterality, text: str) -> None:
        self._study.set_form(lambda form: text_written(form, side, text))

    @Slot(str, object)
    def _choose_class(self, mark_id: str, finding: FindingClass) -> None:
        self._study.set_form(
            lambda form: mark_changed(form, mark_id, partial(replace, finding=finding))
        )

    @Slot(str, float)
    def _place_confidence(self, mark_id: str, percent: float) -> None:
        change = partial(replace, confidence_percent=round(percent, 1))
        self._study.set_form(lambda form: mark_changed(form, mark_id, change))

    @Slot(str)
    def _delete_mark(self, mark_id: str) -> None:
        self._study.set_form(lambda form: mark_deleted(form, mark_id))

    def _follow(self, change: StudyChange) -> None:
        del change
        # The newest: another listener may have changed the state since.
        self.show_state(self._study.state)


def words_below(state: StudyState, named: int) -> str:
    """What stands above the button: what is missing, or what comes.

    named: how many missing answers are named; the others are counted.
    """
    form = state.form
    if state.ai_problem:
        return state.ai_problem
    if form is not None and state.can_answer:
        return _missing_words(form, state, named)
    if state.saving is Saving.FAILED:
        return "Not saved yet: it is tried again. Your answers stay here."
    if state.submitting:
        return "Saving…"
    if state.step is Step.OFFER_AI:
        return "Your answer is locked. You may see the AI, or go on without it."
    if state.step is Step.REVEAL_AI:
        return "Your answer is locked. The AI is being opened…"
    if state.step is Step.GO_ON:
        return "Locked and saved."
    return ""


def _missing_words(form: StudyForm, state: StudyState, named: int) -> str:
    missing = form.missing
    if not missing:
        over = "Time limit reached. " if state.time_is_over else ""
        return f"{over}Submitting locks the answer."
    shown = "\n".join(f"· {words}" for words in missing[:named])
    more = f"\n· {len(missing) - named} more" if len(missing) > named else ""
    return f"Not answered yet:\n{shown}{more}"


def _go_on_words(state: StudyState) -> str:
    if state.can_fetch_again:
        return "Try again"
    if state.step is Step.OFFER_AI:
        return "Next case without the AI"
    if state.step is Step.GO_ON:
        return "Next case"
    return "Submit and lock"


def _truth_words(state: StudyState, side: Laterality) -> str:
    words = (state.truth or {}).get(side, "")
    return f"Known: {words}" if words else ""


def _rule(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setObjectName("rule")
    return line
