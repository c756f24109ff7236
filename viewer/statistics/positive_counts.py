"""How many cases score at least as high as each positive: what AUC, AP and both curves need.

Between two positives' scores an ROC curve only runs sideways and a precision-recall curve only
down, so that the counts at the positives draw both curves and give both areas exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class PositiveCounts:
    """Counts at every positive's score as threshold, of many score lists; all (row, positive).

    Positives run from the highest score to the lowest; tied ones repeat the same counts.
    """

    thresholds: Floats
    found: Counts
    """Positives at or above."""
    false: Counts
    """Negatives at or above."""
    false_above: Counts
    """Negatives above."""
    negatives: int

    @property
    def positives(self) -> int:
        """How many there are."""
        return int(self.found.shape[1])

    @property
    def wins(self) -> Floats:
        """(row, positive) negatives below each positive, ties half."""
        return self.negatives - (self.false + self.false_above) / 2

    @property
    def auc(self) -> Floats:
        """(row,) area under the ROC curve."""
        return np.asarray(self.wins.sum(1) / (self.positives * self.negatives), dtype=np.float64)

    @property
    def average_precision(self) -> Floats:
        """(row,) precision averaged over the positives."""
        return np.asarray((self.found / (self.found + self.false)).mean(1), dtype=np.float64)


def count_at_positives(positive: Floats, negative: Floats) -> PositiveCounts:
    """Count for many score lists at once, none missing.

    positive: (row, positive). negative: (row, negative). ValueError without either class.
    """
    if not positive.shape[1] or not negative.shape[1]:
        raise ValueError("counts need cases of both classes")
    ascending = np.sort(positive, axis=1)
    negatives = np.sort(negative, axis=1)
    below = np.empty((3, *ascending.shape), dtype=np.intp)
    for row, (own, others) in enumerate(zip(ascending, negatives, strict=True)):
        below[0, row] = own.searchsorted(own, side="left")
        below[1, row] = others.searchsorted(own, side="left")
        below[2, row] = others.searchsorted(own, side="right")
    below = below[:, :, ::-1]
    return PositiveCounts(
        thresholds=ascending[:, ::-1],
        found=ascending.shape[1] - below[0],
        false=negatives.shape[1] - below[1],
        false_above=negatives.shape[1] - below[2],
        negatives=negatives.shape[1],
    )
