"""The published wide table: a row a breast, a column a reader (Reader01_POM) or AI (AI_x_POM)."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from viewer.analysis.case_names import breast_name
from viewer.analysis.study_table import StudyTable
from viewer.loading.table_builder import TableBuilder, missing_note
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row, rows_of, written_header_of

_CASE, _SIDE, _LABEL = "case_id", "side", "label"
_POM = "_pom"
_AI = "ai_"
MODALITY = "unaided"
"""What the readers' columns are: read alone."""


def is_wide(header: tuple[str, ...]) -> bool:
    """Whether the header has case_ID, label and columns of readers."""
    return _CASE in header and _LABEL in header and any(_is_reader(name) for name in header)


def read_wide(text: str, header: tuple[str, ...], *, title: str) -> StudyTable:
    """Read the table; raises TableError naming row and column."""
    names = dict(zip(header, written_header_of(text), strict=True))
    readers = [name for name in header if _is_reader(name)]
    models = [name for name in header if name.startswith(_AI) and name.endswith(_POM)]
    rows = rows_of(text)
    builder = TableBuilder()
    patients: dict[str, str] = {}
    for row in rows:
        case = _case(row)
        builder.add_truth(case, row.truth_in(_LABEL), at(row.number, _LABEL), once=True)
        patients[case] = row.text(_CASE)
        for column in readers:
            score = _probability(row, column)
            if score is not None:
                reader = names[column][: -len(_POM)]
                builder.add_score((MODALITY, reader, case), score, at(row.number, column))
    ratings = builder.ratings(patients=patients)
    ai = {
        names[column][len(_AI) : -len(_POM)]: np.array(
            [_or_nan(_probability(row, column)) for row in rows]
        )
        for column in models
    }
    return StudyTable(
        title=title, ratings=ratings, ai=MappingProxyType(ai), notes=missing_note(ratings)
    )


def _is_reader(name: str) -> bool:
    return name.endswith(_POM) and not name.startswith(_AI)


def _case(row: Row) -> str:
    side = row.maybe(_SIDE).upper()[:1]
    if side not in ("", "L", "R"):
        raise TableError(f'{at(row.number, _SIDE)}: "{row.maybe(_SIDE)}" is not L or R')
    return breast_name(row.text(_CASE), side)


def _probability(row: Row, column: str) -> float | None:
    value = row.maybe_number(column)
    if value is not None and not 0.0 <= value <= 1.0:
        raise TableError(
            f"{at(row.number, column)}: {value:g} is not a probability",
            hint="probabilities of malignancy are 0 to 1; divide percentages by 100",
        )
    return value


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
