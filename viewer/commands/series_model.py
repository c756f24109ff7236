"""A classifier of CT windows in a headless run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.progress import Progress
from inference.series import SeriesPrediction
from inference.types import ImageSource, ModelIdentity

if TYPE_CHECKING:
    from inference.checkpoint import LoadedModel
    from inference.ct_windows import CtWindowPredictor
    from inference.device import Device


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeriesModel:
    """One weights file, ready to score CT series."""

    identity: ModelIdentity
    """Its name and version tell it from every other model of the set."""
    predictor: CtWindowPredictor

    def predict(self, source: ImageSource, progress: Progress) -> SeriesPrediction:
        """Score one series; raises InferenceError, and what `progress` raises."""
        return replace(self.predictor.predict(source, progress), model=self.identity)


def series_models(models: Sequence[LoadedModel], place: Device) -> tuple[SeriesModel, ...]:
    """Place the models that score CT series; each stands for itself, none are averaged."""
    from inference.ct_windows import CtWindowPredictor

    return tuple(
        SeriesModel(identity=model.identity, predictor=CtWindowPredictor(model=model, device=place))
        for model in models
    )
