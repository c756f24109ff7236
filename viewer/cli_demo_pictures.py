"""The demonstration without a display: tables, pictures, and a comparison with the truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from inference.types import Prediction
from viewer.cli_errors import UserError
from viewer.cli_paint import picture_of, qt_application
from viewer.cli_progress import RunBars
from viewer.commands.demo import Comparison, compare, read_truth
from viewer.commands.headless_exam import HeadlessExam
from viewer.commands.model_set import load_models
from viewer.commands.predict import RunSummary, predict_paths
from viewer.commands.screenshot import PEAK, ShotRequest, hung_for, with_ai, with_slices
from viewer.commands.shots import shot_of
from viewer.domain.ai_state import Done
from viewer.domain.hanging import Slot, slot_of
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import ImageKind
from viewer.export.file_names import picture_name
from viewer.session.state import SessionState
from viewer.ui.pictures import save_picture
from viewer.ui.pictures_animation import write_figure_scroll
from viewer.ui.pictures_figure import Figure

_FOUR_UP = (1920, 1200)
_ONE_VIEW = (1000, 1200)


def leave_pictures_and_tables(exam_folder: Path, output: Path, weights: Sequence[Path]) -> None:
    """Predict, paint, compare and say what was made. Raises what a user can put right."""
    predictions: dict[str, Prediction] = {}

    def keep(image: ImageStack, prediction: Prediction) -> None:
        predictions[image.image_id] = prediction

    with RunBars() as bars:
        summary = predict_paths(
            [exam_folder],
            load_models(weights),
            output,
            with_arrays=False,
            progress=bars,
            on_prediction=keep,
        )
    if not predictions:
        reasons = dict.fromkeys(row.reason for row in summary.rows)
        raise UserError(f"nothing was scored: {'; '.join(reasons)}", "see predictions.csv")
    compared = compare(
        summary.scan.exams[0].exam, predictions, read_truth(exam_folder / "truth.csv")
    )
    with HeadlessExam(summary.scan.exams[0]) as exam:
        keep_alive = qt_application()
        made = _pictures(exam, predictions, compared, output)
        del keep_alive
    _tell(output, exam_folder, made, compared, summary)


def _pictures(
    exam: HeadlessExam,
    predictions: dict[str, Prediction],
    compared: Sequence[Comparison],
    output: Path,
) -> list[Path]:
    """The hanging, each view, and of the most suspicious volume the figure and its animation."""
    said = {image_id: Done(prediction) for image_id, prediction in predictions.items()}
    alias = exam.exam.alias

    def hang(view: str | None) -> SessionState:
        request = ShotRequest(view=view, slice_number=PEAK)
        return with_slices(with_ai(hung_for(exam.exam, request), said), request)

    made: list[Path] = []
    with Progress(console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task("Painting")
        four_up = hang(None)
        views = [image.view.abbreviation for image in _hung(four_up)]
        for view, size in [(None, _FOUR_UP), *((view, _ONE_VIEW) for view in views)]:
            what = "four-views" if view is None else ""
            path = output / f"{picture_name(alias, view=view, what=what)}.png"
            save_picture(picture_of(hang(view), exam, size), path)
            made.append(path)
        image = most_suspicious(compared)
        name = picture_name(alias, view=image.view.abbreviation, what="figure")
        made += _figure(exam, hang(image.view.abbreviation), image, output / name, bars, bar)
    return made


def _figure(
    exam: HeadlessExam,
    state: SessionState,
    image: ImageStack,
    stem: Path,
    bars: Progress,
    bar: TaskID,
) -> list[Path]:
    slot = slot_of(image.view) or Slot.RCC
    state = replace(state, pane_sizes={slot: _ONE_VIEW})
    frames = exam.frames_of(image.image_id)
    shot = shot_of(state, slot, exam.frame)
    picture = stem.with_suffix(".png")
    save_picture(Figure(shot, frames).picture(shot.state.slice_index), picture)
    made = [picture]
    for suffix in (".gif", ".mp4"):
        made.append(stem.with_suffix(suffix))
        write_figure_scroll(made[-1], shot, frames, report=_reporter(bars, bar))
    return made


def _reporter(bars: Progress, bar: TaskID) -> Callable[[int, int], None]:
    def report(done: int, total: int) -> None:
        bars.update(bar, completed=done, total=total)

    return report


def _hung(state: SessionState) -> tuple[ImageStack, ...]:
    images = (state.image_in(slot) for slot in state.shown_slots)
    return tuple(image for image in images if image is not None)


def most_suspicious(compared: Sequence[Comparison]) -> ImageStack:
    """The volume with the highest malignant score; without volumes, the image with it."""
    volumes = [c for c in compared if c.image.kind is ImageKind.DBT] or list(compared)
    return max(volumes, key=lambda c: c.prediction.scores.malignant).image


def _tell(
    output: Path,
    exam_folder: Path,
    made: Sequence[Path],
    compared: Sequence[Comparison],
    summary: RunSummary,
) -> None:
    typer.echo("What the models said, and what is in the phantom:")
    for comparison in compared:
        typer.echo(f"  {comparison.sentence}")
    typer.echo("Scores are 0 to 1, higher is more suspicious. They mean nothing for patients.")
    typer.echo(f"In {output}:")
    folder = summary.saved.folder or output
    tables = [folder / f"{table}.csv" for table in ("predictions", "breasts", "exams", "patches")]
    for path in (exam_folder, *tables, *made):
        shown = path.relative_to(output) if path.is_relative_to(output) else path
        typer.echo(f"  {shown}")
