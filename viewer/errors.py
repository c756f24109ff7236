"""The three kinds of problem, and the words for each."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from inference.errors import DeviceMemoryError, InferenceError
from viewer.loading.errors import LoadingError
from viewer.storage.toml_file import NotKept
from viewer.study.errors import JournalError, StudyError

_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


class ProblemKind(Enum):
    """Who can do something about it."""

    FIXABLE = "fixable"
    """The user: choose another file, other weights, assign a view."""
    ENVIRONMENT = "environment"
    """The machine: disk full, memory, permissions."""
    BUG = "bug"
    """The program; it is logged, and the program goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is shown of something that went wrong."""

    kind: ProblemKind
    message: str
    hint: str = ""

    @property
    def text(self) -> str:
        """Message and hint in one line."""
        return f"{self.message} {self.hint}".strip()


def problem_of(error: BaseException) -> Problem:
    """Put an exception into words; whatever nobody foresaw is a bug."""
    if isinstance(error, LoadingError):
        return Problem(kind=ProblemKind.FIXABLE, message=_sentence(error.message), hint=error.hint)
    if isinstance(error, StudyError):
        kind = ProblemKind.ENVIRONMENT if isinstance(error, JournalError) else ProblemKind.FIXABLE
        return Problem(kind=kind, message=_sentence(str(error)), hint=error.hint)
    if isinstance(error, DeviceMemoryError):
        return Problem(kind=ProblemKind.ENVIRONMENT, message=_sentence(str(error)))
    if isinstance(error, InferenceError):
        hint = getattr(error, "hint", "")
        return Problem(kind=ProblemKind.FIXABLE, message=_sentence(str(error)), hint=hint)
    if isinstance(error, NotKept):
        return Problem(kind=ProblemKind.ENVIRONMENT, message=_sentence(str(error)))
    if isinstance(error, MemoryError):
        return Problem(
            kind=ProblemKind.ENVIRONMENT,
            message="There is not enough memory.",
            hint="Close other exams or programs and try again; what is open stays open.",
        )
    if isinstance(error, OSError):
        return _system_problem(error)
    hint = getattr(error, "hint", "")
    if isinstance(hint, str) and hint:
        return Problem(kind=ProblemKind.ENVIRONMENT, message=_sentence(str(error)), hint=hint)
    return Problem(
        kind=ProblemKind.BUG,
        message=f"Something went wrong in the program ({type(error).__name__}).",
        hint="It is in the log; what is open stays open.",
    )


def _system_problem(error: OSError) -> Problem:
    name = f"{Path(error.filename).name}: " if isinstance(error.filename, str) else ""
    hint = "Free some space or choose another folder." if error.errno in _DISK else ""
    message = _sentence(f"{name}{error.strerror or error}")
    return Problem(kind=ProblemKind.ENVIRONMENT, message=message, hint=hint)


def _sentence(text: str) -> str:
    # After a line's end stands something to copy, such as a model card.
    return text if text.endswith((".", "!", "?", "\n")) else f"{text}."
