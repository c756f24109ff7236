"""Protocols for tests: one small sound one, and any sound one that hypothesis thinks of."""

from __future__ import annotations

from types import MappingProxyType

from hypothesis import strategies as st

from inference.types import Laterality
from viewer.study.protocol import (
    AiLayer,
    AnalysisPlan,
    Arm,
    Design,
    Protocol,
    Questions,
    SealedParts,
    Showing,
    StudyCase,
    StudyReader,
    StudySession,
)


def make_cases(count: int, *, training: int = 0, exams_a_patient: int = 1) -> tuple[StudyCase, ...]:
    """Cases P-000 and so on; the first ones for training, of patients of their own."""
    return tuple(
        StudyCase(
            case_id=f"P-{n:03d}",
            path=f"exams/{n:03d}",
            patient=f"T{n}" if n < training else f"W{(n - training) // exams_a_patient}",
            training=n < training,
        )
        for n in range(count)
    )


def make_protocol(
    design: Design = Design.SEQUENTIAL,
    *,
    cases: tuple[StudyCase, ...] | None = None,
    readers: int = 2,
    sessions: tuple[StudySession, ...] | None = None,
    seed: int = 7,
    planted_repeats: int = 0,
    repeat_distance: int = 20,
    washout_days: int = 28,
) -> Protocol:
    """A sound protocol: readers R1.. in one arm A; sessions S1 (and S2) with all cases."""
    wanted = 2 if design is Design.CROSSOVER else 1
    compared = ("unaided", "ai") if design is Design.ALONE else ("unaided", "aided")
    return Protocol(
        study_id="pilot",
        title="A pilot",
        seed=seed,
        arms=(Arm(arm_id="A", design=design, washout_days=washout_days),),
        readers=tuple(StudyReader(reader_id=f"R{n + 1}", arm_id="A") for n in range(readers)),
        cases=make_cases(8, training=2) if cases is None else cases,
        sessions=sessions or tuple(StudySession(session_id=f"S{n + 1}") for n in range(wanted)),
        planted_repeats=planted_repeats,
        repeat_distance=repeat_distance,
        analysis=AnalysisPlan(comparison=compared),
    )


_ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,8}", fullmatch=True)
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_full_texts = _texts.filter(lambda text: bool(text.strip()))
_shares = st.floats(0, 1)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[StudyCase, ...]:
    ids = draw(st.lists(_ids, min_size=2, max_size=8, unique=True))
    training = draw(st.integers(0, len(ids) - 1))
    return tuple(
        StudyCase(
            case_id=case_id,
            path=f"{draw(_full_texts)}{place}",
            patient=f"{'T' if place < training else 'W'}{draw(st.integers(0, 3))}",
            exam_alias=draw(_texts),
            breasts=draw(
                st.permutations(list(Laterality)).flatmap(
                    lambda both: st.sampled_from([tuple(both), (both[0],)])
                )
            ),
            training=place < training,
            attributes=MappingProxyType(draw(st.dictionaries(_texts, _texts, max_size=2))),
        )
        for place, case_id in enumerate(ids)
    )


@st.composite
def protocols(draw: st.DrawFn) -> Protocol:
    """Any sound protocol with texts of every kind."""
    cases = draw(_cases())
    arm_ids = draw(st.lists(_ids, min_size=1, max_size=2, unique=True))
    kinds = [Design.SEQUENTIAL, Design.ON_REQUEST, Design.ALONE]
    designs = [Design.SEQUENTIAL, *draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=1))]
    reader_ids = draw(st.lists(_ids.map("R".__add__), min_size=2, max_size=4, unique=True))
    session_ids = draw(st.lists(_ids, min_size=1, max_size=3, unique=True))
    version = draw(st.integers(1, 3))
    every_case = tuple(case.case_id for case in cases)
    return Protocol(
        study_id=draw(_ids),
        title=draw(_full_texts),
        version=version,
        reason=draw(_full_texts if version > 1 else _texts),
        seed=draw(st.integers(0, 2**63 - 1)),
        arms=tuple(
            Arm(arm_id=arm_id, design=design, washout_days=draw(st.integers(0, 90)))
            for arm_id, design in zip(arm_ids, designs, strict=False)
        ),
        readers=tuple(
            StudyReader(
                reader_id=reader_id,
                arm_id=arm_ids[place % len(arm_ids)],
                experience_years=draw(st.none() | st.floats(0, 80)),
                group=draw(_texts),
            )
            for place, reader_id in enumerate(reader_ids)
        ),
        cases=cases,
        sessions=tuple(
            StudySession(
                session_id=session_id,
                cases=draw(st.sampled_from([(), every_case])),
                time_limit_s=draw(st.none() | st.floats(0.5, 1e6)),
            )
            for session_id in session_ids
        ),
        questions=Questions(
            birads=draw(st.booleans()),
            recall=draw(st.booleans()),
            recall_threshold_percent=draw(st.floats(0, 100)),
            marks=draw(st.booleans()),
            largest_number_of_marks=draw(st.integers(1, 99)),
            text=draw(st.booleans()),
        ),
        alone=Showing(ai_layers=frozenset(), priors=draw(st.booleans())),
        aided=Showing(
            ai_layers=draw(st.frozensets(st.sampled_from(AiLayer), min_size=1)),
            hybrid=draw(st.booleans()),
            kinds=draw(st.sampled_from([(), ("DBT",), ("FFDM", "Synthetic 2D")])),
        ),
        feedback=draw(st.booleans()),
        analysis=AnalysisPlan(
            alpha=draw(st.floats(1e-9, 0.5)),
            hybrid_lambda=draw(_shares),
            bootstraps=draw(st.integers(1, 10_000)),
            text=draw(_texts),
        ),
        sealed=SealedParts(
            truth_sha256=draw(st.sampled_from(["", "0a" * 32])), ai_models=(draw(_texts),)
        ),
        database=draw(st.sampled_from(["", "postgresql://reader@host:5432/studies"])),
        second_copy=draw(_texts),
    )
