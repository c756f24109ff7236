"""`tomolens study plan`: the orders of a study, and the picture of its design."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import typer

from viewer.cli_errors import errors_said
from viewer.cli_tables import aligned
from viewer.storage.study_folder import StudyFolder
from viewer.study.protocol import Protocol


def plan(
    study: Path = typer.Argument(..., metavar="STUDY", help="The study's folder or study.toml."),
    reader: str = typer.Option("", "--reader", help="Only this reader."),
    session: str = typer.Option("", "--session", help="Only this session."),
    csv_file: Path | None = typer.Option(None, "--csv", metavar="FILE", help="Write a CSV."),
    svg: Path | None = typer.Option(
        None, "--svg", metavar="FILE", help="Write the picture of the design."
    ),
) -> None:
    """List every reader's order, or draw the design: for the designer, never for readers.

    The list names the cases behind the blind numbers. Orders that readers have begun with come
    from the journal ("realised"); the others are what the protocol gives now ("planned").
    """
    with errors_said():
        from viewer.storage.study_folder import read_protocol

        folder = StudyFolder.of(study)
        protocol = read_protocol(folder)
        rows = _rows(folder, protocol, reader, session)
        if svg is not None:
            from viewer.export.design_svg import design_svg
            from viewer.study.design_picture import design_picture

            _write(svg, design_svg(design_picture(protocol)))
        if csv_file is not None:
            _write(csv_file, _csv(rows))
        if svg is None and csv_file is None:
            typer.echo(aligned(rows))


def _rows(
    folder: StudyFolder, protocol: Protocol, reader: str, session: str
) -> list[tuple[str, ...]]:
    from viewer.cli_errors import UserError
    from viewer.commands.realised_order import HEADER, orders_of, rows_of
    from viewer.commands.study_readings import readings_of_study

    known = [each.reader_id for each in protocol.readers]
    if reader and reader not in known:
        raise UserError(f"the study has no reader {reader}", f"readers: {', '.join(known)}")
    known = [each.session_id for each in protocol.sessions]
    if session and session not in known:
        raise UserError(f"the study has no session {session}", f"sessions: {', '.join(known)}")
    states = readings_of_study(folder, protocol)
    rows = rows_of(orders_of(protocol, [state.planned for state in states.values()]))
    wanted = [row for row in rows if reader in ("", row[0]) and session in ("", row[1])]
    return [HEADER, *wanted]


def _csv(rows: Sequence[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _write(path: Path, text: str) -> None:
    from viewer.export.atomic_write import replacing

    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="")
    typer.echo(f"Written: {path}", err=True)
