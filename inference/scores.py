"""Means of scores."""

from __future__ import annotations

import math
from collections.abc import Iterable

from inference.types import ClassScores


def mean_scores(scores: Iterable[ClassScores]) -> ClassScores:
    """The mean of some scores, class by class; exactly rounded, so that order does not matter."""
    given = tuple(scores)
    return ClassScores(
        benign=min(1.0, math.fsum(s.benign for s in given) / len(given)),
        malignant=min(1.0, math.fsum(s.malignant for s in given) / len(given)),
    )
