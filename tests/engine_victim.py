"""An engine process for tests: what its networks do is said by their weights' name. No torch."""

from __future__ import annotations

import logging
import os
import signal
import time
from pathlib import Path

import numpy as np

from inference.engine.child import serve
from inference.engine.interface import HeatMaps, Networks, ReadWeights
from inference.errors import InferenceError, WeightsError
from inference.model_card import ModelCard
from inference.progress import Progress
from inference.types import ClassScores, ModelIdentity, ModelInput, Placement, Prediction

log = logging.getLogger("inference.victim")


class Unsendable(Exception):
    """No pickle of it can be read again."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


class Networkless:
    """Scores an image by its mean; its saliency holds the means of the slices."""

    class device:  # noqa: N801
        name = "no device"

    def __init__(self, weights: tuple[Path, ...], loads: int) -> None:
        self.name = weights[0].name
        self.loads = loads

    def predict(self, model_input: ModelInput, progress: Progress) -> Prediction:
        source = model_input.source
        means = []
        for slice_index in range(source.slices):
            pixels = source.read_slice(slice_index)
            assert pixels.shape == (source.rows, source.columns)
            means.append(float(pixels.mean()))
            progress.update(slice_index + 1, source.slices, "slices")
            self._act()
        return prediction_of(means, model_input, f"{self.name} loaded {self.loads} times")

    def _act(self) -> None:
        if self.name == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.name == "prints":
            print("not a message")  # noqa: T201
            log.warning("said by %s", self.name)
        if self.name == "computes":
            end = time.perf_counter() + 0.3
            while time.perf_counter() < end:
                pass
        if self.name == "sleeps":
            time.sleep(60)
        if self.name == "fails":
            raise InferenceError("The network gave a result that is not a number.")
        if self.name == "has a bug":
            raise ZeroDivisionError
        if self.name == "is unsendable":
            raise Unsendable("a", "b")


def prediction_of(means: list[float], model_input: ModelInput, device: str) -> Prediction:
    scores = ClassScores(benign=0.25, malignant=0.5)
    source = model_input.source
    return Prediction(
        model=ModelIdentity(name="Victim", version="1", architecture="gmic3d", sha256=""),
        scores=scores,
        global_scores=scores,
        local_scores=scores,
        saliency=np.array(means, np.float32).reshape(-1, 1, 1, 1).repeat(2, axis=1),
        patches=(),
        placement=Placement(
            input_rows=source.rows,
            input_columns=source.columns,
            image_rows=source.rows,
            image_columns=source.columns,
            row_offset=0,
            column_offset=0,
            mirrored=False,
        ),
        has_salient_region=False,
        outside_training_views=model_input.outside_training_views,
        seconds=0.0,
        device=device,
    )


class VictimEngine:
    """Gives Networkless predictors."""

    def __init__(self) -> None:
        self._loads = 0
        self._loaded: Networks | None = None

    def is_mixed(self, device: str) -> bool:
        return device == "cuda"

    def card_of(self, weights: Path) -> ModelCard:
        raise WeightsError(f"{weights.name} has no card")

    def read_weights(self, weights: Path) -> ReadWeights:
        if weights.name == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if weights.name == "sleeps":
            time.sleep(60)
        raise WeightsError(f"{weights.name} is damaged")

    def image_predictor(self, networks: Networks) -> Networkless:
        if self._loaded != networks:
            self._loaded, self._loads = networks, self._loads + 1
        return Networkless(networks.weights, self._loads)

    def breast_predictor(self, networks: Networks, heat_maps: HeatMaps | None) -> object:
        raise NotImplementedError

    def series_predictor(self, networks: Networks) -> object:
        raise NotImplementedError

    def forget(self) -> None:
        self._loaded = None

    def stop(self) -> None: ...

    def close(self) -> None: ...


if __name__ == "__main__":
    serve(VictimEngine())
