"""What an evaluation starts from: scores, maps, hits and detections as arrays beside the truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from inference.types import CLASS_NAMES
from viewer.statistics.detection import Detections, LesionBoxes

Floats = NDArray[np.float64]


class Level(StrEnum):
    """What one case is."""

    BREAST = "breast"
    IMAGE = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredCases:
    """Scores of several series on the same images or breasts.

    A series is a model, or a model on one kind of image.
    """

    level: Level
    series: tuple[str, ...]
    patients: tuple[str, ...]
    """(case,) who belongs together; resampled as one."""
    scores: Floats
    """(series, class, case), NaN where a series did not score the case."""
    truth: Floats
    """(class, case) 1 or 0, NaN where it is not known."""

    def __post_init__(self) -> None:
        cases = len(self.patients)
        if self.scores.shape != (len(self.series), len(CLASS_NAMES), cases):
            raise ValueError(f"scores {self.scores.shape} must be (series, class, {cases} cases)")
        if self.truth.shape != (len(CLASS_NAMES), cases):
            raise ValueError(f"truth {self.truth.shape} must be (class, {cases} cases)")
        if not np.isin(self.truth[~np.isnan(self.truth)], (0.0, 1.0)).all():
            raise ValueError("truth must be 0, 1 or NaN")


@dataclass(frozen=True, slots=True, kw_only=True)
class MapAgreement:
    """Agreement of one class's max-projected maps with the masks of images that show a finding."""

    finding_class: int
    series: tuple[str, ...]
    images: tuple[str, ...]
    patients: tuple[str, ...]
    """(image,)."""
    soft_dice: Floats
    """(series, image), NaN where a series has no map of the image."""
    dice: Floats
    """At the threshold of the options the table was made with."""
    average_precision: Floats


PATCH_ON_LESION = "highest patch on the finding"
"""The patch's centre lies in the lesion's box."""
LESION_IN_PATCH = "finding in the highest patch"
"""The lesion's centre lies in the patch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchHits:
    """Whether the highest patch of a class meets a known finding, for each breast with one."""

    finding_class: int
    rule: str
    """What counts as a hit: PATCH_ON_LESION or LESION_IN_PATCH."""
    series: tuple[str, ...]
    breasts: tuple[str, ...]
    patients: tuple[str, ...]
    """(breast,)."""
    hit: Floats
    """(series, breast) 1 or 0, NaN where a series has no patch table of the breast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedDetections:
    """One series' detections of one class on volumes whose lesions are known."""

    series: str
    finding: str
    """What counts as a lesion: "malignant", "benign", or "every box"."""
    detections: Detections
    lesions: LesionBoxes
    volume_slices: Floats
    """(volume,)."""
    volumes: tuple[str, ...]
    """(volume,) names, which tell whether two series were judged on the same ones."""
    patients: tuple[str, ...]
    """(volume,)."""
    elsewhere: int = 0
    """Detections in volumes of which nothing is known; they take no part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that took no part, and why."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationTable:
    """Everything that is known; what is absent is not evaluated, and the results say so."""

    cases: tuple[ScoredCases, ...] = ()
    maps: tuple[MapAgreement, ...] = ()
    hits: tuple[PatchHits, ...] = ()
    detections: tuple[LocatedDetections, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = field(default=())
