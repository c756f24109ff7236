"""Marks and lesions as the arrays of free-response analyses, and the ROC ratings they imply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.study_table import FrocTable, StudyTable


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedMark:
    """A mark after the acceptance rule; lesion None: on no lesion."""

    modality: str
    reader: str
    case: str
    lesion: str | None
    rating: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """A lesion of a case. weight None: 1 / number of the case's lesions."""

    case: str
    lesion: str
    weight: float | None = None


def froc_table(
    marks: Sequence[RatedMark],
    lesions: Sequence[Lesion],
    *,
    modalities: tuple[str, ...],
    readers: tuple[str, ...],
    cases: tuple[str, ...],
    acceptance_rule: str,
) -> FrocTable:
    """Highest rating on each lesion and on no lesion; -inf where there is no mark."""
    shape = (len(modalities), len(readers))
    on_lesion = np.full((*shape, len(lesions)), -np.inf)
    elsewhere = np.full((*shape, len(cases)), -np.inf)
    modality_of = {name: index for index, name in enumerate(modalities)}
    reader_of = {name: index for index, name in enumerate(readers)}
    case_of = {name: index for index, name in enumerate(cases)}
    lesion_of = {(item.case, item.lesion): index for index, item in enumerate(lesions)}
    false: dict[tuple[str, str], list[float]] = {}
    for mark in marks:
        if mark.lesion is None:
            array, last = elsewhere, case_of[mark.case]
            false.setdefault((mark.modality, mark.reader), []).append(mark.rating)
        else:
            array, last = on_lesion, lesion_of[mark.case, mark.lesion]
        place = modality_of[mark.modality], reader_of[mark.reader], last
        array[place] = max(array[place], mark.rating)
    return FrocTable(
        lesion_ratings=on_lesion,
        lesion_case=np.array([case_of[item.case] for item in lesions], dtype=np.intp),
        lesion_weight=_weights(lesions),
        highest_false=elsewhere,
        acceptance_rule=acceptance_rule,
        false_ratings=tuple(
            tuple(np.array(false.get((modality, reader), []), np.float64) for reader in readers)
            for modality in modalities
        ),
    )


def rated_marks(table: StudyTable, froc: FrocTable) -> tuple[RatedMark, ...]:
    """The highest mark on each lesion and the highest on none: all that a table keeps."""
    ratings, names = table.ratings, lesion_names(froc)
    found = []
    for modality, reader, lesion in np.argwhere(np.isfinite(froc.lesion_ratings)):
        place = ratings.modalities[modality], ratings.readers[reader]
        case = ratings.cases[froc.lesion_case[lesion]]
        rating = float(froc.lesion_ratings[modality, reader, lesion])
        found.append(_mark(*place, case, names[lesion], rating))
    for modality, reader, case_index in np.argwhere(np.isfinite(froc.highest_false)):
        place = ratings.modalities[modality], ratings.readers[reader]
        rating = float(froc.highest_false[modality, reader, case_index])
        found.append(_mark(*place, ratings.cases[case_index], None, rating))
    return tuple(found)


def lesion_names(froc: FrocTable) -> tuple[str, ...]:
    """Lesions numbered from 1 within their case."""
    seen: dict[int, int] = {}
    names = []
    for case in froc.lesion_case:
        seen[int(case)] = seen.get(int(case), 0) + 1
        names.append(str(seen[int(case)]))
    return tuple(names)


def _mark(modality: str, reader: str, case: str, lesion: str | None, rating: float) -> RatedMark:
    return RatedMark(modality=modality, reader=reader, case=case, lesion=lesion, rating=rating)


def highest_ratings(froc: FrocTable, cases: int) -> tuple[NDArray[np.float64], float]:
    """The highest mark of each case, (modality, reader, case), and what unmarked cases get.

    Unmarked cases get 0, or one less than the lowest mark where marks reach 0.
    """
    highest = froc.highest_false.copy()
    for index, case in enumerate(froc.lesion_case):
        highest[:, :, case] = np.maximum(highest[:, :, case], froc.lesion_ratings[:, :, index])
    marked = np.isfinite(highest)
    lowest = float(highest[marked].min()) if marked.any() else 1.0
    unmarked = 0.0 if lowest > 0.0 else lowest - 1.0
    if highest.shape[2] != cases:
        raise ValueError(f"highest_false has {highest.shape[2]} cases, not {cases}")
    return np.where(marked, highest, unmarked), unmarked


def _weights(lesions: Sequence[Lesion]) -> NDArray[np.float64]:
    """Stated weights scaled to 1 a case; equal ones where a case states none."""
    total: dict[str, float] = {}
    count: dict[str, int] = {}
    for item in lesions:
        total[item.case] = total.get(item.case, 0.0) + (item.weight or 0.0)
        count[item.case] = count.get(item.case, 0) + 1
    return np.array(
        [
            (item.weight or 0.0) / total[item.case]
            if _states_weights(total, item)
            else 1.0 / count[item.case]
            for item in lesions
        ],
        dtype=np.float64,
    )


def _states_weights(total: Mapping[str, float], item: Lesion) -> bool:
    return total[item.case] > 0.0
