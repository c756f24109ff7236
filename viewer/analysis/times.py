"""Active reading time, by reader and modality; both breasts of an exam are one reading."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.case_names import exam_and_side
from viewer.analysis.results import TimeSummary
from viewer.analysis.study_table import StudyTable

Floats = NDArray[np.float64]


def times_of_table(table: StudyTable) -> tuple[TimeSummary, ...]:
    """A summary for every modality and reader, then one of all readers; empty without times."""
    if table.active_seconds is None:
        return ()
    exams = _first_cases(table)
    seconds = table.active_seconds[:, :, exams]
    return tuple(_summaries(table, seconds))


def _summaries(table: StudyTable, seconds: Floats) -> Iterator[TimeSummary]:
    for index, modality in enumerate(table.ratings.modalities):
        rows = [*zip(table.ratings.readers, seconds[index], strict=True)]
        for reader, values in (*rows, ("", seconds[index].ravel())):
            known = values[~np.isnan(values)]
            if known.size:
                yield _summary(modality, reader, known)


def _summary(modality: str, reader: str, seconds: Floats) -> TimeSummary:
    low, middle, high = np.quantile(seconds, [0.25, 0.5, 0.75])
    return TimeSummary(
        modality=modality,
        reader=reader,
        readings=int(seconds.size),
        mean_s=float(seconds.mean()),
        median_s=float(middle),
        quartile_low_s=float(low),
        quartile_high_s=float(high),
        total_s=float(seconds.sum()),
    )


def _first_cases(table: StudyTable) -> NDArray[np.intp]:
    """One case of every exam: the time is the exam's, and both its breasts carry it."""
    first: dict[str, int] = {}
    for index, case in enumerate(table.ratings.cases):
        first.setdefault(exam_and_side(case)[0], index)
    return np.array(list(first.values()), dtype=np.intp)
