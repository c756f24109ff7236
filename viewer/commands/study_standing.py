"""What stands in a study's folder: its protocol, and whether answers have frozen it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from viewer.storage.keep_protocol import create_protocol, replace_protocol
from viewer.storage.open_journal import open_journal
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.change_of_protocol import ChangeOfProtocol, change_of_protocol
from viewer.study.event import EventKind
from viewer.study.projection import AdoptedProtocol, adopted_protocols
from viewer.study.protocol import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyStanding:
    """A study as it was found."""

    folder: StudyFolder
    protocol: Protocol
    adopted: AdoptedProtocol | None
    """The newest protocol the journal knows; None before anything was read."""
    has_answers: bool
    """Whether an answer was locked: from then on a change is a new version with a reason."""

    def change_to(self, protocol: Protocol) -> ChangeOfProtocol:
        """Whether a protocol may take the place of the adopted one."""
        return change_of_protocol(self.adopted, has_answers=self.has_answers, found=protocol)


def standing_of(path: Path) -> StudyStanding:
    """Look at a study without writing anything; raises StudyError."""
    folder = StudyFolder.of(path)
    protocol = read_protocol(folder)
    if not protocol.database and not folder.journal_file.exists():
        return StudyStanding(folder=folder, protocol=protocol, adopted=None, has_answers=False)
    journal = open_journal(folder, protocol, read_only=True, role="analyst")
    try:
        events = tuple(journal.events())
    finally:
        journal.close()
    adopted = adopted_protocols(events)
    return StudyStanding(
        folder=folder,
        protocol=protocol,
        adopted=adopted[-1] if adopted else None,
        has_answers=any(event.kind is EventKind.ANSWER_SUBMITTED for event in events),
    )


def write_study(folder: Path, protocol: Protocol, standing: StudyStanding | None) -> Path:
    """Write a protocol into its folder; returns the file.

    standing: of the study that was opened; None for a new one, which overwrites nothing.
    Raises StudyError: what may not be changed, and what could not be written.
    """
    place = StudyFolder.of(folder)
    if standing is None or standing.folder != place:
        return create_protocol(place, protocol)
    # Answers may have come since the study was opened.
    standing_of(folder).change_to(protocol).check()
    replace_protocol(place, protocol)
    return place.protocol_file
