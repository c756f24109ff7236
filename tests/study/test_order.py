"""The laws of the order in which readers meet cases."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from protocol_builders import make_cases, make_protocol

from viewer.study.chance import Chance
from viewer.study.crossover import halves
from viewer.study.order import most_repeats, plan_session
from viewer.study.planned_reading import PlannedReading
from viewer.study.protocol import Design, Phase, Protocol, StudySession

quick = settings(max_examples=40, deadline=None)


@st.composite
def designs(draw: st.DrawFn) -> Protocol:
    """A protocol with patients of several exams, training and repeats."""
    training = draw(st.integers(0, 4))
    main = draw(st.integers(2, 40))
    distance = draw(st.integers(1, 25))
    exams = draw(st.integers(1, 3))
    return make_protocol(
        draw(st.sampled_from(Design)),
        cases=make_cases(training + main, training=training, exams_a_patient=exams),
        seed=draw(st.integers(0, 2**63 - 1)),
        planted_repeats=draw(st.integers(0, min(5, most_repeats(main, distance)))),
        repeat_distance=distance,
        readers=draw(st.integers(1, 3)),
    )


def firsts(plan: tuple[PlannedReading, ...]) -> list[PlannedReading]:
    return [reading for reading in plan if reading.repeat == 0]


@quick
@given(designs())
def test_every_case_is_read_once_and_training_comes_first(protocol: Protocol) -> None:
    plan = plan_session(protocol, "R1", "S1")
    assert Counter(r.case_id for r in firsts(plan)) == Counter(c.case_id for c in protocol.cases)
    assert [r.key.order_index for r in plan] == list(range(len(plan)))
    is_training = [r.training for r in plan]
    assert is_training == sorted(is_training, reverse=True)
    assert all(r.training is protocol.case(r.case_id).training for r in plan)


@quick
@given(designs())
def test_the_cases_of_a_patient_follow_each_other(protocol: Protocol) -> None:
    places = defaultdict(list)
    for reading in firsts(plan_session(protocol, "R1", "S1")):
        places[protocol.case(reading.case_id).patient].append(reading.key.order_index)
    for indices in places.values():
        assert indices == list(range(indices[0], indices[0] + len(indices)))


@quick
@given(designs())
def test_repeats_come_far_enough_from_the_first_reading(protocol: Protocol) -> None:
    plan = plan_session(protocol, "R1", "S1")
    first = {r.case_id: r for r in firsts(plan)}
    repeats = [r for r in plan if r.repeat]
    assert len({r.case_id for r in repeats}) == len(repeats) == protocol.planted_repeats
    for repeat in repeats:
        apart = repeat.key.order_index - first[repeat.case_id].key.order_index
        assert apart >= protocol.repeat_distance
        assert repeat.alias != first[repeat.case_id].alias
        assert repeat.phases == first[repeat.case_id].phases
        assert not repeat.training


@quick
@given(designs())
def test_blind_numbers_are_unlike_in_a_session_and_look_alike(protocol: Protocol) -> None:
    plan = plan_session(protocol, "R1", "S1")
    assert len({r.alias for r in plan}) == len(plan)
    assert all(r.alias[:2] == "C-" and len(r.alias) == 6 and r.alias[2:].isdigit() for r in plan)


@quick
@given(designs())
def test_the_same_protocol_gives_the_same_list(protocol: Protocol) -> None:
    assert plan_session(protocol, "R1", "S1") == plan_session(protocol, "R1", "S1")


@quick
@given(designs().filter(lambda p: p.arms[0].design is Design.CROSSOVER))
def test_a_crossover_reads_each_case_once_alone_and_once_aided(protocol: Protocol) -> None:
    for reader in protocol.readers:
        seen = defaultdict(list)
        for session in protocol.sessions:
            plan = plan_session(protocol, reader.reader_id, session.session_id)
            for reading in firsts(plan):
                assert len(reading.phases) == 1
                seen[reading.case_id] += reading.phases
        assert all(sorted(p.value for p in phases) == ["aided", "unaided"]
                   for phases in seen.values())  # fmt: skip


def test_neighbouring_readers_of_a_crossover_take_the_halves_the_other_way_round() -> None:
    protocol = make_protocol(Design.CROSSOVER, cases=make_cases(24, training=4), readers=4)
    aided = [
        {r.case_id for r in plan_session(protocol, f"R{n}", "S1") if r.phases == (Phase.AIDED,)}
        for n in range(1, 5)
    ]
    assert aided[0] == aided[2]
    assert aided[1] == aided[3]
    assert aided[0] | aided[1] == {case.case_id for case in protocol.cases}
    assert not aided[0] & aided[1]
    assert len(aided[0]) == len(aided[1]) == 12


@quick
@given(st.integers(0, 10**6), st.integers(2, 40), st.integers(0, 5), st.integers(1, 3))
def test_halves_are_even_and_keep_patients_whole(
    seed: int, main: int, training: int, exams: int
) -> None:
    cases = make_cases(main + training, training=training, exams_a_patient=exams)
    half_of = halves(make_protocol(Design.CROSSOVER, cases=cases, seed=seed))
    for is_training, largest in ((True, 1), (False, exams)):
        sizes = Counter(half_of[c.case_id] for c in cases if c.training is is_training)
        assert abs(sizes[0] - sizes[1]) <= largest
    of_patient = defaultdict(set)
    for case in cases:
        of_patient[case.patient].add(half_of[case.case_id])
    assert all(len(found) == 1 for found in of_patient.values())


def test_orders_differ_between_sessions_readers_and_seeds() -> None:
    sessions = tuple(StudySession(session_id=f"S{n}") for n in range(5))
    orders = set()
    for seed in range(4):
        protocol = make_protocol(cases=make_cases(30), sessions=sessions, seed=seed)
        for reader in ("R1", "R2"):
            for session in sessions:
                plan = plan_session(protocol, reader, session.session_id)
                orders.add(tuple(r.case_id for r in plan))
    assert len(orders) == 40


def test_the_order_between_sessions_is_unrelated() -> None:
    protocol = make_protocol(
        cases=make_cases(400),
        sessions=(StudySession(session_id="S1"), StudySession(session_id="S2")),
    )
    ranks = [
        {r.case_id: r.key.order_index for r in plan_session(protocol, "R1", session)}
        for session in ("S1", "S2")
    ]
    pairs = np.array([[ranks[0][c.case_id], ranks[1][c.case_id]] for c in protocol.cases])
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 4 / np.sqrt(400)


def test_no_rule_keeps_neighbours_in_the_list_apart() -> None:
    """Pairs of cases that stand together in the protocol meet as often as chance has it."""
    together = 0
    for seed in range(300):
        plan = plan_session(make_protocol(cases=make_cases(10), seed=seed), "R1", "S1")
        ids = [r.case_id for r in plan]
        together += ("P-000", "P-001") in {*pairwise(ids), *pairwise(ids[::-1])}
    assert 30 <= together <= 92  # 60 expected, standard deviation 7


def test_the_blind_number_says_nothing_of_the_case_or_its_place() -> None:
    first = [
        int(plan_session(make_protocol(seed=seed), "R1", "S1")[0].alias[2:]) for seed in range(200)
    ]
    assert len(set(first)) > 190
    assert 4000 < np.mean(first) < 6000


@pytest.mark.parametrize(
    ("design", "phases", "on_request"),
    [
        (Design.SEQUENTIAL, (Phase.ALONE, Phase.AIDED), False),
        (Design.ON_REQUEST, (Phase.ALONE, Phase.AIDED), True),
        (Design.ALONE, (Phase.ALONE,), False),
    ],
)
def test_each_design_has_its_phases(
    design: Design, phases: tuple[Phase, ...], on_request: bool
) -> None:
    plan = plan_session(make_protocol(design), "R2", "S1")
    assert {r.phases for r in plan} == {phases}
    assert {r.ai_on_request for r in plan} == {on_request}


def test_a_session_with_its_own_cases_holds_only_those() -> None:
    cases = make_cases(8, training=2)
    sessions = (
        StudySession(session_id="S1", cases=("P-000", "P-003", "P-005")),
        StudySession(session_id="S2", cases=("P-001", "P-002", "P-004", "P-006", "P-007")),
    )
    plan = plan_session(make_protocol(cases=cases, sessions=sessions), "R1", "S1")
    assert plan[0].case_id == "P-000"
    assert {r.case_id for r in plan} == {"P-000", "P-003", "P-005"}


def test_a_stated_order_never_changes_with_a_new_version_of_a_library() -> None:
    """The words of the generator are promised for ever; this list was drawn with numpy 2."""
    assert Chance("7", "R1", "S1").shuffled(range(10)) == [5, 7, 3, 2, 6, 1, 8, 9, 0, 4]


def test_a_reader_or_session_that_is_not_there_is_a_key_error() -> None:
    protocol = make_protocol()
    with pytest.raises(KeyError):
        plan_session(protocol, "R9", "S1")
    with pytest.raises(KeyError):
        plan_session(protocol, "R1", "S9")


def test_1440_cases_are_planned_at_once() -> None:
    cases = make_cases(1460, training=20, exams_a_patient=2)
    protocol = make_protocol(Design.CROSSOVER, cases=cases, planted_repeats=50)
    assert len(plan_session(protocol, "R2", "S2")) == 1510
