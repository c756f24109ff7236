"""One row a reader, modality and case with the truth beside it: MRMCaov, OR-DBM and alike."""

from __future__ import annotations

import numpy as np

from viewer.analysis.study_table import StudyTable
from viewer.loading.table_builder import (
    Cell,
    TableBuilder,
    are_probabilities,
    cube,
    missing_note,
    scale_note,
)
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row, rows_of

NAMES = {
    "reader": ("reader", "readerid", "reader_id"),
    "modality": ("treatment", "modality", "modalityid", "modality_id", "test"),
    "case": ("case", "caseid", "case_id"),
    "truth": ("truth", "label", "malignant", "cancerstatus365", "cancerstatus"),
    "score": ("rating", "score", "pom"),
}
_RECALL = "recall"
_PATIENT = ("patient", "patient_id", "patientid")


def columns_of(header: tuple[str, ...]) -> dict[str, str] | None:
    """Role -> the column that plays it; None when a role has none (modality may be absent)."""
    found = {
        role: next((name for name in names if name in header), "") for role, names in NAMES.items()
    }
    needed = (found[role] for role in ("reader", "case", "truth", "score"))
    return found if all(needed) else None


def read_factorial(text: str, header: tuple[str, ...], *, title: str) -> StudyTable:
    """Read the table; raises TableError naming row and column."""
    columns = columns_of(header)
    if columns is None:
        raise TableError("the header lacks reader, case, truth or rating")
    builder = TableBuilder()
    recalls: dict[Cell, float] = {}
    patients: dict[str, str] = {}
    patient_column = next((name for name in _PATIENT if name in header), "")
    for row in rows_of(text):
        cell = _add(builder, row, columns)
        if _RECALL in header and cell in builder.scores:
            recalls[cell] = _recall(row)
        if patient_column:
            patients[cell[2]] = row.text(patient_column)
    ratings = builder.ratings(patients=patients)
    recall = cube(recalls, ratings.modalities, ratings.readers, ratings.cases) if recalls else None
    return StudyTable(
        title=title,
        ratings=ratings,
        is_probability=are_probabilities(ratings.scores),
        recall=recall if recall is not None and bool(np.isfinite(recall).any()) else None,
        notes=(*missing_note(ratings), *scale_note(ratings.scores)),
    )


def _add(builder: TableBuilder, row: Row, columns: dict[str, str]) -> Cell:
    modality = row.text(columns["modality"]) if columns["modality"] else "unaided"
    case = row.text(columns["case"])
    cell = (modality, row.text(columns["reader"]), case)
    builder.add_truth(case, row.truth_in(columns["truth"]), at(row.number, columns["truth"]))
    # NA says that the reader did not read the case; an empty cell says nothing and is refused.
    if row.text(columns["score"]).lower() not in ("na", "nan"):
        builder.add_score(cell, row.number_in(columns["score"]), at(row.number))
    return cell


def _recall(row: Row) -> float:
    """1 recalled, 0 not; 2 is read as not, as in tables that count answers from 1."""
    value = row.maybe_number(_RECALL)
    if value is None:
        return float("nan")
    if value not in (0.0, 1.0, 2.0):
        raise TableError(f'{at(row.number, _RECALL)}: "{row.maybe(_RECALL)}" is not 0 or 1')
    return 1.0 if value == 1.0 else 0.0
