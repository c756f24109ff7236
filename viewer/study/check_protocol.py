"""What a well-formed protocol may still say that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qs, urlsplit

from viewer.domain.view import ImageKind
from viewer.study.check_cases import case_problems, session_problems
from viewer.study.check_ids import id_problems
from viewer.study.protocol import Design, Protocol
from viewer.study.protocol_problem import Problem

ENDPOINTS = ("auc", "sensitivity", "specificity", "wafroc")
MODALITIES = ("unaided", "aided", "hybrid", "ai")
RESERVED_READERS = ("designer", "analyst", "program", "truth")
"""Names that events and exported tables use for others than readers."""

_LARGEST_SEED = (1 << 63) - 1
_MOST_BOOTSTRAPS = 1_000_000
_SHA256 = re.compile(r"[0-9a-f]{64}")


def problems_of(protocol: Protocol) -> tuple[Problem, ...]:
    """Everything that is wrong with a protocol, whatever it was made from."""
    checks = (
        _general,
        id_problems,
        _readers,
        _arms,
        case_problems,
        session_problems,
        _questions,
        _showing,
        _analysis,
        _storage,
        _sealed,
    )
    return tuple(problem for check in checks for problem in check(protocol))


def _general(protocol: Protocol) -> Iterator[Problem]:
    if not protocol.title.strip():
        yield Problem(("title",), "title is empty")
    if protocol.version < 1:
        yield Problem(("version",), f"version counts from 1, not {protocol.version}")
    if protocol.version > 1 and not protocol.reason.strip():
        said = f"version {protocol.version} needs a reason: what differs from the one before"
        yield Problem(("version",), said)
    if not 0 <= protocol.seed <= _LARGEST_SEED:
        yield Problem(("seed",), f"seed must be 0 to {_LARGEST_SEED}, not {protocol.seed}")


def _readers(protocol: Protocol) -> Iterator[Problem]:
    arms = {arm.arm_id for arm in protocol.arms}
    for place, reader in enumerate(protocol.readers):
        if reader.arm_id not in arms:
            said = f"reader {reader.reader_id} is in arm {reader.arm_id}, which is not defined"
            yield Problem(("reader", place, "arm"), said)
        if reader.reader_id in RESERVED_READERS:
            said = f"no reader can be called {reader.reader_id}: the program uses that word"
            yield Problem(("reader", place, "id"), said)
        years = reader.experience_years
        if years is not None and not 0 <= years <= 80:
            said = f"reader {reader.reader_id}: experience_years must be 0 to 80, not {years:g}"
            yield Problem(("reader", place, "experience_years"), said)


def _arms(protocol: Protocol) -> Iterator[Problem]:
    used = {reader.arm_id for reader in protocol.readers}
    for place, arm in enumerate(protocol.arms):
        if arm.arm_id not in used:
            yield Problem(("arm", place, "id"), f"arm {arm.arm_id} has no reader")
        if arm.washout_days < 0:
            said = f"arm {arm.arm_id}: washout_days must not be negative, got {arm.washout_days}"
            yield Problem(("arm", place, "washout_days"), said)


def _questions(protocol: Protocol) -> Iterator[Problem]:
    asked = protocol.questions
    if not (asked.pom or asked.birads or asked.recall or asked.marks):
        said = "nothing is asked: set pom, birads, recall or marks to true"
        yield Problem(("questions",), said)
    if not 0 <= asked.recall_threshold_percent <= 100:
        said = f"recall_threshold_percent must be 0 to 100, not {asked.recall_threshold_percent:g}"
        yield Problem(("questions", "recall_threshold_percent"), said)
    if asked.largest_number_of_marks < 1:
        said = f"largest_number_of_marks must be 1 or more, not {asked.largest_number_of_marks}"
        yield Problem(("questions", "largest_number_of_marks"), said)


def _showing(protocol: Protocol) -> Iterator[Problem]:
    if protocol.alone.ai_layers:
        said = "nothing of the AI may be shown in the phase alone: ai_layers must be []"
        yield Problem(("alone", "ai_layers"), said)
    if protocol.alone.hybrid:
        said = "the hybrid score tells of the AI: it cannot be shown in the phase alone"
        yield Problem(("alone", "hybrid"), said)
    if protocol.aided.hybrid and not protocol.questions.pom:
        said = "the hybrid score needs the question pom"
        yield Problem(("aided", "hybrid"), said)
    if meets_ai(protocol) and not protocol.aided.ai_layers and not protocol.aided.hybrid:
        said = "readers meet the AI, but nothing of it is shown: name ai_layers or hybrid"
        yield Problem(("aided", "ai_layers"), said)
    known = [kind.value for kind in ImageKind]
    for phase, showing in (("alone", protocol.alone), ("aided", protocol.aided)):
        for place, kind in enumerate(showing.kinds):
            if kind not in known:
                said = f'no image kind is called "{kind}"; known: {", ".join(known)}'
                yield Problem((phase, "kinds", place), said)


def meets_ai(protocol: Protocol) -> bool:
    """Whether any reader ever reads with the AI; so it counts while the arms are not known."""
    designs = {arm.arm_id: arm.design for arm in protocol.arms}
    of_readers = [designs.get(reader.arm_id) for reader in protocol.readers]
    return not of_readers or any(design is not Design.ALONE for design in of_readers)


def _analysis(protocol: Protocol) -> Iterator[Problem]:
    plan = protocol.analysis
    yield from _endpoint(protocol)
    yield from _comparison(protocol)
    limits: tuple[tuple[str, float, bool, str], ...] = (
        ("alpha", plan.alpha, 0 < plan.alpha < 1, "above 0 and below 1"),
        ("hybrid_lambda", plan.hybrid_lambda, 0 <= plan.hybrid_lambda <= 1, "0 to 1"),
        (
            "bootstraps",
            plan.bootstraps,
            1 <= plan.bootstraps <= _MOST_BOOTSTRAPS,
            f"1 to {_MOST_BOOTSTRAPS}",
        ),
        (
            "bootstrap_seed",
            plan.bootstrap_seed,
            0 <= plan.bootstrap_seed <= _LARGEST_SEED,
            f"0 to {_LARGEST_SEED}",
        ),
        (
            "acceptance_radius_mm",
            plan.acceptance_radius_mm,
            0 < plan.acceptance_radius_mm < 1000,
            "above 0 and below 1000",
        ),
    )
    for key, value, holds, wanted in limits:
        if not holds:
            yield Problem(("analysis", key), f"{key} must be {wanted}, not {value:g}")


def _endpoint(protocol: Protocol) -> Iterator[Problem]:
    endpoint, asked = protocol.analysis.primary_endpoint, protocol.questions
    path = ("analysis", "primary_endpoint")
    if endpoint not in ENDPOINTS:
        known = ", ".join(f'"{word}"' for word in ENDPOINTS)
        yield Problem(path, f'primary_endpoint cannot be "{endpoint}"; it is one of {known}')
    elif endpoint == "auc" and not asked.pom:
        yield Problem(path, "the endpoint auc needs the question pom")
    elif endpoint == "wafroc" and not asked.marks:
        yield Problem(path, "the endpoint wafroc needs the question marks")
    elif endpoint in ("sensitivity", "specificity") and not (asked.pom or asked.recall):
        yield Problem(path, f"the endpoint {endpoint} needs the question recall or pom")


def _comparison(protocol: Protocol) -> Iterator[Problem]:
    compared = protocol.analysis.comparison
    path = ("analysis", "comparison")
    if compared[0] == compared[1]:
        yield Problem(path, f'comparison names "{compared[0]}" twice')
    for place, name in enumerate(compared):
        if name not in MODALITIES:
            known = ", ".join(f'"{word}"' for word in MODALITIES)
            said = f'comparison cannot name "{name}"; known: {known}'
            yield Problem((*path, place), said)
    if "aided" in compared and not meets_ai(protocol):
        yield Problem(path, "comparison names aided, but no reader reads with the AI")
    if "hybrid" in compared and not protocol.questions.pom:
        yield Problem(path, "comparison names hybrid, which needs the question pom")


def _storage(protocol: Protocol) -> Iterator[Problem]:
    if not protocol.database:
        return
    try:
        url = urlsplit(protocol.database)
        has_password = url.password is not None or "password" in parse_qs(url.query)
    except ValueError:
        yield Problem(("database",), "database is not a URL")
        return
    if not re.fullmatch(r"postgres(ql)?(\+psycopg)?", url.scheme):
        said = "database must be a URL such as postgresql://user@host/name"
        yield Problem(("database",), said)
    if has_password:
        said = "database holds a password; readers can open this file: use ~/.pgpass or PGPASSWORD"
        yield Problem(("database",), said)


def _sealed(protocol: Protocol) -> Iterable[Problem]:
    sealed = protocol.sealed
    for key, value in (("truth_sha256", sealed.truth_sha256), ("ai_sha256", sealed.ai_sha256)):
        if value and not _SHA256.fullmatch(value):
            said = f"{key} must be 64 hexadecimal digits; `tomolens study seal` writes it"
            yield Problem(("sealed", key), said)
