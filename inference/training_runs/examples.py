"""The images a run learns from, before and after they are prepared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What a network scores at a time: an image, or the views of a breast."""

    known: KnownImage
    """Of a breast: what is known of all its images together."""
    images: tuple[PreparedImage, ...]


def image_examples(images: Iterable[PreparedImage]) -> tuple[Example, ...]:
    """Every image for itself."""
    return tuple(Example(known=image.known, images=(image,)) for image in images)


def breast_examples(images: Iterable[PreparedImage], views: Sequence[str]) -> tuple[Example, ...]:
    """Whole breasts, each with the first image of every view.

    images: as of_whole_breasts leaves them. A breast has the findings of any of them.
    """
    breasts: dict[_Breast, dict[str, PreparedImage]] = {}
    for image in images:
        breasts.setdefault(_breast(image.known), {}).setdefault(image.known.view, image)
    found = []
    for breast in breasts.values():
        own = tuple(breast[view] for view in views)
        found.append(Example(known=_together([image.known for image in own]), images=own))
    return tuple(found)


def of_whole_breasts(
    images: Sequence[TrainingImage], views: Sequence[str]
) -> tuple[TrainingImage, ...]:
    """The images of these views of the breasts that have them all."""
    there: dict[_Breast, set[str]] = {}
    for image in images:
        there.setdefault(_breast(image.known), set()).add(image.known.view)
    return tuple(
        image
        for image in images
        if image.known.view in views and there[_breast(image.known)] >= set(views)
    )


_Breast = tuple[str, Laterality, ImageType]


def _breast(known: KnownImage) -> _Breast:
    """Images of one breast of one kind share it."""
    return known.exam, known.laterality, known.kind


def _together(images: Sequence[KnownImage]) -> KnownImage:
    benign = any(image.benign for image in images)
    malignant = any(image.malignant for image in images)
    return replace(images[0], benign=benign, malignant=malignant)
