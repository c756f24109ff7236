"""The readings of a study as its journal says; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping

from viewer.storage.open_journal import open_journal
from viewer.storage.study_folder import StudyFolder
from viewer.study.planned_reading import ReadingKey
from viewer.study.projection import reading_states
from viewer.study.protocol import Protocol
from viewer.study.reading_state import ReadingState


def readings_of_study(folder: StudyFolder, protocol: Protocol) -> Mapping[ReadingKey, ReadingState]:
    """Every reading whose order was realised; none where no journal was begun.

    Raises JournalError when the journal cannot be read.
    """
    if not protocol.database and not folder.journal_file.exists():
        return {}
    journal = open_journal(folder, protocol, read_only=True, role="analyst")
    try:
        return reading_states(journal.events())
    finally:
        journal.close()
