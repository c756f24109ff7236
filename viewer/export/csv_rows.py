"""Rows of dataclasses as CSV: the fields are the columns, every digit is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from viewer.export.atomic_write import replacing

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def write_text(path: Path, text: str) -> None:
    """Write a file in UTF-8, whole or not at all; raises CannotWrite."""
    with replacing(path) as temporary:
        temporary.write_bytes(text.encode())


def csv_of(kind: type[DataclassInstance], rows: Iterable[DataclassInstance]) -> str:
    """Rows under a header of the field names; None is an empty cell."""
    names = [column.name for column in fields(kind)]
    return csv_of_cells(names, ([getattr(row, name) for name in names] for row in rows))


def csv_of_cells(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Cells under a header: floats by repr, truth as 0 and 1, text that no spreadsheet runs."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: object) -> str:
    """One value as it stands in a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return repr(float(value))
    text = " ".join(str(value).split())
    return f"'{text}" if isinstance(value, str) and text[:1] in ("=", "+", "-", "@") else text
