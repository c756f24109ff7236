"""Whether a truth table fits a study: every breast stated once, nothing contradictory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from inference.types import Laterality
from viewer.study.errors import StudyError
from viewer.study.protocol import Protocol
from viewer.study.truth import TruthEntry

_MOST_NAMED = 10
_WEIGHT_TOLERANCE = 1e-6

Breast = tuple[str, Laterality]


class TruthProblem(StudyError):
    """The truth table does not fit the study; the message names every case."""


def check_truth(entries: Sequence[TruthEntry], protocol: Protocol) -> None:
    """Raise TruthProblem naming unknown and missing breasts and every contradiction."""
    problems = [
        *_unknown(entries, protocol),
        *_missing(entries, protocol),
        *_contradictions(entries),
    ]
    if problems:
        raise TruthProblem(
            "the truth table does not fit the study:\n  " + "\n  ".join(problems),
            "one row for every breast of every case, with the protocol's case ids; "
            "a breast with lesions has one row for each lesion and view",
        )


def named(names: Iterable[str]) -> str:
    """A list for messages, cut where it is long."""
    listed = list(names)
    rest = len(listed) - _MOST_NAMED
    return ", ".join(listed[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def breast_words(breast: Breast) -> str:
    """Such as "P-003 L"."""
    return f"{breast[0]} {breast[1].value}"


def _breasts_of(protocol: Protocol) -> dict[Breast, None]:
    return {(case.case_id, side): None for case in protocol.cases for side in case.breasts}


def _unknown(entries: Iterable[TruthEntry], protocol: Protocol) -> Iterator[str]:
    cases = {case.case_id for case in protocol.cases}
    strangers = dict.fromkeys(e.case_id for e in entries if e.case_id not in cases)
    if strangers:
        yield f"not in the protocol: {named(strangers)}"
    unread = dict.fromkeys(
        breast_words(entry.breast)
        for entry in entries
        if entry.case_id in cases and entry.breast not in _breasts_of(protocol)
    )
    if unread:
        yield f"breasts that the protocol does not read: {named(unread)}"


def _missing(entries: Iterable[TruthEntry], protocol: Protocol) -> Iterator[str]:
    stated = {entry.breast for entry in entries}
    missing = [breast_words(b) for b in _breasts_of(protocol) if b not in stated]
    if missing:
        yield f"no truth for {named(missing)}"


def _contradictions(entries: Iterable[TruthEntry]) -> Iterator[str]:
    by_breast: dict[Breast, list[TruthEntry]] = {}
    for entry in entries:
        by_breast.setdefault(entry.breast, []).append(entry)
    for breast, rows in by_breast.items():
        for problem in (*_of_breast(rows), *_of_lesions(rows), *_of_weights(rows)):
            yield f"{breast_words(breast)}: {problem}"


def _of_breast(rows: Sequence[TruthEntry]) -> Iterator[str]:
    """Rows without a lesion speak of the whole breast."""
    whole = {row.malignant for row in rows if not row.lesion_id}
    lesions = {row.malignant for row in rows if row.lesion_id}
    if len(whole) == 2:
        yield "malignant and not malignant"
    elif whole == {False} and True in lesions:
        yield "not malignant, but with a malignant lesion"
    elif whole == {True} and lesions == {False}:
        yield "malignant, but with benign lesions only"
    placed = [row for row in rows if not row.lesion_id and row.row is not None]
    if placed:
        yield "a place without a lesion_id"


def _of_lesions(rows: Sequence[TruthEntry]) -> Iterator[str]:
    malignant: dict[str, bool] = {}
    places: set[tuple[str, str, str, str]] = set()
    for row in rows:
        if not row.lesion_id:
            continue
        if malignant.setdefault(row.lesion_id, row.malignant) != row.malignant:
            yield f"lesion {row.lesion_id} is malignant and not malignant"
        if (row.row is None) != (row.column is None):
            yield f"lesion {row.lesion_id} has one of cx and cy only"
        place = (row.lesion_id, row.view, row.image_kind, row.image_id)
        if place in places:
            where = " ".join(part for part in (row.view, row.image_kind) if part)
            yield f"lesion {row.lesion_id} is stated twice{f' in {where}' if where else ''}"
        places.add(place)


def _of_weights(rows: Sequence[TruthEntry]) -> Iterator[str]:
    weights: dict[str, float | None] = {}
    for row in rows:
        if not (row.lesion_id and row.malignant):
            continue
        if weights.setdefault(row.lesion_id, row.weight) != row.weight:
            yield f"lesion {row.lesion_id} has two weights"
            return
    stated = [weight for weight in weights.values() if weight is not None]
    if stated and len(stated) < len(weights):
        yield "weights of some lesions only"
    elif stated and not math.isclose(sum(stated), 1.0, abs_tol=_WEIGHT_TOLERANCE):
        yield f"the weights of its lesions sum to {sum(stated):g}, not 1"
