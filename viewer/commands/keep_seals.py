"""What the keeper does: look at the events, apply the rules, hand out one item or refuse."""

from __future__ import annotations

from enum import Enum

from viewer.storage.key_ring import FileKeyRing, KeyRing
from viewer.storage.open_journal import open_journal
from viewer.storage.open_seals import check_seals
from viewer.storage.places import Places
from viewer.storage.sealing import SealedItems, ai_item, truth_item
from viewer.storage.study_folder import StudyFolder, read_protocol
from viewer.study.errors import Sealed
from viewer.study.planned_reading import ReadingKey
from viewer.study.projection import StudyProjection
from viewer.study.protocol import Protocol
from viewer.study.protocol_hash import protocol_sha256
from viewer.study.reading_state import ReadingState
from viewer.study.release import why_not_ai, why_not_truth


class Wanted(Enum):
    """What may be asked for in a reading; the value stands on the keeper's command line."""

    AI = "ai"
    TRUTH = "truth"


def hand_out(
    folder: StudyFolder, key: ReadingKey, wanted: Wanted, *, where: Places | None = None
) -> bytes:
    """The content of the item that is due in a reading.

    Whoever asks names a reading, never a case: the case is the one the reader's list has there.
    Raises Sealed with the reason when it is not due, StudyError when the study cannot be read.
    """
    protocol = read_protocol(folder)
    state = _state(folder, protocol, key, where)
    reason = why_not_ai(state) if wanted is Wanted.AI else _why_not_truth(state, protocol)
    if reason is not None:
        raise Sealed(reason, "it is shown when its turn has come")
    check_seals(folder, protocol.sealed)
    case_id = state.planned.case_id
    name = ai_item(case_id) if wanted is Wanted.AI else truth_item(case_id)
    return SealedItems(folder.sealed, _keys(folder, protocol, key)).open(name)


def _state(
    folder: StudyFolder, protocol: Protocol, key: ReadingKey, where: Places | None
) -> ReadingState:
    journal = open_journal(folder, protocol, read_only=True, reader_id=key.reader_id, where=where)
    try:
        projection = StudyProjection.of(journal.events())
    finally:
        journal.close()
    adopted = projection.protocols
    if not adopted or adopted[-1].sha256 != protocol_sha256(protocol):
        raise Sealed(
            "the protocol in the study's folder is not the one the readings are made under",
            "restore study.toml, or start the study again so that it is adopted",
        )
    state = projection.reading(key)
    if state is None:
        raise Sealed("this reading is in no list of the reader")
    return state


def _why_not_truth(state: ReadingState, protocol: Protocol) -> str | None:
    if not protocol.feedback:
        return "this study gives no feedback"
    return why_not_truth(state)


def _keys(folder: StudyFolder, protocol: Protocol, key: ReadingKey) -> KeyRing:
    if protocol.database:
        # Only studies on a server need its driver.
        from viewer.storage.postgres_keys import ReleasedKeyRing

        return ReleasedKeyRing.of(protocol, key)
    return FileKeyRing(folder.keys_file)
