"""Files that are either whole or absent: written beside their place, synced, then renamed."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inference.unfinished_file import reserve_beside

_HINTS = {
    errno.ENOSPC: "free some space or choose another folder",
    errno.EDQUOT: "your disk quota is used up; choose another folder",
    errno.EROFS: "the folder is on a read-only file system; choose another one",
    errno.EACCES: "you may not write there; choose another folder",
    errno.EPERM: "you may not write there; choose another folder",
    errno.ENOTDIR: "a part of the path is a file; choose a folder",
    errno.EEXIST: "a file of that name is in the way; choose another folder",
    errno.ENAMETOOLONG: "choose a shorter name",
}


class CannotWrite(Exception):
    """A file could not be written; whatever was there before is untouched."""

    def __init__(self, path: Path, cause: OSError) -> None:
        """Say which file and why, with a way out in `hint`."""
        self.path = path
        self.reason = cause.strerror or str(cause)
        self.hint = _HINTS.get(cause.errno or 0, "choose another folder")
        super().__init__(f"{path} was not written: {self.reason}; nothing that was there is lost")


@contextmanager
def replacing(path: Path, *, keep_suffix: bool = False) -> Iterator[Path]:
    """Yield a temporary file beside `path` that takes its place when the block succeeds.

    The block writes to the yielded path. When it raises, the temporary file is removed and `path`
    stays as it was; what a killed program leaves is known by its name (`is_unfinished`).
    keep_suffix: the yielded path ends as `path` does. Raises CannotWrite for an OSError.
    """
    temporary: Path | None = None
    try:
        temporary = _reserve(path, suffix=path.suffix if keep_suffix else "")
        yield temporary
        _sync(temporary)
        os.replace(temporary, path)
        temporary = None
        _sync_folder(path.parent)
    except OSError as error:
        raise CannotWrite(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder for output and prove that a file can be written in it.

    Raises CannotWrite, so that nobody waits an hour for results that have no place.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _reserve(folder / "probe").unlink()
    except OSError as error:
        raise CannotWrite(folder, error) from error


def _reserve(path: Path, *, suffix: str = "") -> Path:
    descriptor, temporary = reserve_beside(path, suffix=suffix)
    os.close(descriptor)
    # It was reserved as a private file; a result follows the user's own umask instead.
    umask = os.umask(0)
    os.umask(umask)
    temporary.chmod(0o666 & ~umask)
    return temporary


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
