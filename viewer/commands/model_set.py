"""The models of a headless run: loaded once, each asked for the kinds of image it serves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from inference.architecture import Architecture
from inference.errors import InferenceError
from inference.progress import Progress
from inference.types import ModelIdentity, ModelInput, Prediction
from viewer.domain.view import ImageKind

if TYPE_CHECKING:
    from inference.predictor import Predictor

DevicePreference = Literal["auto", "cpu", "cuda"]

ARCHITECTURE_OF = {
    ImageKind.DBT: Architecture.GMIC3D,
    ImageKind.SYNTHETIC_2D: Architecture.GMIC,
    ImageKind.FFDM: Architecture.GMIC,
    ImageKind.SECONDARY_CAPTURE: Architecture.GMIC,
    ImageKind.CT: Architecture.CT_WINDOWS,
}
"""Which network looks at which kind of image; digitised film counts as a 2D mammogram."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """One weights file, ready to predict."""

    identity: ModelIdentity
    """Its name and version tell it from every other model of the set."""
    predictor: Predictor

    def predict(self, model_input: ModelInput, progress: Progress) -> Prediction:
        """Score one image; raises InferenceError, and what `progress` raises."""
        return replace(self.predictor.predict(model_input, progress), model=self.identity)


@dataclass(frozen=True, slots=True)
class ModelSet:
    """Several models; an image is scored by each that serves its kind."""

    models: tuple[Model, ...]

    def serving(self, kind: ImageKind) -> tuple[Model, ...]:
        """The models for a kind of image, in the order of the weights."""
        wanted = ARCHITECTURE_OF[kind].value
        return tuple(model for model in self.models if model.identity.architecture == wanted)


def load_models(weights: Sequence[Path], *, device: DevicePreference = "auto") -> ModelSet:
    """Load weights files; the same file given twice counts once.

    Raises WeightsError or DeviceUnavailableError (both InferenceError).
    """
    from inference.checkpoint import load_model
    from inference.device import choose_device
    from inference.predictor import Predictor

    if not weights:
        raise InferenceError("No weights were given, so there is no model to run.")
    loaded = {model.identity.sha256 + str(model.card): model for model in map(load_model, weights)}
    place = choose_device(device)
    names = Counter((m.identity.name, m.identity.version) for m in loaded.values())
    return ModelSet(
        tuple(
            Model(
                identity=_told_apart(model.identity, names),
                predictor=Predictor(model=model, device=place),
            )
            for model in loaded.values()
        )
    )


def _told_apart(identity: ModelIdentity, names: Counter[tuple[str, str]]) -> ModelIdentity:
    """Add the beginning of the digest where two files carry one name and version."""
    if names[identity.name, identity.version] == 1:
        return identity
    return replace(identity, version=f"{identity.version} ({identity.sha256[:8]})")
