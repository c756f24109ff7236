"""Whether a file is still the one that was read."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_COARSEST_CLOCK_NS = 2_000_000_000
"""The file system with the coarsest times, FAT, writes every second one."""
_MARGIN_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """How a file stood just before it was read; equal stamps are of the same bytes if settled.

    A file that is replaced has another number; one that is written in place another time, and as
    a rule another size. The time of its last change cannot be set back as that of the last write
    can: a copy that keeps the time of its source differs there (Windows tells when a file was made
    instead). What none of this tells is a second write within one step of the file system's clock.
    """

    path: Path = field(repr=False)
    size_bytes: int
    written_ns: int
    changed_ns: int
    """When its bytes, name or rights changed last; on Windows when it was made."""
    number: tuple[int, int]
    """Of the disk, and of the file on it."""
    settled: bool = field(compare=False)
    """Whether the last write lay so far back that another one would have another time."""


def file_stamp(path: Path) -> FileStamp | None:
    """Return how a file stands now; None when that cannot be told. Ask before reading it."""
    try:
        status = path.stat()
    except OSError:
        return None
    age_ns = time.time_ns() - status.st_mtime_ns
    return FileStamp(
        path=path,
        size_bytes=status.st_size,
        written_ns=status.st_mtime_ns,
        changed_ns=status.st_ctime_ns,
        number=(status.st_dev, status.st_ino),
        settled=age_ns > _COARSEST_CLOCK_NS + _MARGIN_NS,
    )


def all_known(stamps: Iterable[FileStamp | None]) -> tuple[FileStamp, ...]:
    """Return the stamps of files that belong together; none when one is not known."""
    found = tuple(stamps)
    known = tuple(stamp for stamp in found if stamp is not None)
    return known if len(known) == len(found) else ()


def are_unchanged(before: Sequence[FileStamp], after: Sequence[FileStamp]) -> bool:
    """Return whether two readings are of the same bytes, in the same order; of no files: no."""
    return (
        len(before) == len(after) > 0
        # The same object: read once, whoever has asked since.
        and all(
            old is new or (old.settled and old == new)
            for old, new in zip(before, after, strict=True)
        )
    )
