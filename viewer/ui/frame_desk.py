"""Says in the status bar how much memory and disk slices take, and clears them from the disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psutil
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QDialog, QWidget

from viewer.jobs.frame_memory import FrameMemory, FrameRoom
from viewer.loading.memory_budget import automatic_budget
from viewer.storage.frame_cache import automatic_limit
from viewer.ui.dialogs.clear_frames import ClearFramesDialog
from viewer.ui.dialogs.settings import AutomaticLimits
from viewer.ui.frame_room_words import full_words, short_words
from viewer.ui.status_bar import StatusBar


class FrameDesk(QObject):
    """The window's side of the memory for slices."""

    said = Signal(str)

    def __init__(
        self,
        *,
        memory: FrameMemory,
        folder: Path,
        status: StatusBar,
        window: QWidget,
        show: Callable[[QDialog], bool],
    ) -> None:
        """folder: of the cache on disk."""
        super().__init__(window)
        self._memory = memory
        self._folder = folder
        self._status = status
        self._window = window
        self._show = show
        self._process = psutil.Process()
        memory.told.connect(self._tell)
        memory.cleared.connect(self._say_cleared)

    @property
    def automatic_limits(self) -> AutomaticLimits:
        """What memory and disk are limited to when the program chooses."""
        used = self._memory.room.disk_used or 0
        return AutomaticLimits(
            memory_mb=automatic_budget() >> 20,
            disk_mb=automatic_limit(self._folder, used) >> 20,
        )

    def clear_cache(self) -> None:
        """Ask, then delete every decoded slice on disk."""
        if self._show(ClearFramesDialog(self._memory.room.disk_used or 0, self._window)):
            self._memory.clear()

    @Slot(FrameRoom)
    def _tell(self, room: FrameRoom) -> None:
        program_bytes = int(self._process.memory_info().rss)
        self._status.show_frames(short_words(room), full_words(room, program_bytes))

    @Slot()
    def _say_cleared(self) -> None:
        self._memory.look()
        self.said.emit("The decoded slices on disk were deleted.")
