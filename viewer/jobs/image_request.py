"""What the inference thread does for one image: the kept result, or the network."""

from __future__ import annotations

from dataclasses import dataclass, replace

from inference.augmentation import Augmentations
from inference.types import ModelInput, Prediction
from viewer.domain.ai_state import AiState, Done, NotRun, Running
from viewer.domain.image_stack import ImageStack
from viewer.jobs.inference_worker import Line
from viewer.jobs.model_shelf import ModelShelf, NoModel, ShelfEntry
from viewer.jobs.open_frames import OpenFrames
from viewer.jobs.pixel_digest import pixel_digest
from viewer.loading.model_source import model_input
from viewer.storage.prediction_cache import PredictionKey

PREPARATION = "1"
"""Raise it when inference computes anything else from the same pixels and weights."""
MIXED_PREPARATION = f"{PREPARATION}, mixed precision"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageRequest:
    """Everything the prediction of one image needs, frozen when it was asked for."""

    number: int
    """Tells this request from an earlier one for the same image."""
    stack: ImageStack
    frames: OpenFrames
    models: ModelShelf

    @property
    def subject(self) -> str:
        """The image."""
        return self.stack.image_id

    def outcome(self, line: Line) -> AiState:
        """Take the kept result, or predict and keep it."""
        line.say(Running("reading", 0, self.stack.slices))
        try:
            entry = self.models.entry_for(self.stack.kind)
        except NoModel as error:
            # Nothing went wrong: other images and breasts may be what the weights are for.
            return NotRun(str(error))
        asked = model_input(self.stack, self.frames)
        key = prediction_key(self.stack, self.frames, entry, asked, line)
        key = replace(key, augmentations=augmentations_key(self.models.augmentations))
        key, kept = find_kept(line, key, self.models)
        if kept is not None:
            return Done(kept, from_cache=True)
        prediction = self._predict(line, entry, asked)
        # A cancelled request may have read frames that were laid otherwise meanwhile.
        line.check()
        if not line.cache.keep(key, prediction) and line.cache.problem:
            line.notice(line.cache.problem)
        for notice in prediction.notices:
            line.notice(notice)
        return Done(prediction)

    def _predict(self, line: Line, entry: ShelfEntry, asked: ModelInput) -> Prediction:
        line.say(Running("loading the model", 0, self.stack.slices))
        predictor = self.models.predictor_for(entry)
        line.runs_on(predictor.device.name)
        prediction = predictor.predict(asked, line)
        line.runs_on(prediction.device)
        return prediction


def prediction_key(
    stack: ImageStack, frames: OpenFrames, entry: ShelfEntry, asked: ModelInput, line: Line
) -> PredictionKey:
    """The key of an image's result by one model; reads all of its pixels or files."""
    return PredictionKey(
        pixels=pixel_digest(stack, frames.own, line.check),
        laterality=asked.laterality,
        crop_rule=asked.crop_rule,
        outside_training_views=asked.outside_training_views,
        model=entry.digest,
        preparation=PREPARATION,
    )


def augmentations_key(augmentations: Augmentations) -> str:
    """What a key says of augmentations: results with and without are never mixed."""
    if augmentations.count == 0:
        return ""
    return f"{augmentations.count} windows, seed {augmentations.seed}, {augmentations.pixels} px"


def find_kept(
    line: Line, key: PredictionKey, models: ModelShelf
) -> tuple[PredictionKey, Prediction | None]:
    """The kept result if there is one, and the key under which a new one belongs.

    An exact result serves everywhere; one of mixed precision must never pass for exact.
    """
    kept = line.cache.find(key)
    if kept is not None or not models.is_mixed:
        return key, kept
    key = replace(key, preparation=MIXED_PREPARATION)
    return key, line.cache.find(key)
