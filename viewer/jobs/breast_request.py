"""What the inference thread does for one breast: the kept result, or the two-view network."""

from __future__ import annotations

from dataclasses import dataclass, replace

from inference.breast import BreastImage
from inference.engine.interface import HeatMaps
from inference.errors import InferenceError
from inference.types import Prediction
from viewer.domain.ai_state import Running
from viewer.domain.breast_ai import BreastDone, BreastGroup, BreastState
from viewer.domain.image_stack import ImageStack
from viewer.jobs.image_request import augmentations_key, find_kept, prediction_key
from viewer.jobs.inference_worker import Line
from viewer.jobs.model_shelf import ModelShelf, NoModel, ShelfEntry
from viewer.jobs.open_frames import OpenFrames
from viewer.loading.model_source import model_input
from viewer.storage.prediction_cache import BreastResultKey, PredictionKey


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BreastRequest:
    """Everything the prediction of one breast needs, frozen when it was asked for."""

    number: int
    """Tells this request from an earlier one for the same breast."""
    group: BreastGroup
    frames: tuple[OpenFrames, ...]
    """Of the group's images, in their order."""
    models: ModelShelf

    @property
    def subject(self) -> str:
        """The breast."""
        return self.group.key.subject

    def outcome(self, line: Line) -> BreastState:
        """Take the kept result, or predict and keep it."""
        line.say(Running("reading", 0, len(self.group.images)))
        entry = self.models.entry_for_breasts()
        images = [
            BreastImage(name=stack.name, model_input=model_input(stack, frames))
            for stack, frames in self._pairs()
        ]
        heat_entry = self._heat_entry()
        key = BreastResultKey(
            images=tuple(
                (image.name, prediction_key(stack, frames, entry, image.model_input, line))
                for image, (stack, frames) in zip(images, self._pairs(), strict=True)
            ),
            heat_maps=heat_entry.digest if isinstance(heat_entry, ShelfEntry) else "",
        )
        kept = line.cache.find_breast(key)
        if kept is None and isinstance(heat_entry, ShelfEntry) and self.models.is_mixed:
            # The two views are looked at exactly, the heat maps as images are.
            key = replace(key, heat_maps=f"{heat_entry.digest}, mixed precision")
            kept = line.cache.find_breast(key)
        if kept is not None:
            return BreastDone(kept, from_cache=True)
        line.say(Running("loading the model", 0, len(images)))
        heat_maps = self._heat_maps([image_key for _, image_key in key.images], heat_entry, line)
        predictor = self.models.breast_predictor_for(entry, heat_maps)
        line.runs_on(predictor.device.name)
        prediction = predictor.predict(images, line)
        line.runs_on(prediction.device)
        # A cancelled request may have read frames that were laid otherwise meanwhile.
        line.check()
        if not line.cache.keep_breast(key, prediction) and line.cache.problem:
            line.notice(line.cache.problem)
        return BreastDone(prediction)

    def _pairs(self) -> list[tuple[ImageStack, OpenFrames]]:
        return list(zip(self.group.images, self.frames, strict=True))

    def _heat_entry(self) -> ShelfEntry | InferenceError | None:
        """The 2D model whose maps may stand behind the images, or why it cannot be used.

        None: there is none. The reason matters only to a two-view model that wants maps.
        """
        try:
            return self.models.entry_for(self.group.kind)
        except NoModel:
            return None
        except InferenceError as error:
            return error

    def _heat_maps(
        self, keys: list[PredictionKey], entry: ShelfEntry | InferenceError | None, line: Line
    ) -> HeatMaps | None:
        """What is kept of each image's own turn in the queue, and what makes the rest."""
        if entry is None:
            return None
        if isinstance(entry, InferenceError):
            return HeatMaps(kept=(None,) * len(keys), networks=None, problem=entry)
        kept = tuple(self._kept_maps(replace(key, model=entry.digest), line) for key in keys)
        return HeatMaps(kept=kept, networks=self.models.networks_of(entry))

    def _kept_maps(self, key: PredictionKey, line: Line) -> Prediction | None:
        # Augmentations change no map, so that either result serves.
        augmented = replace(key, augmentations=augmentations_key(self.models.augmentations))
        for each in dict.fromkeys((augmented, key)):
            _, kept = find_kept(line, each, self.models)
            if kept is not None:
                return kept
        return None
