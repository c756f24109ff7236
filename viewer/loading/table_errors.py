"""What can be wrong with a table of ratings."""

from __future__ import annotations

from viewer.loading.errors import LoadingError


class TableError(LoadingError):
    """A table that cannot be analysed; the message names the row and the column."""


def at(row: int, column: str = "") -> str:
    """A place in a table as a spreadsheet shows it: rows from 1, the header included."""
    return f"row {row}, column {column}" if column else f"row {row}"
