"""Several models of one kind as one: the mean of what they say, over augmentations if wished.

Source: the 3D-GMIC and GMIC papers: five models are averaged, and ten augmentations at test time.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.augmentation import (
    NO_AUGMENTATIONS,
    Augmentations,
    WindowChange,
    augmented_input,
)
from inference.device import Device
from inference.ensemble_groups import EnsembleError, ensemble_identity
from inference.errors import InferenceError
from inference.predictor import Predictor, memory_errors_said
from inference.prepare import MeasuredImage, measure
from inference.progress import Progress
from inference.scores import mean_scores
from inference.types import (
    ArraySource,
    ImageSource,
    ModelIdentity,
    ModelInput,
    Patch,
    Prediction,
)

log = logging.getLogger(__name__)

KEPT_BYTES = 1 << 30
"""Slices kept from one member to the next: a full-size volume of 96 slices."""


class EnsemblePredictor:
    """One or more models of one architecture and input size. Use it from one thread at a time.

    The image is read and measured once. A member that fails fails the whole: a mean of fewer
    would be another model.
    """

    def __init__(
        self,
        *,
        members: Sequence[Predictor],
        augmentations: Augmentations = NO_AUGMENTATIONS,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        """kept_bytes: for slices that are read again by the next member; 0 where the source keeps
        them itself. Raises EnsembleError when the members do not fit together.
        """
        # Their order must not change the last digits of a mean.
        self._members = tuple(sorted(members, key=_order))
        identity = ensemble_identity([member.model.identity for member in self._members])
        _require_one_kind(self._members)
        self._augmentations = augmentations
        self._identity = _augmented(identity, augmentations)
        self._kept_bytes = kept_bytes

    @property
    def identity(self) -> ModelIdentity:
        """What its predictions are signed with."""
        return self._identity

    @property
    def members(self) -> tuple[Predictor, ...]:
        """The models, by version."""
        return self._members

    @property
    def augmentations(self) -> Augmentations:
        """What it averages besides its members."""
        return self._augmentations

    @property
    def device(self) -> Device:
        """Where it runs first."""
        return self._members[0].device

    @property
    def input_size(self) -> tuple[int, int]:
        """Rows and columns of the window it looks through."""
        return self._members[0].input_size

    @property
    def wants_measured(self) -> bool:
        """Whether `predict` measures images on the CPU, which another thread may do ahead.

        On a GPU an image is best sent there unmeasured; its augmented windows are not.
        """
        return not self._members[0].runs_on_gpu or self._augmentations.count > 0

    def without_augmentations(self) -> EnsemblePredictor:
        """The same members on the window as it is, which is what maps are of in any case."""
        if self._augmentations.count == 0:
            return self
        return EnsemblePredictor(members=self._members, kept_bytes=self._kept_bytes)

    def predict(self, model_input: ModelInput, progress: Progress) -> Prediction:
        """Score one image; see `predict_measured`."""
        started = time.perf_counter()
        self._require_fitting(model_input)
        prediction = None if self.wants_measured else self._on_gpu(model_input, progress)
        if prediction is None:
            with memory_errors_said():
                measured = measure(model_input, progress)
            prediction = self.predict_measured(measured, progress)
        return replace(prediction, seconds=time.perf_counter() - started)

    def predict_measured(self, measured: MeasuredImage, progress: Progress) -> Prediction:
        """Score an image that was measured already.

        Scores are means over all members; with augmentations, over all augmented windows and
        members. Saliency, patches and placement are always of the window without a change, since
        only it has one place in the image. Every slice of every look is a step of `progress`,
        which may raise Cancelled. Raises InferenceError of the first member that fails.
        """
        started = time.perf_counter()
        self._require_fitting(measured.model_input)
        rows, columns = self.input_size
        changes = self._augmentations.changes(rows=rows, columns=columns)
        steps = _AllLooks(progress, (1 + len(changes)) * len(self._members))
        measured = self._keeping_slices(measured)
        window = measured.best_window(rows=rows, columns=columns)
        plain = measured.through(window, rows=rows, columns=columns)
        prediction = self._mean(lambda member: member.predict_prepared(plain, steps), steps)
        if changes:
            looks = [self._augmented_look(measured, change, steps) for change in changes]
            prediction = _with_scores_of(prediction, looks)
        return replace(prediction, seconds=time.perf_counter() - started)

    def _augmented_look(
        self, measured: MeasuredImage, change: WindowChange, steps: _AllLooks
    ) -> Prediction:
        rows, columns = self.input_size
        changed = augmented_input(measured, change, rows=rows, columns=columns)
        return self._mean(lambda member: member.predict_prepared(changed, steps), steps)

    def _on_gpu(self, model_input: ModelInput, progress: Progress) -> Prediction | None:
        """All members on an image that lies in the GPU's memory; None where it cannot."""
        given = self._members[0].prepare_on_gpu(model_input, progress)
        if given is None:
            return None
        steps = _AllLooks(progress, len(self._members))
        return self._mean(lambda member: member.predict_given(given, steps), steps)

    def _mean(self, look: Callable[[Predictor], Prediction], steps: _AllLooks) -> Prediction:
        """The mean of one look of every member."""
        predictions = []
        for member in self._members:
            try:
                predictions.append(look(member))
            except InferenceError as error:
                if len(self._members) == 1:
                    raise
                identity = member.model.identity
                raise type(error)(
                    f"{identity.name} {identity.version}, one of {len(self._members)} models that "
                    f"are averaged, failed: {error}"
                ) from error
            steps.next_look()
        return mean_prediction(predictions, self._identity)

    def _keeping_slices(self, measured: MeasuredImage) -> MeasuredImage:
        """The same image from a source that keeps what several looks read."""
        source = measured.model_input.source
        looks = len(self._members) + self._augmentations.count
        if self._kept_bytes == 0 or looks == 1 or isinstance(source, ArraySource):
            return measured
        keeping = _KeptSource(source, self._kept_bytes)
        return replace(measured, model_input=replace(measured.model_input, source=keeping))

    def _require_fitting(self, model_input: ModelInput) -> None:
        for member in self._members:
            member.require_fitting(model_input)


def mean_prediction(predictions: Sequence[Prediction], identity: ModelIdentity) -> Prediction:
    """Average what several models say of one image through one window.

    Scores and saliency are means. Every patch of every model is kept, in the models' order, with
    its attention divided by the number of models that found a salient region, so that the shares
    add up to 1; patches at one place are one, with the sum. Raises EnsembleError when the
    predictions are not of one image and window.
    """
    first = predictions[0]
    for other in predictions[1:]:
        if other.placement != first.placement or other.saliency.shape != first.saliency.shape:
            raise EnsembleError(
                f"{first.model.name} {first.model.version} and {other.model.name} "
                f"{other.model.version} did not look at the same image through the same window."
            )
    if len(predictions) == 1:
        return replace(first, model=identity)
    saliency = np.zeros(first.saliency.shape)
    for prediction in predictions:
        saliency += prediction.saliency
    return replace(
        first,
        model=identity,
        scores=mean_scores(p.scores for p in predictions),
        global_scores=mean_scores(p.global_scores for p in predictions),
        local_scores=mean_scores(p.local_scores for p in predictions),
        saliency=(saliency / len(predictions)).astype(np.float32),
        patches=_merged_patches(predictions),
        has_salient_region=any(p.has_salient_region for p in predictions),
        seconds=sum(p.seconds for p in predictions),
        device=", then ".join(dict.fromkeys(p.device for p in predictions)),
        notices=_notices(predictions),
    )


def _merged_patches(predictions: Sequence[Prediction]) -> tuple[Patch, ...]:
    looking = [prediction.patches for prediction in predictions if prediction.patches]
    merged: dict[tuple[int, int, int, int, int], Patch] = {}
    for patch in (patch for patches in looking for patch in patches):
        box = patch.box
        place = (patch.slice_index, patch.input_top, patch.input_left, box.height, box.width)
        share = patch.attention / len(looking)
        if place in merged:
            share += merged[place].attention
        # Replacing a value keeps the place of its key.
        merged[place] = replace(patch, attention=min(share, 1.0))
    return tuple(merged.values())


def _augmented(identity: ModelIdentity, augmentations: Augmentations) -> ModelIdentity:
    """Scores with augmentations are those of another model: they must never be mixed."""
    if augmentations.count == 0:
        return identity
    return replace(identity, augmentations=augmentations.count, seed=augmentations.seed)


def _with_scores_of(plain: Prediction, looks: Sequence[Prediction]) -> Prediction:
    """The plain look's maps with the mean scores of the augmented ones."""
    return replace(
        plain,
        scores=mean_scores(look.scores for look in looks),
        global_scores=mean_scores(look.global_scores for look in looks),
        local_scores=mean_scores(look.local_scores for look in looks),
        notices=_notices((plain, *looks)),
    )


def _notices(predictions: Iterable[Prediction]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(notice for p in predictions for notice in p.notices))


def _order(member: Predictor) -> tuple[str, str, str]:
    identity = member.model.identity
    return identity.name, identity.version, identity.sha256


def _require_one_kind(members: Sequence[Predictor]) -> None:
    first = members[0]
    for other in members[1:]:
        one, two = first.model.identity, other.model.identity
        pair = f"{one.name} {one.version} and {two.name} {two.version}"
        if one.architecture != two.architecture:
            raise EnsembleError(
                f"{pair} cannot be one ensemble: their architectures are {one.architecture} and "
                f"{two.architecture}; give their cards different names, or average none "
                "(--ensemble none)."
            )
        if first.input_size != other.input_size:
            sizes = " and ".join(f"{m.input_size[0]} x {m.input_size[1]}" for m in (first, other))
            raise EnsembleError(
                f"{pair} cannot be one ensemble: they look at {sizes} pixels; "
                "give their cards different names, or average none (--ensemble none)."
            )


@dataclass(slots=True)
class _AllLooks:
    """Counts the slices of all looks as one stage, so that progress never goes back.

    The patches of all looks but the last are cancel points at the count that is reached.
    """

    progress: Progress
    looks: int
    done_looks: int = 0
    slices: int = 1

    def update(self, done: int, total: int, stage: str) -> None:
        """Report a step of the present look."""
        if stage == "slices":
            self.slices = total
            so_far = self.done_looks * total + done
            self.progress.update(so_far, self.looks * total, stage)
        elif self.done_looks == self.looks - 1:
            self.progress.update(done, total, stage)
        else:
            so_far = (self.done_looks + 1) * self.slices
            self.progress.update(so_far, self.looks * self.slices, "slices")

    def next_look(self) -> None:
        """Say that a look is complete."""
        self.done_looks += 1


class _KeptSource:
    """An ImageSource that keeps the first slices that fit into a budget.

    Not the latest ones: every look reads from the first slice to the last, so that what was
    kept latest would always be dropped just before it is wanted.
    """

    def __init__(self, original: ImageSource, budget_bytes: int) -> None:
        self._original = original
        self._left = budget_bytes
        self._kept: dict[int, NDArray[Any]] = {}

    @property
    def slices(self) -> int:
        """How many slices."""
        return self._original.slices

    @property
    def rows(self) -> int:
        """Rows of every slice."""
        return self._original.rows

    @property
    def columns(self) -> int:
        """Columns of every slice."""
        return self._original.columns

    def read_slice(self, slice_index: int) -> NDArray[Any]:
        """Return one slice, read once if it could be kept."""
        kept = self._kept.get(slice_index)
        if kept is not None:
            return kept
        pixels = self._original.read_slice(slice_index)
        if pixels.nbytes <= self._left:
            self._kept[slice_index] = pixels
            self._left -= pixels.nbytes
        return pixels
