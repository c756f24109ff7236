"""The images a run learns from, before and after they are prepared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from inference.training_runs.config import ImageType
from inference.types import Laterality, ModelInput


class Part(Enum):
    """What an image serves for."""

    TRAINING = "training"
    VALIDATION = "validation"


class BiradsGroup(Enum):
    """The three groups of pretraining (3D-GMIC, section IV); the value is the class number."""

    SUSPICIOUS = 0
    """BI-RADS 0, 4 and 5, or a malignant finding."""
    NORMAL = 1
    """BI-RADS 1, or no finding."""
    BENIGN = 2
    """BI-RADS 2 and 3, or a benign finding."""


def group_of(*, benign: bool, malignant: bool) -> BiradsGroup:
    """The group of an image whose BI-RADS category is not known."""
    if malignant:
        return BiradsGroup.SUSPICIOUS
    return BiradsGroup.BENIGN if benign else BiradsGroup.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownImage:
    """What is known of one image of a breast."""

    name: str
    """For messages; names no patient."""
    key: str
    """Names the image in files: letters, digits, "-" and "_"; no two images share one."""
    patient: str
    exam: str
    laterality: Laterality
    view: str
    """"CC", "MLO", or what else it shows."""
    kind: ImageType
    benign: bool
    malignant: bool
    birads: BiradsGroup
    part: Part | None = None
    """None: drawn by patient."""

    @property
    def labels(self) -> tuple[float, float]:
        """1 where there is a benign, a malignant finding."""
        return float(self.benign), float(self.malignant)

    @property
    def has_finding(self) -> bool:
        """Whether there is a finding of either class."""
        return self.benign or self.malignant


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingImage:
    """An image that can be opened."""

    known: KnownImage
    open_image: Callable[[], ModelInput]
    """May be called from any thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedImage:
    """An image of which the part around the breast is kept in a file."""

    known: KnownImage
    path: Path
    """Pixels (slices, rows, columns), facing right."""
    top: int
    left: int
    """Of the kept pixels, in the network's window; negative above and left of it."""
    input_rows: int
    input_columns: int
    """Of the network's window."""
