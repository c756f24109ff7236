"""The truth: chosen here, sealed apart, never in the protocol."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from viewer.ui.file_chooser import FileChooser
from viewer.ui.study_design.design_page import DesignPage, FieldNote
from viewer.ui.study_design.draft import Draft

_WORDS = """\
The truth is a CSV with a line for each breast, or for each lesion where readers mark. When the
study is written it is encrypted into the folder sealed; the protocol carries only its SHA-256. No
reader's program can open it before the answer of a training case is locked; the analysis opens it
with the designer's keys. Keep the CSV itself away from readers."""


class TruthPage(DesignPage):
    """A file, and what is sealed already."""

    title = "Truth"
    places = (("sealed",),)

    def __init__(
        self, draft: Draft, *, chooser: FileChooser, columns: str, parent: QWidget | None = None
    ) -> None:
        """columns: of the CSV, in words."""
        super().__init__(draft, parent)
        self._chooser = chooser
        self.add_words(_WORDS)
        self.file = QLineEdit(self.inside)
        self.file.setPlaceholderText("none: seal it later with tomolens study seal")
        place = QWidget(self.inside)
        row = QHBoxLayout(place)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.file, 1)
        self.choose_button = QPushButton("Choose…", place)
        row.addWidget(self.choose_button)
        self.add_field("CSV of the truth", place, ("sealed",), words=columns)
        self._missing = FieldNote((), self.inside)
        self.add_wide(self._missing)
        self._truth = QLabel(self.inside)
        self._ai = QLabel(self.inside)
        for label in (self._truth, self._ai):
            label.setWordWrap(True)
        self.add_field("Truth sealed", self._truth)
        self.add_field(
            "AI sealed",
            self._ai,
            words="The AI's results are computed and sealed by tomolens study seal, once the "
            "study is written.",
        )
        self.choose_button.clicked.connect(self._ask)
        self.file.textChanged.connect(self._look)
        self.start()

    @property
    def chosen(self) -> Path | None:
        """The file to be sealed when the study is written."""
        text = self.file.text().strip()
        return Path(text).expanduser() if text else None

    @property
    def complaints(self) -> tuple[str, ...]:
        """What is wrong on this page."""
        chosen = self.chosen
        gone = chosen is not None and not chosen.is_file()
        return (*super().complaints, *(("there is no such file",) if gone else ()))

    def forget(self) -> None:
        """It was sealed."""
        self.file.clear()

    def follow(self) -> None:
        """Show the draft."""
        sealed = self.protocol.sealed
        self._truth.setText(
            f"yes: SHA-256 {sealed.truth_sha256[:16]}…" if sealed.truth_sha256 else "no"
        )
        models = ", ".join(sealed.ai_models)
        self._ai.setText(f"yes: {models}" if sealed.ai_sha256 else "no")

    def _ask(self) -> None:
        files = self._chooser.files_to_open(self)
        if files:
            self.file.setText(str(files[0]))

    def _look(self) -> None:
        chosen = self.chosen
        gone = chosen is not None and not chosen.is_file()
        self._missing.say((f"there is no file {chosen}",) if gone else ())
        self.draft.changed.emit()
