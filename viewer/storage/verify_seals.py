"""Whether what is sealed in a study's folder is what its protocol and its events say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from viewer.storage.seal_list import LIST_NAME, SealList, read_seal_list
from viewer.storage.sealing import is_ai, is_truth
from viewer.storage.study_folder import StudyFolder
from viewer.study.errors import StudyError
from viewer.study.event import Event, EventKind
from viewer.study.protocol import Protocol, SealedParts


@dataclass(frozen=True, slots=True)
class SealVerdict:
    """What is wrong with the seals, and what should be known."""

    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def verify_seals(folder: StudyFolder, protocol: Protocol, events: Sequence[Event]) -> SealVerdict:
    """Compare the list of seals with the protocol's [sealed] table and with what was shown.

    The contents stay sealed; each is compared with the list whenever it is opened.
    """
    sealed = protocol.sealed
    if not (sealed.truth_sha256 or sealed.ai_sha256):
        return SealVerdict()
    if not (folder.sealed / LIST_NAME).exists():
        return SealVerdict(remarks=("the sealed items are not in this folder; not checked",))
    try:
        seals = read_seal_list(folder.sealed)
    except StudyError as error:
        return SealVerdict(problems=(str(error),))
    shown = tuple(_not_sealed(seals, events))
    versions = sum(event.kind is EventKind.PROTOCOL_ADOPTED for event in events)
    # A later version of the protocol may have sealed the results of another AI.
    is_explained = versions > 1
    return SealVerdict(
        problems=(*_differences(seals, sealed), *(() if is_explained else shown)),
        remarks=shown if is_explained else (),
    )


def _differences(seals: SealList, sealed: SealedParts) -> Iterator[str]:
    for what, chosen, expected in (
        ("truth", is_truth, sealed.truth_sha256),
        ("results of the AI", is_ai, sealed.ai_sha256),
    ):
        if seals.sha256_of(chosen) != expected:
            yield f"the sealed {what} are not those the protocol names"


def _not_sealed(seals: SealList, events: Sequence[Event]) -> Iterator[str]:
    known = set(seals.items.values())
    for event in events:
        if event.kind is EventKind.AI_REVEALED and event.payload.get("item_sha256") not in known:
            yield f"event {event.sequence}: the AI's result shown is none of those sealed"
