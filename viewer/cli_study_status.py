"""`tomolens study status`: how far the readers are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import typer

from viewer.cli_errors import errors_said


def status(
    study: Path = typer.Argument(..., metavar="STUDY", help="The study's folder or study.toml."),
) -> None:
    """Say how far every reader is in every session, and when a washout ends; no answers.

    `finished` counts readings that were explicitly completed, nothing else.
    """
    with errors_said():
        from viewer.cli_tables import aligned
        from viewer.commands.study_readings import readings_of_study
        from viewer.commands.study_status import HEADER, status_rows
        from viewer.storage.study_folder import StudyFolder, read_protocol

        folder = StudyFolder.of(study)
        protocol = read_protocol(folder)
        states = readings_of_study(folder, protocol)
        rows = [HEADER, *status_rows(protocol, states, datetime.now(UTC))]
        typer.echo(aligned(rows))
