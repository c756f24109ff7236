"""A small study that was read: protocol, locked answers, truth and one model, without files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from inference.types import Laterality
from viewer.analysis.rows_of_study import ModelScores, StudyAnswers
from viewer.study.answer import BiRads, BreastAnswer, FindingClass, Mark
from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.protocol import (
    AnalysisPlan,
    Arm,
    Design,
    Phase,
    Protocol,
    Questions,
    StudyCase,
    StudyReader,
    StudySession,
)
from viewer.study.reading_state import Amendment, LockedAnswer, PhaseTimes, ReadingState
from viewer.study.truth import TruthEntry

RIGHT, LEFT = Laterality.RIGHT, Laterality.LEFT
SECRET = "MEIERHUBER"
"""In every case id and path: it must come out nowhere."""


def case_id(number: int) -> str:
    return f"{SECRET}-{number}"


def make_study(
    *, cases: int = 6, readers: int = 3, training: int = 1, design: Design = Design.SEQUENTIAL
) -> StudyAnswers:
    """Everybody has read everything in both phases; the right breast of even cases is malignant.

    Case 0 is for training. Aided answers are nearer to the truth.
    """
    protocol = Protocol(
        study_id="pilot",
        title="A pilot",
        seed=11,
        arms=(Arm(arm_id="A", design=design),),
        readers=tuple(
            StudyReader(reader_id=f"R{n + 1}", arm_id="A", experience_years=4.0 * n + 1, group="g")
            for n in range(readers)
        ),
        cases=tuple(
            StudyCase(
                case_id=case_id(n),
                path=f"/home/{SECRET}/{n}",
                patient=f"{SECRET}-p{(n + 1) // 2}",
                training=n < training,
                attributes={"density": "b" if n % 3 else "c"},
            )
            for n in range(cases)
        ),
        sessions=(StudySession(session_id="S1"),),
        questions=Questions(birads=True, recall=True, marks=True),
        analysis=AnalysisPlan(bootstraps=50),
    )
    states = {}
    for reader in protocol.readers:
        for index, case in enumerate(protocol.cases):
            state = make_reading(protocol, reader.reader_id, index, case.case_id)
            states[state.planned.key] = state
    return StudyAnswers(
        protocol=protocol,
        readings=states,
        truth=make_truth(cases),
        models=(make_model(cases),),
        app_versions={(r.reader_id, "S1"): "0.1.0" for r in protocol.readers},
    )


def make_truth(cases: int) -> tuple[TruthEntry, ...]:
    entries = []
    for n in range(cases):
        ill = n % 2 == 0
        entries.append(
            TruthEntry(
                case_id=case_id(n),
                laterality=RIGHT,
                malignant=ill,
                lesion_id="1" if ill else "",
                lesion_kind="mass" if ill else "",
                view="RCC" if ill else "",
                slice_index=10 if ill else None,
                row=100.0 if ill else None,
                column=200.0 if ill else None,
                mask_ref=f"{SECRET}.png" if ill else "",
            )
        )
        entries.append(TruthEntry(case_id=case_id(n), laterality=LEFT, malignant=False))
    return tuple(entries)


def make_model(cases: int) -> ModelScores:
    scores = {
        (case_id(n), side): 0.1 + 0.6 * (n % 2 == 0 and side == "R") + 0.001 * n
        for n in range(cases)
        for side in ("R", "L")
    }
    return ModelScores(model="gmic", version="1 (abc)", malignant=scores)


def make_reading(protocol: Protocol, reader: str, index: int, case: str) -> ReadingState:
    planned = PlannedReading(
        key=ReadingKey(reader, "S1", index),
        alias=f"C-{index:04d}",
        case_id=case,
        phases=(Phase.ALONE, Phase.AIDED),
        ai_on_request=protocol.arms[0].design is Design.ON_REQUEST,
        training=protocol.case(case).training,
    )
    number = int(case.rsplit("-", 1)[1])
    # Seeded by text: Python's own hash differs from run to run.
    chance = np.random.default_rng([number, *reader.encode()])
    locked, times = {}, {}
    for place, phase in enumerate((Phase.ALONE, Phase.AIDED)):
        utc = f"2026-01-01T10:{index:02d}:{place:02d}.000000Z"
        locked[phase] = LockedAnswer(
            phase=phase,
            answers=(
                make_answer(RIGHT, number % 2 == 0, phase, chance),
                make_answer(LEFT, False, phase, chance),
            ),
            utc=utc,
            sequence=100 * index + place + 1,
            ai_seen=phase is Phase.AIDED,
        )
        times[phase] = PhaseTimes(
            first_view_utc=utc, submitted_utc=utc, active_ms=10_000 + index, idle_ms=5
        )
    return ReadingState(
        planned=planned, is_opened=True, locked=locked, times=times, is_finished=True
    )


def make_answer(
    side: Laterality, ill: bool, phase: Phase, chance: np.random.Generator
) -> BreastAnswer:
    base = 55.0 if ill else 15.0
    shift = 20.0 * (phase is Phase.AIDED) * (1 if ill else -1)
    pom = float(np.clip(base + shift + chance.normal(0, 20), 0, 100))
    marks = (make_mark(f"m{phase.value}", pom),) if ill else ()
    return BreastAnswer(
        laterality=side,
        pom_percent=pom,
        birads=BiRads.SUSPICIOUS_LOW if pom > 30 else BiRads.NEGATIVE,
        recall=pom > 30,
        marks=marks,
        text=f"{SECRET} said",
    )


def make_mark(
    name: str,
    confidence: float,
    *,
    row: float = 110.0,
    column: float = 200.0,
    slice_index: int = 12,
) -> Mark:
    """On the lesion of make_truth unless moved; pixels of 0.1 mm."""
    return Mark(
        mark_id=name,
        image_id="image-1",
        view="RCC",
        slice_index=slice_index,
        row=row,
        column=column,
        row_mm=row * 0.1,
        column_mm=column * 0.1,
        confidence_percent=confidence,
        finding=FindingClass.MASS,
    )


def changed(study: StudyAnswers, key: ReadingKey, **fields: object) -> StudyAnswers:
    """The study with one reading changed."""
    readings = dict(study.readings)
    readings[key] = replace(readings[key], **fields)  # type: ignore[arg-type]
    return replace(study, readings=readings)


def amended(state: ReadingState, new: BreastAnswer) -> Mapping[str, object]:
    """Fields of a reading whose aided answer was amended later."""
    old = next(a for a in state.locked[Phase.AIDED].answers if a.laterality is new.laterality)
    amendment = Amendment(
        phase=Phase.AIDED,
        old=old,
        new=new,
        reason="slip",
        utc="2026-01-02T00:00:00.000000Z",
        sequence=9001 + len(state.amendments),
    )
    return {"amendments": (*state.amendments, amendment)}
