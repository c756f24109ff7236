"""`tomolens study window`: the analysis window, on a study or a table."""

from __future__ import annotations

from pathlib import Path

import typer

from viewer.cli_errors import errors_said


def window(
    path: Path | None = typer.Argument(
        None,
        metavar="STUDY|TABLE",
        exists=True,
        help="A study's folder or study.toml, or a table of ratings.",
    ),
) -> None:
    """Open the analysis window: curves, the lambda slider, comparisons, reports."""
    with errors_said():
        from viewer.app_analysis import run_analysis

        raise typer.Exit(run_analysis(path))
