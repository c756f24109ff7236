"""A worklist: which exams a study reads, one line each, as hospitals' lists give them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inference.types import Laterality
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row, header_of, read_text, rows_of, truth

_OWN_COLUMNS = ("path", "case_id", "patient", "exam_alias", "breasts", "training")
_BREASTS = {
    "": (Laterality.RIGHT, Laterality.LEFT),
    "r": (Laterality.RIGHT,),
    "l": (Laterality.LEFT,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistLine:
    """One exam; what the list does not say is empty."""

    path: str
    case_id: str = ""
    patient: str = ""
    exam_alias: str = ""
    breasts: tuple[Laterality, ...] = (Laterality.RIGHT, Laterality.LEFT)
    training: bool = False
    attributes: tuple[tuple[str, str], ...] = ()
    """Every further column: its title and the cell."""


def read_worklist(path: Path) -> tuple[WorklistLine, ...]:
    """Read a CSV with the column path; every further column becomes an attribute.

    Known besides: case_id, patient, exam_alias, breasts (R, L or both), training (0 or 1).
    Raises TableError.
    """
    text = read_text(path)
    if "path" not in header_of(text):
        raise TableError(
            f"{path.name} has no column path",
            hint="name each exam's folder or file in a column called path",
        )
    return tuple(_line(row) for row in rows_of(text))


def _line(row: Row) -> WorklistLine:
    training = row.maybe("training")
    return WorklistLine(
        path=row.text("path"),
        case_id=row.maybe("case_id"),
        patient=row.maybe("patient"),
        exam_alias=row.maybe("exam_alias"),
        breasts=_breasts(row),
        training=bool(training) and truth(training, at(row.number, "training")),
        attributes=tuple(
            (name, value)
            for name, value in row.cells.items()
            if name and name not in _OWN_COLUMNS and value
        ),
    )


def _breasts(row: Row) -> tuple[Laterality, ...]:
    stated = row.maybe("breasts").lower()
    letters = "".join(sorted(letter for letter in stated if letter.isalpha()))
    if letters in ("lr", "both", "bhot"):
        letters = ""
    found = _BREASTS.get(letters)
    if found is None:
        raise TableError(
            f'{at(row.number, "breasts")}: "{stated}" is no breast', hint="write R, L or RL"
        )
    return found
