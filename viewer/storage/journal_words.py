"""Errors of databases and drives in words, with a way out."""

from __future__ import annotations

import errno

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from viewer.study.errors import JournalError

_NOT_WRITABLE = "it may not be written"
_ALLOW_WRITING = "allow writing in the study's folder, then save again"

_WORDS = {
    "no space": ("the server's drive is full", "tell whoever keeps the server"),
    "full": ("the drive is full", "free some space, then save again"),
    "readonly": (_NOT_WRITABLE, _ALLOW_WRITING),
    "locked": ("another program holds it", "wait a moment, then save again"),
    "malformed": (
        "it is damaged",
        "move it and the files -wal and -shm beside it away; at the next opening it is made "
        "again from the second copy",
    ),
    "not a database": (
        "it is not a database, or it is damaged",
        "move it and the files -wal and -shm beside it away; at the next opening it is made "
        "again from the second copy",
    ),
    "unable to open": ("it cannot be opened", "check that the drive is connected"),
    "disk i/o": ("the drive does not answer", "check that the drive is connected and not full"),
    "never changed": ("events are never changed", ""),
    "never removed": ("events are never removed", ""),
    "password": (
        "the server refuses the user or the password",
        "set PGUSER and PGPASSWORD, or write a .pgpass file",
    ),
    "permission denied": (
        "this user may not do that",
        "ask the study's designer which role you have",
    ),
    "row-level security": (
        "this user may not write that",
        "a reader writes only its own events; check PGUSER",
    ),
    "does not exist": (
        "the database, the user or a table is not there",
        "the designer runs: tomolens study database STUDY",
    ),
    "connection": ("the server does not answer", "check the network, then save again"),
    "server closed": ("the server does not answer", "check the network, then save again"),
    "terminating": ("the server stopped", "wait until it is back, then save again"),
}

_DRIVE = {
    errno.ENOSPC: ("the drive is full", "free some space"),
    errno.EDQUOT: ("the disk quota is used up", "free some space"),
    errno.EFBIG: ("the drive takes no larger file", "free some space"),
    errno.EROFS: ("the drive is write-protected", "allow writing there"),
    errno.EACCES: ("you may not write there", "allow writing there"),
    errno.EPERM: ("you may not write there", "allow writing there"),
    errno.ENOENT: ("the folder is gone", "connect the drive again or put the folder back"),
    errno.ENOTDIR: ("a part of the path is a file", "put the folder back"),
    errno.EIO: ("the drive does not answer", "check that the drive is connected"),
}


def database_problem(name: str, error: SQLAlchemyError) -> JournalError:
    """What a database said, without its statements and their values."""
    original = error.orig if isinstance(error, DBAPIError) else None
    text = str(original or type(error).__name__).strip().split("\n")[0]
    for word, (reason, hint) in _WORDS.items():
        if word in text.lower():
            return _lost_nothing(name, reason, hint)
    return _lost_nothing(name, text, "")


def not_writable(name: str) -> JournalError:
    """That a folder or a file in it is write-protected."""
    return _lost_nothing(name, _NOT_WRITABLE, _ALLOW_WRITING)


def _lost_nothing(name: str, reason: str, hint: str) -> JournalError:
    return JournalError(f"{name}: {reason}; nothing confirmed is lost", hint)


def drive_problem(error: OSError) -> tuple[str, str]:
    """What a drive said: a reason and a hint."""
    reason = error.strerror or str(error)
    return _DRIVE.get(error.errno or 0, (reason, "check that the drive is connected"))
