"""Scores against labels: AUC, average precision, the point at 90 % sensitivity, differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from inference.types import CLASS_NAMES
from viewer.analysis.discriminate import pr_of, roc_of
from viewer.analysis.evaluation_limits import (
    FARTHEST_SENSITIVITY,
    interval_of_draws,
    why_no_interval,
    why_no_value,
)
from viewer.analysis.evaluation_results import (
    AUC,
    AVERAGE_PRECISION,
    MATTHEWS,
    SPECIFICITY,
    Difference,
    EvaluationOptions,
    Measure,
    SeriesCurves,
)
from viewer.analysis.evaluation_table import ScoredCases
from viewer.statistics.auc import auc, average_precision
from viewer.statistics.bootstrap import Bootstrap, bootstrap_p, bootstrap_patients
from viewer.statistics.calibration import Reliability, reliability
from viewer.statistics.operating_points import at_sensitivity
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreFindings:
    """What the scores of one level give."""

    measures: tuple[Measure, ...]
    differences: tuple[Difference, ...]
    curves: tuple[SeriesCurves, ...]


def evaluate_scores(cases: ScoredCases, options: EvaluationOptions) -> ScoreFindings:
    """Evaluate every series for both classes; all of them see the same resamples."""
    measures: list[Measure] = []
    differences: list[Difference] = []
    curves: list[SeriesCurves] = []
    for index in reversed(range(len(CLASS_NAMES))):
        one = _OneClass.of(cases, index, options)
        for place in range(len(cases.series)):
            measures += one.measures(place)
            curves += one.curves(place)
        for first, second in combinations(range(len(cases.series)), 2):
            differences += one.differences(first, second)
    return ScoreFindings(
        measures=tuple(measures), differences=tuple(differences), curves=tuple(curves)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _OneClass:
    """All series on the cases whose truth is known for one class."""

    cases: ScoredCases
    finding: str
    scores: Floats
    """(series, case)."""
    truth: Bools
    patients: tuple[str, ...]
    samples: Bootstrap | None
    options: EvaluationOptions

    @classmethod
    def of(cls, cases: ScoredCases, index: int, options: EvaluationOptions) -> _OneClass:
        known = ~np.isnan(cases.truth[index])
        scores = cases.scores[:, index][:, known]
        truth = cases.truth[index][known] == 1.0
        patients = tuple(np.array(cases.patients, dtype=object)[known])
        return cls(
            cases=cases,
            finding=CLASS_NAMES[index],
            scores=scores,
            truth=truth,
            patients=patients,
            samples=_resampled(scores, truth, patients, options),
            options=options,
        )

    def measures(self, place: int) -> Iterator[Measure]:
        """The four measures of a series."""
        read = ~np.isnan(self.scores[place])
        scores, truth = self.scores[place][read], self.truth[read]
        why = why_no_value(truth)
        none = np.full(0, np.nan)
        found = self.samples
        areas = ((AUC, auc), (AVERAGE_PRECISION, average_precision))
        for name, measure in areas:
            value = None if why else measure(scores, truth)
            drawn = none
            if found is not None:
                drawn = found.auc[place] if name == AUC else found.average_precision[place]
            yield self._measure(place, name, value, drawn, reason=why)
        why, detail, values = (why, "", (None, None)) if why else self._point(scores, truth)
        drawn_points = (
            (none, none) if found is None else (found.specificity[place], found.matthews[place])
        )
        for name, value, drawn in zip((SPECIFICITY, MATTHEWS), values, drawn_points, strict=True):
            yield self._measure(place, name, value, drawn, reason=why, detail=detail)

    def curves(self, place: int) -> Iterator[SeriesCurves]:
        """The curves of a series, where its measures hold."""
        read = ~np.isnan(self.scores[place])
        scores, truth = self.scores[place][read], self.truth[read]
        if why_no_value(truth):
            return
        fit = reliability(scores, truth)
        yield SeriesCurves(
            series=self.cases.series[place],
            level=self.cases.level.value,
            finding=self.finding,
            roc=roc_of(scores, truth),
            precision_recall=pr_of(scores, truth),
            calibration=fit if isinstance(fit, Reliability) else None,
        )

    def differences(self, first: int, second: int) -> Iterator[Difference]:
        """AUC and average precision of two series, on the cases that both scored."""
        pair = self.scores[[first, second]]
        both = np.asarray(~np.isnan(pair).any(axis=0))
        truth, patients = self.truth[both], tuple(np.array(self.patients, dtype=object)[both])
        why = why_no_value(truth) or why_no_interval(truth, patients)
        samples = self._pair_samples(first, second, both)
        for name, measure in ((AUC, auc), (AVERAGE_PRECISION, average_precision)):
            drawn, value = np.full(0, np.nan), None
            if not why_no_value(truth):
                value = measure(pair[0][both], truth) - measure(pair[1][both], truth)
            if samples is not None and not why:
                own = samples.auc if name == AUC else samples.average_precision
                drawn = own[0] - own[1]
            found = interval_of_draws(drawn, why=why, alpha=self.options.alpha)
            yield Difference(
                a=self.cases.series[first],
                b=self.cases.series[second],
                level=self.cases.level.value,
                finding=self.finding,
                name=name,
                cases=int(both.sum()),
                value=value,
                interval=found.interval,
                p=bootstrap_p(drawn) if found.interval is not None else None,
                reason=found.reason,
            )

    def _pair_samples(self, first: int, second: int, both: Bools) -> Bootstrap | None:
        if self.samples is None:
            return None
        pair = self.scores[[first, second]]
        if not both.all():
            pair = np.where(both, pair, np.nan)
        return _resampled(pair, self.truth, self.patients, self.options)

    def _point(
        self, scores: Floats, truth: Bools
    ) -> tuple[str, str, tuple[float | None, float | None]]:
        """Why there is no point at the wanted sensitivity, what it rests on, and its figures."""
        point = at_sensitivity(scores, truth, self.options.sensitivity)
        if isinstance(point, Refusal):
            return point.reason, "", (None, None)
        attained = point.counts.sensitivity
        detail = f"sensitivity {attained:.3f}, score at least {point.threshold:.4g}"
        if abs(attained - self.options.sensitivity) > FARTHEST_SENSITIVITY:
            reason = (
                f"the nearest sensitivity that {int(truth.sum())} cases with the finding attain is "
                f"{attained:.3f}"
            )
            return reason, detail, (None, None)
        matthews = point.counts.matthews
        return "", detail, (point.counts.specificity, None if np.isnan(matthews) else matthews)

    def _measure(
        self,
        place: int,
        name: str,
        value: float | None,
        drawn: Floats,
        *,
        reason: str,
        detail: str = "",
    ) -> Measure:
        read = ~np.isnan(self.scores[place])
        patients = tuple(np.array(self.patients, dtype=object)[read])
        if value is None and not reason:
            reason = "all cases are called alike"
        drawn_interval = interval_of_draws(
            drawn,
            why=reason or why_no_interval(self.truth[read], patients),
            alpha=self.options.alpha,
        )
        return Measure(
            series=self.cases.series[place],
            level=self.cases.level.value,
            finding=self.finding,
            name=name,
            value=value,
            interval=drawn_interval.interval,
            cases=int(read.sum()),
            positives=int(self.truth[read].sum()),
            draws=drawn_interval.draws,
            dropped=drawn_interval.dropped,
            reason=drawn_interval.reason,
            detail=detail,
        )


def _resampled(
    scores: Floats, truth: Bools, patients: tuple[str, ...], options: EvaluationOptions
) -> Bootstrap | None:
    if not options.bootstraps or not truth.size:
        return None
    return bootstrap_patients(
        scores,
        truth,
        patients,
        resamples=options.bootstraps,
        seed=options.seed,
        sensitivity=options.sensitivity,
    )
