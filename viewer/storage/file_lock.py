"""A file that one process holds; the system lets go of it when the process ends, however."""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path

_RETRY_S = 0.002
_BUSY = (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK)
# Windows locks are mandatory: a byte far behind the text leaves the text readable.
_LOCKED_BYTE = 1 << 20


class FileIsHeld(Exception):
    """Another process, or another holder in this one, has the lock."""


class FileLock:
    """Holds a lock on a file, which it makes when it is absent; not thread-safe.

    Raises OSError when the folder is absent or the drive cannot lock.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def acquire(self, *, timeout_s: float = 0.0) -> None:
        """Take the lock; raises FileIsHeld when it stays taken for the timeout."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
        give_up = time.monotonic() + timeout_s
        try:
            while not _try_lock(handle):
                if time.monotonic() >= give_up:
                    raise FileIsHeld(str(self._path))
                time.sleep(_RETRY_S)
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle

    def release(self) -> None:
        """Let go; does nothing when it is not held."""
        if self._handle is not None:
            _unlock(self._handle)
            os.close(self._handle)
            self._handle = None

    def write(self, text: str) -> None:
        """Leave a note for those who find the lock taken."""
        if self._handle is None:
            raise ValueError("the lock is not held")
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.ftruncate(self._handle, 0)
        os.write(self._handle, text.encode("utf-8", "replace"))

    def note(self) -> str:
        """What the holder left; empty when nothing can be read."""
        try:
            return self._path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in _BUSY:
                return False
            raise
        return True

    def _unlock(handle: int) -> None:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _BUSY:
                return False
            raise
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
