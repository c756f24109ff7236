"""The JAFROC workbook that RJafroc reads: sheets TP, FP and TRUTH."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from openpyxl import Workbook

from viewer.analysis.froc_of_marks import RatedMark, rated_marks
from viewer.analysis.study_table import FrocTable, StudyTable
from viewer.export.atomic_write import replacing

Row = Sequence[str | int | float]

_TP = ("ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating")
_FP = ("ReaderID", "ModalityID", "CaseID", "FP_Rating")
_TRUTH = ("CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm")
_FACTORIAL = "FCTRL"


def write_jafroc(
    path: Path, table: StudyTable, *, marks: Sequence[RatedMark] | None = None
) -> None:
    """Write the workbook: FROC where the table has marks, else ROC; raises CannotWrite.

    marks: every counted mark, lesions numbered from 1 in their case, where more are known than
    the highest that a table keeps. Cases are numbered from 1; lesion 0 is a normal case.
    """
    numbers = {case: number for number, case in enumerate(table.ratings.cases, start=1)}
    if table.froc is None:
        tp, fp = _roc(table)
        lesions = _one_lesion(table)
        paradigm = "ROC"
    else:
        chosen = rated_marks(table, table.froc) if marks is None else marks
        tp, fp = _froc(chosen, numbers)
        lesions = _lesions(table, table.froc)
        paradigm = "FROC"
    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    _sheet(book, "TP", _TP, tp)
    _sheet(book, "FP", _FP, fp)
    _sheet(book, "TRUTH", _TRUTH, _truth(table, lesions, paradigm))
    with replacing(path) as temporary:
        book.save(temporary)


def _sheet(book: Workbook, name: str, header: Row, rows: Sequence[Row]) -> None:
    sheet = book.create_sheet(name)
    sheet.append(list(header))
    for row in rows:
        sheet.append([_code(value) for value in row])


def _code(value: str | int | float) -> str | int | float:
    """Whole numbers as numbers: RJafroc wants integer case ids. Text never becomes a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@"):
        return f"'{value}"
    return value


def _roc(table: StudyTable) -> tuple[list[Row], list[Row]]:
    """Ratings of diseased cases go to TP, of normal ones to FP."""
    ratings = table.ratings
    tp: list[Row] = []
    fp: list[Row] = []
    for modality, reader, case in np.argwhere(~np.isnan(ratings.scores)):
        names = ratings.readers[reader], ratings.modalities[modality], int(case) + 1
        score = float(ratings.scores[modality, reader, case])
        if ratings.truth[case]:
            tp.append((*names, 1, score))
        else:
            fp.append((*names, score))
    return tp, fp


def _froc(marks: Sequence[RatedMark], numbers: Mapping[str, int]) -> tuple[list[Row], list[Row]]:
    tp: list[Row] = []
    fp: list[Row] = []
    for mark in marks:
        names = mark.reader, mark.modality, numbers[mark.case]
        if mark.lesion is None:
            fp.append((*names, mark.rating))
        else:
            tp.append((*names, int(mark.lesion), mark.rating))
    return tp, fp


def _one_lesion(table: StudyTable) -> list[list[float]]:
    return [[1.0] if truth else [] for truth in table.ratings.truth]


def _lesions(table: StudyTable, froc: FrocTable) -> list[list[float]]:
    """The weights of each case's lesions."""
    weights: list[list[float]] = [[] for _ in table.ratings.cases]
    for case, weight in zip(froc.lesion_case, froc.lesion_weight, strict=True):
        weights[int(case)].append(float(weight))
    return weights


def _truth(table: StudyTable, lesions: Sequence[Sequence[float]], paradigm: str) -> list[Row]:
    """One row a lesion, one a normal case; every reader read every case in every modality."""
    readers = ", ".join(table.ratings.readers)
    modalities = ", ".join(table.ratings.modalities)
    rows: list[Row] = []
    for case, weights in enumerate(lesions, start=1):
        numbered: list[tuple[int, float]] = list(enumerate(weights, start=1)) or [(0, 0.0)]
        for lesion, weight in numbered:
            word = (paradigm, _FACTORIAL)[len(rows)] if len(rows) < 2 else ""
            rows.append((case, lesion, weight, readers, modalities, word))
    return rows
