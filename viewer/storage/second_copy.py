"""The second copy of a journal: one line of JSON an event, in another folder, synced."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from viewer.storage.file_lock import FileIsHeld, FileLock
from viewer.storage.sync_folder import sync_folder
from viewer.study.journal import Head
from viewer.study.stored_event import StoredEvent, stored_from_line

_CHUNK = 1 << 16
_LOCK_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The end of the file."""

    head: Head
    """The last whole event; sequence 0 when there is none."""
    whole_bytes: int
    """Up to the end of that event."""
    damaged_bytes: int
    """What follows it and is no event: a line cut off by a crash, or damage."""


NO_TAIL = Tail(head=Head(0, ""), whole_bytes=0, damaged_bytes=0)


class SecondCopy:
    """A file that is only ever appended to; several processes share it by a lock beside it.

    Methods raise OSError. The file is opened by its path for every use: a handle kept open would
    go on writing into a file that was removed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(path.with_name(path.name + ".lock"))
        self._known = NO_TAIL
        self._known_file: tuple[int, int] | None = None

    @property
    def path(self) -> Path:
        """The file; it may not be there yet."""
        return self._path

    def make_folder(self) -> None:
        """Make the folder durable; raises OSError."""
        folder = self._path.parent
        missing = [place for place in (folder, *folder.parents) if not place.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for place in missing:
            sync_folder(place.parent)

    @contextmanager
    def held(self) -> Iterator[OSError | None]:
        """Keep other processes from writing; yields the error when that is not possible.

        An event is committed even then: one copy is better than none.
        """
        problem: OSError | None = None
        try:
            self._lock.acquire(timeout_s=_LOCK_TIMEOUT_S)
        except FileIsHeld as error:
            problem = TimeoutError(f"{error} is held by another program")
        except OSError as error:
            problem = error
        try:
            yield problem
        finally:
            self._lock.release()

    def tail(self) -> Tail:
        """The end of the file as it is now; NO_TAIL when there is no file."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._known_file = None
            return NO_TAIL
        file = (found.st_dev, found.st_ino)
        known_bytes = self._known.whole_bytes + self._known.damaged_bytes
        if file != self._known_file or found.st_size != known_bytes:
            self._known = self._read_tail(found.st_size)
            self._known_file = file
        return self._known

    def cut(self) -> None:
        """Remove what follows the last whole event."""
        tail = self.tail()
        with self._path.open("rb+") as file:
            file.truncate(tail.whole_bytes)
            _sync(file.fileno())
        self._known_file = None

    def append(self, records: Iterable[StoredEvent]) -> None:
        """Write events after the last one and sync them.

        When that fails the file is cut back to where it was, if it still can be.
        """
        before = self.tail().whole_bytes
        is_new = not self._path.exists()
        handle = os.open(self._path, _flags(), 0o600)
        try:
            _write_all(handle, records)
            _sync(handle)
        except OSError:
            self._known_file = None
            _cut_back(handle, before)
            raise
        finally:
            os.close(handle)
        if is_new:
            sync_folder(self._path.parent)

    def records(self) -> Iterator[StoredEvent]:
        """Every event from the first on; raises ValueError at a line that is none, naming it."""
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield stored_from_line(line)
                except ValueError as error:
                    raise ValueError(f"line {number} is damaged: {error}") from error

    def _read_tail(self, size: int) -> Tail:
        window = _CHUNK
        with self._path.open("rb") as file:
            while True:
                begin = max(0, size - window)
                file.seek(begin)
                found = _last_event(file.read(size - begin), is_whole_file=begin == 0)
                if found is not None:
                    head, end = found
                    whole = begin + end
                    return Tail(head=head, whole_bytes=whole, damaged_bytes=size - whole)
                if begin == 0:
                    return Tail(head=Head(0, ""), whole_bytes=0, damaged_bytes=size)
                window *= 8


def _last_event(content: bytes, *, is_whole_file: bool) -> tuple[Head, int] | None:
    """The last intact line that ends with a newline, and its end in bytes."""
    end = content.rfind(b"\n") + 1
    while end > 0:
        begin = content.rfind(b"\n", 0, end - 1) + 1
        if begin == 0 and not is_whole_file:
            return None
        head = _head_of(content[begin:end])
        if head is not None:
            return head, end
        end = begin
    return None


def _head_of(line: bytes) -> Head | None:
    try:
        record = stored_from_line(line)
    except ValueError:
        return None
    return Head(record.sequence, record.hash) if record.is_intact else None


def _flags() -> int:
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    return flags | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def _write_all(handle: int, records: Iterable[StoredEvent]) -> None:
    waiting = bytearray()
    for record in records:
        waiting += record.line.encode("utf-8", "surrogatepass")
        if len(waiting) >= _CHUNK * 16:
            _write(handle, waiting)
            waiting = bytearray()
    _write(handle, waiting)


def _write(handle: int, content: bytearray) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _cut_back(handle: int, size: int) -> None:
    try:
        os.ftruncate(handle, size)
    except OSError:
        # The next use finds the damaged end and cuts it.
        return


def _sync(handle: int) -> None:
    """As far as the drive; fsync alone stops at the drive's cache on macOS."""
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(handle, fcntl.F_FULLFSYNC)
    else:
        os.fsync(handle)
