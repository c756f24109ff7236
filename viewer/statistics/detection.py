"""Detections against lesion boxes by the published rules of the BCS-DBT detection challenge.

A detection hits a lesion of its volume when their centres lie within half of the box's diagonal or
100 pixels, whichever is more, and within a quarter of the volume's slices. One that hits several
lesions belongs to the nearest. A lesion hit several times is found once, and the further hits are
no false positives.
Source: the evaluation published with the challenge (Konz et al. 2023), as facts/dicom.md 7 has it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

LEAST_DISTANCE_PIXELS = 100.0
DEPTH_SHARE = 0.25
POSITIVE_RATES = (1.0, 2.0, 3.0, 4.0)
"""False positives per volume at which volumes with a lesion are judged."""
ALL_RATE = 2.0
"""False positives per volume at which all volumes are judged."""
NO_LESION = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionBoxes:
    """Known lesions, each in one volume; all (lesion,), in pixels and slices from 0."""

    volume: Places
    row: Floats
    """Of the box's centre."""
    column: Floats
    diagonal: Floats
    slice_index: Floats

    def __post_init__(self) -> None:
        _check_alike(self.volume, self.row, self.column, self.diagonal, self.slice_index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detections:
    """What a model marked; all (detection,). Higher scores are more suspicious."""

    volume: Places
    row: Floats
    """Of the detection's centre."""
    column: Floats
    slice_index: Floats
    """Middle of its slices; may lie between two."""
    score: Floats

    def __post_init__(self) -> None:
        _check_alike(self.volume, self.row, self.column, self.slice_index, self.score)
        if np.isnan(self.score).any():
            raise ValueError("a detection without a score cannot be ranked")


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionCurve:
    """Operating points from no detection to all of them; each (point,)."""

    false_per_volume: Floats
    sensitivity: Floats
    threshold: Floats

    def sensitivity_at(self, rates: ArrayLike) -> Floats:
        """Sensitivity at false positives per volume, on lines between the points.

        Beyond the last point it stays: the model marks nothing more.
        """
        wanted = np.asarray(rates, dtype=np.float64)
        return np.interp(wanted, self.false_per_volume, self.sensitivity)


def lesions_hit(detections: Detections, lesions: LesionBoxes, volume_slices: Floats) -> Places:
    """Which lesion each detection hits: (detection,) index, NO_LESION for a false positive.

    volume_slices: (volume,) how many slices each volume has. Of lesions as near as each other the
    first.
    """
    hit = np.full(detections.volume.size, NO_LESION, dtype=np.intp)
    nearest = np.full(detections.volume.size, np.inf)
    order = np.argsort(detections.volume, kind="stable")
    sorted_volumes = detections.volume[order]
    first = sorted_volumes.searchsorted(lesions.volume, side="left")
    end = sorted_volumes.searchsorted(lesions.volume, side="right")
    reach = np.maximum(lesions.diagonal / 2, LEAST_DISTANCE_PIXELS)
    depth = volume_slices[lesions.volume] * DEPTH_SHARE
    for lesion in range(lesions.volume.size):
        own = order[first[lesion] : end[lesion]]
        rows = detections.row[own] - lesions.row[lesion]
        columns = detections.column[own] - lesions.column[lesion]
        slices = detections.slice_index[own] - lesions.slice_index[lesion]
        in_plane = np.hypot(rows, columns)
        distance = np.hypot(in_plane, slices)
        near = (in_plane <= reach[lesion]) & (np.abs(slices) <= depth[lesion])
        better = own[near & (distance < nearest[own])]
        hit[better] = lesion
        nearest[better] = distance[near & (distance < nearest[own])]
    return hit


def detection_curve(
    score: Floats, hit: Places, *, lesions: int, volumes: int
) -> DetectionCurve | None:
    """FROC curve: thresholds are the scores of hits, one above all scores, and one below.

    score, hit: (detection,) of the volumes that count. None without lesions or volumes.
    """
    if lesions < 1 or volumes < 1:
        return None
    if not score.size:
        nothing = np.zeros(1)
        return DetectionCurve(
            false_per_volume=nothing, sensitivity=nothing, threshold=np.array([np.inf])
        )
    hits = hit != NO_LESION
    steps = np.unique(score[hits])[::-1]
    threshold = np.concatenate([[score.max() + 1.0], steps, [score.min() - 1.0]])
    false = np.sort(-score[~hits]).searchsorted(-threshold, side="right")
    found = np.sort(-best_scores(score, hit, lesions)).searchsorted(-threshold, side="right")
    return DetectionCurve(
        false_per_volume=false / volumes, sensitivity=found / lesions, threshold=threshold
    )


def best_scores(score: Floats, hit: Places, lesions: int) -> Floats:
    """(lesion,) highest score of a detection that hits it; -inf for lesions missed."""
    best = np.full(lesions, -np.inf)
    hits = hit != NO_LESION
    np.maximum.at(best, hit[hits], score[hits])
    return best


def _check_alike(*columns: NDArray[np.generic]) -> None:
    if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
        raise ValueError("all columns must be lists of the same length")
