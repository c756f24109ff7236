"""Cases, the sessions they are read in, and whether the design can be carried out with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from viewer.study.crossover import session_cases
from viewer.study.order import most_repeats
from viewer.study.protocol import Design, Protocol, StudyCase
from viewer.study.protocol_problem import Problem


def case_problems(protocol: Protocol) -> Iterator[Problem]:
    """What is wrong with single cases and between them."""
    if not any(not case.training for case in protocol.cases):
        yield Problem(("case",), "every case is for training; nothing could be analysed")
    for place, case in enumerate(protocol.cases):
        yield from _case(place, case)
    yield from _same_exam(protocol)
    yield from _patients_in_training(protocol)


def _case(place: int, case: StudyCase) -> Iterator[Problem]:
    if not case.path:
        yield Problem(("case", place, "path"), f"case {case.case_id} has an empty path")
    if not case.patient.strip():
        yield Problem(("case", place, "patient"), f"case {case.case_id} has an empty patient")
    if not case.breasts:
        said = f'case {case.case_id}: breasts is empty; write ["R", "L"] or one of them'
        yield Problem(("case", place, "breasts"), said)
    if len(set(case.breasts)) < len(case.breasts):
        said = f"case {case.case_id} names a breast twice"
        yield Problem(("case", place, "breasts"), said)


def _same_exam(protocol: Protocol) -> Iterator[Problem]:
    first: dict[tuple[str, str], int] = {}
    for place, case in enumerate(protocol.cases):
        before = first.setdefault((case.path, case.exam_alias), place)
        if before == place or not case.path:
            continue
        other = protocol.cases[before]
        said = f"case {case.case_id} is the same exam as case {other.case_id}"
        if not set(case.breasts) & set(other.breasts):
            said += ': both breasts are read in one case, breasts = ["R", "L"]'
        yield Problem(("case", place, "path"), said, ("case", before, "path"))


def _patients_in_training(protocol: Protocol) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for place, case in enumerate(protocol.cases):
        before = first.setdefault(case.patient, place)
        other = protocol.cases[before]
        if case.training is not other.training:
            said = (
                f"cases {other.case_id} and {case.case_id} are of one patient, one for training "
                "and one not: the feedback would tell of the other"
            )
            yield Problem(("case", place, "patient"), said, ("case", before, "patient"))


def session_problems(protocol: Protocol) -> Iterator[Problem]:
    """What is wrong with sessions, with what they hold and with how often a case is read."""
    known = {case.case_id for case in protocol.cases}
    for place, session in enumerate(protocol.sessions):
        limit = session.time_limit_s
        if limit is not None and not limit > 0:
            said = f"session {session.session_id}: time_limit_s must be above 0, not {limit:g}"
            yield Problem(("session", place, "time_limit_s"), said)
        seen: set[str] = set()
        for number, case_id in enumerate(session.cases):
            path = ("session", place, "cases", number)
            if case_id not in known:
                said = f"session {session.session_id} names case {case_id}, which is not defined"
                yield Problem(path, said)
            if case_id in seen:
                yield Problem(path, f"session {session.session_id} names case {case_id} twice")
            seen.add(case_id)
    yield from _coverage(protocol)
    yield from _repeats(protocol)
    yield from _crossover(protocol)


def readings_of_cases(protocol: Protocol) -> Counter[str]:
    """Case id -> in how many sessions it stands."""
    return Counter(
        case.case_id for session in protocol.sessions for case in session_cases(protocol, session)
    )


def _coverage(protocol: Protocol) -> Iterator[Problem]:
    counts = readings_of_cases(protocol)
    for place, case in enumerate(protocol.cases):
        if not counts[case.case_id]:
            said = f"case {case.case_id} is in no session"
            yield Problem(("case", place, "id"), said)


def _repeats(protocol: Protocol) -> Iterator[Problem]:
    wanted, distance = protocol.planted_repeats, protocol.repeat_distance
    if wanted < 0:
        said = f"planted_repeats must not be negative, got {wanted}"
        yield Problem(("planted_repeats",), said)
    if distance < 1:
        yield Problem(("repeat_distance",), f"repeat_distance must be 1 or more, not {distance}")
    if wanted < 1 or distance < 1:
        return
    for session in protocol.sessions:
        cases = sum(not case.training for case in session_cases(protocol, session))
        room = most_repeats(cases, distance)
        # A session for training only needs none.
        if cases and room < wanted:
            said = (
                f"session {session.session_id} has {cases} cases: {wanted} repeats at least "
                f"{distance} readings apart do not fit, {room} would"
            )
            yield Problem(("planted_repeats",), said)


def _crossover(protocol: Protocol) -> Iterator[Problem]:
    counts = readings_of_cases(protocol)
    patients = {case.patient for case in protocol.cases if not case.training}
    wrong = [c for c in protocol.cases if not c.training and counts[c.case_id] != 2]
    for place, arm in enumerate(protocol.arms):
        if arm.design is not Design.CROSSOVER:
            continue
        path = ("arm", place, "design")
        if len(protocol.sessions) < 2:
            said = f"arm {arm.arm_id} is a crossover, which needs two sessions; there is one"
            yield Problem(path, said)
        elif wrong:
            case = wrong[0]
            others = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            said = (
                f"arm {arm.arm_id} is a crossover: every case is read in two sessions, once alone "
                f"and once with the AI; case {case.case_id}{others} is in {counts[case.case_id]}"
            )
            yield Problem(path, said)
        if len(patients) < 2:
            said = f"arm {arm.arm_id} is a crossover, which needs cases of two patients or more"
            yield Problem(path, said)
