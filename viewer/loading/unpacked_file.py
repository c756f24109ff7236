"""A packed file, unpacked into a temporary one only as far as anyone has asked."""

from __future__ import annotations

import shutil
import tempfile
import threading
import weakref
import zlib
from pathlib import Path

from viewer.loading.errors import UnreadableImage

DAMAGED = "The volume is damaged or cut short"
COPY_AGAIN = "copy it again from its source"
_STEP_BYTES = 1 << 20
_MOST_AT_ONCE = 16 << 20
"""Of unpacked bytes: a step's worth of packed air would fill the memory."""
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_GZIP_BEGINS = b"\x1f\x8b"


class UnpackedFile:
    """What a gzip or zlib stream holds; read from any thread.

    Bytes are there as soon as unpacking has come that far. The last ones are given out only when
    the stream's checksum holds, so that nobody gets all of a damaged stream; from then on nothing
    is given out.
    """

    def __init__(self, path: Path, *, packed_from: int, size: int) -> None:
        """packed_from: where the stream begins. size: how many bytes of it matter."""
        self._path = path
        self._at = packed_from
        self._size = size
        self._lock = threading.Lock()
        self._unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
        self._unpacked = 0
        self._is_whole = False
        self._problem: UnreadableImage | None = None
        self._copy: Path | None = None

    def read_into(self, start: int, target: memoryview) -> None:
        """Fill target with the bytes from start on. Raises UnreadableImage."""
        end = start + len(target)
        while True:
            with self._lock:
                if self._problem is not None:
                    raise self._problem
                is_last = end >= self._size
                if self._is_whole or (self._unpacked >= end and not is_last):
                    break
                # A step at a time, so that others get what is there already.
                self._step()
        if end > self._unpacked or self._copy is None:
            raise UnreadableImage(DAMAGED, hint=COPY_AGAIN)
        try:
            with self._copy.open("rb") as file:
                file.seek(start)
                count = file.readinto(target)
        except OSError as error:
            raise UnreadableImage("The unpacked volume cannot be read any more") from error
        if count != len(target):
            raise UnreadableImage("The unpacked volume cannot be read any more")

    def _step(self) -> None:
        """Unpack some more; with the lock held."""
        try:
            self._unpack_some()
        except zlib.error as error:
            self._fail(error)
        except OSError as error:
            self._problem = UnreadableImage(
                "The volume could not be unpacked",
                hint="make room in the folder for temporary files",
            )
            raise self._problem from error

    def _unpack_some(self) -> None:
        with self._path.open("rb") as packed:
            packed.seek(self._at)
            content = packed.read(_STEP_BYTES)
        if self._unpacker.eof:
            # gzip files may be of several parts; anything else behind the end is none of it.
            if not content.startswith(_GZIP_BEGINS):
                self._is_whole = True
                return
            self._unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
        plain = self._unpacker.decompress(content, _MOST_AT_ONCE)
        if not content and not plain and not self._unpacker.eof:
            self._fail(EOFError("the stream ends too early"))
        left = len(self._unpacker.unconsumed_tail) + len(self._unpacker.unused_data)
        self._at += len(content) - left
        with self._temporary().open("ab") as copy:
            copy.write(plain[: max(0, self._size - self._unpacked)])
        self._unpacked += len(plain)

    def _temporary(self) -> Path:
        if self._copy is None:
            folder = Path(tempfile.mkdtemp(prefix="tomolens-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            self._copy = folder / "volume"
        return self._copy

    def _fail(self, cause: Exception) -> None:
        self._problem = UnreadableImage(DAMAGED, hint=COPY_AGAIN)
        raise self._problem from cause
