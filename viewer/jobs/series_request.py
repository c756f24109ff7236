"""What the inference thread does for one CT series: the kept result, or the network."""

from __future__ import annotations

from dataclasses import dataclass

from inference.series import SeriesPrediction
from viewer.domain.ai_state import AiState, NotRun, Running, SeriesDone
from viewer.domain.image_stack import ImageStack
from viewer.jobs.inference_worker import Line
from viewer.jobs.model_shelf import ModelShelf, NoModel, ShelfEntry
from viewer.jobs.open_frames import OpenFrames
from viewer.jobs.pixel_digest import pixel_digest
from viewer.loading.ct_source import HounsfieldSource, ct_source
from viewer.storage.prediction_cache import SeriesResultKey

PREPARATION = "ct 1"
"""Raise it when inference computes anything else from the same pixels and weights."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeriesRequest:
    """Everything the prediction of one series needs, frozen when it was asked for."""

    number: int
    """Tells this request from an earlier one for the same series."""
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
            # Nothing went wrong: other images of the exam may be what the weights are for.
            return NotRun(str(error))
        source = ct_source(self.stack, self.frames)
        key = SeriesResultKey(
            pixels=pixel_digest(self.stack, self.frames.own, line.check),
            model=entry.digest,
            preparation=PREPARATION,
        )
        kept = line.cache.find_series(key)
        if kept is not None:
            return SeriesDone(kept, from_cache=True)
        prediction = self._predict(line, entry, source)
        # A cancelled request may have read frames that are gone meanwhile.
        line.check()
        if not line.cache.keep_series(key, prediction) and line.cache.problem:
            line.notice(line.cache.problem)
        for notice in prediction.notices:
            line.notice(notice)
        return SeriesDone(prediction)

    def _predict(self, line: Line, entry: ShelfEntry, source: HounsfieldSource) -> SeriesPrediction:
        line.say(Running("loading the model", 0, self.stack.slices))
        predictor = self.models.series_predictor_for(entry)
        line.runs_on(predictor.device.name)
        prediction = predictor.predict(source, line)
        line.runs_on(prediction.device)
        return prediction
