"""Where a model looked against where the findings are: means over maps and patches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from inference.types import CLASS_NAMES
from viewer.analysis.evaluation_limits import interval_of_draws, why_no_mean_interval
from viewer.analysis.evaluation_results import (
    DICE,
    PIXEL_PRECISION,
    SOFT_DICE,
    Difference,
    EvaluationOptions,
    Measure,
)
from viewer.analysis.evaluation_table import MapAgreement, PatchHits
from viewer.statistics.bootstrap import bootstrap_p
from viewer.statistics.clustered_mean import resampled_means

Floats = NDArray[np.float64]


class MeanFindings:
    """Means over cases of one kind of value, for each series, and their differences."""

    def __init__(
        self,
        values: Floats,
        patients: tuple[str, ...],
        *,
        series: tuple[str, ...],
        level: str,
        finding: str,
        name: str,
        options: EvaluationOptions,
    ) -> None:
        """values: (series, case), NaN where a series lacks the case. patients: (case,)."""
        self._values = values
        self._patients = patients
        self._series = series
        self._level = level
        self._finding = finding
        self._name = name
        self._options = options
        self._samples = self._resampled(values)

    def measures(self) -> Iterator[Measure]:
        """The mean of every series."""
        for place, series in enumerate(self._series):
            known = ~np.isnan(self._values[place])
            cases = int(known.sum())
            why = "no case has both a prediction and its truth"
            if cases:
                why = self._why_no_interval(known)
            found = interval_of_draws(self._samples[place], why=why, alpha=self._options.alpha)
            yield Measure(
                series=series,
                level=self._level,
                finding=self._finding,
                name=self._name,
                value=float(self._values[place][known].mean()) if cases else None,
                interval=found.interval,
                cases=cases,
                positives=cases,
                draws=found.draws,
                dropped=found.dropped,
                reason=found.reason,
            )

    def differences(self) -> Iterator[Difference]:
        """Every two series, on the cases both have."""
        for first, second in combinations(range(len(self._series)), 2):
            change = self._values[first] - self._values[second]
            known = ~np.isnan(change)
            if not known.any():
                continue
            drawn = self._resampled(change[None])[0]
            found = interval_of_draws(
                drawn, why=self._why_no_interval(known), alpha=self._options.alpha
            )
            yield Difference(
                a=self._series[first],
                b=self._series[second],
                level=self._level,
                finding=self._finding,
                name=self._name,
                cases=int(known.sum()),
                value=float(change[known].mean()),
                interval=found.interval,
                p=bootstrap_p(drawn) if found.interval is not None else None,
                reason=found.reason,
            )

    def _why_no_interval(self, known: NDArray[np.bool_]) -> str:
        return why_no_mean_interval({self._patients[case] for case in np.flatnonzero(known)})

    def _resampled(self, values: Floats) -> Floats:
        if not self._options.bootstraps or not self._patients:
            return np.full((len(values), 0), np.nan)
        return resampled_means(
            values, self._patients, resamples=self._options.bootstraps, seed=self._options.seed
        )


def map_findings(maps: MapAgreement, options: EvaluationOptions) -> tuple[MeanFindings, ...]:
    """Dice similarities and pixel average precision, as means over images."""
    named = (
        (SOFT_DICE, maps.soft_dice),
        (DICE, maps.dice),
        (PIXEL_PRECISION, maps.average_precision),
    )
    return tuple(
        MeanFindings(
            values,
            maps.patients,
            series=maps.series,
            level="map",
            finding=CLASS_NAMES[maps.finding_class],
            name=name,
            options=options,
        )
        for name, values in named
    )


def hit_findings(hits: PatchHits, options: EvaluationOptions) -> MeanFindings:
    """The share of breasts whose highest patch meets a finding."""
    return MeanFindings(
        hits.hit,
        hits.patients,
        series=hits.series,
        level="patch",
        finding=CLASS_NAMES[hits.finding_class],
        name=hits.rule,
        options=options,
    )
