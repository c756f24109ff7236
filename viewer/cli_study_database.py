"""`tomolens study database`: set a study up on its PostgreSQL server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from viewer.cli_errors import UserError, errors_said

if TYPE_CHECKING:
    from viewer.storage.postgres_setup import DatabaseSetup


def database(
    study: Path = typer.Argument(..., metavar="STUDY", help="The study's folder or study.toml."),
    login: list[str] = typer.Option(
        [], "--login", metavar="READER=LOGIN", help="A reader's login, where it has one already."
    ),
    designer: list[str] = typer.Option(
        [], "--designer", metavar="LOGIN", help="May change the protocol; repeatable."
    ),
    analyst: list[str] = typer.Option(
        [], "--analyst", metavar="LOGIN", help="May see all events; repeatable."
    ),
) -> None:
    """Make the study's tables, roles and readers' logins, and adopt its protocol; safe to repeat.

    The protocol's `database` is the server's URL without a password; the password comes from
    PGPASSWORD or .pgpass. Run it as a user who may create schemas and roles. Readers may add
    their own events and see no others'; the truth and the keys of sealed results are not theirs
    to read. New logins get no password here: set one on the server.
    """
    with errors_said():
        from viewer.storage.postgres_setup import set_up_database
        from viewer.storage.study_folder import StudyFolder, read_protocol

        folder = StudyFolder.of(study)
        setup = set_up_database(
            folder,
            read_protocol(folder),
            logins=logins_from(login),
            designers=designer,
            analysts=analyst,
        )
    _tell(setup)


def logins_from(stated: Sequence[str]) -> dict[str, str]:
    """READER=LOGIN by reader; raises UserError."""
    logins: dict[str, str] = {}
    for each in stated:
        reader, equals, name = each.partition("=")
        if not (reader and equals and name):
            raise UserError(f"--login {each} is not READER=LOGIN")
        logins[reader] = name
    return logins


def _tell(setup: DatabaseSetup) -> None:
    typer.echo(f"{'made' if setup.is_new else 'there already'}: {setup.place}")
    for reader_id, name in setup.logins.items():
        is_new = name in setup.made_logins
        typer.echo(f"reader {reader_id}: login {name}{' (new, no password yet)' if is_new else ''}")
    for name in setup.made_logins:
        if name not in setup.logins.values():
            typer.echo(f"login {name} (new, no password yet)")
