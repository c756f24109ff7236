"""Marks with ratings beside a table of truth: modality,reader,case,truth,mark,lesion,rating,weight.

mark is LL on a lesion and NL elsewhere. Cases without marks are known from the truth table,
`case,truth,n_lesions`, which lies beside it with "truth" for "marks" in its name.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from viewer.analysis.froc_of_marks import Lesion, RatedMark, froc_table, highest_ratings
from viewer.analysis.study_table import FrocTable, StudyTable
from viewer.loading.table_builder import check_classes
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row, read_text, rows_of
from viewer.statistics.ratings import Ratings

_ON_LESION, _ELSEWHERE = "LL", "NL"
_RULE = "as the table states it (LL on a lesion, NL elsewhere)"


def is_marks(header: tuple[str, ...]) -> bool:
    """Whether the header is that of rated marks."""
    return {"reader", "case", "mark", "lesion", "rating"} <= set(header)


def is_marks_truth(header: tuple[str, ...]) -> bool:
    """Whether the header is that of the table beside them."""
    return {"case", "truth", "n_lesions"} <= set(header)


def sibling(path: Path, word: str, other: str) -> Path:
    """The table beside this one: `word` in the name replaced by `other`; raises TableError."""
    beside = path.with_name(path.name.replace(word, other))
    if beside == path or not beside.is_file():
        raise TableError(
            f"{path.name} needs the table of {other} beside it",
            hint=f'name the two alike, with "{word}" and "{other}" in the name',
        )
    return beside


def read_marks(path: Path, *, title: str) -> StudyTable:
    """Read a table of marks and the truth beside it; raises TableError."""
    return _table(
        rows_of(read_text(path)), rows_of(read_text(sibling(path, "marks", "truth"))), title
    )


def _table(mark_rows: tuple[Row, ...], truth_rows: tuple[Row, ...], title: str) -> StudyTable:
    truth: dict[str, bool] = {}
    counts: dict[str, int] = {}
    for row in truth_rows:
        case = row.text("case")
        if case in truth:
            raise TableError(f"{at(row.number, 'case')}: case {case} is stated twice")
        truth[case] = row.truth_in("truth")
        counts[case] = _count(row, is_diseased=truth[case])
    check_classes(truth.values())
    marks = [_mark(row, truth) for row in mark_rows]
    return table_of_froc(marks, _lesions(mark_rows, counts), truth, title=title, rule=_RULE)


def table_of_froc(
    marks: list[RatedMark], lesions: list[Lesion], truth: dict[str, bool], *, title: str, rule: str
) -> StudyTable:
    """A table whose ratings are the highest marks of each case."""
    modalities = tuple(dict.fromkeys(mark.modality for mark in marks))
    readers = _ids_in_order(mark.reader for mark in marks)
    cases = tuple(truth)
    froc = froc_table(
        marks,
        lesions,
        modalities=modalities,
        readers=readers,
        cases=cases,
        acceptance_rule=rule,
    )
    ratings, note = _ratings(froc, modalities, readers, truth)
    return StudyTable(title=title, ratings=ratings, is_probability=False, froc=froc, notes=(note,))


def _ratings(
    froc: FrocTable, modalities: tuple[str, ...], readers: tuple[str, ...], truth: dict[str, bool]
) -> tuple[Ratings, str]:
    scores, unmarked = highest_ratings(froc, len(truth))
    ratings = Ratings(
        modalities=modalities,
        readers=readers,
        cases=tuple(truth),
        truth=np.array(list(truth.values()), dtype=np.bool_),
        scores=scores,
        patients=tuple(truth),
    )
    note = f"A case's ROC rating is its highest mark; a case without marks has {unmarked:g}."
    return ratings, note


def _lesion_name(text: str) -> str:
    """Lesions are numbered; "1.0" and "01" are 1."""
    return str(int(float(text))) if text.replace(".", "", 1).isdigit() else text


def _count(row: Row, *, is_diseased: bool) -> int:
    count = int(row.number_in("n_lesions"))
    if (count > 0) != is_diseased:
        raise TableError(
            f"{at(row.number, 'n_lesions')}: {count} lesions in a case whose truth is "
            f"{int(is_diseased)}"
        )
    return count


def _mark(row: Row, truth: dict[str, bool]) -> RatedMark:
    case, kind = row.text("case"), row.text("mark").upper()
    if case not in truth:
        raise TableError(f"{at(row.number, 'case')}: case {case} has no truth")
    if kind not in (_ON_LESION, _ELSEWHERE):
        raise TableError(f'{at(row.number, "mark")}: "{kind}" is not LL or NL')
    if kind == _ON_LESION and not truth[case]:
        raise TableError(f"{at(row.number, 'mark')}: a mark on a lesion of normal case {case}")
    return RatedMark(
        modality=row.maybe("modality") or "unaided",
        reader=row.text("reader"),
        case=case,
        lesion=_lesion_name(row.text("lesion")) if kind == _ON_LESION else None,
        rating=row.number_in("rating"),
    )


def _lesions(mark_rows: Iterable[Row], counts: dict[str, int]) -> list[Lesion]:
    """Lesions 1..n of every case, with the weight a mark on them states."""
    weights: dict[tuple[str, str], float | None] = {}
    for row in mark_rows:
        if row.text("mark").upper() != _ON_LESION:
            continue
        case, lesion = row.text("case"), _lesion_name(row.text("lesion"))
        if not lesion.isdigit() or not 1 <= int(lesion) <= counts[case]:
            raise TableError(
                f"{at(row.number, 'lesion')}: case {case} has {counts[case]} lesions, "
                f'not one called "{lesion}"'
            )
        weights[case, lesion] = row.maybe_number("weight")
    lesions = [(case, str(n)) for case, count in counts.items() for n in range(1, count + 1)]
    stated = _cases_with_all_weights(lesions, weights)
    return [
        Lesion(case=case, lesion=name, weight=weights.get((case, name)) if case in stated else None)
        for case, name in lesions
    ]


def _cases_with_all_weights(
    lesions: list[tuple[str, str]], weights: dict[tuple[str, str], float | None]
) -> set[str]:
    """A lesion that nobody marked has no weight in the table; its case falls back to equal ones."""
    cases = {case for case, _ in lesions}
    return cases - {case for case, name in lesions if weights.get((case, name)) is None}


def _ids_in_order(readers: Iterable[str]) -> tuple[str, ...]:
    """As the table has them, numbers in numerical order."""
    found = tuple(dict.fromkeys(readers))
    return tuple(sorted(found, key=int)) if all(name.isdigit() for name in found) else found
