"""Where the answers are kept."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from viewer.ui.study_design.design_page import DesignPage
from viewer.ui.study_design.draft import Draft


class StoragePage(DesignPage):
    """Second copy and database."""

    title = "Keeping"
    places = (("database",), ("second_copy",))

    def __init__(self, draft: Draft, parent: QWidget | None = None) -> None:
        super().__init__(draft, parent)
        self.add_words(
            "Every answer is written to the study's journal and to a second copy before the "
            "screen says saved. Put the second copy on another disk."
        )
        self.second_copy = QLineEdit(self.inside)
        self.second_copy.setPlaceholderText("beside this program's settings")
        self.database = QLineEdit(self.inside)
        self.database.setPlaceholderText("none: a file in the study's folder")
        self.add_field(
            "Folder of the second copy",
            self.second_copy,
            ("second_copy",),
            words="Absolute, or relative to the study's folder.",
        )
        self.add_field(
            "Database, for several workstations",
            self.database,
            ("database",),
            words="PostgreSQL, such as postgresql://user@host/name. Never with a password: that "
            "comes from ~/.pgpass or PGPASSWORD of each workstation.",
        )
        self.second_copy.textEdited.connect(lambda text: self.set(second_copy=text.strip()))
        self.database.textEdited.connect(lambda text: self.set(database=text.strip()))
        self.start()

    def follow(self) -> None:
        """Show the draft."""
        if self.second_copy.text().strip() != self.protocol.second_copy:
            self.second_copy.setText(self.protocol.second_copy)
        if self.database.text().strip() != self.protocol.database:
            self.database.setText(self.protocol.database)
