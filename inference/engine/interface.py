"""What runs networks, wherever that is: an engine, and the predictors it gives. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from inference.augmentation import NO_AUGMENTATIONS, Augmentations
from inference.breast import BreastImage, BreastPrediction
from inference.errors import InferenceError
from inference.model_card import ModelCard
from inference.progress import Progress
from inference.series import SeriesPrediction
from inference.types import ImageSource, ModelInput, Prediction

if TYPE_CHECKING:
    from inference.device import DevicePreference


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """Weights files to be used together, and where their networks run."""

    weights: tuple[Path, ...]
    """One model, or the members of an ensemble."""
    device: DevicePreference
    threads: int
    """Of the CPU."""
    augmentations: Augmentations = NO_AUGMENTATIONS
    """Of images, not of whole breasts and CT series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMaps:
    """A 2D model's saliency maps that may stand behind the images of a breast.

    They matter only to a two-view model that wants maps.
    """

    kept: tuple[Prediction | None, ...]
    """Of each image what is known already; None is made when it is wanted."""
    networks: Networks | None
    """What makes them; None where `problem` says why nothing can."""
    problem: InferenceError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWeights:
    """What is known of a weights file that was read whole, without a fault."""

    card: ModelCard
    sha256: str
    """Of the file."""


class NamedDevice(Protocol):
    """Where a network runs."""

    @property
    def name(self) -> str:
        """For people."""
        ...


class ImagePredictor(Protocol):
    """Scores images, one at a time; see inference.predictor.Predictor."""

    @property
    def device(self) -> NamedDevice:
        """Where it runs first."""
        ...

    def predict(self, model_input: ModelInput, progress: Progress, /) -> Prediction:
        """Score one image."""
        ...


class BreastScorer(Protocol):
    """Scores breasts, one at a time; see inference.breast_ensemble.BreastEnsemble."""

    @property
    def device(self) -> NamedDevice:
        """Where it runs first."""
        ...

    def predict(self, images: Sequence[BreastImage], progress: Progress, /) -> BreastPrediction:
        """Score one breast."""
        ...


class SeriesScorer(Protocol):
    """Scores CT series, one at a time; see inference.ct_windows.CtWindowPredictor."""

    @property
    def device(self) -> NamedDevice:
        """Where it runs first."""
        ...

    def predict(self, source: ImageSource, progress: Progress, /) -> SeriesPrediction:
        """Score every window of a series."""
        ...


class Engine(Protocol):
    """Loads networks and keeps them loaded. From one thread, besides `forget` and `stop`."""

    def is_mixed(self, device: DevicePreference) -> bool:
        """Whether networks run there in mixed precision."""
        ...

    def card_of(self, weights: Path) -> ModelCard:
        """The card of a weights file that has none beside it. Raises WeightsError."""
        ...

    def read_weights(self, weights: Path) -> ReadWeights:
        """Read weights as a prediction would, and keep nothing of them. Raises WeightsError."""
        ...

    def image_predictor(self, networks: Networks) -> ImagePredictor:
        """Load what scores images; the networks used last stay loaded. Raises InferenceError."""
        ...

    def breast_predictor(self, networks: Networks, heat_maps: HeatMaps | None) -> BreastScorer:
        """Load two-view networks; heat_maps: None where no model makes any."""
        ...

    def series_predictor(self, networks: Networks) -> SeriesScorer:
        """Load a classifier of CT windows."""
        ...

    def forget(self) -> None:
        """Read weights anew when they are used next: files may have changed. From any thread."""
        ...

    def stop(self) -> None:
        """End what is computed; what waits for it, or asks now, gets Cancelled. From any thread."""
        ...

    def close(self) -> None:
        """Let go of everything, when nobody asks any more."""
        ...
