"""`tomolens study export-events`: every event as a line of JSON, with a manifest."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import typer

from viewer.cli_errors import errors_said


def export_events(
    study: Path = typer.Argument(..., metavar="STUDY", help="The study's folder or study.toml."),
    output: Path = typer.Option(..., "--output", metavar="DIR", help="Where the files go."),
    with_paths: bool = typer.Option(
        False, "--with-paths", help="Also the protocol's text, which names the files of exams."
    ),
) -> None:
    """Write events.jsonl and manifest.json with the SHA-256 of the file and the chain's head.

    Cases go by their ids and blind numbers. The text of the adopted protocols is left out unless
    asked for, because it names files of exams; its hash stays.
    """
    with errors_said():
        from viewer.export.event_log import EVENTS_NAME, write_event_log
        from viewer.storage.open_journal import open_journal
        from viewer.storage.study_folder import StudyFolder, read_protocol

        folder = StudyFolder.of(study)
        protocol = read_protocol(folder)
        journal = open_journal(folder, protocol, read_only=True, role="analyst")
        try:
            events = list(journal.events())
        finally:
            journal.close()
        log = write_event_log(
            output,
            events,
            study_id=protocol.study_id,
            app_version=version("tomolens"),
            with_paths=with_paths,
        )
    typer.echo(f"{log.events} events  {output / EVENTS_NAME}")
    typer.echo(f"sha256     {log.sha256}")
    typer.echo(f"head       {log.head}")
