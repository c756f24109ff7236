"""The folder a prediction run leaves: four tables, CT windows and, on demand, arrays."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from inference.breast import BreastPrediction
from inference.breast_scores import (
    ScoredImage,
    breast_scores,
    exam_scores,
    modality_ensemble,
)
from inference.series import SeriesPrediction
from inference.types import ModelIdentity, Prediction
from viewer.domain.breast_ai import BreastGroup
from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.export.arrays import write_arrays
from viewer.export.atomic_write import CannotWrite, make_folder
from viewer.export.file_names import safe_name
from viewer.export.tables import (
    BreastRow,
    ExamRow,
    PatchRow,
    PredictionRow,
    Status,
    WindowRow,
    breast_row,
    exam_row,
    image_row,
    model_name,
    patch_rows,
    scored_row,
    series_row,
    view_words,
    window_rows,
    write_table,
)
from viewer.export.two_view_rows import two_view_row, two_view_score, unscored_breast_row

log = logging.getLogger(__name__)

_SECONDS_BETWEEN_SAVES = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedTables:
    """Where the tables lie in the end."""

    folder: Path | None
    """None when no place took them."""
    problem: CannotWrite | None = None
    """Why they are not where they were wanted."""


class PredictionFolder:
    """Collects rows while images are scored; every save replaces whole tables.

    Belongs to one thread. The constructor makes the folder and proves that it can be written:
    it raises CannotWrite before any work is done.
    """

    def __init__(self, output: Path, *, with_arrays: bool) -> None:
        make_folder(output)
        self._output = output
        self._with_arrays = with_arrays
        self._rows: list[PredictionRow] = []
        self._patches: list[PatchRow] = []
        self._breasts: list[BreastRow] = []
        self._two_view: list[BreastRow] = []
        self._exams: list[ExamRow] = []
        self._windows: list[WindowRow] = []
        self._saved_at = time.monotonic()
        if with_arrays:
            make_folder(output / "arrays")

    @property
    def rows(self) -> tuple[PredictionRow, ...]:
        """All rows of predictions.csv so far."""
        return tuple(self._rows)

    @property
    def two_view_rows(self) -> tuple[BreastRow, ...]:
        """All rows of breasts.csv by two-view models so far."""
        return tuple(self._two_view)

    def add_prediction(
        self,
        exam: Exam,
        image: ImageStack,
        prediction: Prediction,
        *,
        name: str,
        arrays_name: str | None = None,
    ) -> None:
        """Take a scored image.

        Arrays that cannot be written are said in the row's reason: the scores are still worth
        having.
        """
        row = scored_row(
            exam=exam.alias,
            name=name,
            image=image,
            label=exam.labels.get(image.image_id),
            prediction=prediction,
        )
        if self._with_arrays:
            try:
                write_arrays(self._output / "arrays" / f"{arrays_name or name}.npz", prediction)
            except CannotWrite as error:
                row = replace(row, reason=f"arrays not written: {error.reason}")
        self._rows.append(row)
        self._patches.extend(patch_rows(exam.alias, name, prediction))
        self._save_if_due()

    def add_series(
        self, exam: Exam, image: ImageStack, prediction: SeriesPrediction, *, name: str
    ) -> None:
        """Take a scored CT series and its windows."""
        label = exam.labels.get(image.image_id)
        self._rows.append(
            series_row(exam=exam.alias, name=name, image=image, label=label, prediction=prediction)
        )
        self._windows.extend(window_rows(exam.alias, name, prediction))
        self._save_if_due()

    def add_without_scores(
        self,
        exam: Exam,
        image: ImageStack,
        *,
        name: str,
        status: Status,
        reason: str,
        model: ModelIdentity | None = None,
    ) -> None:
        """Take an image that has no scores, with its reason."""
        self._rows.append(
            image_row(
                exam=exam.alias,
                name=name,
                image=image,
                label=exam.labels.get(image.image_id),
                status=status,
                reason=reason,
                model=model_name(model) if model else "",
            )
        )

    def add_unreadable(self, *, name: str, reason: str) -> None:
        """Take a file that should have been an image and could not be opened."""
        self._rows.append(PredictionRow(exam="", image=name, status=Status.FAILED, reason=reason))

    def add_exam_scores(
        self,
        exam: Exam,
        predictions: Sequence[tuple[ImageStack, Prediction]],
        *,
        modalities: Sequence[str],
    ) -> None:
        """Take the breasts of an exam and the exam itself.

        modalities: what the run has images and models of; of more than one, each breast has a
        combined row too, whatever of them the exam itself has.
        """
        images = [
            ScoredImage(
                laterality=image.view.laterality,
                view=view_words(image),
                modality=image.kind.value,
                prediction=prediction,
            )
            for image, prediction in predictions
            if image.view.laterality is not None
        ]
        breasts = breast_scores(images)
        if len(modalities) > 1:
            breasts += modality_ensemble(images, modalities)
        self._breasts += [breast_row(exam.alias, breast) for breast in breasts]
        self._exams += [exam_row(exam.alias, scored) for scored in exam_scores(breasts)]

    def add_two_view_scores(
        self, exam: Exam, scored: Sequence[tuple[BreastGroup, BreastPrediction]]
    ) -> None:
        """Take an exam's breasts by one two-view model, and the exam itself."""
        self._two_view += [two_view_row(exam.alias, *one) for one in scored]
        self._exams += [
            exam_row(exam.alias, of_exam)
            for of_exam in exam_scores(two_view_score(*one) for one in scored)
        ]
        self._save_if_due()

    def add_breast_without_scores(
        self, exam: Exam, group: BreastGroup, *, status: Status, reason: str, model: ModelIdentity
    ) -> None:
        """Take a breast that a two-view model did not score, with its reason."""
        self._two_view.append(
            unscored_breast_row(exam.alias, group, status=status, reason=reason, model=model)
        )

    def save(self) -> SavedTables:
        """Write the four tables; if the folder fails now, into a new temporary folder."""
        try:
            self._write_to(self._output)
        except CannotWrite as problem:
            return SavedTables(folder=self._saved_elsewhere(), problem=problem)
        return SavedTables(folder=self._output)

    def _saved_elsewhere(self) -> Path | None:
        try:
            folder = Path(tempfile.mkdtemp(prefix="tomolens-predictions-"))
        except OSError:
            return None
        try:
            self._write_to(folder)
        except CannotWrite:
            shutil.rmtree(folder, ignore_errors=True)
            return None
        return folder

    def _save_if_due(self) -> None:
        if time.monotonic() - self._saved_at < _SECONDS_BETWEEN_SAVES:
            return
        try:
            self._write_to(self._output)
        except CannotWrite as error:
            # The rows stay in memory and the final save says what is wrong.
            log.warning("tables could not be saved meanwhile: %s", error.reason)
        self._saved_at = time.monotonic()

    def _write_to(self, folder: Path) -> None:
        write_table(folder / "predictions.csv", PredictionRow, self._rows)
        write_table(folder / "breasts.csv", BreastRow, [*self._breasts, *self._two_view])
        write_table(folder / "exams.csv", ExamRow, self._exams)
        write_table(folder / "patches.csv", PatchRow, self._patches)
        if self._windows:
            write_table(folder / "windows.csv", WindowRow, self._windows)


def arrays_names(name: str, models: tuple[ModelIdentity, ...]) -> tuple[str, ...]:
    """File names of an image's arrays, one a model: the image's name, if it is the only one."""
    if len(models) == 1:
        return (name,)
    return tuple(f"{name}.{safe_name(model_name(model))}" for model in models)
