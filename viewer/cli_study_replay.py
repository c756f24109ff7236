"""`tomolens study replay`: what a reader did, event by event, as text."""

from __future__ import annotations

from pathlib import Path

import typer

from viewer.cli_errors import UserError, errors_said


def replay(
    study: Path = typer.Argument(..., metavar="STUDY", help="The study's folder or study.toml."),
    reader: str = typer.Option(..., "--reader", metavar="ID", help="Whose readings."),
    session: str = typer.Option("", "--session", metavar="ID", help="Only this session."),
    case: str = typer.Option("", "--case", metavar="C-0000", help="Only this blind number."),
    in_window: bool = typer.Option(
        False,
        "--window",
        help="Watch one case in a window: what was on screen, with play, pause and scrubbing. "
        "--case may also be its place in the list, from 1.",
    ),
) -> None:
    """Tell a reader's readings line by line: phases, answers, marks, what was looked at, times.

    Cases go by their blind numbers. Each event is checked against the chain on the way.
    """
    with errors_said():
        if in_window:
            if not case:
                raise UserError("which case?", "add --case with a blind number, or 1, 2, 3 ...")
            from viewer.app_study_replay import run_replay

            raise typer.Exit(run_replay(study, reader_id=reader, session_id=session, case=case))
        from viewer.storage.open_journal import open_journal
        from viewer.storage.study_folder import StudyFolder, read_protocol
        from viewer.study.replay_text import replay_lines

        folder = StudyFolder.of(study)
        protocol = read_protocol(folder)
        journal = open_journal(folder, protocol, read_only=True, role="analyst")
        count = 0
        try:
            lines = replay_lines(journal.events(), reader_id=reader, session_id=session, alias=case)
            for line in lines:
                typer.echo(line)
                count += 1
        finally:
            journal.close()
        if count == 0:
            raise UserError(
                f"no reading of {reader} is recorded",
                "readers: " + ", ".join(each.reader_id for each in protocol.readers),
            )
