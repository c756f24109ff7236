"""What every analysis starts from, wherever it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from viewer.statistics.ratings import Ratings


def _none() -> Mapping[str, NDArray[np.float64]]:
    return MappingProxyType({})


def _no_words() -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class FrocTable:
    """Marks of every reader, as free-response analyses need them.

    lesion_ratings: (modality, reader, lesion) the rating of the mark on each lesion, -inf where
    it was not marked; lesion_case: (lesion,) index of its case; lesion_weight: (lesion,), summing
    to 1 in every case. highest_false: (modality, reader, case) the highest rating of a mark on no
    lesion, -inf where there is none.
    """

    lesion_ratings: NDArray[np.float64]
    lesion_case: NDArray[np.intp]
    lesion_weight: NDArray[np.float64]
    highest_false: NDArray[np.float64]
    acceptance_rule: str
    """In words: what made a mark count as on a lesion."""
    false_ratings: tuple[tuple[NDArray[np.float64], ...], ...] | None = None
    """[modality][reader]: (mark,) the rating of every mark on no lesion, all cases; FROC curves
    count them. None where the table keeps only the highest of each case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTable:
    """Answers, AI scores and truth of a study, case by case; a case is a breast (or an image).

    Probabilities are 0 to 1 where they are probabilities (`is_probability`); ratings on another
    scale, such as 1 to 5 of published tables, stay as they are and allow no hybrid.
    """

    title: str
    ratings: Ratings
    """Modalities as read: "unaided" and "aided" of our studies, others as the file names them."""
    is_probability: bool = True
    recall: NDArray[np.float64] | None = None
    """(modality, reader, case): 1 recalled, 0 not, NaN unknown; None where it was not asked."""
    birads: NDArray[np.float64] | None = None
    """(modality, reader, case): rank of the category from 0; NaN unknown."""
    active_seconds: NDArray[np.float64] | None = None
    """(modality, reader, case)."""
    ai: Mapping[str, NDArray[np.float64]] = field(default_factory=_none)
    """Model name -> (case,) scores 0 to 1, NaN where the model gave none."""
    froc: FrocTable | None = None
    case_groups: Mapping[str, tuple[str, ...]] = field(default_factory=_no_words)
    """Attribute -> (case,) its value, "" unknown: density, lesion kind."""
    reader_groups: Mapping[str, tuple[str, ...]] = field(default_factory=_no_words)
    """Attribute -> (reader,) its value: experience."""
    repeats: tuple[tuple[int, int, int, float, float], ...] = ()
    """Planted repeats: (modality, reader, case, first score, second score)."""
    recall_threshold: float = 0.02
    """A score above it counts as a recall where `recall` is None."""
    notes: tuple[str, ...] = ()
    """What the reader of the report must know of how the table came about: exclusions, missing."""
