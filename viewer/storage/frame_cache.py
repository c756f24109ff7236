"""Decoded frames on disk: bounded, private, and never a reason to show anything else.

Names are hashes of the compressed pixels. The folder and its files can be read by their owner
only, for they hold patients' pixels; `clear` deletes them.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from inference.unfinished_file import reserve_beside
from viewer.domain.frame import Frame
from viewer.storage.frame_file import DamagedFrame, from_bytes, to_bytes

log = logging.getLogger(__name__)

LEAST_FREE = 1 << 30
"""The cache never makes a disk fuller than this, in bytes."""
_AUTOMATIC_BYTES = 8 << 30
_SHARE_OF_FREE = 4
_SUFFIX = ".frame"
_UNFINISHED = ".part"
_ABANDONED_S = 3600.0
_SHRINK_TO = 0.9
"""Some room is made at once, so that not every frame has to make its own."""


class DecodedCache:
    """Finds and keeps decoded frames; any method from any thread, none raises.

    What is damaged counts as absent and is deleted. The first failure to write turns keeping off
    for this run; `problem` says why.
    """

    def __init__(self, folder: Path, *, largest_bytes: int | None = None, on: bool = True) -> None:
        """largest_bytes: None: a quarter of the free disk, at most 8 GB."""
        self._folder = folder
        self._limit = largest_bytes
        self._on = on
        self._lock = threading.Lock()
        self._used_bytes: int | None = None
        self._problem: str | None = None

    @property
    def is_on(self) -> bool:
        """Whether frames are found and kept."""
        return self._on

    @property
    def problem(self) -> str | None:
        """Why frames are not kept any more, if they are not."""
        return self._problem

    @property
    def used_bytes(self) -> int | None:
        """Room that the frames take; None while nobody has looked."""
        return self._used_bytes

    @property
    def largest_bytes(self) -> int:
        """Room that the frames may take."""
        if self._limit is not None:
            return self._limit
        limit = automatic_limit(self._folder, self._used_bytes or 0)
        if self._used_bytes is not None:
            self._limit = limit
        return limit

    def turn(self, on: bool) -> None:
        """Find and keep frames from now on, or no more."""
        self._on = on

    def find(self, name: str) -> Frame | None:
        """Return the frame of this name, or None."""
        if not self._on:
            return None
        path = self._path(name)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        try:
            frame = from_bytes(name, content)
        except (DamagedFrame, MemoryError) as error:
            log.warning("a cached slice is not used: %s", error)
            _remove(path)
            return None
        _touch(path)
        return frame

    def keep(self, name: str, frame: Frame) -> None:
        """Store a frame; the least recently used ones make room."""
        if not self.is_on or self._problem is not None:
            return
        try:
            content = to_bytes(name, frame)
            with self._lock:
                if not self._on:
                    # Turned off while the frame was packed: whoever clears then finds it all.
                    return
                self._prepare()
                if self._make_room(len(content)):
                    self._write(self._path(name), content)
        except (OSError, MemoryError) as error:
            reason = getattr(error, "strerror", None) or "not enough memory"
            self._stop(reason)

    def measure(self) -> None:
        """Look how much room the frames take, if nobody has yet."""
        try:
            with self._lock:
                if self._used_bytes is None:
                    self._used_bytes = sum(size for _, size, _ in self._files())
        except OSError as error:
            log.debug("the cache of slices cannot be read: %s", error.strerror)

    def clear(self) -> None:
        """Delete every frame that is kept."""
        with self._lock:
            try:
                for path in self._folder.glob(f"*{_SUFFIX}"):
                    _remove(path)
                for path in self._folder.glob(f".*{_UNFINISHED}"):
                    _remove(path)
                self._used_bytes = sum(size for _, size, _ in self._files())
            except OSError as error:
                log.warning("the cache of slices could not be cleared: %s", error.strerror)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{_SUFFIX}"

    def _prepare(self) -> None:
        if self._used_bytes is not None and self._folder.is_dir():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        oldest = time.time() - _ABANDONED_S
        for path in self._folder.glob(f".*{_UNFINISHED}"):
            if path.stat().st_mtime < oldest:
                _remove(path)
        self._used_bytes = sum(size for _, size, _ in self._files())

    def _make_room(self, wanted: int) -> bool:
        """Delete what was used least lately; whether there is room now."""
        if shutil.disk_usage(self._folder).free - wanted < LEAST_FREE:
            self._stop(f"less than {LEAST_FREE >> 30} GB is free")
            return False
        used = self._used_bytes or 0
        if used + wanted <= self.largest_bytes:
            return wanted <= self.largest_bytes
        # Counted anew: another window may have written or deleted, too.
        files = sorted(self._files())
        used = sum(size for _, size, _ in files)
        for _, size, path in files:
            if used + wanted <= self.largest_bytes * _SHRINK_TO:
                break
            _remove(path)
            used -= size
        self._used_bytes = used
        return used + wanted <= self.largest_bytes

    def _write(self, path: Path, content: bytes) -> None:
        """Write beside its place and rename: not synced, a torn file fails its checksum."""
        descriptor, temporary = reserve_beside(path)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        self._used_bytes = (self._used_bytes or 0) + len(content)

    def _files(self) -> Iterator[tuple[int, int, Path]]:
        """When each frame was used last (ns), its bytes and path."""
        if not self._folder.is_dir():
            return
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.endswith(_SUFFIX):
                    try:
                        status = entry.stat()
                    except FileNotFoundError:
                        continue
                    yield status.st_mtime_ns, status.st_size, Path(entry.path)

    def _stop(self, reason: str) -> None:
        self._problem = f"Decoded slices are not kept on disk any more: {reason}."
        log.warning("decoded slices are not kept on disk any more: %s", reason)


def automatic_limit(folder: Path, used_bytes: int) -> int:
    """Return a quarter of the disk that is free or used by the cache, at most 8 GB."""
    place = next((p for p in (folder, *folder.parents) if p.is_dir()), Path())
    try:
        room = shutil.disk_usage(place).free + used_bytes
    except OSError:
        return _AUTOMATIC_BYTES
    return min(_AUTOMATIC_BYTES, room // _SHARE_OF_FREE)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("a cached slice could not be deleted: %s", error.strerror)


def _touch(path: Path) -> None:
    """Note that it was used; on a read-only disk that does not matter."""
    try:
        os.utime(path)
    except OSError as error:
        log.debug("a cached slice could not be touched: %s", error.strerror)
