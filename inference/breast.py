"""One breast as a two-view network sees it, and what comes out: frozen, no torch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from inference.types import ClassScores, CropRule, Laterality, ModelIdentity, ModelInput


class BreastView(Enum):
    """The two projections of a breast; the values stand in the names of weights."""

    CC = "cc"
    MLO = "mlo"

    @property
    def title(self) -> str:
        """For people."""
        return self.name

    @property
    def other(self) -> BreastView:
        """The other one."""
        return BreastView.MLO if self is BreastView.CC else BreastView.CC


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastImage:
    """One 2D image of a breast, and what the caller calls it."""

    name: str
    model_input: ModelInput

    @property
    def view(self) -> BreastView:
        """Which of the two inputs it fits: lateral projections go with the MLO."""
        return BreastView.MLO if self.model_input.crop_rule is CropRule.MLO else BreastView.CC


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewPart:
    """What one view alone says of a breast."""

    alone: ClassScores
    """The score with the other view dropped."""
    images: tuple[str, ...]
    """Names of the images it was made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastPrediction:
    """What a two-view network says about one breast."""

    model: ModelIdentity
    laterality: Laterality
    scores: ClassScores
    cc: ViewPart | None
    """None: there was no such image, or the network does not look at this view."""
    mlo: ViewPart | None
    missing: tuple[BreastView, ...] = ()
    """Views that the network looks at and that were not there."""
    outside_training_views: bool = False
    """True when a view had to be taken from a spot, ML, XCCL or similar image."""
    heat_map_model: ModelIdentity | None = None
    """Whose saliency maps stood behind the images; None where the network takes none."""
    seconds: float
    device: str
    notices: tuple[str, ...] = ()
    """What a reader should know of how it came about, in sentences."""

    def part(self, view: BreastView) -> ViewPart | None:
        """What a view alone says."""
        return self.cc if view is BreastView.CC else self.mlo
