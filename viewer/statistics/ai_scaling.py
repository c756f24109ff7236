"""Scales on which an AI score can be mixed with readers' probabilities: as given, ranks, isotonic.

Mixing is a weighted sum, so that the scale of the AI's score decides how much it weighs.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import isotonic_regression
from scipy.stats import rankdata

from viewer.statistics.bootstrap import patient_codes

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class AiScale(StrEnum):
    """The value is what reports call it."""

    AS_GIVEN = "as given"
    RANKS = "ranks"
    ISOTONIC = "isotonic"


def rescale(
    scores: ArrayLike,
    truth: ArrayLike,
    patients: tuple[str, ...],
    scale: AiScale,
    *,
    folds: int = 10,
    seed: int = 0,
) -> Floats:
    """The AI's scores on another scale within 0 and 1; NaN stays. scores, truth: (case,).

    folds, seed: only for the isotonic calibration, see `isotonic_cross_fitted`.
    """
    if scale is AiScale.RANKS:
        return rank_normalised(scores)
    if scale is AiScale.ISOTONIC:
        return isotonic_cross_fitted(scores, truth, patients, folds=folds, seed=seed)
    return np.array(scores, dtype=np.float64)


def rank_normalised(scores: ArrayLike) -> Floats:
    """Share of the cases below, ties half: uniform within 0 and 1, whatever the scale was."""
    values = np.asarray(scores, dtype=np.float64)
    known = ~np.isnan(values)
    ranks = np.full(values.shape, np.nan)
    ranks[known] = (rankdata(values[known], method="average") - 0.5) / max(int(known.sum()), 1)
    return ranks


def isotonic_cross_fitted(
    scores: ArrayLike,
    truth: ArrayLike,
    patients: tuple[str, ...],
    *,
    folds: int = 10,
    seed: int = 0,
) -> Floats:
    """Chance of disease by a rising step fit to the other folds; no case calibrates itself.

    Patients are dealt into folds at random, those with the disease evenly. Between two fitted
    scores the value is interpolated; beyond the ends it is that of the end. A fold whose rest has
    no known score is NaN.
    """
    values = np.asarray(scores, dtype=np.float64)
    diseased = np.asarray(truth, dtype=np.bool_)
    known = ~np.isnan(values)
    fold_of_case = _folds(diseased, patients, folds, seed)
    fitted = np.full(values.shape, np.nan)
    for fold in range(folds):
        own = known & (fold_of_case == fold)
        rest = known & (fold_of_case != fold)
        if own.any() and rest.any():
            fitted[own] = _isotonic(values[rest], diseased[rest], values[own])
    return fitted


def _folds(truth: Bools, patients: tuple[str, ...], folds: int, seed: int) -> NDArray[np.intp]:
    codes, count = patient_codes(patients)
    ill = np.zeros(count, dtype=np.bool_)
    ill[codes[truth]] = True
    shuffled = np.random.default_rng(seed).permutation(count)
    dealt = np.concatenate([shuffled[ill[shuffled]], shuffled[~ill[shuffled]]])
    fold = np.empty(count, dtype=np.intp)
    fold[dealt] = np.arange(count) % folds
    return fold[codes]


def _isotonic(scores: Floats, truth: Bools, wanted: Floats) -> Floats:
    distinct, place = np.unique(scores, return_inverse=True)
    weights = np.bincount(place)
    shares = np.bincount(place, weights=truth) / weights
    fit = isotonic_regression(shares, weights=weights.astype(np.float64))
    return np.interp(wanted, distinct, np.asarray(fit.x, dtype=np.float64))
