"""The protocol of the study's file made the one that events are recorded under."""

from __future__ import annotations

from viewer.storage.journal_database import JournalDatabase
from viewer.storage.journal_place import Role
from viewer.storage.kept_journal import KeptJournal, by_program
from viewer.study.change_of_protocol import change_of_protocol
from viewer.study.errors import JournalError
from viewer.study.event import EventKind
from viewer.study.projection import adopted_protocols
from viewer.study.protocol import Protocol
from viewer.study.protocol_hash import protocol_sha256
from viewer.study.write_protocol import protocol_toml


def adopt_protocol(
    journal: KeptJournal, database: JournalDatabase, protocol: Protocol, *, role: Role
) -> None:
    """Record the protocol if it is new and may be used; an analyst's is left as it is.

    Raises ProtocolError when it was changed after the first answer without a new version and a
    reason, JournalError when a reader on a server would have to adopt it.
    """
    if role == "analyst":
        return
    head = journal.head()
    adopted = adopted_protocols(
        record.event() for record in database.records_of(EventKind.PROTOCOL_ADOPTED)
    )
    change = change_of_protocol(
        adopted[-1] if adopted else None,
        has_answers=database.has_any(EventKind.ANSWER_SUBMITTED),
        found=protocol,
    )
    if change.must_be_adopted and protocol.database and role == "reader":
        raise JournalError(
            f"the protocol of {protocol.study_id} here is not the one of the server",
            "copy the study's folder from its designer again; a designer adopts a changed "
            "protocol with: tomolens study database STUDY",
        )
    change.check()
    if change.must_be_adopted:
        sha256 = protocol_sha256(protocol)
        # Two windows that open a new study at once adopt it once.
        journal.append(
            by_program(
                EventKind.PROTOCOL_ADOPTED,
                "",
                {
                    "sha256": sha256,
                    "version": protocol.version,
                    "reason": protocol.reason,
                    "toml": protocol_toml(protocol),
                },
            ),
            client_uuid=f"adopt {sha256} after {head.hash}",
        )
