"""The weights files in use: which of them serves an image, loaded when first needed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inference.architecture import Architecture
from inference.errors import InferenceError, WeightsError
from inference.model_card import ModelCard, card_path, read_card
from viewer.commands.model_set import ARCHITECTURE_OF
from viewer.domain.view import ImageKind
from viewer.jobs.quiet_import import import_networks
from viewer.settings import DeviceChoice

if TYPE_CHECKING:
    from inference.breast_predictor import BreastPredictor, HeatMapMaker
    from inference.checkpoint import LoadedModel
    from inference.predictor import Predictor


class NoModel(InferenceError):
    """None of the chosen weights serves this kind of image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfEntry:
    """A weights file that can be used."""

    weights: Path
    architecture: Architecture
    digest: str
    """A SHA-256 over the weights, and the card or the file's name that stands for one."""


def card_beside(weights: Path) -> ModelCard | None:
    """The card beside a weights file, without loading the weights; None when there is none.

    Raises WeightsError when the card is wrong.
    """
    path = card_path(weights)
    return read_card(path) if path.is_file() else None


class ModelShelf:
    """Weights files in the order of choice; the first of each architecture serves.

    Used by the inference thread only. Nothing is read or imported before it is needed: a kept
    result needs the file's digest, not its weights.
    """

    def __init__(self, *, weights: tuple[Path, ...], device: DeviceChoice, threads: int) -> None:
        """threads: of the CPU, for a prediction."""
        self._weights = weights
        self._device = device
        self._threads = threads
        self._entries: dict[Path, ShelfEntry] = {}
        self._loaded: dict[Path, LoadedModel] = {}
        self._predictor: tuple[Path, Predictor] | None = None

    @property
    def weights(self) -> tuple[Path, ...]:
        """The files that were chosen."""
        return self._weights

    def entry_for(self, kind: ImageKind) -> ShelfEntry:
        """The file that serves a kind of image. Raises NoModel, WeightsError."""
        entry = self._first(ARCHITECTURE_OF[kind])
        if entry is None:
            raise NoModel(
                f"None of the chosen weights is for {kind.value}; choose some under Models."
            )
        return entry

    def entry_for_breasts(self) -> ShelfEntry:
        """The file that scores breasts from two views. Raises NoModel, WeightsError."""
        entry = self._first(Architecture.TWO_VIEW)
        if entry is None:
            raise NoModel("None of the chosen weights is a two-view model.")
        return entry

    @property
    def is_mixed(self) -> bool:
        """Whether networks run here in mixed precision; imports them to find out about a GPU."""
        if self._device is DeviceChoice.CPU:
            return False
        import_networks()
        from inference.device import choose_device

        return choose_device(self._device.value, threads=self._threads).is_mixed

    def predictor_for(self, entry: ShelfEntry) -> Predictor:
        """Load the network; the last one stays loaded. Raises InferenceError."""
        if self._predictor is not None and self._predictor[0] == entry.weights:
            return self._predictor[1]
        import_networks()
        from inference.device import choose_device
        from inference.predictor import Predictor

        self._predictor = None
        predictor = Predictor(
            model=self._model(entry.weights),
            device=choose_device(self._device.value, threads=self._threads),
            threads=self._threads,
        )
        self._predictor = (entry.weights, predictor)
        return predictor

    def breast_predictor_for(
        self, entry: ShelfEntry, heat_maps: HeatMapMaker | None
    ) -> BreastPredictor:
        """Load a two-view network. Raises InferenceError."""
        import_networks()
        from inference.breast_predictor import BreastPredictor
        from inference.device import choose_device

        return BreastPredictor(
            model=self._model(entry.weights),
            device=choose_device(self._device.value, threads=self._threads),
            threads=self._threads,
            heat_maps=heat_maps,
        )

    def _first(self, wanted: Architecture) -> ShelfEntry | None:
        for weights in self._weights:
            entry = self._entry(weights)
            if entry.architecture is wanted:
                return entry
        return None

    def _entry(self, weights: Path) -> ShelfEntry:
        if weights not in self._entries:
            card = card_beside(weights)
            architecture = card.architecture if card else self._model(weights).card.architecture
            self._entries[weights] = ShelfEntry(
                weights=weights, architecture=architecture, digest=_digest(weights)
            )
        return self._entries[weights]

    def _model(self, weights: Path) -> LoadedModel:
        if weights not in self._loaded:
            import_networks()
            from inference.checkpoint import load_model

            self._loaded[weights] = load_model(weights)
        return self._loaded[weights]


def _digest(weights: Path) -> str:
    """Everything on disk that decides what a network computes."""
    digest = hashlib.sha256()
    try:
        with weights.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
        card = card_path(weights)
        # Without a card the number in a published file's name decides.
        digest.update(card.read_bytes() if card.is_file() else weights.name.encode())
    except OSError as error:
        raise WeightsError(f"{weights.name} cannot be read: {error.strerror or error}.") from error
    return digest.hexdigest()
