"""Delimited text as rows that know their place in the file."""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from viewer.loading.table_errors import TableError, at

_LARGEST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Row:
    """One line under a header; column names are in lower case."""

    number: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """The cell, which must not be empty; raises TableError."""
        value = self.cells.get(column, "")
        if not value:
            raise TableError(f"{at(self.number, column)}: the cell is empty")
        return value

    def maybe(self, column: str) -> str:
        """The cell, "" where there is none."""
        return self.cells.get(column, "")

    def number_in(self, column: str) -> float:
        """The cell as a finite number; raises TableError."""
        return number(self.text(column), at(self.number, column))

    def maybe_number(self, column: str) -> float | None:
        """The cell as a finite number, None where it is empty; raises TableError."""
        value = self.maybe(column)
        return (
            None if value.lower() in ("", "na", "nan") else number(value, at(self.number, column))
        )

    def truth_in(self, column: str) -> bool:
        """The cell as 0 or 1; raises TableError."""
        return truth(self.text(column), at(self.number, column))


def number(text: str, place: str) -> float:
    """A finite number; raises TableError naming the place."""
    try:
        value = float(text)
    except ValueError:
        raise TableError(f'{place}: "{text}" is not a number') from None
    if not math.isfinite(value):
        raise TableError(f'{place}: "{text}" is not a finite number')
    return value


def truth(text: str, place: str) -> bool:
    """0 or 1 (also 0.0, false, true); raises TableError naming the place."""
    known = {"0": False, "1": True, "0.0": False, "1.0": True, "false": False, "true": True}
    value = known.get(text.strip().lower())
    if value is None:
        raise TableError(
            f'{place}: the truth is "{text}"', hint="write 1 for diseased cases and 0 for others"
        )
    return value


def read_text(path: Path) -> str:
    """The whole file, unpacked when it is gzip; raises TableError."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise TableError(f"{path.name} is too large for a table of ratings")
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):
            with gzip.open(path, "rb") as packed:
                content = packed.read(_LARGEST_BYTES + 1)
            if len(content) > _LARGEST_BYTES:
                raise TableError(f"{path.name} is too large for a table of ratings")
        return content.decode("utf-8-sig")
    except (OSError, EOFError) as error:
        raise TableError(f"{path.name} cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        raise TableError(
            f"{path.name} is not a text table", hint="save it as CSV in UTF-8"
        ) from error


def header_of(text: str) -> tuple[str, ...]:
    """Column names of the first line that is not blank, in lower case."""
    return tuple(name.lower() for name in written_header_of(text))


def written_header_of(text: str) -> tuple[str, ...]:
    """Column names of the first line that is not blank, as the file writes them."""
    for line in text.splitlines():
        if line.strip():
            cells = next(csv.reader([line], delimiter=_delimiter(line)), [])
            return tuple(cell.strip() for cell in cells)
    return ()


def rows_of(text: str) -> tuple[Row, ...]:
    """Every line under the header; raises TableError for lines of another length."""
    found = tuple(_rows(text))
    if not found:
        raise TableError("the table has no rows under its header")
    return found


def _rows(text: str) -> Iterator[Row]:
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    reader = csv.reader(lines, delimiter=_delimiter(first))
    columns: tuple[str, ...] = ()
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _checked(tuple(cell.strip().lower() for cell in cells))
            else:
                yield _row(reader.line_num, columns, cells)
    except csv.Error as error:
        raise TableError(f"{at(reader.line_num)}: {error}") from error


def _checked(columns: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise TableError(f"the header names {', '.join(twice)} twice")
    return columns


def _row(number_: int, columns: Sequence[str], cells: Sequence[str]) -> Row:
    if len(cells) != len(columns):
        raise TableError(
            f"{at(number_)} has {len(cells)} cells, the header has {len(columns)} columns"
        )
    values = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    return Row(number_, values)


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)
