"""What stands where the images will be: what to do next."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from viewer.jobs.recent import Recent
from viewer.ui.actions import CommandActions
from viewer.ui.text_size import follow_text_size, scaled

_SIGN = 16
_MOST_RECENT = 6
_WIDTH = 460


class EmptyState(QWidget):
    """Offers to open an exam, the demo, a study, and what was opened last."""

    reopen_requested = Signal(tuple)
    files_dropped = Signal(list)

    def __init__(
        self, *, actions: CommandActions, recent: Recent, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self._recent = recent
        title = QLabel("Open an exam", self)
        title.setObjectName("title")
        words = QLabel(
            "Drop files or folders here: DICOM, NIfTI, NRRD, MHA, PNG, TIFF.\n"
            "Folders are searched with everything in them.",
            self,
        )
        words.setObjectName("hint")
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for command_id, text in (
            ("exam.open", "Open files…"),
            ("exam.open_folder", "Open folder…"),
            ("exam.demo", "Open the demo"),
        ):
            buttons.addWidget(_button(actions, command_id, text, self))
        buttons.addStretch(1)
        studies = QHBoxLayout()
        studies.setSpacing(8)
        heading = QLabel("Reader studies", self)
        heading.setObjectName("hint")
        for command_id, text in (
            ("studies.read", "Read a study…"),
            ("studies.design", "Design…"),
            ("studies.analyse", "Analyse…"),
        ):
            studies.addWidget(_button(actions, command_id, text, self))
        studies.addStretch(1)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        column = QVBoxLayout()
        column.setSpacing(14)
        column.addWidget(title)
        column.addWidget(words)
        column.addLayout(buttons)
        column.addSpacing(6)
        column.addWidget(heading)
        column.addLayout(studies)
        column.addSpacing(10)
        column.addLayout(self._list)
        box = QWidget(self)
        box.setLayout(column)
        follow_text_size(box, lambda: box.setFixedWidth(scaled(_WIDTH)))
        centre = QVBoxLayout(self)
        centre.addWidget(box, 0, Qt.AlignmentFlag.AlignCenter)
        recent.changed.connect(self._fill)
        self._fill()

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

    def _fill(self) -> None:
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        recents = self._recent.exams[:_MOST_RECENT]
        if recents:
            heading = QLabel("Opened last", self)
            heading.setObjectName("hint")
            self._list.addWidget(heading)
        for recent in recents:
            link = QPushButton(self._recent.title(recent), self)
            link.setObjectName("link")
            link.setCursor(Qt.CursorShape.PointingHandCursor)
            link.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            link.clicked.connect(lambda _=False, p=recent.paths: self.reopen_requested.emit(p))
            self._list.addWidget(link)


def _button(actions: CommandActions, command_id: str, text: str, parent: QWidget) -> QPushButton:
    action = actions.action(command_id)
    button = QPushButton(action.icon(), text, parent)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    follow_text_size(button, lambda: button.setIconSize(QSize(scaled(_SIGN), scaled(_SIGN))))
    button.clicked.connect(action.trigger)
    return button
