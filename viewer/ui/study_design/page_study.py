"""What the study is called and what it asks."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from viewer.ui.study_design.design_page import DesignPage, silently
from viewer.ui.study_design.draft import Draft
from viewer.ui.text_size import follow_text_size, scaled

_TEXT_HEIGHT = 150


class StudyPage(DesignPage):
    """Title, id, question."""

    title = "Title and question"
    places = (("title",), ("study_id",))

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(draft, parent)
        self.name = QLineEdit(self.inside)
        self.name.setPlaceholderText("Reading DBT with and without the AI")
        self.study_id = QLineEdit(self.inside)
        self.question = QPlainTextEdit(self.inside)
        follow_text_size(self.question, lambda: self.question.setFixedHeight(scaled(_TEXT_HEIGHT)))
        self.question.setTabChangesFocus(True)
        self.add_field("Title", self.name, ("title",))
        self.add_field(
            "Short name",
            self.study_id,
            ("study_id",),
            words="Letters, digits, point, hyphen, underscore: in file names and tables.",
        )
        self.add_field(
            "Question and hypothesis",
            self.question,
            words="In your words: who reads what, what is expected, what would refute it. It is "
            "frozen with the protocol and printed in the report.",
        )
        self.name.textEdited.connect(lambda text: self.set(title=text))
        self.study_id.textEdited.connect(lambda text: self.set(study_id=text.strip()))
        self.question.textChanged.connect(self._take_question)
        self.start()

    def follow(self) -> None:
        """Show the draft."""
        protocol = self.protocol
        if self.name.text() != protocol.title:
            self.name.setText(protocol.title)
        if self.study_id.text().strip() != protocol.study_id:
            self.study_id.setText(protocol.study_id)
        if self.question.toPlainText() != protocol.analysis.text:
            silently(self.question, lambda: self.question.setPlainText(protocol.analysis.text))

    @Slot()
    def _take_question(self) -> None:
        self.set(analysis=replace(self.protocol.analysis, text=self.question.toPlainText()))
