"""Many readers as one: the majority of their calls, the mean of their scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def majority_vote(calls: ArrayLike) -> Floats:
    """Recall where at least half of the readers who answered recall: an even split is a recall.

    calls: (reader, case), 1 recalled, 0 not, NaN unknown. Returns (case,); NaN where none answered.
    """
    values = _two_dimensional(calls)
    answered = (~np.isnan(values)).sum(axis=0)
    recalls = np.nansum(values, axis=0)
    vote = (2 * recalls >= answered).astype(np.float64)
    return np.where(answered > 0, vote, np.nan)


def at_least(calls: ArrayLike, readers: int) -> Floats:
    """Recall where at least so many readers recall. calls: (reader, case); returns (case,).

    An unknown call is no recall. readers: from 1 to all of them.
    """
    values = _two_dimensional(calls)
    if not 1 <= readers <= len(values):
        raise ValueError(f"readers must be 1 to {len(values)}, got {readers}")
    return np.asarray(np.nansum(values, axis=0) >= readers, dtype=np.float64)


def mean_score(scores: ArrayLike) -> Floats:
    """Mean score of the readers who read a case. scores: (reader, case); returns (case,).

    NaN where none read it.
    """
    values = _two_dimensional(scores)
    read = (~np.isnan(values)).sum(axis=0)
    mean = np.full(values.shape[1], np.nan)
    np.divide(np.nansum(values, axis=0), read, out=mean, where=read > 0)
    return mean


def _two_dimensional(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2:
        raise ValueError(f"one row a reader is wanted, got shape {array.shape}")
    return array
