"""What can go wrong in a study, in words for its users."""

from __future__ import annotations


class StudyError(Exception):
    """Something the user can put right; `hint` says how."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ProtocolError(StudyError):
    """The protocol file says something that cannot be; the message names the line."""


class JournalError(StudyError):
    """The events cannot be read or kept; what was confirmed before is kept."""


class Sealed(StudyError):
    """The AI's result or the truth may not be shown yet."""


class KeptInOneCopy(JournalError):
    """The event is in the journal, but its second copy could not be written yet.

    Appending again with the same client_uuid tries the second copy again and adds nothing.
    """
