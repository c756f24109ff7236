"""A study in a few lines: who reads what, how often, and about how long it takes."""

from __future__ import annotations

from collections.abc import Iterator

from viewer.study.order import plan_session
from viewer.study.protocol import Design, Protocol

DEFAULT_PHASE_S = 90.0


def summary_lines(protocol: Protocol, *, phase_s: float = DEFAULT_PHASE_S) -> Iterator[str]:
    """Lines for the designer.

    phase_s: seconds that a phase of a reading is taken to last.
    """
    training = sum(case.training for case in protocol.cases)
    main = [case for case in protocol.cases if not case.training]
    patients = len({case.patient for case in main})
    breasts = sum(len(case.breasts) for case in main)
    yield f"{protocol.title} ({protocol.study_id}), version {protocol.version}"
    yield (f"Cases: {len(main)} of {patients} patients, {breasts} breasts; {training} for training")
    yield f"Readers: {len(protocol.readers)}; {_arms(protocol)}"
    yield f"Sessions: {', '.join(s.session_id for s in protocol.sessions)}"
    yield from _effort(protocol, phase_s)
    yield f"Primary endpoint: {protocol.analysis.primary_endpoint}, {_comparison(protocol)}"


def _arms(protocol: Protocol) -> str:
    words = []
    for arm in protocol.arms:
        count = sum(reader.arm_id == arm.arm_id for reader in protocol.readers)
        gap = f", washout {arm.washout_days} days" if arm.design is Design.CROSSOVER else ""
        words.append(f"arm {arm.arm_id} {arm.design.value}{gap} ({count})")
    return "; ".join(words)


def _effort(protocol: Protocol, phase_s: float) -> Iterator[str]:
    readings = phases = 0
    longest = 0.0
    for reader in protocol.readers:
        seconds = 0.0
        for session in protocol.sessions:
            plan = plan_session(protocol, reader.reader_id, session.session_id)
            readings += len(plan)
            count = sum(len(reading.phases) for reading in plan)
            phases += count
            seconds += count * (session.time_limit_s or phase_s)
        longest = max(longest, seconds)
    yield f"Readings: {readings} in all, {phases} answers to lock"
    limited = any(session.time_limit_s is not None for session in protocol.sessions)
    basis = "by the time limit" if limited else f"at {phase_s:g} s a phase"
    yield f"Time: about {_duration(longest)} a reader, {basis}"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{seconds / 3600:.1f} h"


def _comparison(protocol: Protocol) -> str:
    first, second = protocol.analysis.comparison
    return f"{first} against {second}"
