"""The two-view models of a headless run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.breast import BreastImage, BreastPrediction
from inference.progress import Progress
from inference.types import ModelIdentity
from viewer.domain.breast_ai import BreastGroup
from viewer.domain.view import ImageKind
from viewer.loading.located_exam import LocatedExam
from viewer.loading.model_source import model_input

if TYPE_CHECKING:
    from inference.breast_predictor import HeatMapMaker
    from inference.checkpoint import LoadedModel
    from inference.device import Device


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BreastModel:
    """One two-view weights file or an ensemble of several, ready to predict."""

    identity: ModelIdentity
    """Its name and version tell it from every other model of the set."""
    kinds: tuple[ImageKind, ...]
    """What it may be given."""
    loaded: tuple[LoadedModel, ...]
    """Its members."""
    device: Device

    @property
    def versions(self) -> tuple[str, ...]:
        """Of its members."""
        return tuple(sorted(model.identity.version for model in self.loaded))

    def predict(
        self, images: Sequence[BreastImage], progress: Progress, heat_maps: HeatMapMaker | None
    ) -> BreastPrediction:
        """Score one breast; raises InferenceError, and what `progress` raises.

        heat_maps: of a 2D model for images of this kind, for models that want them.
        """
        from inference.breast_ensemble import BreastEnsemble

        ensemble = BreastEnsemble(models=self.loaded, device=self.device, heat_maps=heat_maps)
        return replace(ensemble.predict(images, progress), model=self.identity)


def breast_images(located: LocatedExam, group: BreastGroup) -> list[BreastImage]:
    """The images of a breast, read as they are needed."""
    return [
        BreastImage(name=image.name, model_input=model_input(image, located.frames[image.image_id]))
        for image in group.images
    ]
