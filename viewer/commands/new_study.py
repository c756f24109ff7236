"""A new study's protocol from cases, readers and a design; cases are dealt to sessions here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from viewer.study.chance import Chance
from viewer.study.check_ids import is_id
from viewer.study.check_protocol import problems_of
from viewer.study.crossover import by_patient
from viewer.study.errors import ProtocolError
from viewer.study.protocol import (
    AnalysisPlan,
    Arm,
    Design,
    Protocol,
    Questions,
    Showing,
    StudyCase,
    StudyReader,
    StudySession,
)

QUESTIONS = ("pom", "birads", "recall", "marks", "text")
_UNSOUND = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStudy:
    """What a designer decides before the first protocol file."""

    study_id: str
    title: str
    seed: int
    design: Design
    cases: tuple[StudyCase, ...]
    readers: tuple[StudyReader, ...]
    arm_designs: tuple[tuple[str, Design], ...] = ()
    """Arms that differ from `design`."""
    sessions: int | None = None
    """None: two for a crossover, else one."""
    training: int = 0
    """So many cases are drawn for training, besides those that are so already."""
    questions: frozenset[str] = frozenset({"pom"})
    planted_repeats: int = 0
    repeat_distance: int = 20
    washout_days: int = 28
    time_limit_s: float | None = None
    hybrid_lambda: float = 0.5
    shows_hybrid: bool = False
    endpoint: str = ""
    """Empty: auc, or what the questions allow."""
    database: str = ""
    second_copy: str = ""


def protocol_of(new: NewStudy) -> Protocol:
    """The protocol; raises ProtocolError naming everything that does not fit together."""
    cases = _with_training(coded(new.cases), new.training, Chance(str(new.seed), "training"))
    arms = _arms(new)
    protocol = Protocol(
        study_id=new.study_id,
        title=new.title,
        seed=new.seed,
        arms=arms,
        readers=new.readers,
        cases=cases,
        sessions=_sessions(new, cases, arms),
        questions=Questions(**{name: name in new.questions for name in QUESTIONS}),
        aided=Showing(hybrid=new.shows_hybrid),
        planted_repeats=new.planted_repeats,
        repeat_distance=new.repeat_distance,
        analysis=_analysis(new, arms),
        database=new.database,
        second_copy=new.second_copy,
    )
    problems = problems_of(protocol)
    if problems:
        raise ProtocolError(
            "\n".join(problem.message for problem in problems), "nothing was written"
        )
    return protocol


def study_id_from(name: str) -> str:
    """An id from a folder's name."""
    sound = _UNSOUND.sub("-", name).strip("-._")[:64]
    return sound if is_id(sound) else "study"


def coded(cases: Sequence[StudyCase]) -> tuple[StudyCase, ...]:
    """The cases with patients as P0001 and so on: whatever a list called them is not kept."""
    codes: dict[str, str] = {}
    for case in cases:
        codes.setdefault(case.patient, f"P{len(codes) + 1:04d}")
    return tuple(replace(case, patient=codes[case.patient]) for case in cases)


def _with_training(cases: Sequence[StudyCase], count: int, chance: Chance) -> tuple[StudyCase, ...]:
    """Draw whole patients for training until so many cases are."""
    chosen: set[str] = set()
    drawn = 0
    for group in chance.shuffled(by_patient(case for case in cases if not case.training)):
        if drawn + len(group) <= count:
            chosen.add(group[0].patient)
            drawn += len(group)
    if drawn < count:
        raise ProtocolError(
            f"{count} cases for training cannot be drawn from these: {drawn} could",
            "ask for fewer, or say in the worklist which are for training",
        )
    return tuple(replace(case, training=case.training or case.patient in chosen) for case in cases)


def _arms(new: NewStudy) -> tuple[Arm, ...]:
    stated = dict(new.arm_designs)
    names = dict.fromkeys([*(reader.arm_id for reader in new.readers), *stated])
    return tuple(
        Arm(arm_id=name, design=stated.get(name, new.design), washout_days=new.washout_days)
        for name in names
    )


def _sessions(
    new: NewStudy, cases: Sequence[StudyCase], arms: Sequence[Arm]
) -> tuple[StudySession, ...]:
    """Sessions S1 and so on: every case once, in a crossover twice.

    Patients are dealt evenly by chance. Training stands in the first session of each round.
    """
    rounds = 2 if any(arm.design is Design.CROSSOVER for arm in arms) else 1
    count = rounds if new.sessions is None else new.sessions
    if count < 1 or count % rounds:
        raise ProtocolError(
            f"a crossover needs an even number of sessions, not {count}"
            if rounds == 2
            else f"a study needs one session or more, not {count}",
            "each case is read once alone and once with the AI" if rounds == 2 else "",
        )
    parts = count // rounds
    held = _dealt(cases, parts, Chance(str(new.seed), "sessions"))
    return tuple(
        StudySession(
            session_id=f"S{n + 1}",
            cases=() if parts == 1 else held[n % parts],
            time_limit_s=new.time_limit_s,
        )
        for n in range(count)
    )


def _dealt(cases: Sequence[StudyCase], parts: int, chance: Chance) -> list[tuple[str, ...]]:
    held: list[list[str]] = [[] for _ in range(parts)]
    for group in chance.shuffled(by_patient(case for case in cases if not case.training)):
        fewest = min(range(parts), key=lambda part: len(held[part]))
        held[fewest] += [case.case_id for case in group]
    if not all(held):
        raise ProtocolError(
            f"there are not enough patients for {parts} sessions", "plan fewer sessions"
        )
    held[0] += [case.case_id for case in cases if case.training]
    place = {case.case_id: n for n, case in enumerate(cases)}
    return [tuple(sorted(part, key=place.__getitem__)) for part in held]


def _analysis(new: NewStudy, arms: Sequence[Arm]) -> AnalysisPlan:
    meets_ai = any(arm.design is not Design.ALONE for arm in arms)
    endpoint = new.endpoint or _endpoint(new.questions)
    return AnalysisPlan(
        primary_endpoint=endpoint,
        comparison=("unaided", "aided" if meets_ai else "ai"),
        hybrid_lambda=new.hybrid_lambda,
    )


def _endpoint(questions: frozenset[str]) -> str:
    if "pom" in questions:
        return "auc"
    return "wafroc" if "marks" in questions else "sensitivity"
