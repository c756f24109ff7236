"""`tomolens study design`: the study wizard alone."""

from __future__ import annotations

from pathlib import Path

import typer

from viewer.cli_errors import errors_said


def design(
    study: Path | None = typer.Argument(
        None,
        metavar="[STUDY]",
        exists=True,
        help="A study's folder or study.toml, to change it; a new study without it.",
    ),
) -> None:
    """Open the wizard: cases, readers, arms, sessions, questions, analysis plan, power.

    Nothing is written before the last page. A study that was read is frozen: a change becomes its
    next version, with a reason.
    """
    with errors_said():
        from viewer.app_study_design import run_designer

        raise typer.Exit(run_designer(study))
