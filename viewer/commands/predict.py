"""Headless prediction: exams in, three tables and arrays out; no Qt, no window."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from inference.errors import Cancelled, InferenceError
from inference.progress import Progress
from inference.types import Prediction
from viewer.commands.image_names import image_names, unreadable_name
from viewer.commands.model_set import Model, ModelSet
from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.export.prediction_folder import PredictionFolder, SavedTables, arrays_names
from viewer.export.tables import PredictionRow, Status
from viewer.loading.decode_pool import DecodePool
from viewer.loading.errors import LoadingError, UnknownSide, UnreadableFile
from viewer.loading.find_exams import find_exams
from viewer.loading.frame_source import FrameSource
from viewer.loading.frame_store import FrameStore
from viewer.loading.located_exam import LocatedExam
from viewer.loading.model_source import model_input
from viewer.loading.scan_progress import ScanProgress
from viewer.loading.scan_result import ScanResult, SkippedFile
from viewer.loading.sniff import FileKind, kind_of_file

log = logging.getLogger(__name__)

FRAME_BYTES = 900 << 20
"""Holds a full-size volume, cropped to the breast, and a part of the next."""

_IMAGE_FILES = frozenset(FileKind) - {FileKind.PICKLE, FileKind.TABLE, FileKind.OTHER}

_NO_MAMMOGRAM = (
    "a truth mask",
    "a copy of",
    "a DICOMDIR",
    "a colour picture",
    "a black-and-white",
    "a picture too small",
    "no pixel",
    "not a",
    "tomosynthesis projections",
)
"""How the search begins its reasons for files that nobody would expect a score for."""

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
class RunSummary:
    """How a run ended."""

    rows: tuple[PredictionRow, ...]
    saved: SavedTables
    scan: ScanResult
    cancelled: bool = False

    def count(self, status: Status) -> int:
        """How many rows have this status."""
        return sum(row.status is status for row in self.rows)

    @property
    def scored(self) -> int:
        """How many rows have scores."""
        return self.count(Status.DONE) + self.count(Status.NO_SALIENT_REGION)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One image and the models that serve it."""

    exam: Exam
    image: ImageStack
    frames: FrameSource
    name: str
    models: tuple[Model, ...]


def predict_paths(
    paths: Sequence[Path],
    models: ModelSet,
    output: Path,
    *,
    with_arrays: bool,
    progress: RunProgress,
    on_prediction: OnPrediction | None = None,
) -> RunSummary:
    """Score every image under the paths and write the tables to a folder.

    One image that fails does not stop the rest: it is a row with its reason. A stop on request
    saves what is done; the images that are left are rows as well. Raises CannotWrite before any
    work when the folder cannot be written (when it fails later, the summary says where the tables
    are), and what `on_prediction` raises.
    """
    folder = PredictionFolder(output, with_arrays=with_arrays)
    scan = find_exams(paths, progress.search)
    tasks = _tasks(scan.exams, models)
    cancelled = False
    store = FrameStore(FRAME_BYTES)
    pool = DecodePool(store=store, on_ready=_ignore_ready, on_failed=_ignore_failure)
    run = _Run(
        folder=folder, pool=pool, tasks=tasks, progress=progress, on_prediction=on_prediction
    )
    try:
        run.every_image()
    except (Cancelled, KeyboardInterrupt):
        cancelled = True
        run.give_up_rest("stopped on request before this image")
    finally:
        pool.close()
    for skipped in scan.skipped:
        if _is_image(skipped):
            folder.add_unreadable(name=unreadable_name(skipped.path), reason=skipped.reason)
    return RunSummary(rows=folder.rows, saved=folder.save(), scan=scan, cancelled=cancelled)


class _Run:
    """Goes through the tasks in order; keeps an exam's predictions for its breasts."""

    def __init__(
        self,
        *,
        folder: PredictionFolder,
        pool: DecodePool,
        tasks: tuple[_Task, ...],
        progress: RunProgress,
        on_prediction: OnPrediction | None,
    ) -> None:
        self._folder = folder
        self._pool = pool
        self._tasks = tasks
        self._progress = progress
        self._on_prediction = on_prediction
        self._next = 0
        self._of_exam: dict[Model, dict[str, Prediction]] = {}

    def every_image(self) -> None:
        """Predict all tasks."""
        while self._next < len(self._tasks):
            task = self._tasks[self._next]
            self._progress.image_started(task.name, self._next + 1, len(self._tasks))
            self._decode_ahead()
            self._one_image(task)
            self._next += 1
            if self._next == len(self._tasks) or self._tasks[self._next].exam is not task.exam:
                self._finish_exam(task.exam)

    def give_up_rest(self, reason: str) -> None:
        """Note the images from the present one on as not run."""
        if self._next < len(self._tasks):
            self._finish_exam(self._tasks[self._next].exam)
        written = Counter(row.image for row in self._folder.rows)
        for task in self._tasks[self._next :]:
            for model in task.models[written[task.name] :] or ((None,) if not task.models else ()):
                self._note(task, Status.NOT_RUN, reason, model)

    def _decode_ahead(self) -> None:
        """Let the pool decode this image, then the next one while the network computes."""
        window = [task for task in self._tasks[self._next : self._next + 2] if task.models]
        self._pool.open({task.image.image_id: task.frames for task in window})
        if window:
            self._pool.focus([(window[0].image.image_id, 0)])

    def _one_image(self, task: _Task) -> None:
        if not task.models:
            reason = f"none of the weights serves images of the kind {task.image.kind.value}"
            self._note(task, Status.NOT_RUN, reason, None)
            return
        names = arrays_names(task.name, tuple(model.identity for model in task.models))
        for model, arrays_name in zip(task.models, names, strict=True):
            prediction = self._prediction(task, model)
            if prediction is None:
                continue
            self._of_exam.setdefault(model, {})[task.image.image_id] = prediction
            self._folder.add_prediction(
                task.exam, task.image, prediction, name=task.name, arrays_name=arrays_name
            )
            if self._on_prediction is not None:
                self._on_prediction(task.image, prediction)

    def _prediction(self, task: _Task, model: Model) -> Prediction | None:
        """Predict one image; a failure becomes a row and None."""
        try:
            source = self._pool.source(task.image.image_id)
            return model.predict(model_input(task.image, source), self._progress.inference)
        except UnknownSide as error:
            self._note(task, Status.NOT_RUN, str(error), model)
        except (InferenceError, LoadingError) as error:
            self._note(task, Status.FAILED, str(error), model)
        except MemoryError:
            self._note(task, Status.FAILED, "there is not enough memory for this image", model)
        except (Cancelled, KeyboardInterrupt):
            raise
        # The boundary of a run over many images: a bug met by one must not lose the others.
        except Exception as error:  # noqa: BLE001
            log.error(
                "prediction failed with %s image=%s", type(error).__name__, task.image.image_id
            )
            reason = f"an error in the program ({type(error).__name__})"
            self._note(task, Status.FAILED, reason, model)
        return None

    def _finish_exam(self, exam: Exam) -> None:
        for predictions in self._of_exam.values():
            self._folder.add_breasts(exam, predictions)
        self._of_exam.clear()

    def _note(self, task: _Task, status: Status, reason: str, model: Model | None) -> None:
        self._folder.add_without_scores(
            task.exam,
            task.image,
            name=task.name,
            status=status,
            reason=reason,
            model=model.identity if model else None,
        )


def _tasks(exams: Sequence[LocatedExam], models: ModelSet) -> tuple[_Task, ...]:
    names: Mapping[tuple[str, str], str] = image_names([located.exam for located in exams])
    return tuple(
        _Task(
            exam=located.exam,
            image=image,
            frames=located.frames[image.image_id],
            name=names[located.exam.exam_id, image.image_id],
            models=models.serving(image.kind),
        )
        for located in exams
        for image in located.exam.images
    )


def _is_image(skipped: SkippedFile) -> bool:
    """Whether a file left out should have been an image: then it is a row of its own."""
    if skipped.reason.startswith(_NO_MAMMOGRAM):
        return False
    try:
        return kind_of_file(skipped.path) in _IMAGE_FILES
    except UnreadableFile:
        return True


def _ignore_ready(image_id: str, slice_index: int) -> None:
    """Nobody looks at the frames of a headless run."""


def _ignore_failure(image_id: str, slice_index: int, error: LoadingError) -> None:
    """The prediction that waits for the frame is told as well."""
