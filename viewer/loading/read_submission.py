"""A submission to the BCS-DBT detection challenge, with the labels and boxes it is judged by."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row, header_of, read_text, rows_of

_VOLUME = ("patientid", "studyuid", "view")
_SUBMISSION = (*_VOLUME, "x", "width", "y", "height", "z", "depth", "score")

VolumeName = tuple[str, str]
"""Study UID and view, as the tables have them; the view in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedBox:
    """One detection."""

    line: int
    volume: VolumeName
    row: float
    """Of the centre, in pixels."""
    column: float
    slice_index: float
    """Middle of its slices."""
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedVolume:
    """One volume that the labels know."""

    line: int
    volume: VolumeName
    patient: str


def read_submission(path: Path) -> tuple[SubmittedBox, ...]:
    """Read the detections of a submission, boxes on volumes from Z on; raises TableError."""
    text = _with_columns(path, _SUBMISSION)
    # A model may mark nothing at all.
    if not text.strip().count("\n"):
        return ()
    try:
        return tuple(_submitted(row) for row in rows_of(text))
    except TableError as error:
        raise TableError(f"{path.name}: {error.message}", hint=error.hint) from error


def read_volumes(path: Path) -> tuple[ListedVolume, ...]:
    """Read which volumes there are from a label table; raises TableError for one listed twice."""
    text = _with_columns(path, _VOLUME)
    seen: dict[VolumeName, int] = {}
    found = []
    try:
        for row in rows_of(text):
            name = volume_name(row)
            if seen.setdefault(name, row.number) != row.number:
                raise TableError(
                    f"rows {seen[name]} and {row.number} are the same volume ({name[0]} {name[1]})",
                    hint="keep one row for each volume",
                )
            found.append(ListedVolume(line=row.number, volume=name, patient=row.text("patientid")))
    except TableError as error:
        raise TableError(f"{path.name}: {error.message}", hint=error.hint) from error
    return tuple(found)


def volume_name(row: Row) -> VolumeName:
    """The volume of a row; raises TableError for an empty cell."""
    return row.text("studyuid"), row.text("view").lower()


def _submitted(row: Row) -> SubmittedBox:
    for column in ("width", "height", "depth"):
        if row.number_in(column) < 0:
            raise TableError(f"{at(row.number, column)}: a side below 0")
    return SubmittedBox(
        line=row.number,
        volume=volume_name(row),
        row=row.number_in("y") + row.number_in("height") / 2,
        column=row.number_in("x") + row.number_in("width") / 2,
        slice_index=row.number_in("z") + row.number_in("depth") / 2,
        score=row.number_in("score"),
    )


def _with_columns(path: Path, columns: tuple[str, ...]) -> str:
    text = read_text(path)
    header = header_of(text)
    missing = [name for name in columns if name not in header]
    if missing:
        raise TableError(
            f"{path.name} has no column {missing[0]}", hint=f"columns: {', '.join(columns)}"
        )
    return text
