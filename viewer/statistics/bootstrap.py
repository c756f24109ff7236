"""Bootstrap of patients, and of readers and patients: every score list in the same resamples.

Patients are drawn with replacement and bring all their cases (both breasts). Because every series
sees the same resamples, differences and means of series are resampled by subtracting and
averaging their values. Resamples in which a series has one class only are left out of it, and
counted.
Sources: Efron 1979; footnote 6 of 3D-GMIC for points at a fixed sensitivity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viewer.statistics.operating_points import matthews_correlation
from viewer.statistics.weighted_counts import BinnedScores, WeightedCounts

Floats = NDArray[np.float64]
Counts = NDArray[np.intp]

FARTHEST_SENSITIVITY = 0.025
"""Resamples that attain no sensitivity this near to the wanted one are discarded."""
_CHUNK = 128
"""Resamples at a time: their weights and counts stay in the processor's cache."""
_READERS_STREAM = 1
"""Readers are drawn from another stream, so that patients are the same with and without them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """What each resample gave; all (series, resample), NaN where left out."""

    auc: Floats
    average_precision: Floats
    specificity: Floats
    """At the attainable sensitivity nearest to the wanted one."""
    matthews: Floats
    """Matthews correlation there."""
    sensitivity: float
    """The wanted one."""
    resamples: int
    seed: int
    patients: int

    @property
    def skipped(self) -> Counts:
        """(series,) resamples with one class only."""
        return np.asarray(np.isnan(self.auc).sum(1), dtype=np.intp)

    @property
    def discarded(self) -> Counts:
        """(series,) resamples with both classes that attain no sensitivity near the wanted one."""
        return np.asarray(np.isnan(self.specificity).sum(1) - self.skipped, dtype=np.intp)


def bootstrap_patients(
    scores: ArrayLike,
    truth: ArrayLike,
    patients: tuple[str, ...],
    *,
    resamples: int,
    seed: int,
    sensitivity: float = 0.9,
) -> Bootstrap:
    """Resample patients and find AUC, average precision and the point at a sensitivity.

    scores: (series, case), NaN where a case was not read. truth: (case,). patients: (case,).
    sensitivity: at which specificity and Matthews correlation are found.
    """
    values = np.atleast_2d(np.asarray(scores, dtype=np.float64))
    diseased = np.asarray(truth, dtype=np.bool_)
    if values.shape[1] != diseased.size or len(patients) != diseased.size:
        raise ValueError(f"scores {values.shape}, truth and patients must have the same cases")
    if resamples < 1:
        raise ValueError(f"resamples must be at least 1, got {resamples}")
    codes, count = patient_codes(patients)
    binned = BinnedScores(values, diseased)
    found = np.full((4, len(values), resamples), np.nan)
    rng = np.random.Generator(np.random.PCG64(seed))
    for start in range(0, resamples, _CHUNK):
        stop = min(start + _CHUNK, resamples)
        weights = draw_counts(rng, count, stop - start)[codes]
        for series, counts in enumerate(binned.counts(weights)):
            found[:, series, start:stop] = _figures(counts, sensitivity)
    return Bootstrap(
        auc=found[0],
        average_precision=found[1],
        specificity=found[2],
        matthews=found[3],
        sensitivity=sensitivity,
        resamples=resamples,
        seed=seed,
        patients=count,
    )


def resample_readers(samples: Floats, *, seed: int) -> Floats:
    """Mean over readers who are drawn with replacement too, one draw for every resample.

    samples: (..., reader, resample) of a patient bootstrap, such as (modality, reader, resample).
    Returns (..., resample); the same readers are drawn in every modality. NaN where a drawn
    reader's value is missing.
    """
    readers, resamples = samples.shape[-2:]
    stream = np.random.SeedSequence([seed, _READERS_STREAM])
    drawn = draw_counts(np.random.Generator(np.random.PCG64(stream)), readers, resamples)
    counted = np.where(drawn > 0, samples, 0.0)
    return np.asarray((counted * drawn).sum(axis=-2) / readers, dtype=np.float64)


def percentile_interval(samples: ArrayLike, alpha: float = 0.05) -> tuple[float, float]:
    """Interval of confidence 1 - alpha between percentiles; NaN without any value.

    samples: (resample,); NaN ones are left out.
    """
    values = np.asarray(samples, dtype=np.float64)
    values = values[~np.isnan(values)]
    if values.size == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)


def bootstrap_p(samples: ArrayLike) -> float:
    """Two-sided p of a resampled difference: twice the smaller share on either side of 0.

    The observed data count as one more resample, so that p is never 0. NaN without any value.
    """
    values = np.asarray(samples, dtype=np.float64)
    values = values[~np.isnan(values)]
    if values.size == 0:
        return float("nan")
    beyond = min(int((values <= 0).sum()), int((values >= 0).sum()))
    return min(1.0, 2.0 * (beyond + 1) / (values.size + 1))


def patient_codes(patients: tuple[str, ...]) -> tuple[Counts, int]:
    """(case,) number of its patient, and how many patients there are; in order of appearance."""
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(patient, len(numbers)) for patient in patients]
    return np.array(codes, dtype=np.intp), len(numbers)


def draw_counts(rng: np.random.Generator, count: int, resamples: int) -> Floats:
    """(count, resample) how often each was drawn in as many draws as there are."""
    drawn = rng.integers(0, count, size=(resamples, count))
    places = drawn + count * np.arange(resamples)[:, None]
    counted = np.bincount(places.ravel(), minlength=count * resamples)
    return np.ascontiguousarray(counted.reshape(resamples, count).T, dtype=np.float64)


def _figures(counts: WeightedCounts, sensitivity: float) -> Floats:
    """(4, resample) AUC, average precision, specificity and Matthews correlation."""
    if not len(counts.found):
        return np.full((4, counts.negatives.size), np.nan)
    specificity, matthews = _at_sensitivity(counts, sensitivity)
    return np.stack([counts.auc(), counts.average_precision(), specificity, matthews])


def _at_sensitivity(counts: WeightedCounts, sensitivity: float) -> tuple[Floats, Floats]:
    nearest = counts.nearest_sensitivity(sensitivity)[None]
    found = np.take_along_axis(counts.found, nearest, axis=0)[0]
    false = np.take_along_axis(counts.false, nearest, axis=0)[0]
    positives, negatives = counts.positives, counts.negatives
    both = counts.has_both_classes
    far = np.abs(found / np.maximum(positives, 1.0) - sensitivity) > FARTHEST_SENSITIVITY
    kept = both & ~far
    specificity = np.where(kept, 1.0 - false / np.maximum(negatives, 1.0), np.nan)
    matthews = matthews_correlation(found, false, positives, negatives)
    return specificity, np.where(kept, matthews, np.nan)
