"""One window a reader and study: a second one is refused, and told where the first is."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from pathlib import Path

from viewer.storage.clock import Clock, utc_text
from viewer.storage.file_lock import FileIsHeld, FileLock
from viewer.storage.journal_words import drive_problem
from viewer.study.errors import JournalError


def hold_window(folder: Path, reader_id: str, clock: Clock) -> ExitStack:
    """Take a reader's place in a study until the stack is closed or the process ends.

    Raises JournalError naming the workstation that has it, or why it cannot be taken.
    """
    lock = FileLock(folder / f".reader-{reader_id}.lock")
    try:
        lock.acquire()
        lock.write(f"{socket.gethostname()} since {utc_text(clock.utc())[:19]} UTC")
    except FileIsHeld as error:
        raise window_is_open(reader_id, lock.note()) from error
    except OSError as error:
        reason, hint = drive_problem(error)
        raise JournalError(
            f"{folder}: no file can be locked there: {reason}",
            f"{hint}; a study must lie on a drive that can lock files",
        ) from error
    held = ExitStack()
    held.callback(lock.release)
    return held


def window_is_open(reader_id: str, where: str) -> JournalError:
    """That the reader's study is open already."""
    place = f" on {where}" if where else ""
    return JournalError(
        f"the study is open for reader {reader_id} in another window{place}",
        "close that window first; nothing was changed",
    )
