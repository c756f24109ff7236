"""Where slices are decoded, kept in memory and on disk: composed for a window."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from viewer.jobs.decode_signals import DecodeSignals
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.frame_memory import FrameMemory
from viewer.loading.coded_store import SHARE_OF_BUDGET, CodedStore
from viewer.loading.decode_pool import DecodePool
from viewer.loading.frame_reader import FrameReader
from viewer.loading.frame_store import FrameStore
from viewer.loading.memory_budget import frame_budget
from viewer.rendering.bright_padding import filled_bytes
from viewer.session.session import Session
from viewer.settings import Settings
from viewer.storage.drive_kind import is_network_drive
from viewer.storage.frame_cache import DecodedCache
from viewer.storage.places import Places
from viewer.ui.frame_desk import FrameDesk
from viewer.ui.messages import Messages
from viewer.ui.status_bar import StatusBar
from viewer.ui.window_desk import Show


def frame_store(settings: Settings) -> FrameStore:
    """Return an empty store; frames whose padding is filled for drawing take room of its budget."""
    return FrameStore(frame_budget(settings.frames_mb), beside=filled_bytes)


class FrameParts:
    """Store, cache, decode pool and files of the main window."""

    def __init__(
        self, *, session: Session, settings: Settings, where: Places, workers: int, parent: QObject
    ) -> None:
        """workers: threads that decode."""
        limit_mb = settings.frame_cache_mb
        self.folder = where.frames
        self.store = frame_store(settings)
        self.cache = DecodedCache(
            where.frames,
            largest_bytes=None if limit_mb is None else limit_mb << 20,
            on=settings.frame_cache,
        )
        self.signals = DecodeSignals(parent)
        coded = CodedStore(
            largest_bytes=self.store.budget_bytes // SHARE_OF_BUDGET,
            is_slow=is_network_drive,
            on_size=self.store.take,
        )
        self.pool = DecodePool(
            store=self.store,
            on_ready=self.signals.on_ready,
            on_failed=self.signals.on_failed,
            workers=workers,
            reader=FrameReader(cache=self.cache, coded=coded),
        )
        self.files = ExamFiles(
            session=session, store=self.store, pool=self.pool, signals=self.signals, parent=parent
        )
        self.memory = FrameMemory(store=self.store, cache=self.cache, parent=parent)

    def show_in(
        self, *, status: StatusBar, messages: Messages, window: QWidget, show: Show
    ) -> FrameDesk:
        """Say in the window how full memory and disk are; returns what its commands reach."""
        desk = FrameDesk(
            memory=self.memory, folder=self.folder, status=status, window=window, show=show
        )
        desk.said.connect(messages.passing)
        self.memory.noticed.connect(messages.notice)
        self.memory.start()
        return desk

    def use(self, settings: Settings) -> None:
        """Follow the settings: the cache on disk is turned on or off at once."""
        if settings.frame_cache != self.cache.is_on:
            self.memory.use_cache(settings.frame_cache)

    def close(self) -> None:
        """Stop decoding and telling; waits."""
        self.files.close()
        self.memory.close()
