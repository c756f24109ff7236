"""The top of the AI panel: which models, what they are doing, what to do when there are none."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from viewer.domain.ai_state import Done, Failed, NotRun, Queued, Running, SeriesDone
from viewer.jobs.model_list import ModelList
from viewer.session.breast_results import is_ai_busy
from viewer.session.state import SessionState
from viewer.ui.actions import CommandActions
from viewer.ui.text_size import follow_text_size, scaled

_ICON = 16


class AiHeader(QWidget):
    """Models in use, the state of the exam, and offers when nothing can run."""

    demonstration_requested = Signal()

    def __init__(
        self, *, models: ModelList, actions: CommandActions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._models = models
        title = QLabel("AI", self)
        title.setObjectName("heading")
        self._state = QLabel(self)
        self._state.setObjectName("hint")
        run = actions.button("ai.run", self)
        run.setAccessibleName("Run AI now")
        cancel = actions.button("ai.cancel", self)
        self._buttons: tuple[QToolButton, QToolButton] = (run, cancel)
        self._names = _words("hint", self)
        self._warning = _words("warning", self)
        self._scale = _words("hint", self)
        self._scale.setText("Scores 0 to 1: higher is more suspicious.")
        self._choose = _offer("Choose weights…", self)
        self._choose.clicked.connect(actions.action("ai.models").trigger)
        self._demonstration = _offer("Use the demonstration weights", self)
        self._demonstration.clicked.connect(self.demonstration_requested)
        self._lay_out(title)
        models.changed.connect(self._show_models)
        self._show_models()

    @property
    def words(self) -> str:
        """Everything the header says."""
        labels = (self._state, self._names, self._warning)
        return "\n".join(label.text() for label in labels if label.text())

    def show_state(self, state: SessionState) -> None:
        """Say where the AI stands on the exam."""
        self._state.setText(_exam_words(state))
        # The table names the models once they have said something.
        exam = state.exam
        has_scores = exam is not None and any(
            isinstance(state.ai_of(image.image_id), Done | SeriesDone) for image in exam.images
        )
        self._names.setVisible(bool(self._models.titles) and not has_scores)
        is_running = is_ai_busy(state)
        run, cancel = self._buttons
        run.setVisible(not is_running)
        cancel.setVisible(is_running)

    def _show_models(self) -> None:
        names = [*self._models.titles, self._models.cost]
        self._names.setText("\n".join(name for name in names if name))
        self._names.setVisible(bool(self._models.titles))
        warnings = list(self._models.problems)
        if self._models.has_demonstration:
            warnings.append("Demonstration: means nothing for patients.")
        self._warning.setText("\n".join(warnings))
        self._warning.setVisible(bool(warnings))
        self._choose.setVisible(self._models.is_empty)
        self._demonstration.setVisible(self._models.is_empty and bool(self._models.demonstration))
        self._scale.setVisible(not self._models.is_empty)

    def _grow(self) -> None:
        for button in self._buttons:
            button.setIconSize(QSize(scaled(_ICON), scaled(_ICON)))

    def _lay_out(self, title: QLabel) -> None:
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(title)
        first.addWidget(self._state, 1)
        for button in self._buttons:
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            first.addWidget(button)
        follow_text_size(self, self._grow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.setSpacing(3)
        layout.addLayout(first)
        for widget in (
            self._names,
            self._warning,
            self._scale,
            self._choose,
            self._demonstration,
        ):
            layout.addWidget(widget)


def _exam_words(state: SessionState) -> str:
    exam = state.exam
    if exam is None:
        return ""
    states = [state.ai_of(image.image_id) for image in exam.images]
    done = sum(isinstance(ai, Done | SeriesDone) for ai in states)
    failed = sum(isinstance(ai, Failed) for ai in states)
    open_ = sum(isinstance(ai, Running | Queued) for ai in states)
    asked = sum(not isinstance(ai, NotRun) for ai in states)
    if asked == 0:
        return "not run"
    words = f"{done} of {asked} done" if open_ else f"{done} done"
    return f"{words}, {failed} failed" if failed else words


def _words(name: str, parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _offer(text: str, parent: QWidget) -> QPushButton:
    button = QPushButton(text, parent)
    button.setObjectName("link")
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    return button
