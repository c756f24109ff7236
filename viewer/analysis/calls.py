"""Recalls of a table: as recorded, or as scores above the threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.options import AnalysisOptions
from viewer.analysis.study_table import StudyTable
from viewer.statistics.operating_points import calls_above, sensitivities_and_specificities

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Calls:
    """What counts as a recall; calls: (modality, reader, case), None where nothing does."""

    calls: Floats | None
    rule: str
    threshold: float | None
    """None where recalls were recorded, or ratings are no probabilities."""


def calls_of_table(table: StudyTable, options: AnalysisOptions) -> Calls:
    """Recorded recalls go first, unless a threshold is asked for.

    Ratings that are no probabilities have calls only at a threshold that is asked for.
    """
    threshold = options.recall_threshold
    if table.recall is not None and threshold is None:
        return Calls(table.recall, "recall as recorded", None)
    if threshold is None and table.is_probability:
        threshold = table.recall_threshold
    if threshold is None:
        return Calls(None, "", None)
    calls = calls_above(table.ratings.scores, threshold)
    return Calls(calls, f"score > {threshold:g}", threshold)


def mean_sensitivity(table: StudyTable, calls: Calls, modality: str) -> float | None:
    """Of the readers of a modality; None without calls."""
    if calls.calls is None:
        return None
    index = table.ratings.modalities.index(modality)
    sensitivity, _ = sensitivities_and_specificities(calls.calls[index], table.ratings.truth)
    known = sensitivity[~np.isnan(sensitivity)]
    return float(known.mean()) if known.size else None
