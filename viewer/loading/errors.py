"""What can go wrong while finding, reading or decoding files."""

from __future__ import annotations


class LoadingError(Exception):
    """Something the reader can act on: what is wrong, and a hint what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class UnreadableFile(LoadingError):
    """A file that is not opened; the message says why, for the list of skipped files."""


class UnreadableImage(LoadingError):
    """Pixels that cannot be decoded: cut short, damaged, an unknown codec, a full disk."""


class UnknownSide(LoadingError):
    """The AI cannot run on an image whose side or projection nobody has said."""


class UnsuitablePixels(LoadingError):
    """The AI does not score pixels that are no mammogram's: raw ones, or those of a subtraction."""


class IncompleteVolume(LoadingError):
    """The AI does not score a volume of which slices are known to be missing."""


class UnsuitableSeries(LoadingError):
    """The AI is not given a CT series of this plane, or whose numbers or places are not known."""


class ExamClosed(LoadingError):
    """The frame that was asked for belongs to an exam that is not open any more."""


class ScanCancelled(Exception):
    """The user stopped the search; not an error."""
