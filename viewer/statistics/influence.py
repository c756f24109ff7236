"""What a second reading, such as with the AI, changed for better and for worse."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

from viewer.statistics.binary import McNemar, mcnemar_of_counts

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSwitches:
    """Calls of the cases of one class, first and second."""

    gained: int
    """Wrong, then right: the benefit."""
    lost: int
    """Right, then wrong: the harm."""
    kept_right: int
    kept_wrong: int
    lost_with_wrong_ai: int | None
    """Of the lost ones, those the AI had wrong too: automation bias. None without the AI."""
    gained_with_right_ai: int | None
    """Of the gained ones, those the AI had right."""

    @property
    def cases(self) -> int:
        """All of the class with both calls."""
        return self.gained + self.lost + self.kept_right + self.kept_wrong

    @property
    def test(self) -> McNemar | None:
        """McNemar's; None when no call changed."""
        if not self.gained + self.lost:
            return None
        return mcnemar_of_counts(self.lost, self.gained)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchTable:
    """What changed from the first to the second reading."""

    positives: ClassSwitches
    negatives: ClassSwitches


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreInfluence:
    """How scores moved towards the AI's; NaN where it cannot be told."""

    change: Floats
    """(case,) second minus first score; NaN where either is missing."""
    mean_change_positives: float
    mean_change_negatives: float
    pull: float
    """Share of the way to the AI's score that the reader went: the slope of change on AI minus
    first score, through the origin. 0: unmoved; 1: took the AI's score over."""
    rank_correlation: float
    """Spearman's, of the change and AI minus first score."""


def switch_table(
    first: ArrayLike, second: ArrayLike, truth: ArrayLike, ai: ArrayLike | None = None
) -> SwitchTable:
    """Count the changed calls; of one reader (case,) or of all together (reader, case).

    first, second: 1 recalled, 0 not, NaN unknown (left out). truth: (case,). ai: (case,) the AI's
    own calls, NaN where it gave none.
    """
    before = np.atleast_2d(np.asarray(first, dtype=np.float64))
    after = np.atleast_2d(np.asarray(second, dtype=np.float64))
    if before.shape != after.shape:
        raise ValueError(f"both must call the same cases, got {before.shape} and {after.shape}")
    diseased = np.broadcast_to(np.asarray(truth, dtype=np.bool_), before.shape)
    calls = None if ai is None else np.broadcast_to(np.asarray(ai, np.float64), before.shape)
    known = ~np.isnan(before + after)
    return SwitchTable(
        positives=_switches(before, after, calls, known & diseased, right=1.0),
        negatives=_switches(before, after, calls, known & ~diseased, right=0.0),
    )


def _switches(
    before: Floats, after: Floats, ai: Floats | None, of_class: Bools, *, right: float
) -> ClassSwitches:
    was, became = before[of_class] == right, after[of_class] == right
    gained, lost = ~was & became, was & ~became
    ai_right = ai_wrong = None
    if ai is not None:
        known = ai[of_class]
        ai_right = int((gained & (known == right)).sum())
        ai_wrong = int((lost & ~np.isnan(known) & (known != right)).sum())
    return ClassSwitches(
        gained=int(gained.sum()),
        lost=int(lost.sum()),
        kept_right=int((was & became).sum()),
        kept_wrong=int((~was & ~became).sum()),
        lost_with_wrong_ai=ai_wrong,
        gained_with_right_ai=ai_right,
    )


def score_influence(
    first: ArrayLike, second: ArrayLike, truth: ArrayLike, ai: ArrayLike | None = None
) -> ScoreInfluence:
    """How one reader's scores moved. All (case,), NaN where missing; ai: the AI's scores."""
    before, after = np.asarray(first, np.float64), np.asarray(second, np.float64)
    diseased = np.asarray(truth, dtype=np.bool_)
    change = after - before
    known = ~np.isnan(change)
    pull = correlation = math.nan
    if ai is not None:
        way = np.asarray(ai, dtype=np.float64) - before
        both = known & ~np.isnan(way)
        pull = _slope(way[both], change[both])
        correlation = _correlation(rankdata(way[both]), rankdata(change[both]))
    return ScoreInfluence(
        change=change,
        mean_change_positives=_mean(change[known & diseased]),
        mean_change_negatives=_mean(change[known & ~diseased]),
        pull=pull,
        rank_correlation=correlation,
    )


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else math.nan


def _slope(x: Floats, y: Floats) -> float:
    squares = float((x * x).sum())
    return float((x * y).sum()) / squares if squares > 0.0 else math.nan


def _correlation(x: Floats, y: Floats) -> float:
    if x.size < 2:
        return math.nan
    a, b = x - x.mean(), y - y.mean()
    scale = math.sqrt(float((a * a).sum()) * float((b * b).sum()))
    return float((a * b).sum()) / scale if scale > 0.0 else math.nan
