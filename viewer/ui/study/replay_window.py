"""Shows what a reader looked at in one case, and what was said meanwhile."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QVBoxLayout,
    QWidget,
)

from viewer.domain.overlay_settings import OverlaySettings
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.study_film import Film
from viewer.session.ai_results import ai_stands
from viewer.session.session import Session
from viewer.session.study_replay import Moment, clock_words, shown_at
from viewer.ui.folding_row import FoldingRow
from viewer.ui.hanging_view import HangingView
from viewer.ui.study.replay_controls import ReplayControls
from viewer.ui.text_size import follow_text_size, scaled

FRAME_MS = 40
_LIST_WIDTH = 360
"""Logical pixels at 100 % text."""
_LARGEST_SHARE = 0.42


class ReplayWindow(QMainWindow):
    """For designers and analysts; blind numbers only. Nothing can be changed here."""

    closing = Signal()

    def __init__(
        self,
        *,
        session: Session,
        files: ExamFiles,
        hanging: HangingView,
        overlay: OverlaySettings,
    ) -> None:
        super().__init__()
        self._session = session
        self._files = files
        self._overlay = overlay
        self._film: Film | None = None
        self._shown_ms = 0
        self._moments: tuple[Moment, ...] | None = None
        self.setWindowTitle("Tomolens study replay")
        self.title = QLabel("Opening…", self)
        self.title.setObjectName("heading")
        self.title.setWordWrap(True)
        self.note = QLabel("research use only", self)
        self.note.setObjectName("hint")
        self.note.setWordWrap(True)
        self.said = QListWidget(self)
        self.said.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.said.setWordWrap(True)
        self.said.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.said.setAccessibleName("What happened")
        self.controls = ReplayControls(self)
        self._place(hanging)
        follow_text_size(self.said, self._take_widths)
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._play_on)
        self.controls.play_toggled.connect(self.toggle)
        self.controls.stepped.connect(self.step)
        self.controls.sought.connect(self.seek)
        self.said.itemClicked.connect(self._seek_item)

    @property
    def shown_ms(self) -> int:
        """Where the film is."""
        return self._shown_ms

    @property
    def is_playing(self) -> bool:
        """Whether time runs."""
        return self._timer.isActive()

    def show_film(self, film: Film) -> None:
        """Show a reading from its beginning."""
        self._film = film
        key = film.planned.key
        kind = "training case" if film.planned.training else "case"
        self.title.setText(
            f"Reader {key.reader_id}   session {key.session_id}   {kind} {film.number}   "
            f"{film.planned.alias}"
        )
        self.note.setText(film.note or "research use only")
        self._files.open([film.located])
        self.controls.show_length(film.replay.length_ms)
        for moment in film.replay.moments:
            if moment.words:
                item = QListWidgetItem(f"{clock_words(moment.since_ms)}   {moment.words}")
                item.setData(Qt.ItemDataRole.UserRole, moment.shown_ms)
                self.said.addItem(item)
        self.seek(0)

    def notice(self, words: str) -> None:
        """Say below the images what the user should know."""
        self.statusBar().showMessage(words)

    def show_problem(self, words: str) -> None:
        """Say why there is nothing to watch."""
        self.title.setText(words)

    @Slot()
    def toggle(self) -> None:
        """Let time run, from the beginning again at the end; or stop it."""
        if self._film is None:
            return
        if self._timer.isActive():
            self._timer.stop()
        else:
            if self._shown_ms >= self._film.replay.length_ms:
                self.seek(0)
            self._timer.start()
        self.controls.show_playing(self._timer.isActive())

    @Slot(int)
    def step(self, by: int) -> None:
        """Go to the next or previous moment."""
        if self._film is None:
            return
        times = sorted({moment.shown_ms for moment in self._film.replay.moments})
        later = [ms for ms in times if ms > self._shown_ms]
        earlier = [ms for ms in times if ms < self._shown_ms]
        if by > 0 and later:
            self.seek(later[0])
        elif by < 0 and earlier:
            self.seek(earlier[-1])

    @Slot(int)
    def seek(self, shown_ms: int) -> None:
        """Show the reading at a time of the film."""
        film = self._film
        if film is None:
            return
        self._shown_ms = min(max(shown_ms, 0), film.replay.length_ms)
        moments = film.replay.upto(self._shown_ms)
        since_ms = moments[-1].since_ms if moments else 0
        self.controls.show_time(self._shown_ms, clock_words(since_ms))
        if moments == self._moments:
            return
        self._moments = moments
        self._show(film, moments)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Space plays and pauses; left and right step; up and down change the speed."""
        match event.key():
            case Qt.Key.Key_Space:
                self.toggle()
            case Qt.Key.Key_Right:
                self.step(1)
            case Qt.Key.Key_Left:
                self.step(-1)
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                self.controls.change_speed(1 if event.key() == Qt.Key.Key_Up else -1)
            case Qt.Key.Key_Home:
                self.seek(0)
            case Qt.Key.Key_End if self._film is not None:
                self.seek(self._film.replay.length_ms)
            case _:
                super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Leave the images most of the width."""
        super().resizeEvent(event)
        self._take_widths()

    def _take_widths(self) -> None:
        self.said.setFixedWidth(min(scaled(_LIST_WIDTH), round(self.width() * _LARGEST_SHARE)))

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Stop what runs."""
        self._timer.stop()
        self.closing.emit()
        super().closeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The mouse moves nothing in the panes: they show what the reader saw."""
        del watched
        return event.type() in _MOUSE

    def _show(self, film: Film, moments: tuple[Moment, ...]) -> None:
        last = moments[-1] if moments else None
        known = bool(last and last.ai_is_known)
        for image_id, done in film.ai.items() if known else ():
            self._session.apply(partial(ai_stands, image_id=image_id, ai=done))
        self._session.apply(lambda state: shown_at(state, moments, self._overlay))
        spoken = sum(1 for moment in moments if moment.words)
        if spoken:
            self.said.setCurrentRow(spoken - 1)
        else:
            self.said.clearSelection()

    @Slot()
    def _play_on(self) -> None:
        film = self._film
        if film is None:
            return
        self.seek(self._shown_ms + round(FRAME_MS * self.controls.speed_factor))
        if self._shown_ms >= film.replay.length_ms:
            self.toggle()

    @Slot(QListWidgetItem)
    def _seek_item(self, item: QListWidgetItem) -> None:
        self.seek(int(item.data(Qt.ItemDataRole.UserRole)))

    def _place(self, hanging: HangingView) -> None:
        for pane in hanging.panes.values():
            pane.installEventFilter(self)
            pane.setAcceptDrops(False)
        head = FoldingRow(self.title, self.note, parent=self)
        head.set_margins(12, 8, 12, 8)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(hanging, 1)
        middle.addWidget(self.said)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addLayout(middle, 1)
        column.addWidget(self.controls)
        self.setCentralWidget(inside)
        self.setMinimumSize(960, 600)


_MOUSE = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
    }
)
