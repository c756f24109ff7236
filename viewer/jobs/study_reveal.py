"""What the keeper hands out, made ready for the screen: the AI after the lock, the truth after
training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from inference.types import Laterality, Prediction
from viewer.errors import Problem, ProblemKind
from viewer.jobs.study_keeper import (
    AiHanded,
    AiOutcome,
    Refused,
    StudyKeeper,
    TruthHanded,
    TruthOutcome,
)
from viewer.jobs.task import Task
from viewer.storage.sealed_ai import MEAN_OF_MODELS, SealedAi, model_words
from viewer.study.planned_reading import PlannedReading, ReadingKey
from viewer.study.truth import TruthEntry

Asked = Task[AiOutcome] | Task[TruthOutcome]
Truth = tuple[TruthEntry, ...]
"""What the keeper hands out of a training case."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RevealedAi:
    """The AI's result of one case."""

    item_sha256: str
    models: tuple[str, ...]
    predictions: Mapping[str, Prediction]
    """By image id."""
    malignant_percent: Mapping[Laterality, Mapping[str, float]]
    """By breast and model; the last is the one a hybrid mixes with the reader."""


class StudyReveal(QObject):
    """One wish at a time; a refused one can be asked for again."""

    ai_given = Signal(object, object)
    """ReadingKey, RevealedAi."""
    truth_given = Signal(object, object)
    """ReadingKey, tuple of TruthEntry."""
    refused = Signal(object, Problem)

    def __init__(self, keeper: StudyKeeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._key: ReadingKey | None = None
        self._task: Asked | None = None

    def want_ai(self, planned: PlannedReading) -> None:
        """Ask for the AI's result of a reading."""
        if self._task is None:
            self._start(planned.key, self._keeper.ai(planned.key))

    def want_truth(self, planned: PlannedReading) -> None:
        """Ask for the truth of a training reading."""
        if self._task is None:
            self._start(planned.key, self._keeper.truth(planned.key))

    def close(self) -> None:
        """Stop, and wait for the thread."""
        if self._task is not None:
            self._task.cancel()
            self._task.join()

    def _start(self, key: ReadingKey, task: Asked) -> None:
        self._key, self._task = key, task
        task.succeeded.connect(self._take_in)
        task.failed.connect(self._take_failure)
        task.cancelled.connect(self._forget_task)
        task.start()

    @Slot(object)
    def _take_in(self, outcome: AiHanded | TruthHanded | Refused) -> None:
        self._forget_task()
        if isinstance(outcome, AiHanded):
            self.ai_given.emit(self._key, revealed(outcome.result, outcome.item_sha256))
        elif isinstance(outcome, TruthHanded):
            self.truth_given.emit(self._key, outcome.entries)
        else:
            problem = Problem(
                kind=ProblemKind.ENVIRONMENT, message=f"{outcome.reason}.", hint=outcome.hint
            )
            self.refused.emit(self._key, problem)

    @Slot(Problem)
    def _take_failure(self, problem: Problem) -> None:
        self._forget_task()
        self.refused.emit(self._key, problem)

    @Slot()
    def _forget_task(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.join()
            task.deleteLater()


def revealed(result: SealedAi, item_sha256: str) -> RevealedAi:
    """A sealed result as the screen needs it."""
    percent: dict[Laterality, dict[str, float]] = {}
    for breast in result.breasts:
        percent.setdefault(breast.laterality, {})[breast.model] = breast.malignant * 100.0
    for side, scores in percent.items():
        mean = result.malignant(side)
        if len(scores) > 1 and mean is not None:
            scores[MEAN_OF_MODELS] = mean * 100.0
    return RevealedAi(
        item_sha256=item_sha256,
        models=tuple(f"{model_words(model)} {model.sha256}".strip() for model in result.models),
        predictions=result.overlays(),
        malignant_percent=percent,
    )
