"""One breast before a two-view model: which images it is given, and where that stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from inference.breast import BreastPrediction, BreastView
from inference.types import CropRule, Laterality
from viewer.domain.ai_state import Failed, NotRun, Queued, Running
from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import ImageKind

MAMMOGRAMS = (ImageKind.FFDM, ImageKind.SYNTHETIC_2D, ImageKind.SECONDARY_CAPTURE)
"""Kinds of image with one slice, the most wanted first."""

SIDES = (Laterality.RIGHT, Laterality.LEFT)
"""In the order in which they are read and listed."""


class BreastKey(NamedTuple):
    """Which breast of which exam."""

    exam_id: str
    laterality: Laterality

    @property
    def subject(self) -> str:
        """A name for it that no image has."""
        return f"breast {self.exam_id} {self.laterality.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastGroup:
    """The images of one kind of one breast, as a two-view model is given them."""

    key: BreastKey
    kind: ImageKind
    images: tuple[ImageStack, ...]
    """Mammograms of known view, in the order of the exam."""


@dataclass(frozen=True, slots=True)
class BreastDone:
    """Finished; a view that was missing is said by the prediction."""

    prediction: BreastPrediction
    from_cache: bool = False


BreastState = NotRun | Queued | Running | BreastDone | Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastStanding:
    """Where a two-view model stands on one breast."""

    model: str
    """Name and version."""
    state: BreastState


def breast_groups(exam: Exam, kinds: Collection[ImageKind]) -> tuple[BreastGroup, ...]:
    """The breasts of an exam, each with its images for a model of these kinds; right first.

    Of every breast the kind is taken that shows the most of the two views; of equal ones FFDM
    before synthetic 2D before digitised film. A breast that has images, but none of these kinds,
    is there without any.
    """
    sides = {image.view.laterality for image in exam.images if image.view.is_known}
    wanted = [kind for kind in MAMMOGRAMS if kind in kinds]
    return tuple(
        max(
            (_group(exam, laterality, kind) for kind in wanted),
            key=lambda group: len(views_of(group.images)),
        )
        for laterality in SIDES
        if wanted and laterality in sides
    )


def mammograms_named(images: Iterable[str]) -> tuple[ImageKind, ...]:
    """The kinds a two-view model takes, by what its card says it was trained on; none said: all.

    Digitised film counts as a 2D mammogram, which FFDM models are trained on.
    """
    named = {image.casefold() for image in images}
    if not named:
        return MAMMOGRAMS
    if ImageKind.FFDM.value.casefold() in named:
        named.add(ImageKind.SECONDARY_CAPTURE.value.casefold())
    return tuple(kind for kind in MAMMOGRAMS if kind.value.casefold() in named)


def views_of(images: Iterable[ImageStack]) -> frozenset[BreastView]:
    """Which of the two views there are."""
    return frozenset(
        BreastView.MLO if image.view.crop_rule is CropRule.MLO else BreastView.CC
        for image in images
    )


def _group(exam: Exam, laterality: Laterality, kind: ImageKind) -> BreastGroup:
    return BreastGroup(
        key=BreastKey(exam.exam_id, laterality),
        kind=kind,
        images=tuple(
            image
            for image in exam.images
            if image.kind is kind
            and image.view.is_known
            and image.view.laterality is laterality
            and image.unlike_mammogram is None
        ),
    )
