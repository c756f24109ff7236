"""The readers of a study from a CSV: codes, arms, experience; never names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from viewer.loading.table_columns import check_columns
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import Row, header_of, read_text, rows_of
from viewer.study.protocol import StudyReader

COLUMNS = ("reader_id", "arm", "experience_years", "group")
FIRST_ARM = "A"
TEMPLATE = "reader_id,arm,experience_years,group\nR01,A,12,breast fellow\nR02,A,3,resident\n"


def read_readers(path: Path) -> tuple[StudyReader, ...]:
    """Readers from a CSV with the column reader_id; arm, experience_years and group if wished.

    Raises TableError naming the row and the column.
    """
    text = read_text(path)
    check_columns(path.name, header_of(text), known=COLUMNS, needed=("reader_id",))
    rows = rows_of(text)
    _refuse_repeats(rows)
    return tuple(_reader(row) for row in rows)


def reader_from_words(words: str) -> StudyReader:
    """A reader from "R01", "R01:A" or "R01:A:12" (id, arm, years); raises TableError."""
    parts = [part.strip() for part in words.split(":")]
    if len(parts) > 3 or not parts[0]:
        raise TableError(f'"{words}" is no reader', hint="write it as R01:A:12 (id, arm, years)")
    years = parts[2] if len(parts) == 3 else ""
    try:
        experience = float(years) if years else None
    except ValueError as error:
        raise TableError(f'"{words}": "{years}" is no number of years') from error
    arm = parts[1] if len(parts) > 1 and parts[1] else FIRST_ARM
    return StudyReader(reader_id=parts[0], arm_id=arm, experience_years=experience)


def _reader(row: Row) -> StudyReader:
    return StudyReader(
        reader_id=row.text("reader_id"),
        arm_id=row.maybe("arm") or FIRST_ARM,
        experience_years=row.maybe_number("experience_years"),
        group=row.maybe("group"),
    )


def _refuse_repeats(rows: Sequence[Row]) -> None:
    first: dict[str, int] = {}
    for row in rows:
        name = row.text("reader_id")
        before = first.setdefault(name, row.number)
        if before != row.number:
            place = at(row.number, "reader_id")
            raise TableError(f"{place}: reader {name} is already in row {before}")
