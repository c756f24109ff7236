"""Share of diseased cases that are recalled and localised, at a false positive rate: PCL(f)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class _Threshold:
    """Two neighbouring thresholds and how far between them the wanted rate lies, 0 to 1."""

    upper: float
    lower: float
    fraction: float


def localised_share(
    best: Floats, right: Floats, normal: Floats, false_positive_rate: float
) -> tuple[float, Floats, Floats]:
    """PCL(f), and PCL(f) without each diseased and without each normal case in turn.

    best: (positive,) rating of the chosen location of each diseased case, -inf unmarked; right:
    (positive,) 1 where it is the lesion, 0 where not, half where undecided. normal: (negative,)
    highest rating of each normal case. Cases at or above the rating of the (f x negatives)-th
    highest normal case are recalled. Between normal cases, and within ties of them, the share is
    interpolated; where fewer normal cases are marked than f allows, every marked case counts.
    Returns PCL, (positive,) and (negative,); NaN where the last case of a class is left out.
    """
    positives, negatives = best.size, normal.size
    credit = _credit(best, right, _threshold(normal, false_positive_rate))
    total = float(credit.sum())
    without_positive = np.full(positives, np.nan)
    if positives > 1:
        without_positive = (total - credit) / (positives - 1)
    without_normal = np.full(negatives, np.nan)
    if negatives > 1:
        # Leaving out any of several equal normal cases is the same.
        _, first, group = np.unique(normal, return_index=True, return_inverse=True)
        thresholds = [_threshold(np.delete(normal, k), false_positive_rate) for k in first]
        by_group = np.array([_credit(best, right, t).sum() for t in thresholds])
        without_normal = by_group[group] / positives
    return total / positives, without_positive, without_normal


def _threshold(normal: Floats, rate: float) -> _Threshold:
    marked = normal[np.isfinite(normal)]
    position = rate * normal.size
    if position > marked.size + _ROUNDING or marked.size == 0:
        return _Threshold(-np.inf, -np.inf, 0.0)
    values, counts = np.unique(marked, return_counts=True)
    ratings = np.append(values[::-1], -np.inf)
    recalled = np.cumsum(counts[::-1])
    below = int(np.searchsorted(recalled, position + _ROUNDING, side="right"))
    # Above every normal case none is recalled.
    upper = float(np.nextafter(ratings[0], np.inf)) if below == 0 else float(ratings[below - 1])
    if below == recalled.size:
        return _Threshold(upper, upper, 0.0)
    start = float(recalled[below - 1]) if below else 0.0
    fraction = max(position - start, 0.0) / (float(recalled[below]) - start)
    return _Threshold(upper, float(ratings[below]), fraction)


def _credit(best: Floats, right: Floats, threshold: _Threshold) -> Floats:
    """How much each diseased case counts as recalled and localised: (positive,)."""
    recalled = (1.0 - threshold.fraction) * (best >= threshold.upper)
    recalled = recalled + threshold.fraction * (best >= threshold.lower)
    return np.asarray(right * recalled, dtype=np.float64)
