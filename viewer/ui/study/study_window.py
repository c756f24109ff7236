"""Places the parts of the reading window, covers the images between cases, hands keys on."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from viewer.session.session import Change, Session
from viewer.session.study_state import Page, StudyChange, StudySession
from viewer.ui.hanging_view import HangingView
from viewer.ui.key_dispatch import KeyDispatch
from viewer.ui.notice_bar import NoticeBar
from viewer.ui.series_list import SeriesList
from viewer.ui.status_bar import StatusBar
from viewer.ui.strip.slice_strip import SliceStrip
from viewer.ui.study.central_page import CentralPage
from viewer.ui.study.form_panel import FormPanel
from viewer.ui.study.phase_band import PhaseBand
from viewer.ui.study.study_bar import StudyBar

SMALLEST = (960, 600)
TITLE = "Tomolens study"
_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyParts:
    """The widgets of the window, made elsewhere."""

    bar: StudyBar
    band: PhaseBand
    notices: NoticeBar
    series: SeriesList
    hanging: HangingView
    panel: FormPanel
    strip: SliceStrip
    status: StatusBar
    page: CentralPage


class StudyWindow(QMainWindow):
    """Shows either a case or a page of words; its title never says anything of a case."""

    closing = Signal()
    """Whoever listens keeps everything, and then calls let_close."""

    def __init__(self, *, session: Session, study: StudySession) -> None:
        super().__init__()
        self._session = session
        self._study = study
        self._parts: StudyParts | None = None
        self._keys: KeyDispatch | None = None
        self._may_close = False
        self.setWindowTitle(TITLE)
        self.setMinimumSize(*SMALLEST)
        session.changed.connect(self._follow)
        study.changed.connect(self._follow_study)

    def place(self, parts: StudyParts, keys: KeyDispatch) -> None:
        """Lay the parts out; once."""
        self._parts, self._keys = parts, keys
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(parts.series)
        middle.addWidget(parts.hanging, 1)
        middle.addWidget(parts.panel)
        reading = QWidget(self)
        reading_column = QVBoxLayout(reading)
        reading_column.setContentsMargins(0, 0, 0, 0)
        reading_column.setSpacing(0)
        reading_column.addWidget(parts.bar)
        reading_column.addLayout(middle, 1)
        reading_column.addWidget(parts.strip)
        self._reading = reading
        self._stack = QStackedWidget(self)
        self._stack.addWidget(parts.page)
        self._stack.addWidget(reading)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(parts.band)
        column.addWidget(parts.notices)
        column.addWidget(self._stack, 1)
        column.addWidget(parts.status)
        self.setCentralWidget(inside)
        parts.panel.fit(self.width())
        self._fold()

    def let_close(self) -> None:
        """Allow the window to close: everything is kept, and what ran has stopped."""
        self._may_close = True

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """On a page of words Enter does what its first button says; else the key's command."""
        if self._is_covered and event.key() in _ENTER and self._parts is not None:
            if not event.isAutoRepeat():
                self._parts.page.choose_first()
            return
        if self._keys is None or not self._keys.press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """End what the key held."""
        if self._keys is None or not self._keys.release(event):
            super().keyReleaseEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, N802
        """Tab goes through the questions once the keyboard is there, else to the next pane."""
        if self._parts is None or self._is_covered:
            return False
        return self._parts.panel.focus_next(1 if next else -1)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """End held keys when another window takes the keyboard: their release goes there."""
        is_change = event.type() == QEvent.Type.ActivationChange
        if is_change and self._keys is not None and not self.isActiveWindow():
            self._keys.release_all()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Let the questions take their share of the window."""
        super().resizeEvent(event)
        if self._parts is not None:
            self._parts.panel.fit(self.width())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Let everything be kept first; the window stays if the reader rather waits for that."""
        self.closing.emit()
        if self._may_close:
            super().closeEvent(event)
        else:
            event.ignore()

    @property
    def _is_covered(self) -> bool:
        return self._study.state.page is not Page.READING

    def _follow(self, change: Change) -> None:
        if change.touches("options", "exam_id"):
            self._fold()

    def _follow_study(self, change: StudyChange) -> None:
        if change.touches("page"):
            self._fold()

    def _fold(self) -> None:
        """Show the panels that are wished; the questions are always there."""
        parts = self._parts
        if parts is None:
            return
        self._stack.setCurrentWidget(parts.page if self._is_covered else self._reading)
        if self._is_covered:
            self.setFocus()
        state = self._session.state
        options, exam = state.options, state.exam
        is_full = options.full_screen and not self._is_covered
        parts.series.setVisible(options.left_panel and not is_full)
        has_slices = exam is not None and any(image.slices > 1 for image in exam.images)
        parts.strip.setVisible(has_slices and options.strip and not is_full)
        parts.bar.setVisible(not is_full)
        parts.status.setVisible(not is_full)
        if options.full_screen != self.isFullScreen():
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
