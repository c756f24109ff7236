"""Which half of a crossover a case is in, and so whether a reader meets it with the AI."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from viewer.study.chance import Chance
from viewer.study.protocol import Design, Phase, Protocol, StudyCase, StudySession


def session_cases(protocol: Protocol, session: StudySession) -> tuple[StudyCase, ...]:
    """The cases of a session, in the order of the protocol."""
    if not session.cases:
        return protocol.cases
    wanted = set(session.cases)
    return tuple(case for case in protocol.cases if case.case_id in wanted)


def by_patient(cases: Iterable[StudyCase]) -> list[list[StudyCase]]:
    """The cases in groups of one patient each."""
    groups: dict[str, list[StudyCase]] = {}
    for case in cases:
        groups.setdefault(case.patient, []).append(case)
    return list(groups.values())


def halves(protocol: Protocol) -> Mapping[str, int]:
    """Case id -> 0 or 1, by chance from the study's seed alone, the same for all readers.

    A patient's cases are in one half. Training cases and the others are halved apart, each as
    evenly as patients allow, also within each combination of the cases' attributes.
    """
    chance = Chance(str(protocol.seed), "halves")
    half_of: dict[str, int] = {}
    for training in (True, False):
        cases = [case for case in protocol.cases if case.training is training]
        sizes = [0, 0]
        for group in _dealt(by_patient(cases), chance):
            half = chance.below(2) if sizes[0] == sizes[1] else int(sizes[1] < sizes[0])
            sizes[half] += len(group)
            half_of.update((case.case_id, half) for case in group)
    return half_of


def _dealt(groups: list[list[StudyCase]], chance: Chance) -> list[list[StudyCase]]:
    """The groups in random order within their stratum, stratum after stratum."""
    strata: dict[tuple[tuple[str, str], ...], list[list[StudyCase]]] = {}
    for group in groups:
        strata.setdefault(tuple(sorted(group[0].attributes.items())), []).append(group)
    return [group for _, stratum in sorted(strata.items()) for group in chance.shuffled(stratum)]


class PhasesOf:
    """The phases in which one reader reads each case of one session."""

    def __init__(self, protocol: Protocol, reader_id: str, session_id: str) -> None:
        """Raises KeyError when the protocol has no such reader or session."""
        arm = protocol.arm_of(reader_id)
        self._design = arm.design
        self._half_of: Mapping[str, int] = {}
        if arm.design is Design.CROSSOVER:
            self._half_of = halves(protocol)
            peers = [r.reader_id for r in protocol.readers if r.arm_id == arm.arm_id]
            self._row = peers.index(reader_id)
            self._earlier = _earlier_readings(protocol, session_id)

    def of(self, case: StudyCase) -> tuple[Phase, ...]:
        """The phases of a case, in order.

        Crossover: a Latin square of the reader's place in the arm, the half of the case, and how
        often the reader met the case in earlier sessions; every second reading is with the AI.
        """
        if self._design is Design.ALONE:
            return (Phase.ALONE,)
        if self._design is not Design.CROSSOVER:
            return (Phase.ALONE, Phase.AIDED)
        square = self._row + self._half_of[case.case_id] + self._earlier.get(case.case_id, 0)
        return (Phase.AIDED,) if square % 2 else (Phase.ALONE,)


def _earlier_readings(protocol: Protocol, session_id: str) -> dict[str, int]:
    """Case id -> in how many sessions before this one it stands."""
    counts: dict[str, int] = {}
    for session in protocol.sessions:
        if session.session_id == session_id:
            break
        for case in session_cases(protocol, session):
            counts[case.case_id] = counts.get(case.case_id, 0) + 1
    return counts
