"""What an evaluation finds: measures with intervals or reasons, differences, and curves."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.analysis.evaluation_table import LESION_IN_PATCH, PATCH_ON_LESION, LeftOut
from viewer.analysis.results import Curve, Interval
from viewer.statistics.calibration import Reliability

AUC = "AUC"
AVERAGE_PRECISION = "average precision"
SPECIFICITY = "specificity at 90 % sensitivity"
MATTHEWS = "Matthews correlation at 90 % sensitivity"
SOFT_DICE = "Dice of the map"
DICE = "Dice at the threshold"
PIXEL_PRECISION = "pixel average precision"
MEAN_SENSITIVITY = "mean sensitivity at 1, 2, 3, 4 false positives a volume"
SENSITIVITY_AT = "sensitivity at {rate:g} false positives a volume"
SENSITIVITY_ALL = "sensitivity at 2 false positives a volume, all volumes"

MAIN_MEASURES = (
    AUC,
    SPECIFICITY,
    SOFT_DICE,
    PIXEL_PRECISION,
    PATCH_ON_LESION,
    LESION_IN_PATCH,
    MEAN_SENSITIVITY,
)
"""What a summary shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationOptions:
    """How to evaluate."""

    bootstraps: int = 1000
    seed: int = 1
    alpha: float = 0.05
    sensitivity: float = 0.9
    saliency_threshold: float = 0.5
    """From which a map counts as salient, for the Dice similarity of sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure of one series; `value` is None where it does not hold, and `reason` says why."""

    series: str
    level: str
    """"breast", "image", "map", "patch" or "volume"."""
    finding: str
    name: str
    value: float | None
    interval: Interval | None
    cases: int
    positives: int
    """Cases with the finding; lesions at the level of volumes."""
    draws: int = 0
    """Resamples behind the interval."""
    dropped: int = 0
    """Resamples left out: one class only, or no sensitivity near the wanted one."""
    reason: str = ""
    """Why the value or the interval is missing; "" where both are there."""
    detail: str = ""
    """What the value rests on, such as the sensitivity attained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One measure of series a minus that of series b, on the cases both have."""

    a: str
    b: str
    level: str
    finding: str
    name: str
    cases: int
    value: float | None
    interval: Interval | None
    p: float | None
    """Two-sided, by the same resamples."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesCurves:
    """The curves of one series at one level for one finding."""

    series: str
    level: str
    finding: str
    roc: Curve
    precision_recall: Curve
    calibration: Reliability | None
    """None where scores are no probabilities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrocCurves:
    """False positives a volume against sensitivity."""

    series: str
    finding: str
    positive_volumes: Curve
    all_volumes: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationResults:
    """Everything of one evaluation."""

    options: EvaluationOptions
    measures: tuple[Measure, ...]
    differences: tuple[Difference, ...]
    curves: tuple[SeriesCurves, ...]
    froc: tuple[FrocCurves, ...]
    notes: tuple[str, ...]
    left_out: tuple[LeftOut, ...]

    def measures_at(self, level: str) -> tuple[Measure, ...]:
        """The measures of one level, in order."""
        return tuple(measure for measure in self.measures if measure.level == level)

    def refusals(self) -> tuple[Measure, ...]:
        """The measures without a value."""
        return tuple(measure for measure in self.measures if measure.value is None)
