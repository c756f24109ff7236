"""A reader's worklist from a CSV: what of it can be read, and what is wrong with the rest.

Columns: path (a folder or file, relative to the list), and optionally alias, priority and note.
A study's worklist (viewer.loading.worklist) refuses a faulty table; here one bad line must not
keep a reader from the others.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from viewer.loading.table_errors import TableError
from viewer.loading.table_text import header_of, read_text

_LONGEST_CELL = 200
_MOST_LINES = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPath:
    """One line of the list; `problem` says why it names no exam."""

    number: int
    """The row as a spreadsheet counts, the header included."""
    path: Path | None = None
    alias: str = ""
    priority: str = ""
    note: str = ""
    problem: str = ""


def is_exam_worklist(path: Path) -> bool:
    """Whether a file is a table with a column called path."""
    if path.suffix.lower() not in (".csv", ".tsv", ".txt") or not path.is_file():
        return False
    try:
        return "path" in header_of(read_text(path))
    except (TableError, csv.Error):
        return False


def read_exam_worklist(path: Path) -> tuple[ListedPath, ...]:
    """Read all lines; raises TableError when the file is no such table at all."""
    text = read_text(path)
    columns = header_of(text)
    if "path" not in columns:
        raise TableError(
            f"{path.name} has no column path",
            hint="name each exam's folder or file in a column called path",
        )
    first = next(line for line in text.splitlines() if line.strip())
    seen: dict[Path, int] = {}
    lines: list[ListedPath] = []
    for number, cells in _cells(text, max(",;\t", key=first.count)):
        line = _line(number, columns, cells, path.parent)
        if line.path is not None and not line.problem:
            earlier = seen.setdefault(line.path, number)
            if earlier != number:
                line = ListedPath(number=number, problem=f"the same path as row {earlier}")
        lines.append(line)
    if not lines:
        raise TableError(f"{path.name} has no rows under its header")
    return tuple(lines)


def _cells(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Every line under the header with its number; what no parser understands is one cell."""
    # Line by line: a quote that is never closed must not swallow the lines after it.
    after_header = False
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], start=1):
        if not line.strip():
            continue
        if not after_header:
            after_header = True
            continue
        try:
            yield number, next(csv.reader([line], delimiter=delimiter, strict=True), [])
        except csv.Error:
            yield number, ()


def _line(number: int, columns: Sequence[str], cells: Sequence[str], folder: Path) -> ListedPath:
    if not cells:
        return ListedPath(number=number, problem="the line is damaged (quotes)")
    if len(cells) != len(columns):
        said = f"the line has {len(cells)} cells, the header {len(columns)}"
        return ListedPath(number=number, problem=said)
    values = {name: _plain(cell) for name, cell in zip(columns, cells, strict=True) if name}
    if not values["path"]:
        return ListedPath(number=number, problem="no path")
    found = folder / values["path"]
    details = {name: values.get(name, "") for name in ("alias", "priority", "note")}
    try:
        exists = found.exists()
    except (OSError, ValueError):
        exists = False
    return ListedPath(
        number=number,
        path=found,
        problem="" if exists else "there is no such file or folder",
        **details,
    )


def _plain(cell: str) -> str:
    """A cell without control characters, of a length that fits on a screen (paths stay whole)."""
    text = "".join(c for c in cell if c.isprintable()).strip()
    return (
        text if len(text) <= _LONGEST_CELL or "/" in text or "\\" in text else text[:_LONGEST_CELL]
    )
