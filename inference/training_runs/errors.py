"""What can go wrong with a training run; every error carries a hint."""

from __future__ import annotations

from inference.errors import InferenceError


class TrainingError(InferenceError):
    """A run cannot start or go on; `hint` says what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        # Both as arguments, so that the error survives its way out of another process.
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class ConfigError(TrainingError):
    """A configuration cannot be used; the message names the table and the key."""


class TrainingDataError(TrainingError):
    """The images or their labels do not make a training set."""


class RunFolderError(TrainingError):
    """The folder of a run cannot be used or written."""


class LossNotFinite(TrainingError):
    """The loss stopped being a number; the last good checkpoint is kept."""
