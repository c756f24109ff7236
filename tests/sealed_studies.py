"""Studies with sealed items, made without networks, and readings brought to a certain point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from journal_studies import Study

from inference.types import Laterality, ModelIdentity
from viewer.storage.key_ring import FileKeyRing, KeyRing
from viewer.storage.open_seals import key_ring_of
from viewer.storage.sealed_ai import AiBreast, SealedAi, ai_to_bytes
from viewer.storage.sealed_table import write_sealed_table
from viewer.storage.sealed_truth import truth_to_bytes
from viewer.storage.sealing import TRUTH, SealedItems, ai_item, truth_item
from viewer.study.event import EventKind, NewEvent
from viewer.study.planned_reading import PlannedReading
from viewer.study.protocol import Arm, Design, Protocol, StudyCase
from viewer.study.truth import TruthEntry

MODEL = ModelIdentity(name="gmic", version="1", architecture="gmic", sha256="ab" * 32)
SIDES = (Laterality.RIGHT, Laterality.LEFT)


def keys_of(study: Study) -> KeyRing:
    """The study's keys, as its designer has them."""
    return key_ring_of(study.folder, study.protocol)


def file_keys_of(study: Study) -> FileKeyRing:
    """The keys in the study's folder."""
    return FileKeyRing(study.folder.keys_file)


def seal_all(study: Study, *, note: str = "") -> SealedItems:
    """Seal made-up truth and AI results of every case, and note it in the protocol."""
    items = SealedItems(study.folder.sealed, keys_of(study))
    truth = {case.case_id: made_truth(case) for case in study.protocol.cases}
    items.seal(TRUTH, truth_to_bytes([entry for rows in truth.values() for entry in rows]))
    for case in study.protocol.cases:
        if case.training:
            items.seal(truth_item(case.case_id), truth_to_bytes(truth[case.case_id]))
        items.seal(ai_item(case.case_id), ai_to_bytes(made_result(case.case_id, note)))
    study.adopt(write_sealed_table(study.folder, [MODEL]))
    return items


def made_truth(case: StudyCase) -> tuple[TruthEntry, ...]:
    """The right breast malignant, the left one not."""
    return tuple(
        TruthEntry(case_id=case.case_id, laterality=side, malignant=side is Laterality.RIGHT)
        for side in case.breasts
    )


def made_result(case_id: str, note: str = "") -> SealedAi:
    """One model's scores without overlays."""
    return SealedAi(
        case_id=case_id,
        models=(MODEL,),
        breasts=tuple(AiBreast(laterality=s, model="gmic 1", malignant=0.25) for s in SIDES),
        notes=(note,) if note else (),
    )


def with_training(protocol: Protocol) -> Protocol:
    """The first case is for training."""
    first, *rest = protocol.cases
    return replace(protocol, cases=(replace(first, training=True), *rest))


def with_design(protocol: Protocol, design: Design) -> Protocol:
    """Every reader meets the AI in this way."""
    compared = ("unaided", "ai") if design is Design.ALONE else ("unaided", "aided")
    return replace(
        protocol,
        arms=(Arm(arm_id="A", design=design),),
        analysis=replace(protocol.analysis, comparison=compared),
    )


def append_all(study: Study, events: Sequence[NewEvent], *, reader: str = "R1") -> None:
    """Write events as the reading program would, and close the journal."""
    journal = study.open(reader_id=reader)
    for event in events:
        journal.append(event)
    study.close()


def opened(planned: PlannedReading) -> NewEvent:
    """The reading is on screen."""
    return NewEvent(
        kind=EventKind.READING_OPENED,
        actor=planned.key.reader_id,
        session_id=planned.key.session_id,
        payload={"order_index": planned.key.order_index},
    )
