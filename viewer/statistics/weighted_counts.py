"""Counts of weighted cases above every positive's score, for many score lists and resamples.

A resample of cases is a weight for each case: how often it was drawn. Scores are binned once;
a resample then costs a few additions per case, however the scores are distributed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedCounts:
    """One score list in many resamples; thresholds are its positives' distinct scores, highest
    first, and (threshold, resample) unless said otherwise. Counts are whole numbers.
    """

    at: Floats
    """Positives at the threshold."""
    found: Floats
    """Positives at or above."""
    false: Floats
    """Negatives at or above."""
    false_above: Floats
    """Negatives above."""
    positives: Floats
    """(resample,)."""
    negatives: Floats
    """(resample,)."""

    @property
    def has_both_classes(self) -> Bools:
        """(resample,)."""
        return (self.positives > 0) & (self.negatives > 0)

    def auc(self) -> Floats:
        """(resample,) NaN with one class only; exactly that of the repeated cases."""
        wins = (self.at * (self.negatives - (self.false + self.false_above) / 2)).sum(0)
        return _ratio(wins, self.positives * self.negatives)

    def average_precision(self) -> Floats:
        """(resample,) NaN with one class only."""
        recalled = np.maximum(self.found + self.false, 1.0)
        precise = (self.at * self.found / recalled).sum(0)
        return np.where(self.has_both_classes, _ratio(precise, self.positives), np.nan)

    def nearest_sensitivity(self, sensitivity: float) -> NDArray[np.intp]:
        """(resample,) index of the threshold whose sensitivity is nearest.

        Of thresholds as near as each other the highest: the one with the fewest false positives.
        """
        attained = self.found / np.maximum(self.positives, 1.0)
        # Rounded, so that equally near ones tie whatever their last bit.
        return np.asarray(np.abs(attained - sensitivity).round(12).argmin(0), dtype=np.intp)


class BinnedScores:
    """Many score lists on the same cases, binned at the distinct scores of their positives.

    scores: (series, case), NaN where a case was not read. truth: (case,). A series without a
    positive keeps no bins and gives no areas.
    """

    def __init__(self, scores: Floats, truth: Bools) -> None:
        self._bins = [_bins(row, truth) for row in scores]

    def counts(self, weights: Floats) -> Iterator[WeightedCounts]:
        """Count every series in turn. weights: (case, resample)."""
        for bins in self._bins:
            yield _counts(bins.positive @ weights, bins.negative @ weights)


@dataclass(frozen=True, slots=True)
class _Bins:
    """(bin, case) ones where a case falls; bins run from the highest score down."""

    positive: csr_array
    negative: csr_array


def _bins(scores: Floats, truth: Bools) -> _Bins:
    """Negatives fall into 2 m + 1 bins: above, at and between the m thresholds, and below."""
    read = ~np.isnan(scores)
    positives, negatives = np.flatnonzero(read & truth), np.flatnonzero(read & ~truth)
    ascending = np.unique(scores[positives])
    thresholds = ascending.size
    own = scores[negatives]
    below = ascending.searchsorted(own, side="left") + ascending.searchsorted(own, side="right")
    rank = ascending.searchsorted(scores[positives], side="left")
    return _Bins(
        _ones(thresholds - 1 - rank, positives, (thresholds, truth.size)),
        _ones(2 * thresholds - below, negatives, (2 * thresholds + 1, truth.size)),
    )


def _ones(rows: NDArray[np.intp], columns: NDArray[np.intp], shape: tuple[int, int]) -> csr_array:
    return csr_array((np.ones(rows.size), (rows, columns)), shape=shape)


def _counts(at: Floats, between: Floats) -> WeightedCounts:
    false_above_each = np.cumsum(between, axis=0)
    found = np.cumsum(at, axis=0)
    return WeightedCounts(
        at=at,
        found=found,
        false=false_above_each[1:-1:2],
        false_above=false_above_each[0:-1:2],
        positives=at.sum(0),
        negatives=false_above_each[-1],
    )


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    ratio = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=ratio, where=denominator > 0)
    return ratio
