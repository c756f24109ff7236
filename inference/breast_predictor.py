"""A two-view model put to work: from the images of one breast to a frozen BreastPrediction."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from inference.breast import BreastImage, BreastPrediction, BreastView, ViewPart
from inference.checkpoint import LoadedModel
from inference.chunks import PlacedNetwork, is_out_of_memory, place_network
from inference.device import Device, choose_device, exact_arithmetic, thread_count
from inference.errors import (
    DeviceMemoryError,
    InferenceError,
    InputShapeError,
    UnusableImageError,
    WeightsError,
)
from inference.heat_maps import heat_map_channels
from inference.networks.two_view import TwoViewNetwork
from inference.predictor import memory_errors_said
from inference.prepare import prepare
from inference.process import keep_freed_memory, release_freed_memory
from inference.progress import Progress
from inference.types import (
    BENIGN,
    MALIGNANT,
    ClassScores,
    ModelIdentity,
    ModelInput,
    Prediction,
)

log = logging.getLogger(__name__)

STAGE = "views"
HeatMapMaker = Callable[[ModelInput, Progress], Prediction]
"""Gives a 2D image's saliency maps; a GMIC Predictor's `predict` is one."""


class BreastPredictor:
    """One two-view model on one device. Use it from one thread at a time."""

    def __init__(
        self,
        *,
        model: LoadedModel,
        device: Device | None = None,
        threads: int | None = None,
        heat_maps: HeatMapMaker | None = None,
    ) -> None:
        """Place the model.

        device: None takes the GPU when there is one. threads: of the CPU; None leaves torch's own
        number. heat_maps: for models that take another model's maps as channels. Raises
        WeightsError when the model is of another architecture, or wants heat maps and none are
        made.
        """
        keep_freed_memory()
        self._model = model
        self._network = _two_view_network(model)
        if self._network.config.has_heat_maps and heat_maps is None:
            raise WeightsError(
                f"{model.card.name} wants the heat maps of a 2D model beside the image; "
                "choose a GMIC model as well."
            )
        self._heat_maps = heat_maps if self._network.config.has_heat_maps else None
        self._threads = threads
        self._placed = place_network(self._network, device or choose_device(threads=threads))

    @property
    def model(self) -> LoadedModel:
        """The model it runs."""
        return self._model

    @property
    def views(self) -> tuple[BreastView, ...]:
        """The views it looks at."""
        return self._network.config.variant.views

    @property
    def device(self) -> Device:
        """Where it runs first."""
        return self._placed[0].device

    def predict(self, images: Sequence[BreastImage], progress: Progress) -> BreastPrediction:
        """Score one breast from its images, all of one side and one kind.

        Of each view the standard images are taken, or those outside the training views where
        there are no others; the vectors of several images of a view are averaged. A view that is
        missing counts as dropped. Every image is reported to `progress` as a step of "views",
        which may raise Cancelled inside and between them. Raises InferenceError, by its
        subclasses: no image of a view that the model looks at, an unusable image, a volume, no
        memory on any device; or a result that is not a number.
        """
        started = time.perf_counter()
        chosen = self._chosen(images)
        run = _Run(list(self._placed), self._threads)
        try:
            with memory_errors_said(), torch.inference_mode():
                vectors = self._see_all(run, chosen, progress)
                parts = self._parts(vectors, chosen)
                scores = self._scores(vectors)
        finally:
            release_freed_memory()
        prediction = BreastPrediction(
            model=self._model.identity,
            laterality=images[0].model_input.laterality,
            scores=scores,
            cc=parts.get(BreastView.CC),
            mlo=parts.get(BreastView.MLO),
            missing=tuple(view for view in self.views if view not in chosen),
            outside_training_views=_is_outside(chosen),
            heat_map_model=run.heat_map_model,
            seconds=time.perf_counter() - started,
            device=run.device.name,
            notices=(*self._said_of_choice(chosen), *run.notices),
        )
        log.info(
            "breast prediction finished model=%s images=%d seconds=%.1f",
            prediction.model.name,
            sum(map(len, chosen.values())),
            prediction.seconds,
        )
        return prediction

    def _chosen(self, images: Sequence[BreastImage]) -> dict[BreastView, tuple[BreastImage, ...]]:
        """The images that each view is made of; views without images are left out."""
        if len({image.model_input.laterality for image in images}) > 1:
            raise ValueError("images of two breasts were given as one")
        for image in images:
            if image.model_input.source.slices != 1:
                raise InputShapeError(
                    f"{self._model.card.name} takes 2D images, "
                    f"not {image.model_input.source.slices} slices."
                )
        chosen: dict[BreastView, tuple[BreastImage, ...]] = {}
        for view in self.views:
            of_view = [image for image in images if image.view is view]
            standard = [i for i in of_view if not i.model_input.outside_training_views]
            if of_view:
                chosen[view] = tuple(standard or of_view)
        if not chosen:
            wanted = " or ".join(view.title for view in self.views)
            raise UnusableImageError(
                f"{self._model.card.name} looks at the {wanted} view, and this breast has none."
            )
        return chosen

    def _see_all(
        self,
        run: _Run,
        chosen: Mapping[BreastView, Sequence[BreastImage]],
        progress: Progress,
    ) -> dict[BreastView, Tensor]:
        """Each view's vector (1, hidden units), on the CPU."""
        total = sum(map(len, chosen.values()))
        done = 0
        vectors: dict[BreastView, Tensor] = {}
        for view, images in chosen.items():
            seen = []
            for image in images:
                step = _Step(progress, done, total)
                step.report()
                seen.append(run.see(view, self._prepared(run, view, image, step)))
                done += 1
            vectors[view] = torch.stack(seen).mean(dim=0)
        progress.update(done, total, STAGE)
        return vectors

    def _prepared(self, run: _Run, view: BreastView, image: BreastImage, step: _Step) -> Tensor:
        """One image as the network wants it: (1, channels, rows, columns)."""
        rows, columns = self._network.config.input_size(view)
        prepared = prepare(image.model_input, input_rows=rows, input_columns=columns, progress=step)
        for notice in prepared.notices:
            run.note(f"{image.name}: {notice}")
        channels = [prepared.read_slice(0)]
        if self._heat_maps is not None:
            made = self._heat_maps(image.model_input, step)
            # Maps are of the window as it is, also where scores are means over others.
            run.heat_map_model = replace(made.model, augmentations=0, seed=0)
            channels += list(heat_map_channels(made, prepared.placement))
        step.report()
        return torch.from_numpy(np.stack(channels)).unsqueeze(0)

    def _parts(
        self,
        vectors: Mapping[BreastView, Tensor],
        chosen: Mapping[BreastView, Sequence[BreastImage]],
    ) -> dict[BreastView, ViewPart]:
        return {
            view: ViewPart(
                alone=self._scores({view: vector}),
                images=tuple(image.name for image in chosen[view]),
            )
            for view, vector in vectors.items()
        }

    def _scores(self, vectors: Mapping[BreastView, Tensor]) -> ClassScores:
        """Conclude on the CPU, where the vectors are."""
        network = self._placed[-1].network
        scores = network.conclude(vectors.get(BreastView.CC), vectors.get(BreastView.MLO))[0]
        benign, malignant = float(scores[BENIGN]), float(scores[MALIGNANT])
        if not (math.isfinite(benign) and math.isfinite(malignant)):
            raise InferenceError(
                "The network gave a result that is not a number, so there is no score; "
                "the weights do not fit these images."
            )
        return ClassScores(benign=benign, malignant=malignant)

    def _said_of_choice(
        self, chosen: Mapping[BreastView, Sequence[BreastImage]]
    ) -> tuple[str, ...]:
        said = []
        for view in self.views:
            images = chosen.get(view, ())
            if not images:
                said.append(f"No {view.title} view: the score rests on the {view.other.title}.")
            elif images[0].model_input.outside_training_views:
                names = ", ".join(image.name for image in images)
                said.append(f"{names}: outside the model's training views.")
            elif len(images) > 1:
                said.append(f"{view.title}: the mean of {len(images)} images.")
        return tuple(said)


@dataclass(slots=True)
class _Run:
    """One prediction's use of the placed networks: the first that has the memory."""

    placed: list[PlacedNetwork[TwoViewNetwork]]
    threads: int | None
    notices: list[str] = field(default_factory=list)
    heat_map_model: ModelIdentity | None = None

    @property
    def device(self) -> Device:
        """Where it runs at present."""
        return self.placed[0].device

    def note(self, notice: str) -> None:
        """Remember what a reader should know, once."""
        if notice not in self.notices:
            self.notices.append(notice)

    def see(self, view: BreastView, images: Tensor) -> Tensor:
        """See images (images, channels, rows, columns); the vectors are on the CPU.

        Raises DeviceMemoryError if they do not fit on the last device.
        """
        while True:
            placed = self.placed[0]
            try:
                with exact_arithmetic(placed.device), thread_count(self.threads):
                    there = images.to(placed.device.torch_device)
                    return placed.network.see(view, there).cpu()
            except RuntimeError as error:
                self._give_way(error)

    def _give_way(self, error: RuntimeError) -> None:
        """Move on to the next device when memory ran out; other errors are raised again."""
        if not is_out_of_memory(error):
            raise error
        name = self.device.name
        log.warning("memory ran out: device=%s", name)
        if self.device.kind == "cuda":
            torch.cuda.empty_cache()
        if len(self.placed) == 1:
            raise DeviceMemoryError(
                f"Memory ran out on {name} for one image; "
                "close other programs or exams and run again."
            ) from error
        del self.placed[0]
        self.note(f"Memory ran out on {name}; went on with {self.device.name}.")


@dataclass(frozen=True, slots=True)
class _Step:
    """Whatever happens inside one image is a report of how many images are done."""

    progress: Progress
    done: int
    total: int

    def update(self, done: int, total: int, stage: str) -> None:
        """Report the images; a point where the prediction may be cancelled."""
        self.report()

    def report(self) -> None:
        """Report how many images are done."""
        self.progress.update(self.done, self.total, STAGE)


def _two_view_network(model: LoadedModel) -> TwoViewNetwork:
    if isinstance(model.network, TwoViewNetwork):
        return model.network
    spec = model.card.architecture.spec
    raise WeightsError(
        f"{model.card.name} is a {spec.title} network: it scores a {spec.takes.value}, "
        "not a breast from its two views."
    )


def _is_outside(chosen: Mapping[BreastView, Sequence[BreastImage]]) -> bool:
    return any(
        image.model_input.outside_training_views for images in chosen.values() for image in images
    )
