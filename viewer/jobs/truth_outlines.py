"""Outlines of known findings, read from the masks beside an exam when they are first shown."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal, Slot

from viewer.domain.exam import Exam, TruthMask
from viewer.errors import Problem
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.task import Task, TaskProgress
from viewer.loading.errors import LoadingError
from viewer.loading.frame_source import FrameSource
from viewer.loading.truth_mask import LaidMask, lay_mask
from viewer.rendering.marks import TruthOutline, outline_of

SliceKey = tuple[str, int]
"""Image id and slice index."""
Outlines = Mapping[SliceKey, tuple[TruthOutline, ...]]


class TruthOutlines(QObject):
    """Reads each exam's masks once, in a thread; anew after files or the way images lie changed."""

    changed = Signal()
    failed = Signal(Problem)

    def __init__(self, *, files: ExamFiles, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files = files
        self._outlines: dict[str, Outlines] = {}
        self._waiting: dict[str, Exam] = {}
        self._exam_id = ""
        self._task: Task[Outlines] | None = None
        files.frames_dropped.connect(self._forget)

    def of(self, exam: Exam, image_id: str, slice_index: int) -> tuple[TruthOutline, ...]:
        """The outlines on a slice; none while the masks are being read."""
        known = self._outlines.get(exam.exam_id)
        if known is not None:
            return known.get((image_id, slice_index), ())
        if exam.truth_masks and exam.exam_id != self._exam_id:
            self._waiting[exam.exam_id] = exam
            self._next()
        return ()

    def close(self) -> None:
        """Stop, and wait for the thread."""
        self._waiting = {}
        if self._task is not None:
            self._task.cancel()
            self._task.join()

    def _next(self) -> None:
        if self._task is not None or not self._waiting:
            return
        self._exam_id, exam = self._waiting.popitem()
        ids = {mask.image_id for mask in exam.truth_masks}
        frames = {image_id: self._files.frames_for_ai(image_id) for image_id in ids}
        self._task = Task(
            lambda progress: read_outlines(exam, frames, progress), name="truth", parent=self
        )
        self._task.succeeded.connect(self._take_in)
        self._task.failed.connect(self._take_failure)
        self._task.ended.connect(self._end)
        self._task.start()

    @Slot()
    def _forget(self) -> None:
        self._outlines.clear()
        # What is being read is of masks as they were.
        self._exam_id = ""

    @Slot(object)
    def _take_in(self, outlines: Outlines) -> None:
        if self._exam_id:
            self._outlines[self._exam_id] = outlines
        self.changed.emit()

    @Slot(Problem)
    def _take_failure(self, problem: Problem) -> None:
        if self._exam_id:
            self._outlines[self._exam_id] = {}
        self.failed.emit(problem)

    @Slot()
    def _end(self) -> None:
        self._exam_id = ""
        if self._task is not None:
            self._task.join()
            self._task.deleteLater()
            self._task = None
        self._next()


def read_outlines(
    exam: Exam, frames: Mapping[str, FrameSource], progress: TaskProgress
) -> Outlines:
    """Read all masks of an exam; one that does not fit its image is left out.

    frames: of the images that have masks, by image id. Raises LoadingError when none can be read.
    """
    found: dict[SliceKey, tuple[TruthOutline, ...]] = {}
    problems: list[LoadingError] = []
    for mask in exam.truth_masks:
        try:
            laid = lay_mask(mask, exam.image(mask.image_id), frames[mask.image_id])
            outlines = _outlines_of(mask, laid, progress)
        except LoadingError as error:
            problems.append(error)
            continue
        for key, outline in outlines.items():
            found[key] = (*found.get(key, ()), outline)
    if problems and not found:
        raise problems[0]
    return found


def _outlines_of(
    mask: TruthMask, laid: LaidMask, progress: TaskProgress
) -> dict[SliceKey, TruthOutline]:
    outlines = {}
    for slice_index in range(laid.slices):
        progress.update(slice_index, laid.slices)
        marked = laid.read_slice(slice_index)
        if marked.any():
            outline = outline_of(marked, malignant=mask.malignant)
            outlines[mask.image_id, slice_index] = outline
    return outlines
