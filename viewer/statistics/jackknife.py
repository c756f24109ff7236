"""Covariance of any figures of merit from their values without each case in turn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
FigureOfMerit = Callable[[Floats, Bools], Floats]
"""Takes scores (m, case) and truth (case,), gives (m,)."""


def jackknife_covariance(left_out: ArrayLike) -> Floats:
    """Covariance matrix of m figures of merit measured on the same cases.

    left_out: (m, case), each figure without that case. Returns (m, m): (K - 1) / K times the sum
    of products of deviations from the mean; NaN with fewer than two cases.
    """
    values = np.asarray(left_out, dtype=np.float64)
    figures, cases = values.shape
    if cases < 2:
        return np.full((figures, figures), np.nan)
    deviations = values - values.mean(axis=1, keepdims=True)
    return np.asarray(deviations @ deviations.T * ((cases - 1) / cases), dtype=np.float64)


def leave_one_out(figure_of_merit: FigureOfMerit, scores: ArrayLike, truth: ArrayLike) -> Floats:
    """Any figure of merit without each case in turn, by computing it as often as there are cases.

    scores: (m, case). Returns (m, case). The area under the ROC curve has a closed form in `auc`.
    """
    values = np.asarray(scores, dtype=np.float64)
    diseased = np.asarray(truth, dtype=np.bool_)
    kept = ~np.eye(diseased.size, dtype=np.bool_)
    return np.stack([figure_of_merit(values[:, k], diseased[k]) for k in kept], axis=1)
