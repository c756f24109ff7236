"""The order in which a reader meets the cases of a session, by seeded chance."""

from __future__ import annotations

from collections.abc import Sequence

from viewer.study.chance import Chance
from viewer.study.crossover import PhasesOf, by_patient, session_cases
from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.protocol import Design, Protocol, StudyCase

Place = tuple[StudyCase, int]
"""A case, and 0 for its first reading or 1 for its planted repeat."""

_ALIASES_A_READING = 4
_SMALLEST_RANGE = 9999


def plan_session(protocol: Protocol, reader_id: str, session_id: str) -> tuple[PlannedReading, ...]:
    """The readings of one reader in one session, in order.

    Seeded by the study's seed, the reader and the session, so that no two lists are alike.
    Training cases come first. Cases of one patient follow each other. Nothing is done about runs
    of positives: a rule against them would tell the reader something of the truth. Planted
    repeats come at least `repeat_distance` readings after the first reading, between patients,
    under another blind number.

    Raises KeyError when the protocol has no such reader or session, ValueError when the repeats
    do not fit (read_protocol refuses such a protocol).
    """
    chance = Chance(str(protocol.seed), reader_id, session_id)
    cases = session_cases(protocol, protocol.session(session_id))
    training = _shuffled_by_patient([c for c in cases if c.training], chance)
    main = _shuffled_by_patient([c for c in cases if not c.training], chance)
    places = _with_repeats(main, protocol.planted_repeats, protocol.repeat_distance, chance)
    places = [*((case, 0) for case in training), *places]
    phases = PhasesOf(protocol, reader_id, session_id)
    on_request = protocol.arm_of(reader_id).design is Design.ON_REQUEST
    return tuple(
        PlannedReading(
            key=ReadingKey(reader_id, session_id, order_index),
            alias=alias,
            case_id=case.case_id,
            phases=phases.of(case),
            ai_on_request=on_request,
            training=case.training,
            repeat=repeat,
        )
        for order_index, ((case, repeat), alias) in enumerate(
            zip(places, _aliases(len(places), chance), strict=True)
        )
    )


def most_repeats(readings: int, repeat_distance: int) -> int:
    """How many repeats a session of so many cases has room for."""
    return max(0, readings - max(repeat_distance, 1) + 1)


def _shuffled_by_patient(cases: Sequence[StudyCase], chance: Chance) -> list[StudyCase]:
    groups = chance.shuffled(by_patient(cases))
    return [case for group in groups for case in chance.shuffled(group)]


def _with_repeats(
    cases: Sequence[StudyCase], repeats: int, distance: int, chance: Chance
) -> list[Place]:
    places: list[Place] = [(case, 0) for case in cases]
    # Only a case this far from the end can be met again far enough from its first reading.
    candidates = cases[: most_repeats(len(cases), distance)]
    for case in chance.sample(candidates, min(repeats, len(cases)) if cases else 0):
        first = places.index((case, 0))
        slots = [
            slot
            for slot in range(first + max(distance, 1), len(places) + 1)
            if not _within_a_patient(places, slot)
        ]
        # A later insertion can only push the two readings of a case further apart.
        places.insert(chance.one_of(slots), (case, 1))
    return places


def _within_a_patient(places: Sequence[Place], slot: int) -> bool:
    """Whether something put at the slot would stand between two cases of one patient."""
    if slot == len(places):
        return False
    (before, repeat_before), (after, repeat_after) = places[slot - 1], places[slot]
    is_first = repeat_before == repeat_after == 0
    return is_first and before.patient == after.patient


def _aliases(count: int, chance: Chance) -> list[str]:
    """Different blind numbers in random order."""
    largest = max(_SMALLEST_RANGE, _ALIASES_A_READING * count)
    digits = len(str(largest))
    return [f"C-{number:0{digits}d}" for number in chance.sample(range(1, largest + 1), count)]
