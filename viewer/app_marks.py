"""The reader's marks in the main window: files, list, dialogs, mouse, connected."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.mark_keeping import MarkKeeping
from viewer.session.session import Session
from viewer.storage.places import Places
from viewer.ui.actions import CommandActions
from viewer.ui.file_chooser import FileChooser
from viewer.ui.hanging_view import HangingView
from viewer.ui.mark_desk import MarkDesk
from viewer.ui.mark_hand import MarkHand
from viewer.ui.mark_menu import MarkMenu
from viewer.ui.messages import Messages
from viewer.ui.pane.image_pane import ImagePane
from viewer.ui.panel.mark_list import MarkBlock
from viewer.ui.window_desk import Show


class MarkParts(QObject):
    """Everything about marks that the window is built of; the reading window has none of it."""

    def __init__(
        self,
        *,
        session: Session,
        files: ExamFiles,
        where: Places,
        chooser: FileChooser,
        show: Show,
        window: QWidget,
        messages: Messages,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self.keeping = MarkKeeping(session=session, folder=where.marks, parent=self)
        self.block = MarkBlock(session=session)
        self.desk = MarkDesk(
            session=session,
            files=files,
            block=self.block,
            chooser=chooser,
            show=show,
            window=window,
        )
        self.hands: list[MarkHand] = []
        for failed in (self.keeping.complained, self.keeping.not_kept, self.desk.failed):
            failed.connect(messages.problem)
        self.desk.kept.connect(messages.passing)
        self.keeping.joined.connect(messages.passing)

    def take(self, hanging: HangingView, actions: CommandActions) -> None:
        """Let the mouse on the panes draw."""
        self.menu = MarkMenu(session=self._session, actions=actions, window=self._window)

        def give(pane: ImagePane) -> None:
            hand = MarkHand(
                session=self._session,
                slot_of=hanging.slot_of,
                pane=pane,
                edit_words=self.desk.edit_words,
                show_menu=self.menu.show,
            )
            pane.give_hand(hand)
            self.hands.append(hand)

        hanging.pane_made.connect(give)
        for pane in hanging.made_panes:
            give(pane)

    def close(self) -> None:
        """Wait until everything is written."""
        self.desk.close()
        self.keeping.close()
