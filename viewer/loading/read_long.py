"""Our own CSV of answers, with the truth and the marks in files of their own beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

from viewer.analysis.study_rows import LongRow, MarkRow, StudyRows, TruthRow
from viewer.analysis.study_table import StudyTable
from viewer.analysis.table_of_rows import TableContext, table_of_rows
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row, header_of, read_text, rows_of, truth
from viewer.study.errors import StudyError

AnyRow = TypeVar("AnyRow", LongRow, MarkRow, TruthRow)

_ANSWERS = ("long", "answers")


def is_long(header: tuple[str, ...]) -> bool:
    """Whether the header has the columns that only our answers have."""
    return {"reader_id", "phase", "case_alias", "pom"} <= set(header)


def read_long(
    path: Path,
    *,
    title: str,
    truth_file: Path | None = None,
    marks_file: Path | None = None,
    with_amendments: bool = False,
) -> StudyTable:
    """Read answers with their truth; raises TableError naming row and column.

    The truth is where it is said to be, else beside the answers: "truth" in the place of "long"
    or "answers" in the name, or truth.csv. Marks are found alike; they may be absent.
    """
    answers = read_rows(LongRow, path)
    beside = truth_file or _beside(path, "truth")
    if beside is None:
        raise TableError(
            f"{path.name} has no truth beside it",
            hint="put truth.csv beside it or name it with --truth",
        )
    marks = marks_file or _beside(path, "marks")
    rows = StudyRows(
        answers=answers,
        marks=() if marks is None else read_rows(MarkRow, marks),
        truth=read_rows(TruthRow, beside),
    )
    context = TableContext(title=title, with_amendments=with_amendments)
    try:
        return table_of_rows(rows, context)
    except StudyError as error:
        raise TableError(f"{path.name}: {error}", hint=error.hint) from error


def read_rows(kind: type[AnyRow], path: Path) -> tuple[AnyRow, ...]:
    """Every row of a CSV whose columns are the fields of `kind`; raises TableError."""
    text = read_text(path)
    header = header_of(text)
    missing = [column.name for column in fields(kind) if column.name not in header]
    if missing:
        raise TableError(f"{path.name} lacks the columns {', '.join(missing)}")
    return tuple(_parsed(kind, row) for row in rows_of(text))


def _parsed(kind: type[AnyRow], row: Row) -> AnyRow:
    make: Callable[..., AnyRow] = kind
    return make(
        **{column.name: _PARSERS[str(column.type)](row, column.name) for column in fields(kind)}
    )


def _text(row: Row, column: str) -> object:
    return row.maybe(column)


def _float(row: Row, column: str) -> object:
    return row.number_in(column)


def _float_or_none(row: Row, column: str) -> object:
    return row.maybe_number(column)


def _int_or_none(row: Row, column: str) -> object:
    value = row.maybe_number(column)
    if value is not None and value != int(value):
        raise TableError(f"{at(row.number, column)}: {value:g} is not a whole number")
    return None if value is None else int(value)


def _bool(row: Row, column: str) -> object:
    return row.truth_in(column)


def _bool_or_none(row: Row, column: str) -> object:
    text = row.maybe(column)
    return truth(text, at(row.number, column)) if text else None


_PARSERS: Mapping[str, Callable[[Row, str], object]] = {
    "str": _text,
    "float": _float,
    "float | None": _float_or_none,
    "int | None": _int_or_none,
    "bool": _bool,
    "bool | None": _bool_or_none,
}


def _beside(path: Path, what: str) -> Path | None:
    names = [path.name.replace(word, what) for word in _ANSWERS if word in path.name]
    for name in (*names, f"{what}.csv"):
        candidate = path.with_name(name)
        if candidate != path and candidate.is_file():
            return candidate
    return None
