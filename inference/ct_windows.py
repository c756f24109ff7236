"""A window classifier put to work: from a CT series to a score for each window of slices."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from inference.checkpoint import LoadedModel
from inference.ct_preparation import CtPreparation, SliceWindows
from inference.device import Device, choose_device
from inference.errors import DeviceMemoryError, InferenceError, UnusableImageError, WeightsError
from inference.networks.swin3d import Swin3d
from inference.networks.video_resnet import VideoResNet
from inference.process import keep_freed_memory, release_freed_memory
from inference.progress import Progress
from inference.series import SeriesPrediction, WindowScore
from inference.types import ImageSource
from inference.window_run import WindowRun, place_classifier

log = logging.getLogger(__name__)


class CtWindowPredictor:
    """One window classifier on one device. Use it from one thread at a time."""

    def __init__(
        self,
        *,
        model: LoadedModel,
        device: Device | None = None,
        windows_per_chunk: int | None = None,
        threads: int | Callable[[], int] | None = None,
    ) -> None:
        """Place the model.

        device: None takes the GPU when there is one. windows_per_chunk: None takes what is
        fastest there. threads: of the CPU, or a function that is asked before every chunk.
        Raises WeightsError when the model is no window classifier.
        """
        if windows_per_chunk is not None and windows_per_chunk < 1:
            raise ValueError(f"windows_per_chunk must be at least 1, got {windows_per_chunk}")
        keep_freed_memory()
        self._model = model
        self._preparation = CtPreparation.of_card(
            model.card.settings, rows=model.card.input_rows, columns=model.card.input_columns
        )
        self._threads: Callable[[], int | None] = threads if callable(threads) else lambda: threads
        self._windows_per_chunk = windows_per_chunk
        self._placed = place_classifier(
            _classifier(model), device or choose_device(threads=self._threads())
        )

    @property
    def model(self) -> LoadedModel:
        """The model it runs."""
        return self._model

    @property
    def preparation(self) -> CtPreparation:
        """How it prepares a series."""
        return self._preparation

    @property
    def device(self) -> Device:
        """Where it runs first."""
        return self._placed[0].device

    def predict(self, source: ImageSource, progress: Progress) -> SeriesPrediction:
        """Score every window of a series.

        source: slices in Hounsfield units as radiologists see them, the patient's right on the
        left, head first. Every slice read and every window scored is reported to `progress` (as
        windows), which may raise Cancelled there. Raises InferenceError: a series that cannot be
        used, no memory on any device, or a result that is not a number.
        """
        started = time.perf_counter()
        try:
            with torch.inference_mode():
                prediction = self._predict(source, progress, started)
        except MemoryError as error:
            raise DeviceMemoryError(
                "There is not enough memory to prepare the series; close other programs or exams "
                "and run again."
            ) from error
        finally:
            release_freed_memory()
        log.info(
            "series scored model=%s slices=%d windows=%d seconds=%.1f",
            prediction.model.name,
            source.slices,
            len(prediction.windows),
            prediction.seconds,
        )
        return prediction

    def _predict(self, source: ImageSource, progress: Progress, started: float) -> SeriesPrediction:
        starts = self._preparation.window_starts(source.slices)
        windows = SliceWindows(source, self._preparation)
        run = WindowRun(self._placed, self._windows_per_chunk, self._threads)
        scores: list[float] = []
        while len(scores) < len(starts):
            chunk = starts[len(scores) : len(scores) + run.windows_per_chunk]
            prepared = _read_windows(windows, chunk, progress, len(scores), len(starts))
            scores += run.score(prepared)
            progress.update(len(scores), len(starts), "windows")
        if not windows.shows_something:
            raise UnusableImageError(
                "Every pixel of the series lies outside the model's Hounsfield range on one side, "
                "so there is nothing to score."
            )
        _require_finite(scores)
        held = min(self._preparation.window_slices, source.slices)
        return SeriesPrediction(
            model=self._model.identity,
            windows=tuple(
                WindowScore(first_slice=start, last_slice=start + held - 1, score=score)
                for start, score in zip(starts, scores, strict=True)
            ),
            slices=source.slices,
            repeated_slices=windows.repeated_slices,
            seconds=time.perf_counter() - started,
            device=run.device.name,
            notices=(*self._about(windows), *run.notices),
        )

    def _about(self, windows: SliceWindows) -> tuple[str, ...]:
        if not windows.repeated_slices:
            return ()
        wanted = self._preparation.window_slices
        return (
            f"The series has {wanted - windows.repeated_slices} slices, a window {wanted}: "
            "the first and the last slice were repeated.",
        )


def _read_windows(
    windows: SliceWindows, starts: Sequence[int], progress: Progress, done: int, total: int
) -> NDArray[np.float32]:
    """The windows from these slices on, (windows, slices, rows, columns)."""
    prepared = []
    for start in starts:
        for slice_index in windows.missing_of(start):
            progress.update(done, total, "windows")
            windows.read(slice_index)
        prepared.append(windows.window(start))
    return np.stack(prepared)


def _classifier(model: LoadedModel) -> nn.Module:
    if not isinstance(model.network, VideoResNet | Swin3d):
        title = model.card.architecture.spec.title
        raise WeightsError(f"{model.card.name} is a {title} model; it scores no CT series.")
    return model.network


def _require_finite(scores: Sequence[float]) -> None:
    if not all(math.isfinite(score) for score in scores):
        raise InferenceError(
            "The network gave a result that is not a number, so there is no score; "
            "the weights do not fit this series."
        )
