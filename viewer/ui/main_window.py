"""Places the parts of the window; folds panels; hands keys on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from viewer.session.session import Change, Session
from viewer.ui.empty_state import EmptyState
from viewer.ui.full_screen import FullScreenTurn
from viewer.ui.hanging_view import HangingView
from viewer.ui.key_dispatch import KeyDispatch
from viewer.ui.notice_bar import NoticeBar
from viewer.ui.painted_later import PaintedLater
from viewer.ui.panel.ai_panel import AiPanel
from viewer.ui.series_list import SeriesList
from viewer.ui.status_bar import StatusBar
from viewer.ui.strip.slice_strip import SliceStrip
from viewer.ui.top_bar import TopBar
from viewer.ui.worklist.worklist_page import WorklistPage

SMALLEST = (960, 600)
_LEAST_CENTRE = (128, 128)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowParts:
    """The widgets of the window, made elsewhere."""

    top_bar: TopBar
    notices: NoticeBar
    series: SeriesList
    hanging: HangingView
    empty: EmptyState
    worklist: WorklistPage
    panel: AiPanel
    strip: SliceStrip
    status: StatusBar


class MainWindow(QMainWindow):
    """Places widgets, nothing else."""

    files_dropped = Signal(list)
    """Local paths."""
    closing = Signal()

    def __init__(self, *, session: Session) -> None:
        super().__init__()
        self._session = session
        self._parts: WindowParts | None = None
        self._keys: KeyDispatch | None = None
        self._turn: FullScreenTurn | None = None
        self._is_full = False
        self._painted_later: PaintedLater | None = None
        self._centre = QStackedWidget(self)
        # A page that is hidden must not push the panels out of the window.
        self._centre.setMinimumSize(*_LEAST_CENTRE)
        self.setWindowTitle("Tomolens")
        self.setMinimumSize(*SMALLEST)
        self.setAcceptDrops(True)
        session.changed.connect(self._follow)

    @property
    def has_unpainted_parts(self) -> bool:
        """Whether something around the images still shows what it showed before."""
        is_turning = self._turn is not None and self._turn.is_waiting
        return is_turning or (self._painted_later is not None and self._painted_later.is_waiting)

    def place(self, parts: WindowParts, keys: KeyDispatch) -> None:
        """Lay the parts out; once."""
        self._parts, self._keys = parts, keys
        self._centre.addWidget(parts.empty)
        self._centre.addWidget(parts.hanging)
        self._centre.addWidget(parts.worklist)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(parts.series)
        middle.addWidget(self._centre, 1)
        middle.addWidget(parts.panel)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(parts.top_bar)
        column.addWidget(parts.notices)
        column.addLayout(middle, 1)
        column.addWidget(parts.strip)
        column.addWidget(parts.status)
        self.setCentralWidget(inside)
        # The bars repaint what changed alone: let paint later, they would draw all their icons.
        around = (parts.panel, parts.strip, parts.series)
        self._painted_later = PaintedLater(session=self._session, parts=around, parent=self)
        self._turn = FullScreenTurn(window=self, inside=inside, fold=self._fold)
        self._fold()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Perform what the key is bound to."""
        if self._turn is not None and self._turn.is_waiting:
            # It may go to a part that is about to come or go.
            self._fold()
        if self._keys is None or not self._keys.press(event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """End what the key held."""
        if self._keys is None or not self._keys.release(event):
            super().keyReleaseEvent(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, N802
        """Keep Tab for the next pane."""
        del next
        return False

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """End held keys when another window takes the keyboard: their release goes there."""
        is_change = event.type() == QEvent.Type.ActivationChange
        if is_change and self._keys is not None and not self.isActiveWindow():
            self._keys.release_all()
        super().changeEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take files and folders."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Report dropped files and folders."""
        paths = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Let the panel take its share of the window."""
        super().resizeEvent(event)
        if self._parts is not None:
            self._parts.panel.fit(self.width())

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Let everything that runs be stopped first."""
        self.hide()
        self.closing.emit()
        super().closeEvent(event)

    def _follow(self, change: Change) -> None:
        if self._turn is None or not change.touches("options", "exam_id", "exams", "worklist"):
            return
        is_full, was_full = change.new.options.full_screen, change.old.options.full_screen
        if is_full != was_full or is_full != self.isFullScreen():
            self._turn.begin(is_full)
            if not change.touches("exam_id", "exams", "worklist"):
                return
        self._fold()

    @Slot()
    def _fold(self) -> None:
        """Show the panels that are wished; none around full-screen images or an empty window."""
        parts, turn = self._parts, self._turn
        if parts is None or turn is None:
            return
        state = self._session.state
        options = state.options
        exam = state.exam
        has_list = state.worklist.visible
        has_exam = exam is not None and not has_list
        is_full = options.full_screen and has_exam
        shown = parts.worklist if has_list else parts.hanging if has_exam else parts.empty
        has_slices = (
            has_exam and exam is not None and any(image.slices > 1 for image in exam.images)
        )
        if has_list:
            self._centre.setCurrentWidget(shown)
        self._hold_paint_if_other(is_full)
        # Each part that comes or goes would give the panes another size, and draw them anew.
        with turn.laid_out_once():
            parts.panel.fit(self.width())
            parts.series.setVisible(has_exam and options.left_panel and not is_full)
            parts.panel.setVisible(has_exam and options.right_panel and not is_full)
            parts.strip.setVisible(has_slices and options.strip and not is_full)
            parts.top_bar.setVisible(not is_full)
            parts.status.setVisible(not is_full)
        if self._centre.currentWidget() is not shown:
            # The panes get their place once, after the panels beside them have theirs.
            self._centre.setCurrentWidget(shown)

    def _hold_paint_if_other(self, is_full: bool) -> None:
        """Let what comes back around full-screen images be painted after them."""
        if is_full != self._is_full and self._painted_later is not None:
            self._painted_later.hold()
        self._is_full = is_full
