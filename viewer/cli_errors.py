"""What the command line says when something goes wrong: a message and a hint, no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

NOTHING_DONE = 2
"""Exit code when a command could not do what was asked."""
SOME_FAILED = 1
"""Exit code when a part of the work failed and the rest is there."""
INTERRUPTED = 130
"""Exit code after Ctrl+C, as shells have it."""


class UserError(Exception):
    """Something the user can put right; `hint` says how."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def say(message: str, hint: str = "") -> None:
    """Write an error and its hint to stderr."""
    typer.secho(f"Error: {message}", fg=typer.colors.RED, err=True)
    if hint:
        typer.echo(f"Hint: {hint}", err=True)


@contextmanager
def errors_said() -> Iterator[None]:
    """Turn the errors a user can meet into words and exit codes.

    Anything else is a bug and passes: typer shows it with its traceback, without local values,
    since those may hold patient data.
    """
    from inference.errors import Cancelled, InferenceError
    from viewer.errors import problem_of
    from viewer.export.atomic_write import CannotWrite
    from viewer.loading.errors import LoadingError, ScanCancelled
    from viewer.storage.model_library import LibraryError
    from viewer.storage.toml_file import NotKept
    from viewer.study.errors import StudyError

    try:
        yield
    except (UserError, CannotWrite, StudyError, LibraryError) as error:
        say(str(error), error.hint)
        raise typer.Exit(NOTHING_DONE) from error
    except (InferenceError, LoadingError, MemoryError, NotKept) as error:
        problem = problem_of(error)
        say(problem.message, problem.hint)
        raise typer.Exit(NOTHING_DONE) from error
    except (KeyboardInterrupt, Cancelled, ScanCancelled) as error:
        say("stopped on request; no half-written file is left")
        raise typer.Exit(INTERRUPTED) from error
