"""Networks in a process of their own: started when first needed, anew when it died.

A thread that computes beside a window shares the interpreter's lock with it and takes its core;
measured on 2 cores, the window then takes half as long again for a picture, and stands still while
torch is imported. A process of the lowest priority costs it next to nothing.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from inference.breast import BreastImage, BreastPrediction
from inference.engine import work
from inference.engine.interface import HeatMaps, Networks, ReadWeights
from inference.engine.running_child import RunningChild
from inference.engine.wire import WireBroken
from inference.errors import Cancelled, InferenceError
from inference.model_card import ModelCard
from inference.progress import Progress, SilentProgress
from inference.series import SeriesPrediction
from inference.types import ImageSource, ModelInput, Prediction

if TYPE_CHECKING:
    from inference.device import DevicePreference

log = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")

CHILD = (sys.executable, "-P", "-m", "inference.engine")


class EngineDied(InferenceError):
    """The process that computes ended by itself."""


class EngineApart:
    """An Engine in a process of its own."""

    def __init__(self, command: Sequence[str] = CHILD) -> None:
        """command: the engine process's program."""
        self._command = tuple(command)
        self._jobs = count(1)
        self._process: RunningChild | None = None
        self._is_stale = False
        self._stopped = threading.Event()

    @property
    def process_id(self) -> int | None:
        """Of the process that computes, or computed last; None before it was needed."""
        return None if self._process is None else self._process.process_id

    def is_mixed(self, device: DevicePreference) -> bool:
        """Whether networks run there in mixed precision."""
        return self.result_of(work.AskIsMixed(device), bool)

    def card_of(self, weights: Path) -> ModelCard:
        """The card that goes with published weights. Raises WeightsError."""
        return self.result_of(work.AskCard(weights), ModelCard)

    def read_weights(self, weights: Path) -> ReadWeights:
        """Read weights as a prediction would, and keep nothing of them. Raises WeightsError."""
        return self.result_of(work.AskWeights(weights), ReadWeights)

    def image_predictor(self, networks: Networks) -> _ImagesApart:
        """Load what scores images."""
        device = _Device(self.result_of(work.LoadForImages(networks), str))
        return _ImagesApart(self, networks, device)

    def breast_predictor(self, networks: Networks, heat_maps: HeatMaps | None) -> _BreastsApart:
        """Load a two-view network."""
        device = _Device(self.result_of(work.LoadForBreasts(networks, heat_maps), str))
        return _BreastsApart(self, networks, heat_maps, device)

    def series_predictor(self, networks: Networks) -> _SeriesApart:
        """Load a classifier of CT windows."""
        device = _Device(self.result_of(work.LoadForSeries(networks), str))
        return _SeriesApart(self, networks, device)

    def forget(self) -> None:
        """Read weights anew when they are used next."""
        self._is_stale = True

    def stop(self) -> None:
        """End the process at once, and with it what is being computed."""
        self._stopped.set()
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process and its pipes, when nobody asks any more."""
        self._stopped.set()
        if self._process is not None:
            self._process.end()
            self._process = None

    def result_of(
        self,
        wanted: work.Work,
        kind: type[ResultT],
        sources: Sequence[ImageSource] = (),
        progress: Progress | None = None,
    ) -> ResultT:
        """Let a piece of work be done, and wait for what comes of it.

        Raises what the work raised, Cancelled when `progress` does or the engine is stopped, what
        reading a source raised, and EngineDied.
        """
        try:
            process = self._running()
            if self._is_stale:
                self._is_stale = False
                process.result_of(next(self._jobs), work.Forget(), (), SilentProgress())
            job = next(self._jobs)
            value = process.result_of(job, wanted, sources, progress or SilentProgress())
        except WireBroken:
            raise self._ended() from None
        assert isinstance(value, kind), f"{type(value).__name__} came of {type(wanted).__name__}"
        return value

    def _running(self) -> RunningChild:
        if self._stopped.is_set():
            raise Cancelled
        if self._process is None:
            self._process = RunningChild(self._command)
            # Stopped meanwhile, by another thread that did not see the process.
            if self._stopped.is_set():
                self._process.kill()
        return self._process

    def _ended(self) -> Exception:
        """What to say of a process that is gone; the next job starts another."""
        process, self._process = self._process, None
        code = process.end() if process is not None else None
        if self._stopped.is_set():
            return Cancelled()
        log.warning("the engine process ended by itself: exit code %s", code)
        return EngineDied(
            "The AI's process ended unexpectedly, perhaps for lack of memory; "
            "close other programs or exams and run it again."
        )


@dataclass(frozen=True, slots=True)
class _Device:
    """Where a network runs in the other process."""

    name: str


@dataclass(frozen=True, slots=True)
class _ImagesApart:
    engine: EngineApart
    networks: Networks
    device: _Device

    def predict(self, model_input: ModelInput, progress: Progress) -> Prediction:
        """Score one image."""
        wanted = work.ScoreImage(self.networks, work.AskedImage.of(model_input))
        return self.engine.result_of(wanted, Prediction, [model_input.source], progress)


@dataclass(frozen=True, slots=True)
class _BreastsApart:
    engine: EngineApart
    networks: Networks
    heat_maps: HeatMaps | None
    device: _Device

    def predict(self, images: Sequence[BreastImage], progress: Progress) -> BreastPrediction:
        """Score one breast."""
        asked = tuple((image.name, work.AskedImage.of(image.model_input)) for image in images)
        wanted = work.ScoreBreast(self.networks, self.heat_maps, asked)
        sources = [image.model_input.source for image in images]
        return self.engine.result_of(wanted, BreastPrediction, sources, progress)


@dataclass(frozen=True, slots=True)
class _SeriesApart:
    engine: EngineApart
    networks: Networks
    device: _Device

    def predict(self, source: ImageSource, progress: Progress) -> SeriesPrediction:
        """Score every window of a series."""
        wanted = work.ScoreSeries(self.networks)
        return self.engine.result_of(wanted, SeriesPrediction, [source], progress)
