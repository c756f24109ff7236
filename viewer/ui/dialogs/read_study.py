"""Asks which study is read, and by whom."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.errors import StudyError
from viewer.ui.file_chooser import FileChooser
from viewer.ui.text_size import scaled

_WORDS = """\
The study opens in a window of its own, with blind numbers only. It goes on where the reader
stopped; nothing that was answered is lost."""


class ReadStudyDialog(QDialog):
    """A folder and a reader's code."""

    def __init__(self, *, chooser: FileChooser, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Read a study")
        self.setMinimumWidth(scaled(560))
        self._chooser = chooser
        self._folder: Path | None = None
        words = QLabel(" ".join(_WORDS.split()), self)
        words.setObjectName("hint")
        words.setWordWrap(True)
        self.folder = QLineEdit(self)
        self.folder.setPlaceholderText("the study's folder")
        choose = QPushButton("Choose…", self)
        choose.setAutoDefault(False)
        self.reader = QComboBox(self)
        self._said = QLabel(self)
        self._said.setObjectName("warning")
        self._said.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.start_button = self.buttons.addButton("Start", QDialogButtonBox.ButtonRole.AcceptRole)
        row = QHBoxLayout()
        row.addWidget(self.folder, 1)
        row.addWidget(choose)
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(12)
        form.addRow("Study", row)
        form.addRow("Reader", self.reader)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(14)
        layout.addWidget(words)
        layout.addLayout(form)
        layout.addWidget(self._said)
        layout.addWidget(self.buttons)
        choose.clicked.connect(self._ask)
        self.folder.textChanged.connect(self._look)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._look()

    @property
    def study(self) -> Path | None:
        """The study's folder; None while there is none."""
        return self._folder

    @property
    def reader_id(self) -> str:
        """Who reads."""
        return self.reader.currentText()

    @property
    def complaint(self) -> str:
        """Why it cannot be read."""
        return self._said.text()

    def _ask(self) -> None:
        folder = self._chooser.folder_to_open(self)
        if folder is not None:
            self.folder.setText(str(folder))

    @Slot()
    def _look(self) -> None:
        """Offer the readers of the study that is named."""
        self._folder = None
        self.reader.clear()
        self._said.clear()
        text = self.folder.text().strip()
        if text:
            try:
                place = StudyFolder.of(Path(text))
                protocol = read_protocol(place)
            except StudyError as error:
                self._said.setText(f"{error}. {error.hint}".strip())
            else:
                self._folder = place.path
                self.reader.addItems([reader.reader_id for reader in protocol.readers])
        self.start_button.setEnabled(self._folder is not None and self.reader.count() > 0)
