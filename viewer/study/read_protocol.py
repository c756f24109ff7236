"""From the text of a protocol file to a Protocol, or to every line that is wrong."""

from __future__ import annotations

import re
import tomllib
from types import MappingProxyType

from inference.types import Laterality
from viewer.study.check_protocol import problems_of
from viewer.study.errors import ProtocolError
from viewer.study.protocol import (
    FORMAT,
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
from viewer.study.protocol_problem import Problem, in_words
from viewer.study.protocol_table import Entries, Table

PROTOCOL_NAME = "study.toml"

_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_IDENTITY = ("id", "arm", "reader", "case", "session")
_WITH_REFERENCES = ("arm", "reader", "session", "case", "planted_repeats")
_HINT = "correct the protocol and check it again: tomolens study check"


def parse_protocol(text: str, *, name: str = PROTOCOL_NAME) -> Protocol:
    """Read and check a protocol.

    name: what messages call the file.
    Raises ProtocolError with a line of message for each thing that is wrong.
    """
    entries = _entries(text, name)
    _refuse_newer(entries, text, name)
    problems: list[Problem] = []
    protocol = _protocol(Table(entries, (), problems))
    seen = {problem.path for problem in problems}
    found = [problem for problem in problems_of(protocol) if problem.path not in seen]
    if any(_is_about_identity(problem) for problem in problems):
        # Without sound ids every reference would be called wrong as well.
        found = [problem for problem in found if problem.path[0] not in _WITH_REFERENCES]
    problems += found
    if problems:
        raise ProtocolError(in_words(problems, text, name), _HINT)
    return protocol


def _entries(text: str, name: str) -> Entries:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        place = _PLACE.search(said)
        reason = said[: place.start()] if place else said
        line = place["line"] if place else None
        line = line or str(text.count("\n") + (not text.endswith("\n")))
        raise ProtocolError(f"{name}, line {line}: not TOML: {reason}", _HINT) from error
    except RecursionError as error:
        raise ProtocolError(f"{name} is nested too deeply to be a protocol", _HINT) from error


def _refuse_newer(entries: Entries, text: str, name: str) -> None:
    found = entries.get("format")
    if isinstance(found, int) and not isinstance(found, bool) and found > FORMAT:
        message = f"this protocol has format {found}, this program reads up to {FORMAT}"
        raise ProtocolError(
            in_words([Problem(("format",), message)], text, name),
            "open the study with the newer program that made it",
        )


def _is_about_identity(problem: Problem) -> bool:
    last = problem.path[-1] if problem.path else ""
    about_a_list = not problem.path and problem.message.startswith("there is no ")
    missing_id = len(problem.path) == 2 and problem.message in ("id is missing", "arm is missing")
    return about_a_list or last in _IDENTITY or missing_id


def _protocol(table: Table) -> Protocol:
    format_number = table.whole("format")
    if format_number < FORMAT:
        table.complain(f"format must be {FORMAT}", "format")
    protocol = Protocol(
        study_id=table.text("study_id"),
        title=table.text("title"),
        version=table.whole("version", 1),
        reason=table.text("reason", ""),
        seed=table.whole("seed"),
        planted_repeats=table.whole("planted_repeats", 0),
        repeat_distance=table.whole("repeat_distance", 20),
        feedback=table.yes_or_no("feedback", True),
        database=table.text("database", ""),
        second_copy=table.text("second_copy", ""),
        questions=_questions(table.table("questions")),
        alone=_showing(table.table("alone"), Showing(ai_layers=frozenset())),
        aided=_showing(table.table("aided"), Showing()),
        analysis=_analysis(table.table("analysis")),
        sealed=_sealed(table.table("sealed")),
        arms=tuple(_arm(arm) for arm in table.tables("arm")),
        readers=tuple(_reader(reader) for reader in table.tables("reader")),
        sessions=tuple(_session(session) for session in table.tables("session")),
        cases=tuple(_case(case) for case in table.tables("case")),
    )
    table.finish()
    return protocol


def _questions(table: Table) -> Questions:
    plain = Questions()
    questions = Questions(
        pom=table.yes_or_no("pom", plain.pom),
        birads=table.yes_or_no("birads", plain.birads),
        recall=table.yes_or_no("recall", plain.recall),
        recall_threshold_percent=table.number(
            "recall_threshold_percent", plain.recall_threshold_percent
        ),
        marks=table.yes_or_no("marks", plain.marks),
        largest_number_of_marks=table.whole(
            "largest_number_of_marks", plain.largest_number_of_marks
        ),
        text=table.yes_or_no("text", plain.text),
    )
    table.finish()
    return questions


def _showing(table: Table, plain: Showing) -> Showing:
    layers = tuple(layer for layer in AiLayer if layer in plain.ai_layers)
    showing = Showing(
        ai_layers=frozenset(table.choices("ai_layers", AiLayer, layers)),
        hybrid=table.yes_or_no("hybrid", plain.hybrid),
        kinds=table.texts("kinds", plain.kinds),
        priors=table.yes_or_no("priors", plain.priors),
    )
    table.finish()
    return showing


def _analysis(table: Table) -> AnalysisPlan:
    plain = AnalysisPlan()
    compared = table.texts("comparison", plain.comparison)
    if len(compared) != 2:
        table.complain('comparison must be two names, such as ["unaided", "aided"]', "comparison")
        compared = plain.comparison
    plan = AnalysisPlan(
        primary_endpoint=table.text("primary_endpoint", plain.primary_endpoint),
        comparison=(compared[0], compared[1]),
        alpha=table.number("alpha", plain.alpha),
        hybrid_lambda=table.number("hybrid_lambda", plain.hybrid_lambda),
        bootstraps=table.whole("bootstraps", plain.bootstraps),
        bootstrap_seed=table.whole("bootstrap_seed", plain.bootstrap_seed),
        acceptance_radius_mm=table.number("acceptance_radius_mm", plain.acceptance_radius_mm),
        text=table.text("text", plain.text),
    )
    table.finish()
    return plan


def _sealed(table: Table) -> SealedParts:
    sealed = SealedParts(
        truth_sha256=table.text("truth_sha256", ""),
        ai_sha256=table.text("ai_sha256", ""),
        ai_models=table.texts("ai_models"),
    )
    table.finish()
    return sealed


def _arm(table: Table) -> Arm:
    arm = Arm(
        arm_id=table.text("id"),
        design=table.choice("design", Design, Design.SEQUENTIAL),
        washout_days=table.whole("washout_days", 28),
    )
    table.finish()
    return arm


def _reader(table: Table) -> StudyReader:
    reader = StudyReader(
        reader_id=table.text("id"),
        arm_id=table.text("arm"),
        experience_years=table.number_or_none("experience_years"),
        group=table.text("group", ""),
    )
    table.finish()
    return reader


def _session(table: Table) -> StudySession:
    session = StudySession(
        session_id=table.text("id"),
        cases=table.texts("cases"),
        time_limit_s=table.number_or_none("time_limit_s"),
    )
    table.finish()
    return session


def _case(table: Table) -> StudyCase:
    both = (Laterality.RIGHT, Laterality.LEFT)
    case = StudyCase(
        case_id=table.text("id"),
        path=table.text("path"),
        patient=table.text("patient"),
        exam_alias=table.text("exam_alias", ""),
        breasts=tuple(table.choices("breasts", Laterality, both)),
        training=table.yes_or_no("training", False),
        attributes=MappingProxyType(table.words("attributes")),
    )
    table.finish()
    return case
