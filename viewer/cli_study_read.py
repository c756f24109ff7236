"""`tomolens study read`: the locked-down window in which a study is read."""

from __future__ import annotations

from pathlib import Path

import typer

from viewer.cli_errors import errors_said


def read(
    study: Path = typer.Argument(..., metavar="STUDY", help="The study's folder or study.toml."),
    reader: str = typer.Option(..., "--reader", metavar="ID", help="Who reads: the reader's code."),
) -> None:
    """Read the cases of your next session; pause or close at any time and come back to it.

    Cases have blind numbers. Every answer is locked when it is submitted, and everything is kept
    as you go.
    """
    with errors_said():
        from viewer.app_study_read import run_reading

        raise typer.Exit(run_reading(study, reader))
