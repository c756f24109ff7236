"""A loaded model put to work: from an image to a frozen Prediction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import torch
from torch import Tensor

from inference.architecture import Architecture
from inference.checkpoint import LoadedModel
from inference.chunks import ChunkedRun, joined, place_network
from inference.device import Device, Precision, choose_device
from inference.errors import DeviceMemoryError, InferenceError, InputShapeError, WeightsError
from inference.network_input import NetworkInput, prepare_on
from inference.networks.gmic3d import CloseLook, CoarseLook, Gmic3d
from inference.networks.patches import (
    PatchPosition,
    choose_patches,
    has_salient_region,
)
from inference.networks.saliency import pool_top_cells
from inference.prepare import MeasuredImage, PreparedInput, measure
from inference.process import keep_freed_memory, release_freed_memory
from inference.progress import Progress
from inference.types import (
    BENIGN,
    MALIGNANT,
    ClassScores,
    ModelInput,
    Patch,
    Prediction,
)

log = logging.getLogger(__name__)

_TOO_LARGE_FOR_MIXED = (
    "This model's numbers are too large for mixed precision; it ran in exact float32, more slowly."
)


class Predictor:
    """One model on one device. Use it from one thread at a time."""

    def __init__(
        self,
        *,
        model: LoadedModel,
        device: Device | None = None,
        slices_per_chunk: int | None = None,
        threads: int | Callable[[], int] | None = None,
        precision: Precision | None = None,
    ) -> None:
        """Place the model.

        device: None takes the GPU when there is one. precision: None takes the device's own.
        slices_per_chunk: None takes what is fastest there. threads: of the CPU; a function is
        asked again before every chunk, so that fewer can be used while the cores are wanted
        elsewhere; None leaves torch's own number.
        Raises WeightsError when the model scores something else than single images.
        """
        if slices_per_chunk is not None and slices_per_chunk < 1:
            raise ValueError(f"slices_per_chunk must be at least 1, got {slices_per_chunk}")
        keep_freed_memory()
        self._model = model
        self._network = _image_network(model)
        self._slices_per_chunk = slices_per_chunk
        self._threads = _asking(threads)
        chosen = device or choose_device(threads=self._threads(), precision=precision)
        if precision is not None:
            chosen = replace(chosen, precision=precision)
        self._placed = place_network(self._network, chosen)

    @property
    def model(self) -> LoadedModel:
        """The model it runs."""
        return self._model

    @property
    def network(self) -> Gmic3d:
        """The model's network; a Gmic where it takes 2D images."""
        return self._network

    @property
    def device(self) -> Device:
        """Where it runs first."""
        return self._placed[0].device

    @property
    def input_size(self) -> tuple[int, int]:
        """Rows and columns of the window it looks through."""
        config = self._network.config
        return config.input_rows, config.input_columns

    def predict(self, model_input: ModelInput, progress: Progress) -> Prediction:
        """Score one image and say where the network looked.

        Every slice is reported to `progress`, which may raise Cancelled there. Raises
        InferenceError, by its subclasses: an unusable image, a shape that does not fit, no
        memory on any device; or a result that is not a number.
        """
        started = time.perf_counter()
        self.require_fitting(model_input)
        given = self.prepare_on_gpu(model_input, progress)
        if given is not None:
            prediction = self.predict_given(given, progress)
        else:
            with memory_errors_said():
                measured = measure(model_input, progress)
            prediction = self.predict_measured(measured, progress)
        return replace(prediction, seconds=time.perf_counter() - started)

    def predict_measured(self, measured: MeasuredImage, progress: Progress) -> Prediction:
        """Score an image that was measured already, perhaps in another thread; as `predict`."""
        self.require_fitting(measured.model_input)
        rows, columns = self.input_size
        window = measured.best_window(rows=rows, columns=columns)
        prepared = measured.through(window, rows=rows, columns=columns)
        return self.predict_prepared(prepared, progress)

    def predict_prepared(self, prepared: PreparedInput, progress: Progress) -> Prediction:
        """Score an image through a window of `input_size`; as `predict`."""
        return self.predict_given(NetworkInput(prepared), progress)

    @property
    def runs_on_gpu(self) -> bool:
        """Whether images are best prepared there."""
        return self._placed[0].memory is not None

    def prepare_on_gpu(self, model_input: ModelInput, progress: Progress) -> NetworkInput | None:
        """Prepare an image where the network runs; None where that is the CPU, or cannot be."""
        first = self._placed[0]
        if first.memory is None:
            return None
        rows, columns = self.input_size
        with torch.inference_mode():
            return prepare_on(
                first.device.torch_device,
                first.memory,
                model_input,
                input_rows=rows,
                input_columns=columns,
                progress=progress,
            )

    def predict_given(self, given: NetworkInput, progress: Progress) -> Prediction:
        """Score an image that is prepared where the network runs; as `predict`."""
        started = time.perf_counter()
        try:
            with memory_errors_said(), torch.inference_mode():
                prediction = self._predict(given, progress, started)
        finally:
            release_freed_memory()
            for placed in self._placed:
                if placed.memory is not None:
                    placed.memory.release()
        log.info(
            "prediction finished model=%s slices=%d seconds=%.1f",
            prediction.model.name,
            given.prepared.source.slices,
            prediction.seconds,
        )
        return prediction

    def require_fitting(self, model_input: ModelInput) -> None:
        """Raise InputShapeError when it cannot take this image at all."""
        if self._model.card.architecture is Architecture.GMIC and model_input.source.slices != 1:
            raise InputShapeError(
                f"{self._model.card.name} is a 2D model and takes one image, "
                f"not {model_input.source.slices} slices."
            )

    def _predict(self, given: NetworkInput, progress: Progress, started: float) -> Prediction:
        config = self._network.config
        prepared = given.prepared
        run, look = self._look(given, progress)
        global_scores = pool_top_cells(look.saliency, config.top_t)
        positions = choose_patches(
            look.saliency,
            input_rows=config.input_rows,
            input_columns=config.input_columns,
            count=config.patches,
            patch_side=config.patch_side,
            neighbour_slices=config.neighbour_slices,
        )
        patches = given.patches(positions, config.patch_side, progress)
        cut = len({position.slice_index for position in positions})
        # The same report again: a point where the prediction may be cancelled.
        local = run.look_at_patches(patches, between=lambda: progress.update(cut, cut, "patches"))
        peak_features = look.peak_features.amax(dim=0, keepdim=True)
        # On the CPU, where every part of it is by now.
        scores = self._network.conclude(global_scores.unsqueeze(0), local, peak_features)
        _require_finite(look.saliency, global_scores, local.scores, local.attention, scores)
        is_salient = has_salient_region(look.saliency)
        return Prediction(
            model=self._model.identity,
            scores=_class_scores(scores[0]),
            global_scores=_class_scores(global_scores),
            local_scores=_class_scores(local.scores[0]),
            saliency=look.saliency.numpy(),
            patches=_patches(positions, config.patch_side, local, prepared) if is_salient else (),
            placement=prepared.placement,
            has_salient_region=is_salient,
            outside_training_views=prepared.outside_training_views,
            seconds=time.perf_counter() - started,
            device=run.device.description,
            notices=(*prepared.notices, *run.notices),
        )

    def _look(self, given: NetworkInput, progress: Progress) -> tuple[ChunkedRun, CoarseLook]:
        """See every slice; once more in float32 where mixed precision cannot hold the numbers."""
        run = ChunkedRun(self._placed, self._slices_per_chunk, self._threads, given.let_go)
        look = _look_at_all_slices(run, given, progress)
        if not run.device.is_mixed or bool(look.saliency.isfinite().all()):
            return run, look
        exact = [placed.exact() for placed in self._placed]
        again = ChunkedRun(exact, self._slices_per_chunk, self._threads, given.let_go)
        look = _look_at_all_slices(again, given, progress)
        again.notices += (*run.notices, _TOO_LARGE_FOR_MIXED)
        return again, look


def _image_network(model: LoadedModel) -> Gmic3d:
    if isinstance(model.network, Gmic3d):
        return model.network
    spec = model.card.architecture.spec
    raise WeightsError(
        f"{model.card.name} is a {spec.title} network: it scores a {spec.takes.value} as a whole, "
        "not one image or volume; choose a GMIC or 3D-GMIC model for those."
    )


@contextmanager
def memory_errors_said() -> Iterator[None]:
    """Turn memory that ran out while preparing an image into DeviceMemoryError."""
    try:
        yield
    except MemoryError as error:
        raise DeviceMemoryError(
            "There is not enough memory to prepare the image; close other programs or exams "
            "and run again."
        ) from error


def _asking(threads: int | Callable[[], int] | None) -> Callable[[], int | None]:
    """A function that gives the number of threads, whichever way it was given."""
    if callable(threads):
        return threads
    fixed = threads
    return lambda: fixed


def _look_at_all_slices(run: ChunkedRun, given: NetworkInput, progress: Progress) -> CoarseLook:
    """See every slice; only a chunk of them is in memory. The result is on the CPU."""
    placement = given.prepared.placement
    total = given.prepared.source.slices
    looks: list[CoarseLook] = []
    done = 0
    while done < total:
        count = run.fit_chunk(placement.input_rows, placement.input_columns)
        chunk = range(done, min(done + count, total))
        try:
            slices = given.slices(chunk, run.device, progress)
        except RuntimeError as error:
            run.give_way(error)
            continue
        looks.append(run.look_at_slices(slices))
        done += len(chunk)
        progress.update(done, total, "slices")
    return joined(looks)


def _patches(
    positions: Sequence[PatchPosition], side: int, local: CloseLook, prepared: PreparedInput
) -> tuple[Patch, ...]:
    shares = local.attention[0].tolist()
    return tuple(
        Patch(
            slice_index=position.slice_index,
            box=prepared.box_in_image(position.top, position.left, side),
            attention=min(share, 1.0),
            input_top=position.top,
            input_left=position.left,
        )
        for position, share in zip(positions, shares, strict=True)
    )


def _require_finite(*results: Tensor) -> None:
    if not all(bool(result.isfinite().all()) for result in results):
        raise InferenceError(
            "The network gave a result that is not a number, so there is no score; "
            "the weights do not fit this image."
        )


def _class_scores(scores: Tensor) -> ClassScores:
    # A mean of values up to 1 may round to just above it.
    bounded = scores.clamp(0.0, 1.0)
    return ClassScores(benign=float(bounded[BENIGN]), malignant=float(bounded[MALIGNANT]))
