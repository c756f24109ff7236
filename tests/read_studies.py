"""A sealed study that readers have read to the end, in a folder, without windows or networks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from journal_builders import new, order
from journal_studies import make_folder
from sealed_studies import MODEL, keys_of, with_training
from study_answers_builders import (
    case_id,
    make_model,
    make_reading,
    make_study,
    make_truth,
)

from inference.types import Laterality
from viewer.storage.places import Places
from viewer.storage.sealed_ai import AiBreast, SealedAi, ai_to_bytes
from viewer.storage.sealed_table import write_sealed_table
from viewer.storage.sealed_truth import truth_to_bytes
from viewer.storage.sealing import TRUTH, SealedItems, ai_item
from viewer.study.answer_json import answer_to_json
from viewer.study.event import EventKind, Json, NewEvent
from viewer.study.protocol import Phase
from viewer.study.reading_state import ReadingState

CASES = 8


def write_read_study(place: Path, where: Places) -> Path:
    """Three readers have read seven cases and a training case in both phases; returns the folder.

    The right breasts of even cases are malignant and marked.
    """
    protocol = with_training(make_study(cases=CASES, training=1).protocol)
    study = make_folder(place, protocol)
    study.where = where
    items = SealedItems(study.folder.sealed, keys_of(study))
    items.seal(TRUTH, truth_to_bytes(make_truth(CASES)))
    for number in range(CASES):
        items.seal(ai_item(case_id(number)), ai_to_bytes(_result(number)))
    study.adopt(write_sealed_table(study.folder, [MODEL]))
    for reader in protocol.readers:
        journal = study.open(reader_id=reader.reader_id)
        readings = [
            make_reading(protocol, reader.reader_id, index, case.case_id)
            for index, case in enumerate(protocol.cases)
        ]
        journal.append(new(EventKind.SESSION_STARTED, reader.reader_id, app_version="0.1.0"))
        journal.append(order([state.planned for state in readings]))
        for state in readings:
            for event in _events(state):
                journal.append(event)
        study.close()
    return study.folder.path


def _result(number: int) -> SealedAi:
    scores = make_model(CASES).malignant
    return SealedAi(
        case_id=case_id(number),
        models=(MODEL,),
        breasts=tuple(
            AiBreast(laterality=side, model="gmic 1", malignant=scores[case_id(number), side.value])
            for side in (Laterality.RIGHT, Laterality.LEFT)
        ),
    )


def _events(state: ReadingState) -> Iterator[NewEvent]:
    reader, index = state.planned.key.reader_id, state.planned.key.order_index

    def of(kind: EventKind, **payload: Json) -> NewEvent:
        return new(kind, reader, order_index=index, **payload)

    yield of(EventKind.READING_OPENED)
    for phase in (Phase.ALONE, Phase.AIDED):
        answers: list[Json] = [answer_to_json(a) for a in state.locked[phase].answers]
        if phase is Phase.AIDED:
            yield of(EventKind.AI_REVEALED, item_sha256="0", models=["gmic 1"])
        yield of(EventKind.PHASE_OPENED, phase=phase.value)
        yield of(EventKind.FIRST_VIEW, phase=phase.value)
        active_ms = state.times[phase].active_ms
        yield of(EventKind.ACTIVITY, phase=phase.value, active_ms=active_ms, idle_ms=0)
        yield of(
            EventKind.ANSWER_SUBMITTED,
            phase=phase.value,
            client_uuid=f"{reader}-{index}-{phase.value}",
            answers=answers,
            ai_seen=phase is Phase.AIDED,
        )
    yield of(EventKind.READING_FINISHED)
