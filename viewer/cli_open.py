"""`tomolens open`: the window, on exams."""

from __future__ import annotations

from pathlib import Path

import typer

from viewer.cli_errors import errors_said
from viewer.cli_weights import WEIGHTS_HELP, files_named


def open_window(
    paths: list[Path] | None = typer.Argument(
        None, metavar="PATH", exists=True, help="Files or folders to open."
    ),
    weights: list[str] | None = typer.Option(
        None,
        "--weights",
        metavar="FILE|NAME",
        help=f"Instead of the models chosen in the window. {WEIGHTS_HELP}",
    ),
    run_ai: bool | None = typer.Option(
        None, "--ai/--no-ai", help="Run the AI when an exam opens; as set in the window if absent."
    ),
    diagnose: bool = typer.Option(
        False, "--diagnose", help="Print at the end how quickly the window answered."
    ),
) -> None:
    """Open the window, on exams if paths are given."""
    with errors_said():
        from viewer.app_run import run

        named = files_named(weights or [])
        raise typer.Exit(run(paths or [], weights=named, run_ai=run_ai, diagnose=diagnose))
