"""`tomolens study verify`: is every event of a study there, unchanged, in both copies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from viewer.cli_errors import SOME_FAILED, errors_said, say

if TYPE_CHECKING:
    from viewer.storage.verify_study import StudyVerdict

_MOST_SAID = 20


def verify(
    study: Path = typer.Argument(..., metavar="STUDY", help="The study's folder or study.toml."),
    one_copy: bool = typer.Option(
        False, "--one-copy", help="The second copy lies on another workstation: do without."
    ),
    head: list[str] = typer.Option(
        [], "--head", metavar="HASH", help="A head written down at a session's end; repeatable."
    ),
    reader: str = typer.Option(
        "", "--reader", help="On a server: check what this reader may see, with its login."
    ),
) -> None:
    """Prove a study whole, or name the first event that is not.

    Checked: the database, the chain of hashes without a gap, both copies line by line, the
    adopted protocols, that every answer was due and locked once, that the AI came after the lock,
    amendments, clocks, and the seals. Nothing is changed.

    Exit code: 0 when the study is whole, 1 when it is not, 2 when it cannot be checked.
    """
    with errors_said():
        from viewer.storage.study_folder import StudyFolder, read_protocol
        from viewer.storage.verify_study import verify_study

        folder = StudyFolder.of(study)
        verdict = verify_study(
            folder,
            read_protocol(folder),
            reader_id=reader,
            needs_second_copy=not one_copy,
            heads=head,
        )
    _tell(verdict)
    raise typer.Exit(0 if verdict.is_whole else SOME_FAILED)


def _tell(verdict: StudyVerdict) -> None:
    typer.echo(f"journal      {verdict.journal}")
    typer.echo(f"second copy  {verdict.second_copy}")
    if verdict.head.sequence:
        typer.echo(
            f"events       {verdict.head.sequence} chained, {verdict.answers} locked answers, "
            f"{verdict.protocol_versions} protocol versions"
        )
        typer.echo(f"head         {verdict.head.hash}")
    for remark in verdict.remarks:
        typer.echo(f"note         {remark}")
    if verdict.is_whole:
        typer.echo("whole        every check passed")
        return
    first, *more = verdict.problems
    say(f"the study is not whole: {first}", verdict.hint)
    for problem in more[: _MOST_SAID - 1]:
        typer.echo(f"  {problem}", err=True)
    if len(verdict.problems) > _MOST_SAID:
        typer.echo(f"  and {len(verdict.problems) - _MOST_SAID} more", err=True)
