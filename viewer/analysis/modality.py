"""Results of one modality: every reader, their averages, and all of them as one."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.discriminate import Column, Columns, interval_of
from viewer.analysis.options import AnalysisOptions
from viewer.analysis.points import point_of_calls
from viewer.analysis.results import (
    Calibration,
    Consensus,
    Curve,
    Discrimination,
    Interval,
    ModalityResults,
    OperatingPoint,
)
from viewer.statistics.bootstrap import resample_readers
from viewer.statistics.calibration import reliability
from viewer.statistics.consensus import majority_vote, mean_score
from viewer.statistics.curves import (
    diagonal_average,
    mean_precision_at_recall,
    precision_recall_curve,
    roc_curve,
    vertical_average,
)
from viewer.statistics.refusal import Refusal as StatisticsRefusal

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_EMPTY = Curve(np.empty(0), np.empty(0))


def consensus_name(modality: str) -> str:
    """Under which name the mean score of a modality's readers is a column."""
    return f"mean of readers, {modality}"


CONSENSUS = "consensus"
"""The modality of such columns."""


def consensus_column(modality: str, scores: Floats) -> Column | None:
    """The mean score of every case. scores: (reader, case). None unless all read all cases."""
    if len(scores) < 2 or np.isnan(scores).any():
        return None
    return Column(modality=CONSENSUS, name=consensus_name(modality), scores=mean_score(scores))


def modality_results(
    name: str,
    columns: Columns,
    *,
    scores: Floats,
    calls: Floats | None,
    truth: Bools,
    is_probability: bool,
    options: AnalysisOptions,
) -> ModalityResults:
    """Gather the readers of a modality. scores, calls: (reader, case)."""
    names = columns.names_of(name)
    readers = {reader: columns.discrimination(name, reader) for reader in names}
    aucs = np.array([found.auc for found in readers.values()])
    aps = np.array([found.ap for found in readers.values()])
    recalls = [found.at_recall for found in readers.values() if found.at_recall is not None]
    roc_vertical, roc_diagonal, pr_mean = _averages(scores, truth)
    return ModalityResults(
        name=name,
        readers=MappingProxyType(readers),
        mean_auc=_mean(aucs),
        sd_auc=_sd(aucs),
        mean_ap=_mean(aps),
        sd_ap=_sd(aps),
        mean_auc_ci_bootstrap=_mean_interval(name, columns, names, options),
        roc_vertical=roc_vertical,
        roc_diagonal=roc_diagonal,
        pr_mean=pr_mean,
        mean_sensitivity=_mean_of(recalls, "sensitivity"),
        sd_sensitivity=_sd_of(recalls, "sensitivity"),
        mean_specificity=_mean_of(recalls, "specificity"),
        sd_specificity=_sd_of(recalls, "specificity"),
        consensus=Consensus(
            majority=_majority(calls, truth, options),
            mean_score=_consensus_of(name, columns),
        ),
        calibration=calibration_of(scores, truth, options.alpha) if is_probability else None,
    )


def calibration_of(scores: Floats, truth: Bools, alpha: float) -> Calibration | None:
    """Whether probabilities come true. scores: (..., case); None for other scores."""
    found = reliability(scores, truth, alpha=alpha)
    if isinstance(found, StatisticsRefusal):
        return None
    return Calibration(
        brier=found.brier,
        expected_error=found.expected_error,
        predicted=found.predicted,
        observed=found.observed,
        observed_low=found.observed_low,
        observed_high=found.observed_high,
        counts=found.counts,
    )


def _averages(scores: Floats, truth: Bools) -> tuple[Curve, Curve, Curve]:
    """Vertical and diagonal mean ROC, mean precision; empty without a reader of both classes."""
    read = [~np.isnan(row) for row in scores]
    rocs = [roc_curve(row[own], truth[own]) for row, own in zip(scores, read, strict=True)]
    usable = [index for index, curve in enumerate(rocs) if curve is not None]
    found = [curve for curve in rocs if curve is not None]
    if not found:
        return _EMPTY, _EMPTY, _EMPTY
    precisions = [precision_recall_curve(scores[i][read[i]], truth[read[i]]) for i in usable]
    vertical, diagonal = vertical_average(found), diagonal_average(found)
    precision = mean_precision_at_recall([curve for curve in precisions if curve is not None])
    return (
        Curve(vertical.false_positive_rate, vertical.sensitivity),
        Curve(diagonal.false_positive_rate, diagonal.sensitivity),
        Curve(precision.recall, precision.precision),
    )


def _mean_interval(
    name: str, columns: Columns, names: Sequence[str], options: AnalysisOptions
) -> Interval | None:
    samples = columns.auc_samples(name, names)
    if samples is None or not names:
        return None
    return interval_of(resample_readers(samples, seed=options.seed), options.alpha)


def _majority(
    calls: Floats | None, truth: Bools, options: AnalysisOptions
) -> OperatingPoint | None:
    """Recall when at least half of the readers say so."""
    if calls is None or len(calls) < 2 or np.isnan(calls).any():
        return None
    votes = majority_vote(calls)
    rule = f"at least half of {len(calls)} readers recall"
    return point_of_calls(votes, truth, rule, options.alpha)


def _consensus_of(name: str, columns: Columns) -> Discrimination | None:
    named = consensus_name(name)
    if named not in columns.names_of(CONSENSUS):
        return None
    return columns.discrimination(CONSENSUS, named)


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")


def _sd(values: Floats) -> float:
    return float(values.std()) if values.size else float("nan")


def _mean_of(points: Sequence[OperatingPoint], what: str) -> float | None:
    return _mean(np.array([getattr(point, what) for point in points])) if points else None


def _sd_of(points: Sequence[OperatingPoint], what: str) -> float | None:
    return _sd(np.array([getattr(point, what) for point in points])) if points else None
