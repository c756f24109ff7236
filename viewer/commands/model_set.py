"""The models of a headless run: loaded once, each asked for the kinds of image it serves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from inference.architecture import Takes
from inference.augmentation import NO_AUGMENTATIONS, Augmentations
from inference.ensemble_groups import Grouping, ensemble_identity, group_members
from inference.errors import InferenceError
from inference.progress import Progress
from inference.types import ModelIdentity, ModelInput, Prediction
from viewer.commands.breast_models import BreastModel
from viewer.commands.series_model import SeriesModel, series_models
from viewer.domain.breast_ai import mammograms_named
from viewer.domain.model_use import uses_of
from viewer.domain.view import ImageKind

if TYPE_CHECKING:
    from inference.breast_predictor import HeatMapMaker
    from inference.checkpoint import LoadedModel
    from inference.device import Device
    from inference.ensemble import EnsemblePredictor
    from inference.prepare import MeasuredImage

DevicePreference = Literal["auto", "cpu", "cuda", "cuda-exact"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """One weights file or an ensemble of several, ready to predict."""

    identity: ModelIdentity
    """Its name and version tell it from every other model of the set."""
    kinds: frozenset[ImageKind]
    """What it serves."""
    versions: tuple[str, ...]
    """Of its members."""
    predictor: EnsemblePredictor

    @property
    def wants_measured(self) -> bool:
        """Whether images are measured before they are predicted, perhaps in another thread."""
        return self.predictor.wants_measured

    def predict(self, model_input: ModelInput, progress: Progress) -> Prediction:
        """Score one image; raises InferenceError, and what `progress` raises."""
        return replace(self.predictor.predict(model_input, progress), model=self.identity)

    def predict_maps(self, model_input: ModelInput, progress: Progress) -> Prediction:
        """As `predict`, without augmentations, which change no map."""
        plain = self.predictor.without_augmentations()
        return replace(plain.predict(model_input, progress), model=self.identity)

    def predict_measured(self, measured: MeasuredImage, progress: Progress) -> Prediction:
        """Score an image that was measured already; raises as `predict`."""
        return replace(self.predictor.predict_measured(measured, progress), model=self.identity)


@dataclass(frozen=True, slots=True)
class ModelSet:
    """Several models; an image is scored by each that serves its kind."""

    models: tuple[Model, ...]
    breasts: tuple[BreastModel, ...] = ()
    """Two-view models: a breast is scored by each."""
    series: tuple[SeriesModel, ...] = ()
    """Models of CT windows: a series is scored by each."""

    def serving(self, kind: ImageKind) -> tuple[Model, ...]:
        """The models for a kind of image, in the order of the weights."""
        return tuple(model for model in self.models if kind in model.kinds)

    @property
    def identities(self) -> tuple[ModelIdentity, ...]:
        """Of all that score images and whole breasts."""
        of_breasts = tuple(model.identity for model in self.breasts)
        return tuple(model.identity for model in self.models) + of_breasts

    @property
    def different_files(self) -> int:
        """How many weights files it is made of, each counted once."""
        members = sum(identity.members for identity in self.identities)
        return members + len(self.series)

    @property
    def ensembles(self) -> tuple[Model | BreastModel, ...]:
        """Those of more than one member."""
        models: tuple[Model | BreastModel, ...] = (*self.models, *self.breasts)
        return tuple(model for model in models if model.identity.members > 1)

    def heat_maps_for(self, kind: ImageKind) -> HeatMapMaker | None:
        """The first 2D model of this kind of image, for two-view models that want maps."""
        serving = self.serving(kind)
        return serving[0].predict_maps if serving else None


def load_models(
    weights: Sequence[Path],
    *,
    device: DevicePreference = "auto",
    grouping: Grouping = Grouping.NAME,
    augmentations: Augmentations = NO_AUGMENTATIONS,
) -> ModelSet:
    """Load weights files; the same file given twice counts once.

    Files that `grouping` makes members of one ensemble are one model, their mean; those of CT
    windows stand each for itself.
    Raises WeightsError, EnsembleError or DeviceUnavailableError (all InferenceError).
    """
    from inference.checkpoint import load_model
    from inference.device import choose_device

    if not weights:
        raise InferenceError("No weights were given, so there is no model to run.")
    by_content = {
        model.identity.sha256 + str(model.card): model for model in map(load_model, weights)
    }
    loaded = _taking(by_content.values(), Takes.VOLUME, Takes.IMAGE)
    place = choose_device(device)
    groups = group_members([model.card for model in loaded], grouping)
    models = [_model([loaded[n] for n in group], place, augmentations) for group in groups]
    pairs = _taking(by_content.values(), Takes.BREAST)
    pair_groups = group_members([model.card for model in pairs], grouping)
    breasts = [_breast_model([pairs[n] for n in group], place) for group in pair_groups]
    series = series_models(_taking(by_content.values(), Takes.SERIES), place)
    identities = [m.identity for m in models] + [m.identity for m in breasts]
    identities += [m.identity for m in series]
    names = Counter((identity.name, identity.version) for identity in identities)
    return ModelSet(
        tuple(replace(model, identity=_told_apart(model.identity, names)) for model in models),
        tuple(replace(model, identity=_told_apart(model.identity, names)) for model in breasts),
        tuple(replace(model, identity=_told_apart(model.identity, names)) for model in series),
    )


def _model(members: Sequence[LoadedModel], place: Device, augmentations: Augmentations) -> Model:
    from inference.ensemble import EnsemblePredictor
    from inference.predictor import Predictor

    predictor = EnsemblePredictor(
        members=[Predictor(model=member, device=place) for member in members],
        augmentations=augmentations,
        # The frames of an exam are kept where they are decoded.
        kept_bytes=0,
    )
    uses = {use.value for use in uses_of(members[0].card)}
    return Model(
        identity=predictor.identity,
        kinds=frozenset(kind for kind in ImageKind if kind.value in uses),
        versions=tuple(member.model.identity.version for member in predictor.members),
        predictor=predictor,
    )


def _breast_model(members: Sequence[LoadedModel], place: Device) -> BreastModel:
    return BreastModel(
        identity=ensemble_identity([member.identity for member in members]),
        kinds=mammograms_named(members[0].card.images),
        loaded=tuple(members),
        device=place,
    )


def _taking(models: Iterable[LoadedModel], *takes: Takes) -> tuple[LoadedModel, ...]:
    """Those that score this."""
    return tuple(model for model in models if model.card.architecture.spec.takes in takes)


def _told_apart(identity: ModelIdentity, names: Counter[tuple[str, str]]) -> ModelIdentity:
    """Add the beginning of the digest where two models carry one name and version."""
    if names[identity.name, identity.version] == 1:
        return identity
    return replace(identity, version=f"{identity.version} ({identity.sha256[:8]})")
