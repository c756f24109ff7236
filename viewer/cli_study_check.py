"""`tomolens study check`: is the protocol sound, and is every exam there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from viewer.cli_errors import SOME_FAILED, errors_said, say

if TYPE_CHECKING:
    from viewer.commands.study_files import CaseFiles
    from viewer.storage.study_folder import StudyFolder
    from viewer.study.protocol import Protocol


def check(
    study: Path = typer.Argument(..., metavar="STUDY", help="The study's folder or study.toml."),
    files: bool = typer.Option(
        False, "--files", help="Open every exam: are its images readable, its breasts there?"
    ),
    phase_s: float = typer.Option(
        90.0, "--seconds", min=1.0, help="Seconds a phase is taken to last, where none is set."
    ),
) -> None:
    """Check a protocol; name every wrong line, or sum the study up.

    Without --files only the paths of the cases are looked for. Exit code: 0 when all is well, 1
    when an exam is missing, 2 when the protocol is wrong.
    """
    with errors_said():
        from viewer.commands.study_summary import summary_lines
        from viewer.storage.study_folder import StudyFolder, read_protocol
        from viewer.study.protocol_hash import protocol_sha256

        folder = StudyFolder.of(study)
        protocol = read_protocol(folder)
        for line in summary_lines(protocol, phase_s=phase_s):
            typer.echo(line)
        typer.echo(f"Protocol: sound, SHA-256 {protocol_sha256(protocol)}")
        _tell_sealed(protocol)
        found = _look(folder, protocol, with_files=files)
    missing = [each for each in found if each.problem]
    for each in missing:
        say(f"case {each.case_id} ({each.path}): {each.problem}")
    for each in found:
        for remark in each.remarks:
            typer.echo(f"case {each.case_id}: {remark}")
    verb = "opened" if files else "looked for; --files opens them"
    typer.echo(f"Exams: {len(found) - len(missing)} of {len(found)} there ({verb})")
    if missing:
        raise typer.Exit(SOME_FAILED)


def _tell_sealed(protocol: Protocol) -> None:
    sealed = protocol.sealed
    parts = [
        name
        for name, sha256 in (("truth", sealed.truth_sha256), ("AI", sealed.ai_sha256))
        if sha256
    ]
    typer.echo(f"Sealed: {', '.join(parts) or 'nothing yet (tomolens study seal)'}")


def _look(folder: StudyFolder, protocol: Protocol, *, with_files: bool) -> tuple[CaseFiles, ...]:
    from rich.console import Console
    from rich.progress import track

    from viewer.commands.study_files import files_of_case, path_of_case

    look = files_of_case if with_files else path_of_case
    cases = track(
        protocol.cases,
        description="Exams",
        console=Console(stderr=True),
        transient=True,
        disable=not with_files,
    )
    return tuple(look(folder, case) for case in cases)
