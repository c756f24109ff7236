"""The breasts of a headless run, by two-view models: after the images of their exam."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inference.breast import BreastPrediction
from inference.errors import Cancelled, InferenceError
from inference.progress import Progress
from viewer.commands.breast_models import BreastModel, breast_images
from viewer.commands.model_set import ModelSet
from viewer.domain.breast_ai import BreastGroup, breast_groups
from viewer.domain.exam import Exam
from viewer.export.prediction_folder import PredictionFolder
from viewer.export.tables import Status
from viewer.loading.errors import LoadingError
from viewer.loading.located_exam import LocatedExam

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One breast and one model."""

    located: LocatedExam
    group: BreastGroup
    model: BreastModel


class BreastRun:
    """Scores the breasts of each exam when its turn comes; keeps what has no row yet."""

    def __init__(
        self,
        *,
        folder: PredictionFolder,
        exams: Sequence[LocatedExam],
        models: ModelSet,
        progress: Progress,
    ) -> None:
        self._folder = folder
        self._models = models
        self._progress = progress
        self._left = [
            _Task(located=located, group=group, model=model)
            for located in exams
            for model in models.breasts
            for group in breast_groups(located.exam, model.kinds)
        ]

    def score(self, exam: Exam) -> None:
        """Score the breasts of one exam by every two-view model.

        A breast that fails is a row with its reason. Raises what the progress raises.
        """
        for model in self._models.breasts:
            scored: list[tuple[BreastGroup, BreastPrediction]] = []
            try:
                for task in self._of(exam, model):
                    prediction = self._attempt(task)
                    self._left.remove(task)
                    if prediction is not None:
                        scored.append((task.group, prediction))
            finally:
                # Also what was done before a stop.
                self._folder.add_two_view_scores(exam, scored)

    def give_up_rest(self, reason: str) -> None:
        """Note the breasts that are left as not run."""
        for task in self._left:
            self._note(task, Status.NOT_RUN, reason)
        self._left = []

    def _of(self, exam: Exam, model: BreastModel) -> Iterator[_Task]:
        for task in tuple(self._left):
            if task.located.exam is exam and task.model is model:
                yield task

    def _attempt(self, task: _Task) -> BreastPrediction | None:
        """Score one breast; a failure becomes its row and None."""
        if not task.group.images:
            kinds = " or ".join(kind.value for kind in task.model.kinds)
            self._note(task, Status.NOT_RUN, f"there is no image of the kind {kinds}")
            return None
        try:
            return task.model.predict(
                breast_images(task.located, task.group),
                self._progress,
                self._models.heat_maps_for(task.group.kind),
            )
        except (InferenceError, LoadingError) as error:
            reason = str(error)
        except MemoryError:
            reason = "there is not enough memory for this breast"
        except (Cancelled, KeyboardInterrupt):
            raise
        # The boundary of a run over many breasts: a bug met by one must not lose the others.
        except Exception as error:  # noqa: BLE001
            log.error(
                "breast failed with %s breast=%s", type(error).__name__, task.group.key.subject
            )
            reason = f"an error in the program ({type(error).__name__})"
        self._note(task, Status.FAILED, reason)
        return None

    def _note(self, task: _Task, status: Status, reason: str) -> None:
        self._folder.add_breast_without_scores(
            task.located.exam,
            task.group,
            status=status,
            reason=reason,
            model=task.model.identity,
        )
