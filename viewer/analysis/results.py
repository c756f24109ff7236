"""Everything an analysis finds: what results.json, the report and the window show.

What does not apply is None, and a `Refusal` says why and what serves instead. Frozen; arrays are
not written to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.mrmc_results import (
    AiAgainstReaders,
    MrmcAnalysis,
    ReaderDifference,
    UStatistics,
)
from viewer.analysis.options import AnalysisOptions

AI = "ai"
"""The modality of a model alone."""
HYBRID = "hybrid"
"""The modality of readers mixed with a model."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval of 1 - alpha."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """An analysis that does not hold for these data."""

    analysis: str
    """Its name, such as "Obuchowski-Rockette, random readers and cases"."""
    key: str
    """For scripts: "mrmc", "delong", "hybrid", "subgroup", ..."""
    reason: str
    instead: str
    """What serves, or what is given in its place; "" where nothing does."""

    @property
    def words(self) -> str:
        """Reason and way out in one line, without a full stop."""
        reason, instead = self.reason.rstrip("."), self.instead.rstrip(".")
        return f"{reason}. Instead: {instead}" if instead else reason


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve in 0..1: ROC (x false positive rate, y sensitivity) or PR (x recall, y precision)."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    """Decisions at one threshold, counted; intervals are Wilson's unless they say otherwise."""

    threshold: float | None
    """None: the decisions were recorded, or voted. See `rule`."""
    rule: str
    """In words: "score > 0.02", "recorded recall", "score >= 0.10995", "majority of 14"."""
    true_positive: int
    false_negative: int
    true_negative: int
    false_positive: int
    sensitivity: float
    specificity: float
    sensitivity_ci: Interval
    specificity_ci: Interval
    matthews: float | None
    """Matthews correlation; None where all decisions are alike."""
    specificity_ci_bootstrap: Interval | None = None
    matthews_ci_bootstrap: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrimination:
    """How one column of scores separates diseased from normal cases."""

    cases: int
    positives: int
    auc: float
    se_delong: float
    ci_delong: Interval
    """Normal approximation, kept within 0 and 1; NaN without a standard error."""
    ci_logit: Interval | None
    """None at an AUC of 0 or 1."""
    ci_bootstrap: Interval | None
    """Patients resampled, percentiles; None without bootstraps."""
    ap: float
    """Average precision, the published study's PRAUC."""
    ap_ci_bootstrap: Interval | None
    bootstraps_skipped: int
    """Resamples with one class only, left out."""
    roc: Curve
    pr: Curve
    at_recall: OperatingPoint | None
    """At the recall threshold, or the recalls as recorded; None for ratings without either."""
    at_mean_sensitivity: OperatingPoint | None
    """At the sensitivity of the average reader (of the base modality)."""
    at_90_sensitivity: OperatingPoint | None
    """At the attainable sensitivity nearest to 90 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consensus:
    """Many readers as one."""

    majority: OperatingPoint | None
    """Recall when at least half say so."""
    mean_score: Discrimination | None
    """The mean of all readers' scores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalityResults:
    """One modality with readers: as read, or the hybrid."""

    name: str
    readers: Mapping[str, Discrimination]
    """Reader -> result; a reader without both classes is absent and a refusal names them."""
    mean_auc: float
    sd_auc: float
    """Population standard deviation over readers, as the published study prints."""
    mean_ap: float
    sd_ap: float
    mean_auc_ci_bootstrap: Interval | None
    """Readers and patients resampled together."""
    roc_vertical: Curve
    """Mean sensitivity at each false positive rate; its area is the mean AUC."""
    roc_diagonal: Curve
    """Mean along lines of slope -1."""
    pr_mean: Curve
    """Mean precision at each recall."""
    mean_sensitivity: float | None
    """Of the readers' recalls."""
    sd_sensitivity: float | None
    mean_specificity: float | None
    sd_specificity: float | None
    consensus: Consensus
    calibration: Calibration | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Whether probabilities mean what they say, all readers together."""

    brier: float
    """Mean squared difference of score and truth."""
    expected_error: float
    """Mean difference of predicted and observed over bins of equal counts."""
    predicted: NDArray[np.float64]
    """(bin,) mean score."""
    observed: NDArray[np.float64]
    """(bin,) fraction with the disease."""
    observed_low: NDArray[np.float64]
    """(bin,) of Wilson's interval."""
    observed_high: NDArray[np.float64]
    counts: NDArray[np.intp]
    """(bin,) scores in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AiResults:
    """One model alone."""

    model: str
    scores: Discrimination
    calibration: Calibration | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridResults:
    """Readers mixed with one model: y = lambda * reader + (1 - lambda) * AI."""

    ai_model: str
    base: str
    """The modality that was mixed."""
    weight: float
    """Lambda, the primary one."""
    results: ModalityResults
    """At that lambda."""
    lambdas: NDArray[np.float64]
    """(lambda,) 0 to 1 in steps of 0.01."""
    auc_sweep: NDArray[np.float64]
    """(reader, lambda)."""
    ap_sweep: NDArray[np.float64]
    """(reader, lambda)."""
    readers: tuple[str, ...]
    """The rows of the sweeps."""
    lambda_star: Mapping[str, float]
    """Reader -> lambda of the highest AUC: chosen on these very cases, so optimistic."""
    auc_star: Mapping[str, float]
    lambda_star_ap: Mapping[str, float]
    ap_star: Mapping[str, float]
    auc_left_out: Mapping[str, float]
    """Reader -> AUC when each case is scored with the lambda chosen without it."""
    optimism: Mapping[str, float]
    """auc_star - auc_left_out."""
    mean_auc_by_scale: Mapping[str, float]
    """How the AI was scaled before mixing ("as given", "ranks", "isotonic") -> mean AUC."""
    mrmc: MrmcAnalysis | None
    """Hybrid against the base modality (AUC, DeLong covariances)."""
    mrmc_jackknife: MrmcAnalysis | None
    """The same with jackknife covariances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntraReader:
    """A reader against themselves, from planted repeats."""

    reader: str
    modality: str
    repeats: int
    mean_difference: float
    """Second minus first score."""
    mean_absolute_difference: float
    limits_of_agreement: Interval | None
    """Mean difference -+ 1.96 standard deviations; None with one repeat."""
    kappa_recall: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How alike the readers of a modality answer; None where it was not asked or has no sense."""

    modality: str
    fleiss_kappa_recall: float | None
    mean_cohen_kappa_recall: float | None
    cohen_kappa_range: Interval | None
    """Lowest and highest pair of readers; not a confidence interval."""
    weighted_kappa_birads: float | None
    """Quadratic weights, mean over pairs."""
    alpha_birads: float | None
    """Krippendorff's, ordinal."""
    icc_scores: float | None
    """ICC(2,1), absolute agreement."""
    icc_ci: Interval | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSummary:
    """Active reading time of a case, seconds."""

    modality: str
    reader: str
    """"" for all readers together."""
    readings: int
    mean_s: float
    median_s: float
    quartile_low_s: float
    quartile_high_s: float
    total_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchCounts:
    """Decisions of one reader in the first and the second modality."""

    reader: str
    """"" for all readers together."""
    first: str
    second: str
    positives_gained: int
    """Diseased: missed first, recalled second (the AI's benefit)."""
    positives_lost: int
    """Diseased: recalled first, missed second."""
    positives_kept_right: int
    positives_kept_wrong: int
    negatives_gained: int
    """Normal: recalled first, let go second."""
    negatives_lost: int
    """Normal: let go first, recalled second."""
    negatives_kept_right: int
    negatives_kept_wrong: int
    lost_with_wrong_ai: int | None
    """Right to wrong where the AI was wrong too: automation bias. None without an AI.

    The AI's call is its score at or above the point at the average reader's sensitivity.
    """
    gained_with_right_ai: int | None
    """Wrong to right where the AI was right."""
    p_sensitivity: float | None
    """McNemar; None without a change."""
    p_specificity: float | None
    mean_score_change_positives: float | None
    mean_score_change_negatives: float | None
    pull: float | None
    """Share of the way to the AI's score that the reader went: 0 unmoved, 1 took it over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupResult:
    """One value of an attribute of cases or of readers."""

    attribute: str
    value: str
    of_readers: bool
    """Whether the attribute is the readers' (experience) or the cases' (density)."""
    cases: int
    positives: int
    readers: tuple[str, ...]
    auc: Mapping[str, Mapping[str, float]]
    """Modality -> reader -> AUC; hybrid and ai included (the model in the reader's place)."""
    mean_auc: Mapping[str, float]
    """Modality -> mean over readers."""
    refusal: str | None = None
    """Why there are no figures: one class only, too few cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyResults:
    """All results of a study or table."""

    title: str
    options: AnalysisOptions
    readers: tuple[str, ...]
    modalities: tuple[str, ...]
    """As read, then "hybrid" and "ai" where there is an AI."""
    cases: int
    positives: int
    patients: int
    is_probability: bool
    recall_threshold: float | None
    """None where recalls were recorded, or scores are no probabilities."""
    by_modality: Mapping[str, ModalityResults]
    """Every modality that has readers; "hybrid" included, "ai" not."""
    ai: Mapping[str, AiResults]
    """Model -> result, every AI column of the table."""
    hybrid: HybridResults | None
    mrmc: tuple[MrmcAnalysis, ...]
    """Every endpoint that holds, by DeLong's or the jackknife's covariance; see `mrmc_of`."""
    mrmc_unbiased: MrmcAnalysis | None
    """AUC once more by the unbiased covariance, to compare with other programs."""
    reader_differences: tuple[ReaderDifference, ...]
    """Each reader's own difference of AUC between two modalities (DeLong, paired)."""
    ai_against_readers: tuple[AiAgainstReaders, ...]
    u_statistics: UStatistics | None
    """iMRMC's variances; also for data that are not fully crossed."""
    agreement: tuple[Agreement, ...]
    intra_reader: tuple[IntraReader, ...]
    times: tuple[TimeSummary, ...]
    switches: tuple[SwitchCounts, ...]
    subgroups: tuple[SubgroupResult, ...]
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...]
    """What the table's makers must say: exclusions, missing answers, amendments used."""

    def mrmc_of(self, endpoint: str, method: str) -> MrmcAnalysis | None:
        """The analysis of an endpoint ("auc") by a method ("delong", "jackknife"), or None."""
        for analysis in self.mrmc:
            if (analysis.endpoint, analysis.method) == (endpoint, method):
                return analysis
        return None

    def refusal_of(self, key: str) -> Refusal | None:
        """Why something is missing, or None."""
        for refusal in self.refusals:
            if refusal.key == key:
                return refusal
        return None
