"""The last page: what will be written, what is wrong, why a frozen study changes; and writing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from viewer.commands.study_cases import moved
from viewer.commands.study_standing import StudyStanding
from viewer.study.change_of_protocol import Change, ChangeOfProtocol
from viewer.study.check_protocol import problems_of
from viewer.study.protocol import Protocol
from viewer.study.write_protocol import protocol_toml
from viewer.ui.file_chooser import FileChooser
from viewer.ui.study_design.design_page import DesignPage, FieldNote, wrapped
from viewer.ui.study_design.draft import Draft
from viewer.ui.text_size import follow_text_size, scaled

_FROZEN = """\
Answers were given under this protocol: it is frozen. A change is a new version with a reason, \
which stands in the report. What was read stays as it was read."""
_MOST_DIFFERENCES = 12
_LEAST_TEXT = 260
"""Logical pixels at 100 % text."""
NOTHING_CHANGED = "nothing has changed"


class WritePage(DesignPage):
    """Folder, reason, TOML."""

    title = "Check and write"

    def __init__(
        self, draft: Draft, *, chooser: FileChooser, parent: QWidget | None = None
    ) -> None:
        super().__init__(draft, parent)
        self._chooser = chooser
        self._standing: StudyStanding | None = None
        self.folder = QLineEdit(self.inside)
        self.folder.setPlaceholderText("a new folder for the study")
        self.choose_button = QPushButton("Choose…", self.inside)
        self.reason = QLineEdit(self.inside)
        self.reason.setPlaceholderText("why the protocol changes")
        self.text = QPlainTextEdit(self.inside)
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setObjectName("plainText")
        follow_text_size(self.text, lambda: self.text.setMinimumHeight(scaled(_LEAST_TEXT)))
        self.text.setAccessibleName("study.toml as it will be written")
        self.problems = FieldNote((), self.inside)
        self._frozen = wrapped(_FROZEN, self.inside)
        self._differences = wrapped("", self.inside)
        self._lay_out()
        self.folder.editingFinished.connect(self._take_folder)
        self.choose_button.clicked.connect(self._ask)
        self.reason.textEdited.connect(lambda _: self.follow())
        draft.folder_changed.connect(self.follow)
        self.start()

    @property
    def standing(self) -> StudyStanding | None:
        """The study that was opened; None for a new one."""
        return self._standing

    def show_standing(self, standing: StudyStanding | None) -> None:
        """Say what the opened study allows."""
        self._standing = standing
        self.reason.clear()
        self.follow()

    @property
    def to_write(self) -> Protocol:
        """The draft, as the next version where the study is frozen."""
        protocol, standing = self.protocol, self._standing
        if standing is None or standing.adopted is None or not standing.has_answers:
            return protocol
        same = replace(protocol, version=standing.adopted.version, reason=standing.protocol.reason)
        if standing.change_to(same).change is Change.SAME:
            return same
        return replace(
            protocol, version=standing.adopted.version + 1, reason=self.reason.text().strip()
        )

    @property
    def change(self) -> ChangeOfProtocol | None:
        """What the study's journal says to it; None for a new study."""
        return None if self._standing is None else self._standing.change_to(self.to_write)

    @property
    def obstacle(self) -> str:
        """Why it cannot be written now; "" when it can."""
        if self.draft.problems:
            return _count(len(self.draft.problems))
        if self.draft.folder is None:
            return "choose a folder"
        if self._standing is not None and self.to_write == self._standing.protocol:
            return NOTHING_CHANGED
        change = self.change
        wrong = problems_of(self.to_write)
        if wrong:
            return wrong[0].message
        if change is not None and change.change is Change.REFUSED:
            return change.message
        return ""

    def follow(self) -> None:
        """Show the draft."""
        folder = "" if self.draft.folder is None else str(self.draft.folder)
        if not self.folder.hasFocus() and self.folder.text() != folder:
            self.folder.setText(folder)
        is_frozen = self._standing is not None and self._standing.has_answers
        self._frozen.setVisible(is_frozen)
        self._reason_row.setVisible(is_frozen)
        change = self.change
        differences = () if change is None else change.differences
        said = list(differences[:_MOST_DIFFERENCES])
        if len(differences) > len(said):
            said.append(f"and {len(differences) - len(said)} more")
        self._differences.setText("Changed: " + "; ".join(said) if said else "")
        self._differences.setVisible(bool(said))
        wrong = tuple(dict.fromkeys(p.message for p in self.draft.problems))
        if not wrong and self.obstacle not in ("", NOTHING_CHANGED):
            wrong = (self.obstacle,)
        self.problems.say(wrong)
        if self.isVisible():
            self.entered()

    def entered(self) -> None:
        """Write the text anew."""
        try:
            text = protocol_toml(self.to_write)
        except ValueError as error:
            text = f"# {error}"
        if text != self.text.toPlainText():
            self.text.setPlainText(text)

    def use_folder(self, folder: Path) -> None:
        """Put the study into a folder; the paths of cases are stated from there."""
        before = self.draft.folder
        new = folder.expanduser().absolute()
        if new == before:
            return
        cases = tuple(moved(case, old=before, new=new) for case in self.protocol.cases)
        self.draft.move(new)
        self.draft.change(replace(self.protocol, cases=cases))

    def _ask(self) -> None:
        folder = self._chooser.folder_to_open(self)
        if folder is not None:
            self.use_folder(folder)

    @Slot()
    def _take_folder(self) -> None:
        text = self.folder.text().strip()
        if text:
            self.use_folder(Path(text))

    def _lay_out(self) -> None:
        place = QWidget(self.inside)
        row = QHBoxLayout(place)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.folder, 1)
        row.addWidget(self.choose_button)
        self.add_field(
            "Folder of the study",
            place,
            words="It gets study.toml; later the journal of answers and what is sealed. Readers "
            "of other workstations get a copy of it.",
        )
        self.add_wide(self._frozen)
        self.add_field("Reason of the change", self.reason)
        self._reason_row = self.last_row
        self.add_wide(self._differences)
        self.add_wide(self.problems)
        self.add_heading("study.toml")
        self.add_wide(self.text, stretch=100)


def _count(problems: int) -> str:
    return "1 thing to put right" if problems == 1 else f"{problems} things to put right"
