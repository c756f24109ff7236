"""The band that always says in which phase the reader is, how far, and whether all is saved."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from viewer.session.study_state import Page, Saving, StudyChange, StudySession, StudyState
from viewer.study.protocol import Phase
from viewer.ui.icons import icon
from viewer.ui.text_size import follow_text_size, scaled
from viewer.ui.theme import ERROR, SECONDARY, TEXT

_HEIGHT = 32
_ICON = 18
_EDGE = 12
_GAP = 8


class PhaseBand(QWidget):
    """Follows the study's state."""

    retry_requested = Signal()

    def __init__(
        self, *, study: StudySession, session_id: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("phaseBand")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
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
        self._saving.setWordWrap(True)
        self._groups = (
            self._group(self._sign, self._phase),
            self._group(self._progress),
            self._group(self._saving_sign, self._saving, self._retry),
        )
        follow_text_size(self, self._grow)
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

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Any width: what finds no room beside the phase stands below it."""
        return QSize(scaled(_HEIGHT), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Use the new room."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Fit anew when the words or their font change."""
        handled = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._fit()
        return handled

    def _group(self, *widgets: QWidget) -> QWidget:
        group = QWidget(self)
        layout = QHBoxLayout(group)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(_GAP)
        for widget in widgets:
            layout.addWidget(widget)
        return group

    def _grow(self) -> None:
        """Take the size of words."""
        self._show(self._study.state)
        self._fit()

    def _fit(self) -> None:
        """Phase, progress and saving in one line, or the phase above the others."""
        phase, progress, saving = self._groups
        room, line = self.width() - 2 * _EDGE, scaled(_HEIGHT)
        widths = [_wish(group) for group in self._groups]
        if sum(widths) + 2 * _GAP <= room:
            free = room - sum(widths)
            self.setFixedHeight(line)
            self._put(phase, 0, 0, widths[0], line)
            self._put(progress, widths[0] + free // 2, 0, widths[1], line)
            self._put(saving, room - widths[2], 0, widths[2], line)
            return
        beside = max(0, room - widths[1] - _GAP)
        wide = min(widths[2], beside)
        high = max(line, _height_at(saving, wide))
        self.setFixedHeight(line + high)
        self._put(phase, 0, 0, min(widths[0], room), line)
        self._put(progress, 0, line, min(widths[1], room), line)
        self._put(saving, room - wide, line, wide, high)

    def _put(self, group: QWidget, left: int, top: int, width: int, height: int) -> None:
        group.setGeometry(_EDGE + left, top, width, height)

    def _follow(self, change: StudyChange) -> None:
        del change
        # The newest: another listener may have changed the state since.
        self._show(self._study.state)
        self._fit()

    def _show(self, state: StudyState) -> None:
        name, words, sign = _phase_words(state)
        if self.property("phase") != name:
            self.setProperty("phase", name)
            self.style().unpolish(self)
            self.style().polish(self)
        self._phase.setText(words)
        self._sign.setPixmap(icon(sign, TEXT).pixmap(_sign_size()))
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
            self._saving_sign.setPixmap(icon(name, colour).pixmap(_sign_size()))


def _sign_size() -> QSize:
    return QSize(scaled(_ICON), scaled(_ICON))


def _wish(group: QWidget) -> int:
    """Width of a group with all its words in one line."""
    widths = [_width_of(child) for child in _shown(group)]
    return sum(widths) + _GAP * max(0, len(widths) - 1)


def _height_at(group: QWidget, width: int) -> int:
    """Height of a group whose words have so much room."""
    wrapped = [c for c in _shown(group) if isinstance(c, QLabel) and c.wordWrap()]
    room = width - _wish(group) + sum(map(_width_of, wrapped))
    return max((label.heightForWidth(max(1, room)) for label in wrapped), default=0)


def _shown(group: QWidget) -> list[QWidget]:
    return [child for child in group.findChildren(QWidget) if not child.isHidden()]


def _width_of(child: QWidget) -> int:
    child.ensurePolished()
    if isinstance(child, QLabel) and child.text():
        return child.fontMetrics().horizontalAdvance(child.text()) + 1
    return child.sizeHint().width()


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
