"""Compressed frames of files on slow drives, kept in a bounded share of the frames' memory.

Measured: reading a compressed frame (0.85 MB) from a local disk takes 0.2 to 2 ms of the 160 to
400 ms that follow in the decoder, so keeping it would spend memory for nothing. Over a network of
5 to 100 MB/s it takes 10 to 170 ms, and fails when the connection does. So only frames on network
drives are kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from pathlib import Path

from viewer.loading.frame_source import Coded, CodedFrame, InFiles

SHARE_OF_BUDGET = 8
"""At most an eighth of the memory for frames."""

_Key = tuple[str, int]


class CodedStore:
    """A thread-safe cache of compressed frames, the least recently used dropped first."""

    def __init__(
        self,
        *,
        largest_bytes: int,
        is_slow: Callable[[Path], bool],
        on_size: Callable[[int], None],
    ) -> None:
        """is_slow: whether a file lies on a slow drive. on_size: told how many bytes are kept."""
        self._largest_bytes = largest_bytes
        self._is_slow = is_slow
        self._on_size = on_size
        self._lock = threading.Lock()
        self._kept: OrderedDict[_Key, tuple[Coded, CodedFrame]] = OrderedDict()
        self._slow_folders: dict[Path, bool] = {}
        self._kept_bytes = 0

    def read(self, image_id: str, source: Coded, slice_index: int) -> CodedFrame | None:
        """Return a compressed frame, from memory if it is kept. Raises UnreadableImage."""
        key = (image_id, slice_index)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0] is source:
                self._kept.move_to_end(key)
                return kept[1]
        coded = source.coded_frame(slice_index)
        if coded is not None and self._lies_on_slow_drive(source):
            self._keep(key, source, coded)
        return coded

    def keep_only(self, image_ids: Collection[str]) -> None:
        """Drop the frames of other images."""
        with self._lock:
            for key in [key for key in self._kept if key[0] not in image_ids]:
                self._forget(key)
            size = self._kept_bytes
        self._on_size(size)

    @property
    def kept_bytes(self) -> int:
        """How much memory the kept frames take."""
        return self._kept_bytes

    def _keep(self, key: _Key, source: Coded, coded: CodedFrame) -> None:
        with self._lock:
            self._forget(key)
            self._kept[key] = (source, coded)
            self._kept_bytes += len(coded.content)
            while self._kept_bytes > self._largest_bytes:
                self._forget(next(iter(self._kept)))
            size = self._kept_bytes
        self._on_size(size)

    def _forget(self, key: _Key) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._kept_bytes -= len(kept[1].content)

    def _lies_on_slow_drive(self, source: Coded) -> bool:
        if not isinstance(source, InFiles) or not source.pixel_files:
            return False
        folder = source.pixel_files[0].parent
        # Asked once a folder: the table of mounted drives is read for each answer.
        slow = self._slow_folders.get(folder)
        if slow is None:
            slow = self._slow_folders[folder] = self._is_slow(folder)
        return slow
