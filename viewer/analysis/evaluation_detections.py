"""Detections of one series against lesions: sensitivities, curves, differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.evaluation_limits import interval_of_draws, why_no_mean_interval
from viewer.analysis.evaluation_results import (
    MEAN_SENSITIVITY,
    SENSITIVITY_ALL,
    SENSITIVITY_AT,
    Difference,
    EvaluationOptions,
    FrocCurves,
    Measure,
)
from viewer.analysis.evaluation_table import LocatedDetections
from viewer.analysis.results import Curve
from viewer.statistics.bootstrap import bootstrap_p
from viewer.statistics.detection import ALL_RATE, POSITIVE_RATES
from viewer.statistics.detection_sensitivity import DetectionTrial

Floats = NDArray[np.float64]
_COMPARED = (MEAN_SENSITIVITY, SENSITIVITY_ALL)


class DetectionFindings:
    """What the published rules say of one series."""

    def __init__(self, located: LocatedDetections, options: EvaluationOptions) -> None:
        self._located = located
        self._options = options
        self._trial = DetectionTrial(
            detections=located.detections,
            lesions=located.lesions,
            volume_slices=located.volume_slices,
        )
        self._why = _why_none(located)
        self._values: Mapping[str, float] = {} if self._why else self._sensitivities()
        self._samples: Mapping[str, Floats] = {} if self._why else self._resampled()

    @property
    def located(self) -> LocatedDetections:
        """What they are found of."""
        return self._located

    def measures(self) -> Iterator[Measure]:
        """The mean over the published rates, each of them, and that of all volumes."""
        if self._why:
            yield self._measure(MEAN_SENSITIVITY, None)
        for name, value in self._values.items():
            yield self._measure(name, value)

    def curves(self) -> Iterator[FrocCurves]:
        """The curves that the sensitivities are read from; none where they are refused."""
        positive, everything = self._trial.positive_curve(), self._trial.all_curve()
        if self._why or positive is None or everything is None:
            return
        yield FrocCurves(
            series=self._located.series,
            finding=self._located.finding,
            positive_volumes=Curve(positive.false_per_volume, positive.sensitivity),
            all_volumes=Curve(everything.false_per_volume, everything.sensitivity),
        )

    def differences(self, other: DetectionFindings) -> Iterator[Difference]:
        """This minus another series on the same volumes, in the same resamples."""
        for name in _COMPARED:
            if name not in self._values or name not in other._values:
                continue
            drawn = np.empty(0)
            if name in self._samples and name in other._samples:
                drawn = self._samples[name] - other._samples[name]
            found = interval_of_draws(drawn, why=self._why_no_interval(), alpha=self._options.alpha)
            yield Difference(
                a=self._located.series,
                b=other._located.series,
                level="volume",
                finding=self._located.finding,
                name=name,
                cases=self._volumes_of(name),
                value=self._values[name] - other._values[name],
                interval=found.interval,
                p=bootstrap_p(drawn) if found.interval is not None else None,
                reason=found.reason,
            )

    def _sensitivities(self) -> dict[str, float]:
        positive, everything = self._trial.positive_curve(), self._trial.all_curve()
        if positive is None or everything is None:
            raise ValueError("no volume has a lesion")
        at_rates = positive.sensitivity_at(POSITIVE_RATES)
        values = {MEAN_SENSITIVITY: float(at_rates.mean())}
        for rate, value in zip(POSITIVE_RATES, at_rates, strict=True):
            values[SENSITIVITY_AT.format(rate=rate)] = float(value)
        return values | {SENSITIVITY_ALL: float(everything.sensitivity_at(ALL_RATE))}

    def _resampled(self) -> dict[str, Floats]:
        if not self._options.bootstraps:
            return {}
        found = self._trial.resampled(
            self._located.patients, resamples=self._options.bootstraps, seed=self._options.seed
        )
        named = {
            SENSITIVITY_AT.format(rate=rate): found.at_positive_rates[place]
            for place, rate in enumerate(POSITIVE_RATES)
        }
        return named | {MEAN_SENSITIVITY: found.mean_positive, SENSITIVITY_ALL: found.at_all_rate}

    def _measure(self, name: str, value: float | None) -> Measure:
        found = interval_of_draws(
            self._samples.get(name, np.empty(0)),
            why=self._why or self._why_no_interval(),
            alpha=self._options.alpha,
        )
        lesions = int(self._located.lesions.volume.size)
        return Measure(
            series=self._located.series,
            level="volume",
            finding=self._located.finding,
            name=name,
            value=value,
            interval=found.interval,
            cases=self._volumes_of(name),
            positives=lesions,
            draws=found.draws,
            dropped=found.dropped,
            reason=found.reason,
            detail="" if self._why else f"{self._trial.found} of {lesions} lesions hit at all",
        )

    def _volumes_of(self, name: str) -> int:
        return self._trial.volumes if name == SENSITIVITY_ALL else self._trial.positive_volumes

    def _why_no_interval(self) -> str:
        lesions = self._located.lesions.volume
        return why_no_mean_interval({self._located.patients[volume] for volume in lesions})


def detection_differences(findings: Sequence[DetectionFindings]) -> Iterator[Difference]:
    """Every two series that were judged on the same volumes and lesions."""
    for first, second in combinations(findings, 2):
        if _same_volumes(first.located, second.located):
            yield from first.differences(second)


def _same_volumes(first: LocatedDetections, second: LocatedDetections) -> bool:
    return (
        first.finding == second.finding
        and first.volumes == second.volumes
        and np.array_equal(first.lesions.volume, second.lesions.volume)
    )


def _why_none(located: LocatedDetections) -> str:
    if not located.lesions.volume.size:
        return "no volume has a lesion"
    # A model may mark nothing, but not only elsewhere.
    if not located.detections.volume.size and located.elsewhere:
        return "no detection lies in a volume that the labels know"
    return ""
