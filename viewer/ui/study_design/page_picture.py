"""The design as a picture: readers, sessions, phases, washout."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget

from viewer.errors import problem_of
from viewer.export.atomic_write import CannotWrite
from viewer.export.csv_rows import write_text
from viewer.export.design_svg import design_svg
from viewer.study.design_picture import design_picture
from viewer.ui.file_chooser import FileChooser
from viewer.ui.flow_layout import FlowLayout
from viewer.ui.study_design.design_page import DesignPage, FieldNote
from viewer.ui.study_design.draft import Draft
from viewer.ui.study_design.picture_view import PictureArea, PictureView


class PicturePage(DesignPage):
    """Drawn when the page comes up: large designs take a moment."""

    title = "Picture of the design"

    def __init__(
        self, draft: Draft, *, chooser: FileChooser, parent: QWidget | None = None
    ) -> None:
        super().__init__(draft, parent)
        self._chooser = chooser
        self.view = PictureView(self.inside)
        self._missing = FieldNote((), self.inside)
        self.save_button = QPushButton("Save as SVG…", self.inside)
        self.save_button.clicked.connect(self._save)
        buttons = QWidget(self.inside)
        FlowLayout(buttons).addWidget(self.save_button)
        self.add_wide(self._missing)
        self.add_wide(PictureArea(self.view, self.inside))
        self.add_wide(buttons)
        self.start()

    def follow(self) -> None:
        """Draw again while it is seen."""
        if self.isVisible():
            self.entered()

    def entered(self) -> None:
        """Draw the design as it stands."""
        protocol = self.protocol
        missing = [
            words
            for words, there in (
                ("there is no session", protocol.sessions),
                ("there is no reader", protocol.readers),
                ("there is no case: the boxes are empty", protocol.cases),
            )
            if not there
        ]
        self._missing.say(tuple(missing))
        can = bool(protocol.sessions and protocol.readers and _arms_are_known(self.draft))
        self.view.show_picture(design_picture(protocol) if can else None)
        self.save_button.setEnabled(can)

    def _save(self) -> None:
        picture = self.view.picture
        chosen = self._chooser.file_to_save(
            self, title="Save the picture", name="design.svg", formats=("SVG (*.svg)",)
        )
        if picture is None or chosen is None:
            return
        try:
            write_text(chosen[0], design_svg(picture))
        except (CannotWrite, OSError) as error:
            self._missing.say((problem_of(error).text.rstrip("."),))


def _arms_are_known(draft: Draft) -> bool:
    arms = {arm.arm_id for arm in draft.protocol.arms}
    return all(reader.arm_id in arms for reader in draft.protocol.readers)
