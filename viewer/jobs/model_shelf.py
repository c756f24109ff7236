"""The weights files in use: which of them serve an image, loaded by an engine when needed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inference.augmentation import NO_AUGMENTATIONS, Augmentations
from inference.engine.interface import (
    BreastScorer,
    Engine,
    HeatMaps,
    ImagePredictor,
    Networks,
    SeriesScorer,
)
from inference.engine.local import LocalEngine
from inference.errors import InferenceError, WeightsError
from inference.model_card import ModelCard, card_path, read_card
from viewer.commands.ensembles import fellow_members
from viewer.domain.model_use import ModelUse, uses_of
from viewer.domain.view import ImageKind
from viewer.jobs.model_vetting import ModelVetting
from viewer.settings import DeviceChoice


class NoModel(InferenceError):
    """None of the chosen weights serves this kind of image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfModel:
    """A weights file that can be used."""

    weights: Path
    card: ModelCard
    sha256: str
    digest: str
    """A SHA-256 over the weights, and the card or the file's name that stands for one."""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfEntry:
    """What serves an image: one weights file, or the members of an ensemble."""

    weights: tuple[Path, ...]
    digest: str
    """Of everything on disk that decides what is computed, whatever the members' order."""


def card_beside(weights: Path) -> ModelCard | None:
    """The card beside a weights file, without loading the weights; None when there is none.

    Raises WeightsError when the card is wrong.
    """
    path = card_path(weights)
    return read_card(path) if path.is_file() else None


class ModelShelf:
    """Weights files in the order of choice; the first that serves a use does, with its fellows.

    Used by the inference thread only. Nothing is read or imported before it is needed: a kept
    result needs the files' digests, not their weights.
    """

    def __init__(
        self,
        *,
        weights: tuple[Path, ...],
        device: DeviceChoice,
        threads: int,
        augmentations: Augmentations = NO_AUGMENTATIONS,
        serving: Mapping[ModelUse, tuple[Path, ...]] | None = None,
        vetting: ModelVetting | None = None,
        engine: Engine | None = None,
    ) -> None:
        """serving: the user's own choice for a use. vetting: None asks for nothing.

        threads: of the CPU, for a prediction. augmentations: of images, not of whole breasts and
        CT series. engine: where networks run; None is in this process.
        """
        self._augmentations = augmentations
        self._weights = weights
        self._serving = serving or {}
        self._device = device
        self._threads = threads
        self._vetting = vetting
        self._engine = engine or LocalEngine()
        self._known: dict[Path, ShelfModel] = {}

    @property
    def weights(self) -> tuple[Path, ...]:
        """The files that were chosen."""
        return self._weights

    @property
    def augmentations(self) -> Augmentations:
        """What scores of images are means over, besides members."""
        return self._augmentations

    def entry_for(self, kind: ImageKind) -> ShelfEntry:
        """What serves a kind of image.

        Raises NoModel, WeightsError, and LicenceNotAccepted.
        """
        return self.entry_of(ModelUse(kind.value))

    def entry_for_breasts(self) -> ShelfEntry:
        """What scores breasts from two views; raises as entry_for."""
        return self.entry_of(ModelUse.BREAST)

    def entry_of(self, use: ModelUse) -> ShelfEntry:
        """What serves a use; raises as entry_for."""
        models = self._chosen(use) if use in self._serving else self._first(use)
        if self._vetting is not None:
            for model in models:
                self._vetting.require_unchanged(model.weights, model.sha256)
            self._vetting.require_accepted([(m.weights, m.card, m.sha256) for m in models])
        models = tuple(sorted(models, key=lambda model: model.digest))
        digests = [model.digest for model in models]
        whole = hashlib.sha256("\n".join(digests).encode()).hexdigest()
        return ShelfEntry(
            weights=tuple(model.weights for model in models),
            digest=digests[0] if len(digests) == 1 else whole,
        )

    @property
    def is_mixed(self) -> bool:
        """Whether networks run in mixed precision; imports them to find out about a GPU."""
        if self._device is DeviceChoice.CPU:
            return False
        return self._engine.is_mixed(self._device.value)

    def networks_of(self, entry: ShelfEntry) -> Networks:
        """What serves an image, as an engine wants it named."""
        return Networks(
            weights=entry.weights,
            device=self._device.value,
            threads=self._threads,
            augmentations=self._augmentations,
        )

    def predictor_for(self, entry: ShelfEntry) -> ImagePredictor:
        """Load the networks; those used last stay loaded. Raises InferenceError."""
        return self._engine.image_predictor(self.networks_of(entry))

    def breast_predictor_for(self, entry: ShelfEntry, heat_maps: HeatMaps | None) -> BreastScorer:
        """Load two-view networks. Raises InferenceError."""
        return self._engine.breast_predictor(self.networks_of(entry), heat_maps)

    def series_predictor_for(self, entry: ShelfEntry) -> SeriesScorer:
        """Load a classifier of CT windows. Raises InferenceError."""
        return self._engine.series_predictor(self.networks_of(entry))

    def _chosen(self, use: ModelUse) -> tuple[ShelfModel, ...]:
        """What the user chose for a use, checked that it serves it."""
        if not self._serving[use]:
            raise NoModel(f"switched off for {use.value}")
        models = tuple(self._known_model(weights) for weights in self._serving[use])
        if len(models) > 1 and not use.has_ensembles:
            raise WeightsError(f"One model serves {use.value}, not {len(models)}.")
        for model in models:
            if use not in uses_of(model.card):
                raise WeightsError(
                    f"{model.card.name} {model.card.version} was chosen for {use.value} and is "
                    "not for that; choose another model under Models."
                )
        return models

    def _first(self, use: ModelUse) -> tuple[ShelfModel, ...]:
        """The first file that serves a use, with the members of its ensemble."""
        for weights in self._weights:
            model = self._known_model(weights)
            if use in uses_of(model.card):
                if not use.has_ensembles:
                    return (model,)
                return fellow_members(model, self._readable(model))
        raise NoModel(f"no model for {use.value}")

    def _readable(self, first: ShelfModel) -> tuple[ShelfModel, ...]:
        """All files that can be read.

        Raises WeightsError for one that cannot and may be a member of the first one's ensemble:
        without a card nobody knows.
        """
        models = []
        for weights in self._weights:
            try:
                models.append(self._known_model(weights))
            except WeightsError:
                if not card_path(weights).is_file() and not card_path(first.weights).is_file():
                    raise
        return tuple(models)

    def _known_model(self, weights: Path) -> ShelfModel:
        if weights not in self._known:
            card = card_beside(weights) or self._engine.card_of(weights)
            sha256, digest = _digests(weights)
            self._known[weights] = ShelfModel(
                weights=weights, card=card, sha256=sha256, digest=digest
            )
        return self._known[weights]


def _digests(weights: Path) -> tuple[str, str]:
    """Of the weights alone, and of everything on disk that decides what a network computes."""
    digest = hashlib.sha256()
    try:
        with weights.open("rb") as file:
            of_weights = hashlib.file_digest(file, "sha256")
        digest.update(of_weights.digest())
        card = card_path(weights)
        # Without a card the number in a published file's name decides.
        digest.update(card.read_bytes() if card.is_file() else weights.name.encode())
    except OSError as error:
        raise WeightsError(f"{weights.name} cannot be read: {error.strerror or error}.") from error
    return of_weights.hexdigest(), digest.hexdigest()
