"""iMRMC's format: free lines, BEGIN DATA:, then reader,case,modality,score and truth rows.

Truth is a row `truth,CASE,truth,0|1` (iMRMC) or `-1,CASE,truth,0|1` (RJafroc). A table with the
header readerID,caseID,modalityID,score and the same rows is read too.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from viewer.analysis.study_table import StudyTable
from viewer.loading.table_builder import (
    TableBuilder,
    are_probabilities,
    missing_note,
    scale_note,
)
from viewer.loading.table_errors import TableError, at
from viewer.loading.table_text import number, truth
from viewer.statistics.ratings import Ratings

_BEGIN = re.compile(r"^\s*begin\s+data\s*:?\s*,*\s*$", re.IGNORECASE)
_COUNT = re.compile(r"^\s*(N0|N1|NR|NM)\s*[:=,]?\s*(\d+)[\s,]*$", re.IGNORECASE)
_HEADER = ("readerid", "caseid", "modalityid", "score")
_COLUMNS = ("reader", "case", "modality", "score")


def is_imrmc(text: str) -> bool:
    """Whether a line says BEGIN DATA:, or the header is iMRMC's data frame with truth rows."""
    head = text[:100_000].splitlines()
    if any(_BEGIN.match(line) for line in head):
        return True
    return _has_frame_header(head) and any(_is_truth_line(line) for line in text.splitlines())


def read_imrmc(text: str, *, title: str) -> StudyTable:
    """Read the table; raises TableError naming the row."""
    builder = TableBuilder()
    for line, cells in _data(text):
        _add(builder, line, cells)
    ratings = builder.ratings()
    notes = (*missing_note(ratings), *scale_note(ratings.scores), *_count_notes(text, ratings))
    return StudyTable(
        title=title,
        ratings=ratings,
        is_probability=are_probabilities(ratings.scores),
        notes=notes,
    )


def _add(builder: TableBuilder, line: int, cells: list[str]) -> None:
    if len(cells) != len(_COLUMNS):
        raise TableError(f"{at(line)} has {len(cells)} cells; reader,case,modality,score is wanted")
    for name, cell in zip(_COLUMNS, cells, strict=True):
        if not cell:
            raise TableError(f"{at(line, name)}: the cell is empty")
    reader, case, modality, score = cells
    if _is_truth(reader, modality):
        builder.add_truth(case, truth(score, at(line, "score")), at(line), once=True)
    else:
        builder.add_score((modality, reader, case), number(score, at(line, "score")), at(line))


def _data(text: str) -> Iterator[tuple[int, list[str]]]:
    lines = text.splitlines()
    begin = next((i for i, line in enumerate(lines) if _BEGIN.match(line)), None)
    if begin is None:
        begin = next((i for i, line in enumerate(lines) if line.strip()), 0)
    for index, line in enumerate(lines[begin + 1 :], start=begin + 2):
        if line.strip(" ,\t"):
            cells = [cell.strip() for cell in next(csv.reader([line]))]
            yield index, _without_tail(cells)


def _without_tail(cells: list[str]) -> list[str]:
    """Spreadsheets pad short lines with empty cells."""
    while len(cells) > len(_COLUMNS) and not cells[-1]:
        cells.pop()
    return cells


def _is_truth(reader: str, modality: str) -> bool:
    return modality.lower() == "truth" and reader.lower() in ("truth", "-1")


def _is_truth_line(line: str) -> bool:
    cells = [cell.strip(' "') for cell in line.split(",")]
    return len(cells) >= len(_COLUMNS) and _is_truth(cells[0], cells[2])


def _has_frame_header(lines: list[str]) -> bool:
    first = next((line for line in lines if line.strip()), "")
    return tuple(cell.strip(' "').lower() for cell in first.split(",")) == _HEADER


def _count_notes(text: str, ratings: Ratings) -> Iterator[str]:
    """Where the counts in the free lines are not those of the rows."""
    found = {
        "N0": ratings.negatives,
        "N1": ratings.positives,
        "NR": len(ratings.readers),
        "NM": len(ratings.modalities),
    }
    for line in text.splitlines():
        if _BEGIN.match(line):
            return
        stated = _COUNT.match(line)
        if stated and int(stated[2]) != found[stated[1].upper()]:
            yield (
                f"The file states {stated[1].upper()}:{stated[2]}, its rows have "
                f"{found[stated[1].upper()]}."
            )
