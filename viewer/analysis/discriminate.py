"""Columns of scores on the same cases -> what each discriminates, all resampled together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.options import AnalysisOptions
from viewer.analysis.points import point_at_sensitivity, point_of_calls
from viewer.analysis.results import Curve, Discrimination, Interval, OperatingPoint
from viewer.statistics.auc import AucEstimate, average_precision, delong_interval
from viewer.statistics.bootstrap import Bootstrap, bootstrap_patients, percentile_interval
from viewer.statistics.curves import precision_recall_curve, roc_curve

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

HIGH_SENSITIVITY = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One list of scores: a reader's in a modality, a model's, a consensus."""

    modality: str
    name: str
    scores: Floats
    """(case,), NaN where not read."""
    calls: Floats | None = None
    """(case,) 1 recalled, 0 not, NaN unknown."""
    calls_rule: str = ""
    threshold: float | None = None
    """Above which the calls recall; None where they were recorded or voted."""


class Columns:
    """Many columns, bootstrapped once so that differences and means share the resamples."""

    def __init__(
        self,
        columns: Sequence[Column],
        truth: Bools,
        patients: tuple[str, ...],
        options: AnalysisOptions,
        mean_sensitivity: float | None,
    ) -> None:
        self._truth = truth
        self._options = options
        self._mean_sensitivity = mean_sensitivity
        self._place = {(c.modality, c.name): index for index, c in enumerate(columns)}
        self._columns = tuple(columns)
        self._bootstrap = _bootstrap(columns, truth, patients, options)

    def names_of(self, modality: str) -> tuple[str, ...]:
        """Readers (or models) of a modality that scored both classes."""
        return tuple(
            c.name for c in self._columns if c.modality == modality and self._has_both(c.scores)
        )

    def unusable(self) -> tuple[tuple[str, str], ...]:
        """(modality, reader) with cases of one class only."""
        return tuple(
            (c.modality, c.name)
            for c in self._columns
            if not self._has_both(c.scores) and not np.isnan(c.scores).all()
        )

    def auc_samples(self, modality: str, names: Sequence[str]) -> Floats | None:
        """(reader, resample) of the bootstrap; None without one."""
        if self._bootstrap is None:
            return None
        return self._bootstrap.auc[[self._place[modality, name] for name in names]]

    def discrimination(self, modality: str, name: str) -> Discrimination:
        """Everything of one column; raises KeyError for an unknown one."""
        index = self._place[modality, name]
        column = self._columns[index]
        read = ~np.isnan(column.scores)
        scores, truth = column.scores[read], self._truth[read]
        estimate = delong_interval(scores, truth, self._options.alpha)
        found = self._bootstrap
        return Discrimination(
            cases=int(read.sum()),
            positives=int(truth.sum()),
            auc=estimate.auc,
            se_delong=estimate.se,
            ci_delong=Interval(estimate.ci_low, estimate.ci_high),
            ci_logit=_logit(estimate),
            ci_bootstrap=None if found is None else self._interval(found.auc[index]),
            ap=average_precision(scores, truth),
            ap_ci_bootstrap=None
            if found is None
            else self._interval(found.average_precision[index]),
            bootstraps_skipped=0 if found is None else int(found.skipped[index]),
            roc=roc_of(scores, truth),
            pr=pr_of(scores, truth),
            at_recall=self._at_recall(column),
            at_mean_sensitivity=None
            if self._mean_sensitivity is None
            else point_at_sensitivity(scores, truth, self._mean_sensitivity, self._options.alpha),
            at_90_sensitivity=self._at_90(index, scores, truth),
        )

    def _at_90(self, index: int, scores: Floats, truth: Bools) -> OperatingPoint | None:
        point = point_at_sensitivity(scores, truth, HIGH_SENSITIVITY, self._options.alpha)
        if point is None or self._bootstrap is None:
            return point
        return replace(
            point,
            specificity_ci_bootstrap=self._interval(self._bootstrap.specificity[index]),
            matthews_ci_bootstrap=self._interval(self._bootstrap.matthews[index]),
        )

    def _at_recall(self, column: Column) -> OperatingPoint | None:
        if column.calls is None:
            return None
        return point_of_calls(
            column.calls,
            self._truth,
            column.calls_rule,
            self._options.alpha,
            threshold=column.threshold,
        )

    def _interval(self, samples: Floats) -> Interval | None:
        return interval_of(samples, self._options.alpha)

    def _has_both(self, scores: Floats) -> bool:
        truth = self._truth[~np.isnan(scores)]
        return bool(truth.any()) and not bool(truth.all())


def interval_of(samples: Floats, alpha: float) -> Interval | None:
    """Percentile interval; None where no resample has a value."""
    low, high = percentile_interval(samples, alpha)
    return None if math.isnan(low) else Interval(low, high)


def roc_of(scores: Floats, truth: Bools) -> Curve:
    """ROC curve; empty without both classes."""
    curve = roc_curve(scores, truth)
    if curve is None:
        return Curve(np.empty(0), np.empty(0))
    return Curve(curve.false_positive_rate, curve.sensitivity)


def pr_of(scores: Floats, truth: Bools) -> Curve:
    """Precision-recall curve; empty without positives."""
    curve = precision_recall_curve(scores, truth)
    return (
        Curve(np.empty(0), np.empty(0)) if curve is None else Curve(curve.recall, curve.precision)
    )


def _bootstrap(
    columns: Sequence[Column], truth: Bools, patients: tuple[str, ...], options: AnalysisOptions
) -> Bootstrap | None:
    if not options.bootstraps or not columns:
        return None
    return bootstrap_patients(
        np.stack([column.scores for column in columns]),
        truth,
        patients,
        resamples=options.bootstraps,
        seed=options.seed,
        sensitivity=HIGH_SENSITIVITY,
    )


def _logit(estimate: AucEstimate) -> Interval | None:
    if math.isnan(estimate.logit_ci_low):
        return None
    return Interval(estimate.logit_ci_low, estimate.logit_ci_high)
