"""The columns of a list that the designer wrote: known, needed, and none that would unblind."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from viewer.loading.table_errors import TableError

_IDENTITY = frozenset(
    {
        "name",
        "first_name",
        "last_name",
        "surname",
        "patient_name",
        "patientname",
        "reader_name",
        "birth_date",
        "birthdate",
        "date_of_birth",
        "dob",
        "mrn",
        "ssn",
        "address",
        "email",
        "phone",
        "accession",
        "accession_number",
    }
)
_TRUTH = frozenset(
    {
        "truth",
        "label",
        "malignant",
        "benign",
        "cancer",
        "diagnosis",
        "pathology",
        "positive",
        "outcome",
    }
)


def check_columns(
    name: str, header: Sequence[str], *, known: Sequence[str], needed: Sequence[str]
) -> None:
    """Refuse a header with unknown columns; raises TableError naming the nearest known one."""
    refuse_identity(name, header)
    missing = [column for column in needed if column not in header]
    if missing:
        raise TableError(f"{name} has no column {missing[0]}", hint=f"columns: {', '.join(known)}")
    for column in header:
        if column not in known:
            raise TableError(
                f'{name}: the column "{column}" is not known{_nearest(column, known)}',
                hint=f"columns: {', '.join(known)}",
            )


def refuse_identity(name: str, header: Sequence[str]) -> None:
    """Refuse columns that say who somebody is; raises TableError."""
    for column in header:
        if _plain(column) in _IDENTITY:
            raise TableError(
                f'{name}: the column "{column}" identifies a person',
                hint="take it out: a study knows codes only",
            )


def refuse_truth(name: str, header: Sequence[str]) -> None:
    """Refuse columns that tell the truth of a case; raises TableError."""
    for column in header:
        if _plain(column) in _TRUTH:
            raise TableError(
                f'{name}: the column "{column}" tells the truth of the cases',
                hint="keep it in a table of its own for `tomolens study seal --truth`",
            )


def refuse_near_misses(name: str, header: Sequence[str], known: Sequence[str]) -> None:
    """Refuse columns that are almost a known one, where others are free; raises TableError."""
    for column in header:
        if column not in known and _nearest(column, known):
            raise TableError(
                f'{name}: the column "{column}" is not known{_nearest(column, known)}',
                hint="correct it, or give the attribute a name less like it",
            )


def _nearest(column: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(_plain(column), known, n=1, cutoff=0.8)
    return f"; did you mean {near[0]}?" if near else ""


def _plain(column: str) -> str:
    return column.strip().lower().replace(" ", "_").replace("-", "_")
