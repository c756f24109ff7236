"""Rows of answers, marks and truth -> the table every analysis starts from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.case_names import breast_name
from viewer.analysis.froc_of_marks import Lesion, RatedMark, froc_table
from viewer.analysis.study_rows import RANKED_BIRADS, LongRow, StudyRows, TruthRow
from viewer.analysis.study_table import FrocTable, StudyTable
from viewer.statistics.ratings import Ratings
from viewer.study.answer import BiRads
from viewer.study.errors import StudyError

Cell = tuple[str, str, str]
"""Modality, reader, case."""

_Value = Callable[[LongRow], float | None]


def _nothing() -> Mapping[str, Mapping[str, str]]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class TableContext:
    """What the rows do not say."""

    title: str
    recall_threshold: float = 0.02
    patients: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Exam alias -> cluster; by default each exam its own."""
    case_groups: Mapping[str, Mapping[str, str]] = field(default_factory=_nothing)
    """Attribute -> exam alias -> value."""
    reader_groups: Mapping[str, Mapping[str, str]] = field(default_factory=_nothing)
    """Attribute -> reader -> value."""
    with_amendments: bool = False
    """Whether amended answers take the place of the locked ones."""
    asks_marks: bool | None = None
    """None: marks were asked where there are any."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The rows that count, one for each cell, and the later ones of planted repeats."""

    first: Mapping[Cell, LongRow]
    repeats: tuple[tuple[LongRow, LongRow], ...]


def table_of_rows(rows: StudyRows, context: TableContext) -> StudyTable:
    """Gather rows into arrays; the first reading of a case counts, later ones are repeats.

    Raises StudyError when there is no answer, truth is missing, or there is one class only.
    """
    truth = _truth(rows.truth)
    chosen = _chosen(rows.answers, with_amendments=context.with_amendments)
    _check(chosen.first, truth)
    read = {cell[2] for cell in chosen.first}
    cases = tuple(case for case in truth if case in read)
    modalities = _modalities(cell[0] for cell in chosen.first)
    readers = tuple(sorted({cell[1] for cell in chosen.first}, key=_natural))
    axes = (modalities, readers, cases)
    score, is_probability = _score_of(chosen.first.values())
    ratings = Ratings(
        modalities=modalities,
        readers=readers,
        cases=cases,
        truth=np.array([truth[case] for case in cases], dtype=np.bool_),
        scores=_cube(chosen.first, axes, score),
        patients=tuple(_patient(case, context) for case in cases),
    )
    return StudyTable(
        title=context.title,
        ratings=ratings,
        is_probability=is_probability,
        recall=_or_none(_cube(chosen.first, axes, _recall)),
        birads=_or_none(_cube(chosen.first, axes, _birads)),
        active_seconds=_or_none(_cube(chosen.first, axes, _seconds)),
        ai=_ai(chosen.first, cases),
        froc=_froc(rows, chosen, ratings, context),
        case_groups=_case_groups(context, cases),
        reader_groups={
            name: tuple(values.get(reader, "") for reader in readers)
            for name, values in context.reader_groups.items()
        },
        repeats=_repeats(chosen, ratings, score),
        recall_threshold=context.recall_threshold,
        notes=(*context.notes, *_notes(ratings, truth, chosen.first.values())),
    )


def counted_answers(rows: StudyRows, *, with_amendments: bool = False) -> tuple[LongRow, ...]:
    """The answers that count, and those of planned repeats; amendments as asked for."""
    chosen = _chosen(rows.answers, with_amendments=with_amendments)
    return (*chosen.first.values(), *(again for _, again in chosen.repeats))


def counted_marks(rows: StudyRows, *, with_amendments: bool = False) -> tuple[RatedMark, ...]:
    """Every mark of the answers that count; lesions by their number from 1 in the case."""
    chosen = _chosen(rows.answers, with_amendments=with_amendments)
    lesions = _lesions(rows.truth, [cell[2] for cell in chosen.first])
    numbers: dict[str, dict[str, str]] = {}
    for lesion in lesions:
        known = numbers.setdefault(lesion.case, {})
        known[lesion.lesion] = str(len(known) + 1)
    return tuple(
        replace(mark, lesion=numbers[mark.case][mark.lesion]) if mark.lesion else mark
        for mark in _marks(rows, chosen, set(numbers), with_amendments)
    )


def case_of(row: LongRow | TruthRow) -> str:
    """The name of the row's case."""
    return breast_name(row.case_alias, row.laterality)


def _truth(rows: Iterable[TruthRow]) -> dict[str, bool]:
    """A case is diseased when any of its rows is: one lesion may be benign, another malignant."""
    truth: dict[str, bool] = {}
    for row in rows:
        case = case_of(row)
        truth[case] = truth.get(case, False) or row.malignant
    return truth


def _chosen(rows: Iterable[LongRow], *, with_amendments: bool) -> _Chosen:
    readings: dict[tuple[str, str, str, str, int | None], LongRow] = {}
    # Amendments come behind the locked answers, the last one last, whatever the file's order.
    for row in sorted(rows, key=lambda row: (row.amended, row.event_seq or 0)):
        if row.amended and not with_amendments:
            continue
        key = (row.phase, row.reader_id, case_of(row), row.session_id, row.order_index)
        if key in readings and not row.amended:
            raise StudyError(
                f"reader {row.reader_id} answers case {case_of(row)} twice in one reading",
                "keep one row for each reader, session, phase, case and order_index",
            )
        readings[key] = row
    first: dict[Cell, LongRow] = {}
    repeats: list[tuple[LongRow, LongRow]] = []
    for row in sorted(readings.values(), key=_when):
        cell = (row.phase, row.reader_id, case_of(row))
        if cell in first:
            repeats.append((first[cell], row))
        else:
            first[cell] = row
    return _Chosen(first, tuple(repeats))


def _when(row: LongRow) -> tuple[str, int]:
    """Readings in time: by session as submitted, then by place in the order."""
    return row.submit_utc, -1 if row.order_index is None else row.order_index


def _check(first: Mapping[Cell, LongRow], truth: Mapping[str, bool]) -> None:
    if not first:
        raise StudyError("there is no locked answer to analyse", "read some cases first")
    unknown = sorted({cell[2] for cell in first} - truth.keys(), key=_natural)
    if unknown:
        named = ", ".join(unknown[:5]) + (" ..." if len(unknown) > 5 else "")
        raise StudyError(
            f"{len(unknown)} cases have no truth: {named}", "add their truth and try again"
        )
    classes = {truth[cell[2]] for cell in first}
    if len(classes) < 2:
        only = "malignant" if True in classes else "without malignancy"
        raise StudyError(
            f"all cases read so far are {only}; accuracy needs both classes",
            "analyse when both have been read",
        )


def _score_of(rows: Iterable[LongRow]) -> tuple[_Value, bool]:
    """What is scored: probability where asked, else BI-RADS, else recall."""
    listed = list(rows)
    if any(row.pom is not None for row in listed):
        return _pom, True
    if any(row.birads for row in listed):
        return _birads, False
    return _recall, False


def _pom(row: LongRow) -> float | None:
    return row.pom


def _birads(row: LongRow) -> float | None:
    return float(RANKED_BIRADS.index(row.birads)) if row.birads in RANKED_BIRADS else None


def _recall(row: LongRow) -> float | None:
    return None if row.recall is None else float(row.recall)


def _seconds(row: LongRow) -> float | None:
    return None if row.active_ms is None else row.active_ms / 1000.0


def _cube(
    first: Mapping[Cell, LongRow],
    axes: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]],
    value: _Value,
) -> NDArray[np.float64]:
    array = np.full(tuple(len(names) for names in axes), np.nan)
    places = [{name: index for index, name in enumerate(names)} for names in axes]
    for cell, row in first.items():
        found = value(row)
        if found is not None:
            array[tuple(place[name] for place, name in zip(places, cell, strict=True))] = found
    return array


def _or_none(array: NDArray[np.float64]) -> NDArray[np.float64] | None:
    return None if bool(np.isnan(array).all()) else array


def _modalities(names: Iterable[str]) -> tuple[str, ...]:
    """Alone before aided; others as they come."""
    found = list(dict.fromkeys(names))
    rank = {"unaided": -2, "aided": -1}
    return tuple(sorted(found, key=lambda name: rank.get(name, 0)))


def _natural(name: str) -> tuple[int, str]:
    """R2 before R10."""
    return len(name), name


def _patient(case: str, context: TableContext) -> str:
    exam = case.rpartition("/")[0] or case
    return context.patients.get(exam, exam)


def _case_groups(context: TableContext, cases: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Values stated for the breast first, else for its exam."""
    return {
        name: tuple(values.get(case, values.get(case.rpartition("/")[0], "")) for case in cases)
        for name, values in context.case_groups.items()
    }


def _ai(first: Mapping[Cell, LongRow], cases: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """Model -> (case,) scores; every row of a case must say the same."""
    place = {case: index for index, case in enumerate(cases)}
    found: dict[str, NDArray[np.float64]] = {}
    for (_, _, case), row in first.items():
        for model, score in ai_scores(row).items():
            scores = found.setdefault(model, np.full(len(cases), np.nan))
            if not np.isnan(scores[place[case]]) and scores[place[case]] != score:
                raise StudyError(f"the rows of case {case} state different scores of {model}")
            scores[place[case]] = score
    return found


def ai_scores(row: LongRow) -> dict[str, float]:
    """Model -> score of the row's breast; raises StudyError when they do not match."""
    models = [name for name in row.ai_model.split(";") if name]
    scores = row.ai_score.split(";") if row.ai_score else []
    if scores and len(scores) != len(models):
        raise StudyError(
            f"case {case_of(row)} has {len(models)} names in ai_model and {len(scores)} scores"
        )
    try:
        return {model: float(score) for model, score in zip(models, scores, strict=False) if score}
    except ValueError as error:
        raise StudyError(f"ai_score of case {case_of(row)} is not a number") from error


def _froc(
    rows: StudyRows, chosen: _Chosen, ratings: Ratings, context: TableContext
) -> FrocTable | None:
    asked = bool(rows.marks) if context.asks_marks is None else context.asks_marks
    lesions = _lesions(rows.truth, ratings.cases)
    localised = {lesion.case for lesion in lesions}
    diseased = {
        case for case, is_diseased in zip(ratings.cases, ratings.truth, strict=True) if is_diseased
    }
    if not asked or diseased - localised:
        return None
    froc = froc_table(
        list(_marks(rows, chosen, localised, context.with_amendments)),
        lesions,
        modalities=ratings.modalities,
        readers=ratings.readers,
        cases=ratings.cases,
        acceptance_rule=next((mark.rule for mark in rows.marks if mark.rule), "no mark was made"),
    )
    # Where a case was not read, nothing is known; no mark would be a statement.
    unread = np.isnan(ratings.scores)
    return replace(
        froc,
        lesion_ratings=np.where(unread[:, :, froc.lesion_case], np.nan, froc.lesion_ratings),
        highest_false=np.where(unread, np.nan, froc.highest_false),
    )


def _lesions(truth: Iterable[TruthRow], cases: Sequence[str]) -> list[Lesion]:
    """Malignant lesions of the cases; a lesion seen in two views is one."""
    read = set(cases)
    found: dict[tuple[str, str], Lesion] = {}
    for row in truth:
        key = (case_of(row), row.lesion_id)
        if row.malignant and row.lesion_id and key[0] in read and key not in found:
            found[key] = Lesion(case=key[0], lesion=row.lesion_id, weight=row.weight)
    return list(found.values())


def _marks(
    rows: StudyRows, chosen: _Chosen, localised: set[str], with_amendments: bool
) -> Iterable[RatedMark]:
    """The marks of the answers that count; a mark on a benign lesion is on no lesion."""
    for mark in rows.marks:
        case = breast_name(mark.case_alias, mark.laterality)
        answer = chosen.first.get((mark.phase, mark.reader_id, case))
        if answer is None or mark.amended != (answer.amended and with_amendments):
            continue
        if (mark.session_id, mark.order_index) == (answer.session_id, answer.order_index):
            yield RatedMark(
                modality=mark.phase,
                reader=mark.reader_id,
                case=case,
                lesion=mark.matched_lesion_id or None if case in localised else None,
                rating=mark.confidence,
            )


def _repeats(
    chosen: _Chosen, ratings: Ratings, score: _Value
) -> tuple[tuple[int, int, int, float, float], ...]:
    found = []
    for first, second in chosen.repeats:
        one, two = score(first), score(second)
        if one is not None and two is not None:
            place = (
                ratings.modalities.index(first.phase),
                ratings.readers.index(first.reader_id),
                ratings.cases.index(case_of(first)),
            )
            found.append((*place, one, two))
    return tuple(found)


def _notes(ratings: Ratings, truth: Mapping[str, bool], rows: Iterable[LongRow]) -> tuple[str, ...]:
    notes = []
    missing, wanted = int(np.isnan(ratings.scores).sum()), ratings.scores.size
    if missing:
        notes.append(f"{missing} of {wanted} readings of the full cross are missing.")
    unread = len(truth) - len(ratings.cases)
    if unread:
        notes.append(f"{unread} cases with truth have not been read by anyone.")
    listed = list(rows)
    amended = sum(row.amended for row in listed)
    if amended:
        notes.append(f"{amended} amended answers take the place of the locked ones.")
    incomplete = sum(row.birads == BiRads.INCOMPLETE.value for row in listed)
    if incomplete:
        notes.append(f"{incomplete} answers of BI-RADS 0 have no rank and count as unknown.")
    return tuple(notes)
