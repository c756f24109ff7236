"""Networks in this process; torch is imported when the first of them is needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from inference.breast import BreastImage, BreastPrediction
from inference.engine.interface import HeatMaps, NamedDevice, Networks, ReadWeights
from inference.model_card import ModelCard
from inference.progress import Progress
from inference.quiet_import import import_networks
from inference.types import ModelInput, Prediction

if TYPE_CHECKING:
    from inference.breast_ensemble import BreastEnsemble
    from inference.breast_predictor import HeatMapMaker
    from inference.checkpoint import LoadedModel
    from inference.ct_windows import CtWindowPredictor
    from inference.device import Device, DevicePreference
    from inference.ensemble import EnsemblePredictor
    from inference.predictor import Predictor

_KEPT_BYTES = 512 << 20
"""For slices that the next member of an ensemble reads again; the frame store has its own."""


class LocalEngine:
    """Loads networks here; everything that was loaded stays so until it is forgotten."""

    def __init__(self) -> None:
        self._loaded: dict[Path, LoadedModel] = {}
        self._predictor: tuple[Networks, Predictor | EnsemblePredictor] | None = None
        self._is_stale = False

    def is_mixed(self, device: DevicePreference) -> bool:
        """Whether networks run there in mixed precision; imports them to find out about a GPU."""
        import_networks()
        from inference.device import choose_device

        return choose_device(device).is_mixed

    def card_of(self, weights: Path) -> ModelCard:
        """The card that goes with published weights. Raises WeightsError."""
        return self._model(weights).card

    def read_weights(self, weights: Path) -> ReadWeights:
        """Read weights as a prediction would, and keep nothing of them. Raises WeightsError."""
        import_networks()
        from inference.checkpoint import load_model

        model = load_model(weights)
        return ReadWeights(card=model.card, sha256=model.identity.sha256)

    def image_predictor(self, networks: Networks) -> Predictor | EnsemblePredictor:
        """Load the networks; those used last stay placed. Raises InferenceError."""
        self._refresh()
        if self._predictor is not None and self._predictor[0] == networks:
            return self._predictor[1]
        import_networks()
        from inference.ensemble import EnsemblePredictor
        from inference.predictor import Predictor

        self._predictor = None
        device = _device(networks)
        members = [
            Predictor(model=self._model(weights), device=device, threads=networks.threads)
            for weights in networks.weights
        ]
        predictor = (
            members[0]
            if len(members) == 1 and networks.augmentations.count == 0
            else EnsemblePredictor(
                members=members, augmentations=networks.augmentations, kept_bytes=_KEPT_BYTES
            )
        )
        self._predictor = (networks, predictor)
        return predictor

    def breast_predictor(self, networks: Networks, heat_maps: HeatMaps | None) -> _BreastWithMaps:
        """Load two-view networks. Raises InferenceError."""
        return _BreastWithMaps(self, networks, heat_maps)

    def two_view_ensemble(
        self, networks: Networks, heat_maps: HeatMapMaker | None
    ) -> BreastEnsemble:
        """Load two-view networks with what makes their heat maps. Raises InferenceError."""
        import_networks()
        from inference.breast_ensemble import BreastEnsemble

        return BreastEnsemble(
            models=[self._model(weights) for weights in networks.weights],
            device=_device(networks),
            threads=networks.threads,
            heat_maps=heat_maps,
        )

    def heat_maps_of(self, networks: Networks) -> HeatMapMaker:
        """Load what makes maps. Raises InferenceError."""
        import_networks()
        from inference.ensemble import EnsemblePredictor

        predictor = self.image_predictor(networks)
        # Only an ensemble has augmentations, and they change no map.
        if isinstance(predictor, EnsemblePredictor):
            return predictor.without_augmentations().predict
        return predictor.predict

    def series_predictor(self, networks: Networks) -> CtWindowPredictor:
        """Load a classifier of CT windows. Raises InferenceError."""
        import_networks()
        from inference.ct_windows import CtWindowPredictor

        return CtWindowPredictor(
            model=self._model(networks.weights[0]),
            device=_device(networks),
            threads=networks.threads,
        )

    def forget(self) -> None:
        """Read weights anew when they are used next."""
        self._is_stale = True

    def stop(self) -> None:
        """Nothing: here only the caller's progress ends what is computed."""

    def close(self) -> None:
        """Let go of the networks."""
        self._loaded, self._predictor = {}, None

    def _model(self, weights: Path) -> LoadedModel:
        self._refresh()
        if weights not in self._loaded:
            import_networks()
            from inference.checkpoint import load_model

            self._loaded[weights] = load_model(weights)
        return self._loaded[weights]

    def _refresh(self) -> None:
        # Here and not in `forget`, so that what is being loaded meanwhile is forgotten, too.
        if self._is_stale:
            self._is_stale = False
            self._loaded, self._predictor = {}, None


class _BreastWithMaps:
    """Two-view networks that are given the heat maps that are known, and those made now."""

    def __init__(self, engine: LocalEngine, networks: Networks, heat_maps: HeatMaps | None) -> None:
        self._engine = engine
        self._maps = heat_maps
        self._images: Sequence[BreastImage] = ()
        makes = None if heat_maps is None else self._make
        self._predictor = engine.two_view_ensemble(networks, makes)

    @property
    def device(self) -> NamedDevice:
        """Where it runs first."""
        return self._predictor.device

    def predict(self, images: Sequence[BreastImage], progress: Progress) -> BreastPrediction:
        """Score one breast."""
        self._images = images
        return self._predictor.predict(images, progress)

    def _make(self, asked: ModelInput, progress: Progress) -> Prediction:
        """Give an image's maps; raises what makes them impossible."""
        maps = self._maps
        assert maps is not None, "otherwise nobody asks"
        if maps.problem is not None:
            raise maps.problem
        assert maps.networks is not None, "without a problem there is what makes them"
        index = next(n for n, image in enumerate(self._images) if image.model_input is asked)
        kept = maps.kept[index]
        if kept is not None:
            return kept
        return self._engine.heat_maps_of(maps.networks)(asked, progress)


def _device(networks: Networks) -> Device:
    from inference.device import choose_device

    return choose_device(networks.device, threads=networks.threads)
