"""Ways to estimate the covariance of areas under ROC curves over modalities and readers."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viewer.statistics.auc import delong_covariance, leave_one_out_auc
from viewer.statistics.jackknife import jackknife_covariance

Floats = NDArray[np.float64]
_PAIRS_AT_ONCE = 200_000


class CovarianceMethod(StrEnum):
    """How the error covariance of areas is estimated."""

    DELONG = "delong"
    JACKKNIFE = "jackknife"
    UNBIASED = "unbiased"


def auc_covariance(scores: ArrayLike, truth: ArrayLike, method: CovarianceMethod) -> Floats:
    """Covariance matrix (m, m) of the areas of scores (m, case) by one of the methods."""
    if method is CovarianceMethod.DELONG:
        return delong_covariance(scores, truth)
    if method is CovarianceMethod.JACKKNIFE:
        return jackknife_covariance(leave_one_out_auc(scores, truth))
    return unbiased_covariance(scores, truth)


def unbiased_covariance(scores: ArrayLike, truth: ArrayLike) -> Floats:
    """Unbiased estimate of the covariance matrix of areas, by U-statistics.

    scores: (m, case). Returns (m, m); NaN with fewer than two cases of either class.
    Source: Gallas 2006 (Acad Radiol 13:353), the one-shot estimate of a single reader.
    """
    values = np.asarray(scores, dtype=np.float64)
    diseased = np.asarray(truth, dtype=np.bool_)
    positive, negative = values[:, diseased], values[:, ~diseased]
    m, positives = positive.shape
    negatives = negative.shape[1]
    if positives < 2 or negatives < 2:
        return np.full((m, m), np.nan)
    same_pair = np.zeros((m, m))
    by_positive = np.empty((m, positives))
    by_negative = np.zeros((m, negatives))
    step = max(1, _PAIRS_AT_ONCE // negatives)
    for first in range(0, positives, step):
        wins = _wins(positive[:, first : first + step], negative)
        by_positive[:, first : first + step] = wins.sum(axis=2)
        by_negative += wins.sum(axis=1)
        flat = wins.reshape(m, -1)
        same_pair += flat @ flat.T
    total = by_positive.sum(axis=1)
    same_positive = by_positive @ by_positive.T
    same_negative = by_negative @ by_negative.T
    apart = np.outer(total, total) - same_positive - same_negative + same_pair
    pairs = positives * negatives
    squared_mean = apart / (pairs * (positives - 1) * (negatives - 1))
    return np.asarray(np.outer(total, total) / pairs**2 - squared_mean, dtype=np.float64)


def _wins(positive: Floats, negative: Floats) -> Floats:
    """1 where a positive scores higher than a negative, half where equal.

    Returns (m, positive, negative).
    """
    above = positive[:, :, None] > negative[:, None, :]
    equal = positive[:, :, None] == negative[:, None, :]
    return np.asarray(above + 0.5 * equal, dtype=np.float64)
