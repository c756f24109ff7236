"""The JAFROC workbook that RJafroc reads: sheets TP, FP and TRUTH; formulas and macros never run.

TRUTH: CaseID, LesionID, Weight, ReaderID, ModalityID, Paradigm; LesionID 0 is a normal case; the
first cells of Paradigm are FROC, ROC or LROC, and FCTRL.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from viewer.analysis.froc_of_marks import Lesion, RatedMark
from viewer.analysis.study_table import StudyTable
from viewer.loading.read_marks import table_of_froc
from viewer.loading.table_builder import (
    TableBuilder,
    are_probabilities,
    check_classes,
    missing_note,
    scale_note,
)
from viewer.loading.table_errors import TableError
from viewer.loading.table_text import Row

_LARGEST_BYTES = 64 << 20
_SHEETS = {"tp": ("tp", "ll"), "fp": ("fp", "nl"), "truth": ("truth",)}
_RATINGS = {"tp": ("tp_rating", "ll_rating"), "fp": ("fp_rating", "nl_rating")}
_RULE = "as the workbook states it (sheet TP on a lesion, sheet FP elsewhere)"


@dataclass(frozen=True, slots=True)
class _Workbook:
    """The three sheets, rows under their headers."""

    tp: tuple[Row, ...]
    fp: tuple[Row, ...]
    truth: tuple[Row, ...]

    @property
    def paradigm(self) -> str:
        """ROC, FROC or LROC; FROC where the sheet says nothing."""
        words = {row.maybe("paradigm").upper() for row in self.truth}
        return next((word for word in ("ROC", "LROC") if word in words), "FROC")


def read_jafroc(path: Path, *, title: str) -> StudyTable:
    """Read a workbook; raises TableError naming sheet, row and column."""
    workbook = _open(path)
    truth, lesions = _truth(workbook.truth)
    if workbook.paradigm == "ROC":
        return _roc_table(workbook, truth, title)
    marks = [*_marks(workbook.tp, "tp", truth), *_marks(workbook.fp, "fp", truth)]
    _check_lesions(workbook.tp, lesions)
    if not marks:
        raise TableError("the workbook has no marks in its sheets TP and FP")
    return table_of_froc(marks, lesions, truth, title=title, rule=_RULE)


def _open(path: Path) -> _Workbook:
    if path.stat().st_size > _LARGEST_BYTES:
        raise TableError(f"{path.name} is too large for a table of ratings")
    try:
        book = load_workbook(path, read_only=True, data_only=True, keep_vba=False, keep_links=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise TableError(
            f"{path.name} is not an Excel workbook (.xlsx)", hint="save it again as .xlsx"
        ) from error
    try:
        by_name = {name.strip().lower(): name for name in book.sheetnames}
        found: dict[str, tuple[Row, ...]] = {}
        for sheet, names in _SHEETS.items():
            name = next((by_name[known] for known in names if known in by_name), None)
            if name is None:
                raise TableError(
                    f"{path.name} has no sheet {sheet.upper()}",
                    hint="a JAFROC workbook has the sheets TP, FP and TRUTH",
                )
            cells = book[name].iter_rows(values_only=True)
            found[sheet] = tuple(_rows([tuple(line) for line in cells]))
    finally:
        book.close()
    return _Workbook(found["tp"], found["fp"], found["truth"])


def _rows(lines: list[tuple[object, ...]]) -> Iterator[Row]:
    columns: tuple[str, ...] = ()
    for index, line in enumerate(lines, start=1):
        cells = tuple(_cell(value) for value in line)
        if not any(cells):
            continue
        if not columns:
            columns = tuple(cell.lower() for cell in cells)
        else:
            yield Row(index, dict(zip(columns, cells, strict=False)))


def _cell(value: object) -> str:
    """Whole numbers as Excel stores them (1.0) are ids like 1."""
    if value is None:
        return ""
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return repr(value) if isinstance(value, float) else str(value).strip()


def _truth(rows: tuple[Row, ...]) -> tuple[dict[str, bool], list[Lesion]]:
    truth: dict[str, bool] = {}
    lesions: dict[tuple[str, str], Lesion] = {}
    for row in rows:
        if not row.maybe("caseid"):
            continue
        case, lesion = row.text("caseid"), row.text("lesionid")
        diseased = lesion != "0"
        if truth.setdefault(case, diseased) != diseased:
            raise TableError(
                f"sheet TRUTH, row {row.number}: case {case} is normal and has a lesion"
            )
        if (case, lesion) in lesions:
            raise TableError(f"sheet TRUTH, row {row.number}: lesion {lesion} of case {case} twice")
        if diseased:
            weight = row.maybe_number("weight")
            lesions[case, lesion] = Lesion(case=case, lesion=lesion, weight=weight)
    check_classes(truth.values())
    return truth, list(lesions.values())


def _marks(rows: tuple[Row, ...], sheet: str, truth: dict[str, bool]) -> Iterator[RatedMark]:
    for row in rows:
        case = row.text("caseid")
        if case not in truth:
            raise TableError(
                f"sheet {sheet.upper()}, row {row.number}: case {case} is not in sheet TRUTH"
            )
        yield RatedMark(
            modality=row.text("modalityid"),
            reader=row.text("readerid"),
            case=case,
            lesion=row.text("lesionid") if sheet == "tp" else None,
            rating=_rating(row, sheet),
        )


def _rating(row: Row, sheet: str) -> float:
    column = next((name for name in _RATINGS[sheet] if row.maybe(name)), _RATINGS[sheet][0])
    try:
        return row.number_in(column)
    except TableError as error:
        raise TableError(f"sheet {sheet.upper()}, {error.message}") from error


def _check_lesions(rows: tuple[Row, ...], lesions: list[Lesion]) -> None:
    known = {(item.case, item.lesion) for item in lesions}
    for row in rows:
        if (row.text("caseid"), row.text("lesionid")) not in known:
            raise TableError(
                f"sheet TP, row {row.number}: lesion {row.text('lesionid')} of case "
                f"{row.text('caseid')} is not in sheet TRUTH"
            )


def _roc_table(workbook: _Workbook, truth: dict[str, bool], title: str) -> StudyTable:
    """ROC workbooks have the ratings of normal cases in FP, of diseased ones in TP."""
    builder = TableBuilder()
    for sheet, rows in (("fp", workbook.fp), ("tp", workbook.tp)):
        for row in rows:
            case = row.text("caseid")
            place = f"sheet {sheet.upper()}, row {row.number}"
            if truth.get(case) is not (sheet == "tp"):
                raise TableError(f"{place}: case {case} does not belong in this sheet")
            cell = (row.text("modalityid"), row.text("readerid"), case)
            builder.add_score(cell, _rating(row, sheet), place)
    for case, is_diseased in truth.items():
        builder.add_truth(case, is_diseased, "sheet TRUTH")
    ratings = builder.ratings()
    return StudyTable(
        title=title,
        ratings=ratings,
        is_probability=are_probabilities(ratings.scores),
        notes=(*missing_note(ratings), *scale_note(ratings.scores)),
    )
