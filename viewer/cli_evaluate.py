"""`tomolens evaluate`: predictions or detections against what is known."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from viewer.cli_errors import UserError, errors_said
from viewer.cli_weights import WEIGHTS_HELP, weights_named

if TYPE_CHECKING:
    from viewer.analysis.evaluation_results import EvaluationResults
    from viewer.commands.evaluate import Gathered
    from viewer.commands.evaluation_examples import ExampleMap

TOLD = 20
"""Things left out that the terminal lists."""
TITLE_WIDTH = 26
"""Characters a line over a small picture."""


def evaluate(
    predictions: Path | None = typer.Argument(
        None,
        metavar="PREDICTIONS",
        exists=True,
        file_okay=False,
        help="The folder that `predict` wrote; with --weights a folder of exams.",
    ),
    output: Path = typer.Option(..., "--output", metavar="DIR", help="Where the results go."),
    labels: Path | None = typer.Option(
        None, "--labels", exists=True, dir_okay=False, help="Table of labels, as above."
    ),
    weights: list[str] = typer.Option(
        [], "--weights", metavar="FILE|NAME", help=f"Predict first. {WEIGHTS_HELP}"
    ),
    masks: Path | None = typer.Option(
        None, "--masks", exists=True, help="Table or folder of masks of findings."
    ),
    boxes: Path | None = typer.Option(
        None, "--boxes", exists=True, dir_okay=False, help="Table of boxes of findings."
    ),
    detections: Path | None = typer.Option(
        None, "--detections", exists=True, dir_okay=False, help="A submission to BCS-DBT's task."
    ),
    volume_slices: int | None = typer.Option(
        None, "--volume-slices", min=1, help="Of every volume, where the boxes do not say it."
    ),
    threshold: float = typer.Option(
        0.5, "--threshold", min=0.0, max=1.0, help="From which a map's pixel counts as salient."
    ),
    bootstraps: int = typer.Option(1000, "--bootstraps", min=0, help="Resamples of patients."),
    seed: int = typer.Option(1, "--seed", min=0, help="Of the resamples."),
    report: bool = typer.Option(
        True, "--report/--no-report", help="Write evaluation.html, evaluation.pdf and figures too."
    ),
) -> None:
    """Measure predictions against labels, masks and boxes; write tables, figures and a page.

    Labels name images (`image` as in predictions.csv) or breasts (`exam` as in predictions.csv,
    `StudyUID` or `file`, with `laterality` and for one image `view`), and say `benign` and
    `malignant` (or `Cancer`) as 0 or 1; `patient` says which exams belong together. The truth.csv
    of a phantom folder serves as labels, masks and boxes. Without --labels the labels in
    predictions.csv count.

    With --weights, PREDICTIONS is a folder of exams: they are scored first, into
    DIR/predictions.

    With --detections, a submission is judged by --boxes and --labels in the layout of BCS-DBT.

    Exit code: 0 when the results are written, also where parts are refused; 2 otherwise.
    """
    with errors_said():
        from viewer.analysis.evaluation import evaluate as measure
        from viewer.analysis.evaluation_results import EvaluationOptions
        from viewer.export.atomic_write import make_folder

        make_folder(output)
        if detections is not None:
            if masks is not None or weights:
                raise UserError(
                    "a submission has neither maps nor exams", "leave out --masks and --weights"
                )
            gathered = _of_submission(
                detections, predictions, boxes=boxes, labels=labels, volume_slices=volume_slices
            )
        elif predictions is not None:
            if weights:
                predictions = _predicted(predictions, weights, output / "predictions")
            gathered = _of_predictions(
                predictions, labels=labels, masks=masks, boxes=boxes, threshold=threshold
            )
        else:
            raise UserError(
                "there is nothing to evaluate", "give a folder of predictions, or --detections"
            )
        options = EvaluationOptions(bootstraps=bootstraps, seed=seed, saliency_threshold=threshold)
        results = measure(gathered.table, options)
        _write(output, gathered, results, with_report=report)
    _tell(results, output)


def _predicted(exams: Path, weights: list[str], folder: Path) -> Path:
    """Score exams and return the folder of predictions."""
    from viewer.cli_progress import RunBars
    from viewer.commands.model_set import load_models
    from viewer.commands.predict import predict_paths

    with RunBars() as bars:
        models = load_models(weights_named(weights), device="auto")
        summary = predict_paths([exams], models, folder, with_arrays=True, progress=bars)
    if summary.cancelled:
        raise KeyboardInterrupt
    if summary.saved.problem is not None:
        raise summary.saved.problem
    if not summary.scored:
        raise UserError("no image was scored", f"the reasons are in {folder / 'predictions.csv'}")
    return folder


def _of_predictions(
    predictions: Path,
    *,
    labels: Path | None,
    masks: Path | None,
    boxes: Path | None,
    threshold: float,
) -> Gathered:
    from rich.console import Console
    from rich.progress import Progress

    from viewer.commands.evaluate import gather_predictions

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Reading maps", total=None)
        return gather_predictions(
            predictions,
            labels=labels,
            masks=masks,
            boxes=boxes,
            saliency_threshold=threshold,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )


def _of_submission(
    detections: Path,
    predictions: Path | None,
    *,
    boxes: Path | None,
    labels: Path | None,
    volume_slices: int | None,
) -> Gathered:
    from viewer.commands.evaluate import gather_submission

    if predictions is not None:
        raise UserError(
            "a folder of predictions and a submission cannot be judged at once",
            "call evaluate once for each",
        )
    if boxes is None or labels is None:
        raise UserError("a submission is judged by boxes and labels", "give --boxes and --labels")
    return gather_submission(detections, boxes=boxes, labels=labels, volume_slices=volume_slices)


def _write(
    output: Path, gathered: Gathered, results: EvaluationResults, *, with_report: bool
) -> None:
    from viewer.export.evaluation_tables import write_evaluation_tables

    write_evaluation_tables(output, gathered.table, results)
    if not with_report:
        return
    from viewer.export.evaluation_figures import MapPicture
    from viewer.export.evaluation_report import evaluation_report
    from viewer.export.report import write_document

    pictures = [
        MapPicture(
            title=_title(example),
            saliency=example.saliency,
            marked=example.mask.marked,
            seen=example.mask.seen,
        )
        for example in gathered.examples
    ]
    write_document(evaluation_report(results, pictures), output, "evaluation")


def _title(example: ExampleMap) -> str:
    """Image, series, and how well map and mask agree, in short lines."""
    image = example.image.replace("_", "\n", 1)
    series = "\n".join(textwrap.wrap(example.series, width=TITLE_WIDTH))
    return f"{image}\n{series}\n{example.finding}, Dice {example.soft_dice:.2f}"


def _tell(results: EvaluationResults, output: Path) -> None:
    from viewer.analysis.evaluation_results import MAIN_MEASURES
    from viewer.analysis.words import figure, interval
    from viewer.cli_tables import aligned

    rows = [("series", "level", "finding", "measure", "value", "95 % interval")]
    rows += [
        (m.series, m.level, m.finding, m.name, figure(m.value), interval(m.interval))
        for m in results.measures
        if m.name in MAIN_MEASURES
    ]
    typer.echo(aligned(rows))
    refused: dict[str, list[str]] = {}
    for m in results.refusals():
        refused.setdefault(m.reason, []).append(f"{m.name} ({m.series}, {m.level}, {m.finding})")
    for reason, names in refused.items():
        more = f" and {len(names) - 2} more" if len(names) > 2 else ""
        typer.echo(f"Not given, {reason}: {'; '.join(names[:2])}{more}", err=True)
    for entry in results.left_out[:TOLD]:
        typer.echo(f"Left out: {entry.what}: {entry.reason}", err=True)
    if len(results.left_out) > TOLD:
        typer.echo(f"Left out: {len(results.left_out) - TOLD} more, in left_out.csv", err=True)
    for note in results.notes:
        typer.echo(f"Note: {note}", err=True)
    typer.echo(f"All measures: {output}")
