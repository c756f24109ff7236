"""What commands about marks reach beside the session: the dialog, the list, the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from viewer.domain.frame import Frame
from viewer.domain.mark import Mark, MarkShape
from viewer.errors import Problem
from viewer.export.file_names import picture_name
from viewer.export.marks_table import MarkedExam, has_values, write_marks_table
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.one_task import OneTask
from viewer.session.marks import (
    mark_changed,
    mark_deleted,
    marked_exam,
    marks_of_exam,
    selected_mark,
)
from viewer.session.session import Session
from viewer.session.slabs import is_shown_as_slab
from viewer.ui.dialogs.mark_words import MarkWordsDialog
from viewer.ui.file_chooser import FileChooser
from viewer.ui.panel.mark_list import MarkBlock

_CSV = "Table (*.csv)"
_OF_SLICES = "Its values are of the slice named there, not of the slab."


class MarkDesk(QObject):
    """See viewer.commands.command.MarkDesk."""

    kept = Signal(str)
    """A sentence for the status bar."""
    failed = Signal(Problem)

    def __init__(
        self,
        *,
        session: Session,
        files: ExamFiles,
        block: MarkBlock,
        chooser: FileChooser,
        show: Callable[[QDialog], bool],
        window: QWidget,
    ) -> None:
        """show: shows a dialog until it is closed; whether it was accepted."""
        super().__init__(window)
        self._session = session
        self._files = files
        self._block = block
        self._chooser = chooser
        self._show = show
        self._window = window
        self._writing = OneTask(name="marks table", parent=self)
        self._writing.succeeded.connect(self._say_written)
        self._writing.failed.connect(self.failed)
        block.left.connect(window.setFocus)

    def edit_words(self) -> None:
        """Ask for class, words and slices of the selected mark; words without words go."""
        mark = selected_mark(self._session.state)
        image = None if mark is None else self._session.state.image(mark.image_id)
        if mark is None or image is None:
            return
        dialog = MarkWordsDialog(mark, slices=image.slices, parent=self._window)
        said = dialog.mark if self._show(dialog) else mark
        if _says_nothing(said):
            self._session.apply(lambda state: mark_deleted(state, said.mark_id))
        else:
            # Setting words down and saying them is one step to undo.
            is_new = _says_nothing(mark)
            self._session.apply(lambda state: mark_changed(state, said, same_step=is_new))

    def to_list(self) -> None:
        """Give the keyboard to the list of marks and key images."""
        options = self._session.state.options
        if not options.right_panel:
            shown = replace(options, right_panel=True)
            self._session.apply(lambda state: replace(state, options=shown))
        if not self._block.take_keyboard():
            is_full = self._session.state.options.full_screen
            self.kept.emit(
                "The list is hidden in full screen; Alt+Right goes to the next mark."
                if is_full
                else "There are no marks and key images yet."
            )

    def save(self) -> None:
        """Ask for a file and write the marks of the exam as a table."""
        state = self._session.state
        exam, found = marked_exam(state), marks_of_exam(state)
        if exam is None or found is None:
            return
        chosen = self._chooser.file_to_save(
            self._window,
            title="Save marks",
            name=picture_name(exam.alias, what="marks"),
            formats=(_CSV,),
        )
        if chosen is None:
            return
        path, marked = chosen[0], MarkedExam(exam=exam, kept=found.kept)
        frames = {
            mark.image_id: self._files.frames_for_ai(mark.image_id)
            for image in exam.images
            for mark in found.kept.marks_on(image)
        }

        def frame_of(image_id: str, slice_index: int) -> Frame:
            return Frame.cropped(frames[image_id].read_frame(slice_index))

        beside_slab = any(
            has_values(mark) and is_shown_as_slab(state, image)
            for image in exam.images
            for mark in found.kept.marks_on(image)
        )
        # The panes say what the slab holds: other numbers than those of the table.
        note = f" {_OF_SLICES}" if beside_slab else ""

        def write() -> str:
            write_marks_table(path, marked, frame_of)
            return f"Marks written to {path.name}.{note}"

        if not self._writing.run(write):
            self.kept.emit("A table is being written; wait for it.")

    def say(self, sentence: str) -> None:
        """Show a passing message."""
        self.kept.emit(sentence)

    def close(self) -> None:
        """Wait for a table that is being written."""
        self._writing.close()

    @Slot(object)
    def _say_written(self, words: str) -> None:
        self.kept.emit(words)


def _says_nothing(mark: Mark) -> bool:
    return mark.shape is MarkShape.TEXT and not mark.text
