"""Any table of ratings, recognised by what is in it, never by its name."""

from __future__ import annotations

from pathlib import Path

from viewer.analysis.study_table import StudyTable
from viewer.loading.read_factorial import columns_of, read_factorial
from viewer.loading.read_imrmc import is_imrmc, read_imrmc
from viewer.loading.read_jafroc import read_jafroc
from viewer.loading.read_long import is_long, read_long
from viewer.loading.read_marks import is_marks, is_marks_truth, read_marks, sibling
from viewer.loading.read_wide import is_wide, read_wide
from viewer.loading.table_errors import TableError
from viewer.loading.table_text import header_of, read_text

_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"

FORMATS = (
    "iMRMC (.imrmc, or its data frame as CSV), MRMCaov and OR-DBM CSV "
    "(reader,treatment,case,truth,rating), JAFROC workbook (.xlsx), "
    "wide CSV (case_ID,side,label,Reader.._POM,AI_.._POM), rated marks with their truth, "
    "and our own CSV of answers"
)


def read_study_table(
    path: Path,
    *,
    truth_file: Path | None = None,
    marks_file: Path | None = None,
    with_amendments: bool = False,
) -> StudyTable:
    """Read a table of ratings; the title is the file's name without its ending.

    truth_file, marks_file: for our own CSV of answers, where they are not beside it.
    Raises TableError: what cannot be read, and in which row and column.
    """
    title = path.name.split(".")[0]
    start = _start(path)
    if start.startswith(_ZIP):
        return read_jafroc(path, title=title)
    if start.startswith(_OLD_EXCEL):
        raise TableError(f"{path.name} is an old Excel file", hint="save it again as .xlsx")
    text = read_text(path)
    if is_imrmc(text):
        return read_imrmc(text, title=title)
    header = header_of(text)
    if is_wide(header):
        return read_wide(text, header, title=title)
    if is_marks(header):
        return read_marks(path, title=title)
    if is_marks_truth(header):
        return read_marks(sibling(path, "truth", "marks"), title=title)
    if is_long(header):
        return read_long(
            path,
            title=title,
            truth_file=truth_file,
            marks_file=marks_file,
            with_amendments=with_amendments,
        )
    if columns_of(header) is not None:
        return read_factorial(text, header, title=title)
    raise TableError(
        f"{path.name} is no table of ratings that can be read", hint=f"read: {FORMATS}"
    )


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise TableError(f"{path.name} cannot be read: {error.strerror}") from error
