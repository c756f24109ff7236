"""Set a study up on a PostgreSQL server, with a login for each reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from viewer.storage.journal_postgres import PostgresStore
from viewer.storage.open_journal import open_journal
from viewer.storage.places import Places
from viewer.storage.postgres_place import PostgresPlace
from viewer.storage.postgres_schema import add_member, add_reader_login, create_study_schema
from viewer.storage.study_folder import StudyFolder
from viewer.study.errors import JournalError
from viewer.study.protocol import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseSetup:
    """What was made."""

    place: str
    is_new: bool
    """False when the study's tables were there already."""
    logins: Mapping[str, str]
    """Each reader's login."""
    made_logins: tuple[str, ...]
    """New ones: they have no password yet."""


def set_up_database(
    folder: StudyFolder,
    protocol: Protocol,
    *,
    logins: Mapping[str, str],
    designers: Sequence[str] = (),
    analysts: Sequence[str] = (),
    where: Places | None = None,
) -> DatabaseSetup:
    """Make a study's tables, triggers, roles and logins, and adopt its protocol; safe to repeat.

    logins: for readers whose login is not to be the one made from the study and the reader's id.
    Raises JournalError, also when the protocol names no database or a reader does not exist.
    """
    if not protocol.database:
        raise JournalError(
            f"the protocol of {protocol.study_id} names no database: its events are kept in "
            f"{folder.journal_file}",
            'to keep them on a server write database = "postgresql://server/name" into study.toml',
        )
    unknown = sorted(set(logins) - {reader.reader_id for reader in protocol.readers})
    if unknown:
        raise JournalError(
            f"the protocol has no reader {unknown[0]}", "give --login READER=LOGIN as it is there"
        )
    place = PostgresPlace.of(protocol.database, protocol.study_id)
    connection = PostgresStore(place).connect()
    try:
        is_new = create_study_schema(connection, place, protocol.study_id, version("tomolens"))
        made: list[str] = []
        chosen = {
            reader.reader_id: logins.get(reader.reader_id, place.login_of(reader.reader_id))
            for reader in protocol.readers
        }
        for reader_id, login in chosen.items():
            if add_reader_login(connection, place, reader_id=reader_id, login=login):
                made.append(login)
        for role, members in ((place.designers, designers), (place.analysts, analysts)):
            made += [
                login for login in members if add_member(connection, place, role=role, login=login)
            ]
    finally:
        connection.close()
    open_journal(folder, protocol, role="designer", where=where).close()
    return DatabaseSetup(place=place.name, is_new=is_new, logins=chosen, made_logins=tuple(made))
