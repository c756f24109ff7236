"""What an engine process can be asked for; each piece knows how it is done on an engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inference.breast import BreastImage
from inference.engine.interface import Engine, HeatMaps, Networks
from inference.progress import Progress
from inference.types import CropRule, ImageSource, Laterality, ModelInput

if TYPE_CHECKING:
    from inference.device import DevicePreference


class Work(Protocol):
    """Something an engine is asked for."""

    def outcome(self, engine: Engine, sources: Sequence[ImageSource], progress: Progress) -> object:
        """Do it where the networks are; sources: the images, in the order they were named."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedImage:
    """A ModelInput without its pixels."""

    laterality: Laterality
    crop_rule: CropRule
    outside_training_views: bool

    @classmethod
    def of(cls, asked: ModelInput) -> AskedImage:
        """Leave the pixels out."""
        return cls(
            laterality=asked.laterality,
            crop_rule=asked.crop_rule,
            outside_training_views=asked.outside_training_views,
        )

    def with_pixels(self, source: ImageSource) -> ModelInput:
        """The whole input, its pixels from here."""
        return ModelInput(
            source=source,
            laterality=self.laterality,
            crop_rule=self.crop_rule,
            outside_training_views=self.outside_training_views,
        )


@dataclass(frozen=True, slots=True)
class AskIsMixed:
    """Whether networks run in mixed precision."""

    device: DevicePreference

    def outcome(self, engine: Engine, sources: Sequence[ImageSource], progress: Progress) -> bool:
        """True or False."""
        return engine.is_mixed(self.device)


@dataclass(frozen=True, slots=True)
class AskCard:
    """The card of weights that have none beside them."""

    weights: Path

    def outcome(self, engine: Engine, sources: Sequence[ImageSource], progress: Progress) -> object:
        """A ModelCard."""
        return engine.card_of(self.weights)


@dataclass(frozen=True, slots=True)
class AskWeights:
    """What a weights file is, read whole."""

    weights: Path

    def outcome(self, engine: Engine, sources: Sequence[ImageSource], progress: Progress) -> object:
        """A ReadWeights."""
        return engine.read_weights(self.weights)


@dataclass(frozen=True, slots=True)
class Forget:
    """Read weights anew."""

    def outcome(self, engine: Engine, sources: Sequence[ImageSource], progress: Progress) -> None:
        """Nothing."""
        engine.forget()


@dataclass(frozen=True, slots=True)
class LoadForImages:
    """Load what scores images."""

    networks: Networks

    def outcome(self, engine: Engine, sources: Sequence[ImageSource], progress: Progress) -> str:
        """The device's name."""
        return engine.image_predictor(self.networks).device.name


@dataclass(frozen=True, slots=True)
class LoadForBreasts:
    """Load a two-view network."""

    networks: Networks
    heat_maps: HeatMaps | None

    def outcome(self, engine: Engine, sources: Sequence[ImageSource], progress: Progress) -> str:
        """The device's name."""
        return engine.breast_predictor(self.networks, self.heat_maps).device.name


@dataclass(frozen=True, slots=True)
class LoadForSeries:
    """Load a classifier of CT windows."""

    networks: Networks

    def outcome(self, engine: Engine, sources: Sequence[ImageSource], progress: Progress) -> str:
        """The device's name."""
        return engine.series_predictor(self.networks).device.name


@dataclass(frozen=True, slots=True)
class ScoreImage:
    """Score one image."""

    networks: Networks
    image: AskedImage

    def outcome(self, engine: Engine, sources: Sequence[ImageSource], progress: Progress) -> object:
        """A Prediction."""
        predictor = engine.image_predictor(self.networks)
        return predictor.predict(self.image.with_pixels(sources[0]), progress)


@dataclass(frozen=True, slots=True)
class ScoreBreast:
    """Score one breast."""

    networks: Networks
    heat_maps: HeatMaps | None
    images: tuple[tuple[str, AskedImage], ...]
    """Each with its name."""

    def outcome(self, engine: Engine, sources: Sequence[ImageSource], progress: Progress) -> object:
        """A BreastPrediction."""
        images = [
            BreastImage(name=name, model_input=image.with_pixels(source))
            for (name, image), source in zip(self.images, sources, strict=True)
        ]
        return engine.breast_predictor(self.networks, self.heat_maps).predict(images, progress)


@dataclass(frozen=True, slots=True)
class ScoreSeries:
    """Score one CT series."""

    networks: Networks

    def outcome(self, engine: Engine, sources: Sequence[ImageSource], progress: Progress) -> object:
        """A SeriesPrediction."""
        return engine.series_predictor(self.networks).predict(sources[0], progress)
