"""Going through the images of a run: decoding, measuring and predicting overlap."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, TypeVar

from inference.errors import Cancelled, InferenceError
from inference.progress import Progress
from inference.types import ModelIdentity, Prediction
from viewer.commands.image_names import image_names
from viewer.commands.measure_ahead import MeasureAhead
from viewer.commands.model_set import Model, ModelSet
from viewer.commands.series_model import SeriesModel
from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.export.prediction_folder import PredictionFolder, arrays_names
from viewer.export.tables import Status
from viewer.loading.ct_source import ct_source
from viewer.loading.decode_pool import DecodePool
from viewer.loading.errors import LoadingError, UnknownSide, UnsuitablePixels, UnsuitableSeries
from viewer.loading.frame_source import FrameSource
from viewer.loading.frame_store import FrameStore
from viewer.loading.located_exam import LocatedExam
from viewer.loading.model_source import model_input
from viewer.loading.scan_progress import ScanProgress

if TYPE_CHECKING:
    from inference.prepare import MeasuredImage

log = logging.getLogger(__name__)

ResultT = TypeVar("ResultT")

FRAME_BYTES = 1200 << 20
"""Holds two full-size volumes of 96 slices, cropped to the breast."""
_KEPT_SHARE = 0.6
"""How much of a slice is kept: about half of it is air, which is cropped away."""
_BYTES_PER_PIXEL = 2
_MOST_DECODERS = 8

OnPrediction = Callable[[ImageStack, Prediction], None]
"""Told of every prediction, right after it is in the tables."""


class RunProgress(Protocol):
    """Told what a run does; any report may raise Cancelled to stop."""

    @property
    def search(self) -> ScanProgress:
        """Told of the search for exams."""
        ...

    @property
    def inference(self) -> Progress:
        """Told of the slices of the present image."""
        ...

    def image_started(self, name: str, number: int, total: int) -> None:
        """Say that image `number` of `total` (from 1) is next."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One image and the models that serve it."""

    exam: Exam
    image: ImageStack
    frames: FrameSource
    name: str
    models: tuple[Model, ...]
    series_models: tuple[SeriesModel, ...] = ()
    """Of a CT series."""

    @property
    def identities(self) -> tuple[ModelIdentity, ...]:
        """Of all models that serve it."""
        of_series = tuple(model.identity for model in self.series_models)
        return tuple(model.identity for model in self.models) + of_series

    @property
    def wants_measured(self) -> bool:
        """Whether any of the models wants it measured; a GPU takes it as it is."""
        return any(model.wants_measured for model in self.models)

    @property
    def frame_bytes(self) -> float:
        """About what its decoded slices take."""
        image = self.image
        return image.slices * image.rows * image.columns * _BYTES_PER_PIXEL * _KEPT_SHARE


def tasks_of(exams: Sequence[LocatedExam], models: ModelSet) -> tuple[Task, ...]:
    """Every image of the exams, in order."""
    names: Mapping[tuple[str, str], str] = image_names([located.exam for located in exams])
    return tuple(
        Task(
            exam=located.exam,
            image=image,
            frames=located.frames[image.image_id],
            name=names[located.exam.exam_id, image.image_id],
            models=models.serving(image.kind) if image.ct is None else (),
            series_models=() if image.ct is None else models.series,
        )
        for located in exams
        for image in located.exam.images
    )


class PredictionRun:
    """Goes through the tasks in order; a context manager, since threads work for it.

    While the network looks at one image, the next one is measured in a thread and the pool
    decodes ahead of both, as far as the frames' budget allows: whichever of the three is slowest
    never waits for the others. A failure is told when the image's turn comes.
    """

    def __init__(
        self,
        *,
        folder: PredictionFolder,
        tasks: tuple[Task, ...],
        progress: RunProgress,
        on_prediction: OnPrediction | None = None,
        on_exam: Callable[[Exam], None] | None = None,
        overlap: bool = True,
        frame_bytes: int = FRAME_BYTES,
    ) -> None:
        self._folder = folder
        self._tasks = tasks
        self._progress = progress
        self._on_prediction = on_prediction
        self._on_exam = on_exam
        self._overlap = overlap
        self._frame_bytes = frame_bytes
        self._next = 0
        self._of_exam: list[tuple[ImageStack, Prediction]] = []
        self._modalities = _modalities(tasks)
        self._pool = DecodePool(
            store=FrameStore(frame_bytes),
            on_ready=_ignore_ready,
            on_failed=_ignore_failure,
            workers=_decoders(),
        )
        self._ahead = MeasureAhead()

    def __enter__(self) -> PredictionRun:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The pool in between: a job that waits for a frame is let go when the pool closes.
        self._ahead.stop()
        self._pool.close()
        self._ahead.join()

    def every_image(self) -> None:
        """Predict all tasks. Raises what the progress raises."""
        while self._next < len(self._tasks):
            task = self._tasks[self._next]
            self._progress.image_started(task.name, self._next + 1, len(self._tasks))
            self._work_ahead()
            self._one_image(task)
            self._next += 1
            if self._next == len(self._tasks) or self._tasks[self._next].exam is not task.exam:
                self._finish_exam(task.exam)
                if self._on_exam is not None:
                    self._on_exam(task.exam)

    def give_up_rest(self, reason: str) -> None:
        """Note the images from the present one on as not run."""
        if self._next < len(self._tasks):
            self._finish_exam(self._tasks[self._next].exam)
        written = Counter(row.image for row in self._folder.rows)
        for task in self._tasks[self._next :]:
            left = task.identities[written[task.name] :]
            for model in left or (() if task.identities else (None,)):
                self._note(task, Status.NOT_RUN, reason, model)

    def _work_ahead(self) -> None:
        """Decode and measure this image, then what comes next while the network computes."""
        window = self._window()
        self._pool.open({task.image.image_id: task.frames for task in window.values()})
        measured = list(window.items())[:2]
        # In the order in which measuring reads: an image from its first slice on.
        self._pool.focus([(task.image.image_id, 0) for _, task in measured])
        for number, task in measured:
            if task.wants_measured:
                self._ahead.start(number, self._measuring(task))

    def _window(self) -> dict[int, Task]:
        """This image, the one to measure and the one to decode, as far as memory allows.

        An image too many would drive frames out before they are read for the second time.
        """
        reach = 3 if self._overlap else 1
        window: dict[int, Task] = {}
        room = float(self._frame_bytes)
        for number, task in enumerate(self._tasks[self._next : self._next + reach], self._next):
            room -= task.frame_bytes
            if window and room < 0:
                break
            if task.models:
                window[number] = task
        return window

    def _measuring(self, task: Task) -> Callable[[Progress], MeasuredImage]:
        source = self._pool.source(task.image.image_id)

        def measuring(progress: Progress) -> MeasuredImage:
            from inference.predictor import memory_errors_said
            from inference.prepare import measure

            with memory_errors_said():
                return measure(model_input(task.image, source), progress)

        return measuring

    def _one_image(self, task: Task) -> None:
        if task.series_models:
            self._one_series(task)
            return
        if not task.models:
            reason = f"none of the weights serves images of the kind {task.image.kind.value}"
            self._note(task, Status.NOT_RUN, reason, None)
            return
        predict = self._attempt(task, task.identities, partial(self._predicting, task))
        if predict is None:
            return
        names = arrays_names(task.name, tuple(model.identity for model in task.models))
        for model, arrays_name in zip(task.models, names, strict=True):
            prediction = self._attempt(task, (model.identity,), partial(predict, model))
            if prediction is None:
                continue
            self._of_exam.append((task.image, prediction))
            self._folder.add_prediction(
                task.exam,
                task.image,
                prediction,
                name=task.name,
                arrays_name=arrays_name,
            )
            if self._on_prediction is not None:
                self._on_prediction(task.image, prediction)

    def _predicting(self, task: Task) -> Callable[[Model], Prediction]:
        """How a model predicts the present image: once it is measured, or at once."""
        steps = self._progress.inference
        if task.wants_measured:
            measured = self._ahead.take(self._next, steps)
            return lambda model: model.predict_measured(measured, steps)
        asked = model_input(task.image, self._pool.source(task.image.image_id))
        return lambda model: model.predict(asked, steps)

    def _one_series(self, task: Task) -> None:
        """Score a CT series by each of its models; its slices are decoded as they are needed."""
        source = self._attempt(task, task.identities, lambda: ct_source(task.image, task.frames))
        if source is None:
            return
        for model in task.series_models:
            predict = partial(model.predict, source, self._progress.inference)
            prediction = self._attempt(task, (model.identity,), predict)
            if prediction is not None:
                self._folder.add_series(task.exam, task.image, prediction, name=task.name)

    def _attempt(
        self, task: Task, models: tuple[ModelIdentity, ...], step: Callable[[], ResultT]
    ) -> ResultT | None:
        """Do a step of one image for these models; a failure becomes their rows and None."""
        status = Status.FAILED
        try:
            return step()
        except (UnknownSide, UnsuitablePixels, UnsuitableSeries) as error:
            status, reason = Status.NOT_RUN, str(error)
        except (InferenceError, LoadingError) as error:
            reason = str(error)
        except MemoryError:
            reason = "there is not enough memory for this image"
        except (Cancelled, KeyboardInterrupt):
            raise
        # The boundary of a run over many images: a bug met by one must not lose the others.
        except Exception as error:  # noqa: BLE001
            log.error(
                "prediction failed with %s image=%s", type(error).__name__, task.image.image_id
            )
            reason = f"an error in the program ({type(error).__name__})"
        for model in models:
            self._note(task, status, reason, model)
        return None

    def _finish_exam(self, exam: Exam) -> None:
        self._folder.add_exam_scores(exam, self._of_exam, modalities=self._modalities)
        self._of_exam.clear()

    def _note(self, task: Task, status: Status, reason: str, model: ModelIdentity | None) -> None:
        self._folder.add_without_scores(
            task.exam,
            task.image,
            name=task.name,
            status=status,
            reason=reason,
            model=model,
        )


def _modalities(tasks: Sequence[Task]) -> tuple[str, ...]:
    """The kinds of image that the run has models and standard views of."""
    kinds = {task.image.kind for task in tasks if task.models and task.image.view.is_standard}
    return tuple(sorted(kind.value for kind in kinds))


def _decoders() -> int:
    """Threads that decode: half of the cores, since the network wants some too."""
    return max(2, min(_MOST_DECODERS, (os.cpu_count() or 2) // 2))


def _ignore_ready(image_id: str, slice_index: int) -> None:
    """Nobody looks at the frames of a headless run."""


def _ignore_failure(image_id: str, slice_index: int, error: LoadingError) -> None:
    """Whoever measures the image is told as well."""
