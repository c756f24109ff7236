"""The band that always says in which phase the reader is, how far, and whether all is saved."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from viewer.session.study_state import Page, Saving, StudyChange, StudySession, StudyState
from viewer.study.protocol import Phase
from viewer.ui.icons import icon
from viewer.ui.theme import ERROR, SECONDARY, TEXT

_HEIGHT = 32
_ICON = 18


class PhaseBand(QWidget):
    """Follows the study's state."""

    retry_requested = Signal()

    def __init__(
        self, *, study: StudySession, session_id: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("phaseBand")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(_HEIGHT)
        self._study = study
        self._session_id = session_id
        self._sign = QLabel(self)
        self._phase = QLabel(self)
        self._phase.setObjectName("phase")
        self._progress = QLabel(self)
        self._saving_sign = QLabel(self)
        self._saving = QLabel(self)
        self._retry = QToolButton(self)
        self._retry.setText("Try again")
        self._retry.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._retry.clicked.connect(self.retry_requested)
        self._lay_out()
        study.changed.connect(self._follow)
        self._show(study.state)

    @property
    def phase(self) -> str:
        """What is said of the phase."""
        return self._phase.text()

    @property
    def saving(self) -> str:
        """What is said of saving."""
        return self._saving.text()

    @property
    def progress(self) -> str:
        """What is said of progress."""
        return self._progress.text()

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(8)
        layout.addWidget(self._sign)
        layout.addWidget(self._phase)
        layout.addStretch(1)
        layout.addWidget(self._progress)
        layout.addStretch(1)
        layout.addWidget(self._saving_sign)
        layout.addWidget(self._saving)
        layout.addWidget(self._retry)

    def _follow(self, change: StudyChange) -> None:
        del change
        # The newest: another listener may have changed the state since.
        self._show(self._study.state)

    def _show(self, state: StudyState) -> None:
        name, words, sign = _phase_words(state)
        if self.property("phase") != name:
            self.setProperty("phase", name)
            self.style().unpolish(self)
            self.style().polish(self)
        self._phase.setText(words)
        self._sign.setPixmap(icon(sign, TEXT).pixmap(_ICON, _ICON))
        progress = state.progress
        alias = f"{state.planned.alias}   " if state.planned is not None else ""
        place = f"{alias}{progress.words}   " if progress is not None else ""
        self._progress.setText(f"{place}session {self._session_id}")
        self._show_saving(state)

    def _show_saving(self, state: StudyState) -> None:
        failed = state.saving is Saving.FAILED
        words = state.saving.value
        if failed:
            records = "record" if state.unsaved == 1 else "records"
            words = f"{words}: {state.unsaved} {records} wait. {state.save_problem}"
        self._saving.setText(words)
        self._saving.setProperty("error", failed)
        self._saving.style().unpolish(self._saving)
        self._saving.style().polish(self._saving)
        self._retry.setVisible(failed)
        sign = _SIGNS.get(state.saving)
        self._saving_sign.setVisible(sign is not None)
        if sign is not None:
            name, colour = sign
            self._saving_sign.setPixmap(icon(name, colour).pixmap(_ICON, _ICON))


_SIGNS = {
    Saving.SAVING: ("mdi6.progress-clock", SECONDARY),
    Saving.SAVED: ("mdi6.check", TEXT),
    Saving.FAILED: ("mdi6.alert-circle-outline", ERROR),
}


def _phase_words(state: StudyState) -> tuple[str, str, str]:
    """Name for the style sheet, words, and icon."""
    if state.page not in (Page.READING, Page.LOADING) or state.phase is None:
        return "none", "Tomolens study: research use only", "mdi6.clipboard-text-outline"
    over = "   time limit reached" if state.time_is_over else ""
    if state.truth is not None:
        return "aided", "FEEDBACK: your answer is locked, the truth is shown", "mdi6.school-outline"
    if state.phase is Phase.ALONE and not state.ai_is_shown:
        return "alone", f"ALONE: the AI is hidden{over}", "mdi6.eye-off-outline"
    locked = ": your first answer is locked" if _has_first(state) else ""
    return "aided", f"WITH AI{locked}{over}", "mdi6.eye-outline"


def _has_first(state: StudyState) -> bool:
    return state.planned is not None and state.planned.ai_needs_lock
