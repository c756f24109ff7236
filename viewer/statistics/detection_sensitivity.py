"""Sensitivity of detections at rates of false positives, as observed and in resamples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from viewer.statistics.bootstrap import draw_counts, patient_codes
from viewer.statistics.detection import (
    ALL_RATE,
    NO_LESION,
    POSITIVE_RATES,
    DetectionCurve,
    Detections,
    LesionBoxes,
    best_scores,
    detection_curve,
    lesions_hit,
)

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionSamples:
    """What each resample of patients gave; NaN where it drew no lesion."""

    at_positive_rates: Floats
    """(rate, resample) at POSITIVE_RATES, volumes with a lesion only."""
    at_all_rate: Floats
    """(resample,) at ALL_RATE, all volumes."""

    @property
    def mean_positive(self) -> Floats:
        """(resample,) the challenge's primary measure."""
        return np.asarray(self.at_positive_rates.mean(axis=0), dtype=np.float64)


class DetectionTrial:
    """Detections of one model on volumes whose lesions are known.

    volume_slices: (volume,). Volumes without a lesion count in `all_curve` only.
    """

    def __init__(
        self, *, detections: Detections, lesions: LesionBoxes, volume_slices: Floats
    ) -> None:
        self.detections = detections
        self.lesions = lesions
        self.volumes = volume_slices.size
        self.hit = lesions_hit(detections, lesions, volume_slices)
        self._positive = np.zeros(self.volumes, dtype=np.bool_)
        self._positive[lesions.volume] = True

    @property
    def positive_volumes(self) -> int:
        """Volumes with a lesion."""
        return int(self._positive.sum())

    @property
    def found(self) -> int:
        """Lesions that any detection hits."""
        return int(np.unique(self.hit[self.hit != NO_LESION]).size)

    def positive_curve(self) -> DetectionCurve | None:
        """FROC curve of the volumes with a lesion; None without one."""
        return self._curve(self._positive)

    def all_curve(self) -> DetectionCurve | None:
        """FROC curve of all volumes; None without lesions."""
        return self._curve(np.ones(self.volumes, dtype=np.bool_))

    def resampled(
        self, patients: tuple[str, ...], *, resamples: int, seed: int
    ) -> DetectionSamples:
        """Draw patients with all their volumes. patients: (volume,)."""
        if len(patients) != self.volumes:
            raise ValueError(f"{len(patients)} patients for {self.volumes} volumes")
        codes, count = patient_codes(patients)
        drawn = draw_counts(np.random.Generator(np.random.PCG64(seed)), count, resamples)[codes]
        positive = self._resampled_curve(self._positive, drawn, np.array(POSITIVE_RATES))
        everything = np.ones(self.volumes, dtype=np.bool_)
        return DetectionSamples(
            at_positive_rates=positive,
            at_all_rate=self._resampled_curve(everything, drawn, np.array([ALL_RATE]))[0],
        )

    def _curve(self, kept: Bools) -> DetectionCurve | None:
        own = kept[self.detections.volume]
        return detection_curve(
            self.detections.score[own],
            self.hit[own],
            lesions=self.lesions.volume.size,
            volumes=int(kept.sum()),
        )

    def _resampled_curve(self, kept: Bools, drawn: Floats, rates: Floats) -> Floats:
        """(rate, resample). Thresholds are those of the hits that a resample drew."""
        own = kept[self.detections.volume]
        volume, score, hit = self.detections.volume[own], self.detections.score[own], self.hit[own]
        is_hit = hit != NO_LESION
        falling = -np.unique(score[is_hit])[::-1]
        steps = falling.size
        found_at = falling.searchsorted(-best_scores(score, hit, self.lesions.volume.size))
        missed = found_at == steps
        hits = self._counter(falling.searchsorted(-score[is_hit]), volume[is_hit], steps)
        found = self._counter(found_at[~missed], self.lesions.volume[~missed], steps)
        false = self._counter(falling.searchsorted(-score[~is_hit]), volume[~is_hit], steps + 1)
        lesions = np.bincount(self.lesions.volume, minlength=self.volumes) @ drawn
        volumes = drawn[kept].sum(axis=0)
        return _interpolated(
            present=hits @ drawn > 0,
            found=np.cumsum(found @ drawn, axis=0) / np.maximum(lesions, 1.0),
            false=np.cumsum(false @ drawn, axis=0) / np.maximum(volumes, 1.0),
            defined=lesions > 0,
            rates=rates,
        )

    def _counter(self, step: Places, volume: Places, steps: int) -> csr_array:
        """(step, volume) how many fall on each threshold."""
        return csr_array((np.ones(step.size), (step, volume)), shape=(steps, self.volumes))


def _interpolated(
    *, present: Bools, found: Floats, false: Floats, defined: Bools, rates: Floats
) -> Floats:
    """Sensitivity at the rates for each resample, as DetectionCurve.sensitivity_at has it.

    false has one more row than found: what lies below the last hit.
    """
    sensitivity = np.full((rates.size, defined.size), np.nan)
    for resample in np.flatnonzero(defined):
        own = present[:, resample]
        # A share of 0 before the first threshold, and everything after the last one.
        heights = np.concatenate([[0.0], found[own, resample], found[-1:, resample]])
        across = np.concatenate([[0.0], false[:-1][own, resample], false[-1:, resample]])
        if heights.size < across.size:
            heights = np.append(heights, 0.0)
        sensitivity[:, resample] = np.interp(rates, across, heights)
    return sensitivity
