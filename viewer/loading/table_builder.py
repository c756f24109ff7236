"""Ratings row by row, gathered into arrays; duplicates and missing truth are named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from viewer.loading.table_errors import TableError
from viewer.statistics.ratings import Ratings

Cell = tuple[str, str, str]
"""Modality, reader, case."""


@dataclass(slots=True)
class TableBuilder:
    """Collects scores and truth in the order of the file, then makes Ratings."""

    scores: dict[Cell, float] = field(default_factory=dict)
    truth: dict[str, bool] = field(default_factory=dict)
    _places: dict[Cell, str] = field(default_factory=dict)

    def add_score(self, cell: Cell, score: float, place: str) -> None:
        """Add a score; raises TableError where the reader has scored the case already."""
        if cell in self.scores:
            modality, reader, case = cell
            raise TableError(
                f"{place}: reader {reader} scores case {case} in modality {modality} a second "
                f"time; the first is in {self._places[cell]}",
                hint="keep one row for each reader, modality and case",
            )
        self.scores[cell] = score
        self._places[cell] = place

    def add_truth(self, case: str, is_diseased: bool, place: str, *, once: bool = False) -> None:
        """Add the truth of a case; raises TableError when it contradicts an earlier row.

        once: a second row is an error even when it agrees.
        """
        known = self.truth.get(case)
        if known is not None and (once or known != is_diseased):
            what = "stated twice" if known == is_diseased else "stated as 0 and as 1"
            raise TableError(f"{place}: the truth of case {case} is {what}")
        self.truth[case] = is_diseased

    def ratings(self, *, patients: Mapping[str, str] | None = None) -> Ratings:
        """Everything that was added; patients: case -> cluster, by default each case its own.

        Raises TableError when truth is missing or there is one class only.
        """
        if not self.scores:
            raise TableError("the table has no ratings")
        for cell, place in self._places.items():
            if cell[2] not in self.truth:
                raise TableError(
                    f"{place}: case {cell[2]} has no truth",
                    hint="add a truth row for it, or leave the case out",
                )
        check_classes(self.truth.values())
        modalities = _in_order(cell[0] for cell in self.scores)
        readers = _in_order(cell[1] for cell in self.scores)
        cases = tuple(self.truth)
        return Ratings(
            modalities=modalities,
            readers=readers,
            cases=cases,
            truth=np.array([self.truth[case] for case in cases], dtype=np.bool_),
            scores=cube(self.scores, modalities, readers, cases),
            patients=tuple((patients or {}).get(case, case) for case in cases),
        )


def check_classes(truth: Iterable[bool]) -> None:
    """Raise TableError unless there are diseased and normal cases."""
    values = set(truth)
    if len(values) < 2:
        only = "diseased" if True in values else "normal"
        raise TableError(
            f"all cases are {only}; accuracy needs both classes",
            hint="add the truth of the other cases",
        )


def cube(
    values: Mapping[Cell, float],
    modalities: tuple[str, ...],
    readers: tuple[str, ...],
    cases: tuple[str, ...],
) -> NDArray[np.float64]:
    """Values as (modality, reader, case), NaN where there is none."""
    array = np.full((len(modalities), len(readers), len(cases)), np.nan)
    modality_of = {name: index for index, name in enumerate(modalities)}
    reader_of = {name: index for index, name in enumerate(readers)}
    case_of = {name: index for index, name in enumerate(cases)}
    for (modality, reader, case), value in values.items():
        array[modality_of[modality], reader_of[reader], case_of[case]] = value
    return array


def are_probabilities(scores: NDArray[np.float64]) -> bool:
    """Whether every score that is there lies in 0..1."""
    known = scores[~np.isnan(scores)]
    return bool(known.size) and bool(((known >= 0.0) & (known <= 1.0)).all())


def scale_note(scores: NDArray[np.float64]) -> tuple[str, ...]:
    """That scores are taken for probabilities, where the format does not say what they are."""
    if not are_probabilities(scores):
        return ()
    return ("All scores lie within 0 and 1 and are taken as probabilities of disease.",)


def missing_note(ratings: Ratings) -> tuple[str, ...]:
    """How many readings of the full cross are not there, in words; empty when none are."""
    missing = int(np.isnan(ratings.scores).sum())
    if not missing:
        return ()
    return (f"{missing} of {ratings.scores.size} readings of the full cross are missing.",)


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
