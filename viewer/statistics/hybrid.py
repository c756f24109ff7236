"""Readers mixed with a model: y = lambda * reader + (1 - lambda) * AI, over all lambda.

Lambda is the reader's weight: 0 is the AI alone, 1 the reader alone. The lambda that is best on
the very cases it was chosen on is optimistic; choosing it again without each patient shows by how
much. Source: Shen et al. 2020 (GMIC), section 3.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viewer.statistics.auc import auc, average_precision
from viewer.statistics.bootstrap import patient_codes
from viewer.statistics.left_out_patients import LeftOutPatients
from viewer.statistics.positive_counts import count_at_positives
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.intp]

STEPS = 101
"""Lambda 0, 0.01, ..., 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BestLambda:
    """The lambda with the highest value of a measure, reader by reader; all (reader,).

    Of equally good ones the lowest. NaN where a reader read one class only.
    """

    weight: Floats
    value: Floats
    """At that lambda, on the cases it was chosen on: optimistic."""
    left_out: Floats
    """When each patient's cases are scored with the lambda chosen without that patient."""

    @property
    def optimism(self) -> Floats:
        """(reader,) what choosing on the same cases adds."""
        return self.value - self.left_out


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridSweep:
    """Every reader's hybrids over lambda."""

    weights: Floats
    """(lambda,)."""
    auc: Floats
    """(reader, lambda); NaN where a reader read one class only."""
    average_precision: Floats
    """(reader, lambda)."""
    best_auc: BestLambda
    best_average_precision: BestLambda


def lambdas(steps: int = STEPS) -> Floats:
    """Equal steps from 0 to 1, both included; each the nearest number to its decimal."""
    return np.arange(steps) / (steps - 1)


def mix(readers: ArrayLike, ai: ArrayLike, weight: float) -> Floats:
    """Scores of the hybrid. readers: (..., case), ai: (case,); NaN where either is missing."""
    if not 0.0 <= weight <= 1.0:
        raise ValueError(f"lambda must be 0 to 1, got {weight}")
    reader_scores = np.asarray(readers, dtype=np.float64)
    return weight * reader_scores + (1.0 - weight) * np.asarray(ai, dtype=np.float64)


def why_not_mixed(readers: ArrayLike, ai: ArrayLike) -> Refusal | None:
    """Why these scores cannot be mixed: both must be probabilities of 0 to 1."""
    for name, scores in (("The readers' scores", readers), ("The AI's scores", ai)):
        values = np.asarray(scores, dtype=np.float64)
        known = values[~np.isnan(values)]
        if not known.size:
            return Refusal(f"{name} are missing.", "Each modality alone.")
        if known.min() < 0.0 or known.max() > 1.0:
            return Refusal(
                f"{name} run from {known.min():g} to {known.max():g}, not within 0 and 1: a sum "
                "of scores on different scales means nothing.",
                "Each modality alone, or ratings mapped to probabilities before the study.",
            )
    return None


def sweep(
    readers: ArrayLike, ai: ArrayLike, truth: ArrayLike, patients: tuple[str, ...]
) -> HybridSweep | Refusal:
    """Mix every reader with the AI at every lambda.

    readers: (reader, case), NaN where not read. ai: (case,), NaN where the model gave none; such
    cases count for no reader. truth, patients: (case,). Refused for scores outside 0 and 1.
    """
    scores = np.asarray(readers, dtype=np.float64)
    model = np.asarray(ai, dtype=np.float64)
    refusal = why_not_mixed(scores, model)
    if refusal is not None:
        return refusal
    diseased = np.asarray(truth, dtype=np.bool_)
    codes, _ = patient_codes(patients)
    swept = [_sweep_reader(row, model, diseased, codes) for row in scores]
    return HybridSweep(
        weights=lambdas(),
        auc=np.stack([s.auc for s in swept]),
        average_precision=np.stack([s.average_precision for s in swept]),
        best_auc=_best([s.best_auc for s in swept]),
        best_average_precision=_best([s.best_average_precision for s in swept]),
    )


_Triple = tuple[float, float, float]
_NOTHING: _Triple = (float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True, slots=True)
class _SweptReader:
    auc: Floats
    average_precision: Floats
    best_auc: _Triple
    """Lambda, value, value left out."""
    best_average_precision: _Triple


def _sweep_reader(reader: Floats, ai: Floats, truth: Bools, patients: Counts) -> _SweptReader:
    read = ~np.isnan(reader + ai)
    diseased = truth[read]
    weights = lambdas()
    if diseased.all() or not diseased.any():
        nothing = np.full(weights.size, np.nan)
        return _SweptReader(nothing, nothing, _NOTHING, _NOTHING)
    mixed = weights[:, None] * reader[read] + (1.0 - weights[:, None]) * ai[read]
    counts = count_at_positives(mixed[:, diseased], mixed[:, ~diseased])
    _, own = np.unique(patients[read], return_inverse=True)
    left_out = LeftOutPatients(diseased, own)
    areas, precisions = counts.auc, counts.average_precision
    return _SweptReader(
        areas,
        precisions,
        _best_of(areas, left_out.auc(mixed), mixed, diseased, own, auc),
        _best_of(
            precisions, left_out.average_precision(mixed), mixed, diseased, own, average_precision
        ),
    )


def _best_of(
    values: Floats,
    without: Floats,
    mixed: Floats,
    truth: Bools,
    patients: Counts,
    measure: Callable[[ArrayLike, ArrayLike], float],
) -> _Triple:
    """Best lambda, its value, and the value of scores whose lambda was chosen without them.

    values: (lambda,). without: (lambda, patient), NaN where the rest has one class only.
    """
    best = int(_first_highest(values))
    weight, value = float(lambdas()[best]), float(values[best])
    if np.isnan(without).any():
        return weight, value, float("nan")
    chosen = _first_highest(without)[patients]
    scores = mixed[chosen, np.arange(patients.size)]
    return weight, value, measure(scores, truth)


def _first_highest(values: Floats) -> NDArray[np.intp]:
    """Index along the first axis; rounded, so that equal values tie whatever their last bit."""
    return np.asarray(values.round(12).argmax(axis=0), dtype=np.intp)


def _best(found: list[_Triple]) -> BestLambda:
    columns = np.array(found, dtype=np.float64).reshape(-1, 3).T
    return BestLambda(weight=columns[0], value=columns[1], left_out=columns[2])
