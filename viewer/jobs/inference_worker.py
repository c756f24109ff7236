"""The one thread that runs networks: a queue, progress, cancel, kept results.

It keeps the window's own priority. A thread of low priority that holds the interpreter's lock
when it loses the processor makes the window wait for it: measured on 2 busy cores, stalls of
0.2 s and more instead of less than 0.1 s. It leaves a core to the window by its thread count.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from inference.errors import Cancelled, InferenceError
from inference.types import ModelInput, Prediction
from viewer.domain.ai_state import AiState, Done, Failed, NotRun, Running
from viewer.domain.image_stack import ImageStack
from viewer.errors import ProblemKind, problem_of
from viewer.jobs.model_shelf import ModelShelf, ShelfEntry
from viewer.jobs.open_frames import OpenFrames
from viewer.jobs.pixel_digest import pixel_digest
from viewer.loading.model_source import model_input
from viewer.logs import log_bug
from viewer.storage.prediction_cache import PredictionCache, PredictionKey

log = logging.getLogger(__name__)

PREPARATION = "1"
"""Raise it when inference computes anything else from the same pixels and weights."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InferenceRequest:
    """Everything a prediction needs, frozen when it was asked for."""

    number: int
    """Tells this request from an earlier one for the same image."""
    stack: ImageStack
    frames: OpenFrames
    models: ModelShelf


class InferenceWorker(QObject):
    """Runs requests one after the other, the most wanted first."""

    stands = Signal(str, int, object)
    """Image id, request number, AiState."""
    device_known = Signal(str)
    noticed = Signal(str)
    """Something the user should know, such as memory that ran out."""

    def __init__(self, *, cache: PredictionCache, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cache = cache
        self._changed = threading.Condition()
        self._waiting: dict[str, InferenceRequest] = {}
        self._order: tuple[str, ...] = ()
        self._running: InferenceRequest | None = None
        self._stop_running = False
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="inference")
        self._thread.start()

    def submit(self, requests: Sequence[InferenceRequest]) -> None:
        """Queue requests; one for the same image replaces that which waits or runs."""
        with self._changed:
            for request in requests:
                image_id = request.stack.image_id
                self._waiting[image_id] = request
                if self._running is not None and self._running.stack.image_id == image_id:
                    self._stop_running = True
            self._changed.notify_all()

    def reorder(self, image_ids: Sequence[str]) -> None:
        """Say which images are wanted most; the one that runs goes on."""
        with self._changed:
            self._order = tuple(image_ids)

    def cancel(self, image_ids: Sequence[str] | None = None) -> None:
        """Stop at the next slice and drop what waits; None: all images."""
        with self._changed:
            gone = set(self._waiting) if image_ids is None else set(image_ids)
            self._waiting = {i: r for i, r in self._waiting.items() if i not in gone}
            running = self._running.stack.image_id if self._running else None
            if image_ids is None or running in gone:
                self._stop_running = True

    def close(self) -> None:
        """Stop and wait for the thread; at most one slice goes on."""
        with self._changed:
            self._closed = self._stop_running = True
            self._waiting = {}
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._running = None
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                request = self._waiting.pop(self._most_wanted())
                self._running, self._stop_running = request, False
            self._run(request)

    def _most_wanted(self) -> str:
        """Call with the lock held."""
        for image_id in self._order:
            if image_id in self._waiting:
                return image_id
        return next(iter(self._waiting))

    def _run(self, request: InferenceRequest) -> None:
        state: AiState
        try:
            state = self._outcome(request)
        except Cancelled:
            state = NotRun("cancelled")
        # The boundary: whatever happens to one image, the thread goes on with the next.
        except Exception as error:  # noqa: BLE001
            problem = problem_of(error)
            if problem.kind is ProblemKind.BUG:
                log_bug(type(error), error.__traceback__, error.__cause__)
            elif not isinstance(error, InferenceError):
                log.warning("prediction failed: %s", type(error).__name__)
            state = Failed(problem.text)
        self._say(request, state)

    def _outcome(self, request: InferenceRequest) -> AiState:
        self._say(request, Running("reading", 0, request.stack.slices))
        entry = request.models.entry_for(request.stack.kind)
        asked = model_input(request.stack, request.frames)
        key = self._key(request, entry, asked)
        kept = self._cache.find(key)
        if kept is not None:
            return Done(kept, from_cache=True)
        prediction = self._predict(request, entry, asked)
        # A cancelled request may have read frames that were laid otherwise meanwhile.
        self._check(request)
        if not self._cache.keep(key, prediction) and self._cache.problem:
            self.noticed.emit(self._cache.problem)
        for notice in prediction.notices:
            self.noticed.emit(notice)
        return Done(prediction)

    def _predict(
        self, request: InferenceRequest, entry: ShelfEntry, asked: ModelInput
    ) -> Prediction:
        self._say(request, Running("loading the model", 0, request.stack.slices))
        predictor = request.models.predictor_for(entry)
        self.device_known.emit(predictor.device.name)
        prediction = predictor.predict(asked, _Steps(self, request))
        self.device_known.emit(prediction.device)
        return prediction

    def _key(
        self, request: InferenceRequest, entry: ShelfEntry, asked: ModelInput
    ) -> PredictionKey:
        return PredictionKey(
            pixels=pixel_digest(request.stack, request.frames.own, lambda: self._check(request)),
            laterality=asked.laterality,
            crop_rule=asked.crop_rule,
            outside_training_views=asked.outside_training_views,
            model=entry.digest,
            preparation=PREPARATION,
        )

    def _check(self, request: InferenceRequest) -> None:
        """Raise Cancelled when the request is not wanted any more."""
        with self._changed:
            if self._stop_running or self._running is not request:
                raise Cancelled

    def _say(self, request: InferenceRequest, state: AiState) -> None:
        self.stands.emit(request.stack.image_id, request.number, state)


class _Steps:
    """Reports the slices of a prediction; the point where it is cancelled."""

    def __init__(self, worker: InferenceWorker, request: InferenceRequest) -> None:
        self._worker = worker
        self._request = request

    def update(self, done: int, total: int, stage: str) -> None:
        """Report a step; raises Cancelled when the request is not wanted any more."""
        self._worker._check(self._request)
        self._worker._say(self._request, Running(stage, done, total))
