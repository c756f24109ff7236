"""The two-view models of a headless run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.breast import BreastImage, BreastPrediction
from inference.progress import Progress
from inference.types import ModelIdentity
from viewer.domain.view import ImageKind

if TYPE_CHECKING:
    from inference.breast_predictor import HeatMapMaker
    from inference.checkpoint import LoadedModel
    from inference.device import Device


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BreastModel:
    """One two-view weights file, ready to predict."""

    identity: ModelIdentity
    """Its name and version tell it from every other model of the set."""
    kinds: tuple[ImageKind, ...]
    """What it may be given."""
    loaded: LoadedModel
    device: Device

    def predict(
        self, images: Sequence[BreastImage], progress: Progress, heat_maps: HeatMapMaker | None
    ) -> BreastPrediction:
        """Score one breast; raises InferenceError, and what `progress` raises.

        heat_maps: of a 2D model for images of this kind, for models that want them.
        """
        from inference.breast_predictor import BreastPredictor

        predictor = BreastPredictor(model=self.loaded, device=self.device, heat_maps=heat_maps)
        return replace(predictor.predict(images, progress), model=self.identity)
