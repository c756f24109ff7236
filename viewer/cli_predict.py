"""`tomolens predict`: score images without a window."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from viewer.cli_errors import INTERRUPTED, NOTHING_DONE, SOME_FAILED, errors_said, say
from viewer.cli_weights import WEIGHTS_HELP, weights_named

if TYPE_CHECKING:
    from viewer.commands.model_set import ModelSet
    from viewer.commands.predict import RunSummary


class EnsembleOption(Enum):
    """Which weights are averaged."""

    NAME = "name"
    ALL = "all"
    NONE = "none"


class DeviceOption(Enum):
    """Where networks learn."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


class PredictionDeviceOption(Enum):
    """Where networks predict, and on a GPU whether in mixed precision or in exact float32."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    CUDA_EXACT = "cuda-exact"


DEVICE_HELP = "GPU if there is one; cuda-exact computes in float32 there."

AUGMENTATIONS_HELP = (
    "Average the scores of N windows shifted and resized at random by up to 100 pixels; "
    "the papers take 10. Each costs as much as the image. For GMIC and 3D-GMIC."
)
SEED_HELP = "Of the augmentations: the same seed, the same."


def predict(
    paths: list[Path] = typer.Argument(
        ..., metavar="PATH", exists=True, help="Files or folders of exams."
    ),
    weights: list[str] = typer.Option(..., "--weights", metavar="FILE|NAME", help=WEIGHTS_HELP),
    output: Path = typer.Option(..., "--output", metavar="DIR", help="Where the tables go."),
    device: PredictionDeviceOption = typer.Option(
        PredictionDeviceOption.AUTO, "--device", help=DEVICE_HELP
    ),
    arrays: bool = typer.Option(
        False, "--arrays", help="Also write saliency, attention and patches as arrays/IMAGE.npz."
    ),
    ensemble: EnsembleOption = typer.Option(
        EnsembleOption.NAME,
        "--ensemble",
        help="Which weights are averaged as one model: those whose cards share a name and differ "
        "in version (name), all that serve the same images (all), or none.",
    ),
    augmentations: int = typer.Option(
        0,
        "--augmentations",
        metavar="N",
        help=AUGMENTATIONS_HELP,
    ),
    accept_licence: bool = typer.Option(
        False, "--accept-licence", help="Accept the licences of the weights."
    ),
    seed: int = typer.Option(0, "--seed", help=SEED_HELP),
) -> None:
    """Score images; write predictions.csv, breasts.csv, exams.csv and patches.csv.

    Volumes are scored by 3D-GMIC weights, 2D images by GMIC weights, CT series by CT window
    weights; an image of a kind that no weights serve is a row saying so. Scores are 0 to 1,
    higher is more suspicious. A CT series has one, its highest window's (column series_score);
    windows.csv has them all. Slices and pixels in the tables count from 0.

    The five published members given together are one ensemble: one row an image, the mean of all
    five (column members). Models with different names have rows of their own.

    Two-view weights score whole breasts from their CC and MLO mammogram: a row in breasts.csv for
    each, with each view's own score (the other view dropped) and what was missing.

    By the others a breast is the mean of its CC and MLO image; other views have rows in
    predictions.csv and do not count. Of several kinds of image, each breast has a row for each
    kind and a combined one, the mean of all; what was missing is said. An exam is the higher of
    its breasts.

    Exit code: 0 when every image and breast that has a model was scored, 1 when some failed, 2
    when nothing was scored, 130 after Ctrl+C. What is done is saved in every case.
    """
    with errors_said():
        from inference.augmentation import Augmentations
        from inference.ensemble_groups import Grouping
        from viewer.commands.model_set import load_models
        from viewer.commands.predict import predict_paths
        from viewer.export.atomic_write import make_folder

        draws = Augmentations(count=augmentations, seed=seed)
        # Before the weights: a folder that cannot be written is the cheapest thing to find out.
        make_folder(output)
        files = weights_named(weights, accept_licence=accept_licence)
        models = load_models(
            files,
            device=device.value,
            grouping=Grouping(ensemble.value),
            augmentations=draws,
        )
        _tell_models(models, given=len(files), augmented=augmentations > 0)
        from viewer.cli_progress import RunBars

        with RunBars() as bars:
            summary = predict_paths(paths, models, output, with_arrays=arrays, progress=bars)
    _tell(summary)
    raise typer.Exit(exit_code(summary))


def _tell_models(models: ModelSet, *, given: int, augmented: bool) -> None:
    """Say what is averaged and what is not, and what was given twice."""
    from inference.augmentation import said_of_augmentations

    for model in models.ensembles:
        name, members = model.identity.name, ", ".join(model.versions)
        typer.echo(f"{name}: the mean of {model.identity.members} members: {members}", err=True)
    if augmented:
        for said in dict.fromkeys(said_of_augmentations(m.identity) for m in models.models):
            typer.echo(said, err=True)
        others = [m.identity for m in models.breasts] + [m.identity for m in models.series]
        for identity in others:
            typer.echo(f"{identity.name} is run without augmentations", err=True)
    twice = given - models.different_files
    if twice:
        typer.echo(f"{twice} of the weights were given twice and count once", err=True)


def exit_code(summary: RunSummary) -> int:
    """What the shell is told; see the help of the command."""
    from viewer.export.tables import Status

    if summary.cancelled:
        return INTERRUPTED
    if summary.scored == 0:
        return NOTHING_DONE
    return SOME_FAILED if summary.count(Status.FAILED) or summary.saved.problem else 0


def _tell(summary: RunSummary) -> None:
    from viewer.export.tables import Status

    typer.echo(summary.scan.summary(), err=True)
    for row in summary.rows:
        if row.status in (Status.FAILED, Status.NOT_RUN):
            typer.echo(f"{row.image}: {row.status.value}: {row.reason}", err=True)
    for breast in summary.breasts:
        if breast.status in (Status.FAILED, Status.NOT_RUN):
            name = f"{breast.exam} {breast.laterality} breast by {breast.model}"
            typer.echo(f"{name}: {breast.status.value}: {breast.reason}", err=True)
    _tell_where(summary)
    if summary.scored == 0 and not summary.cancelled:
        say("nothing was scored", "the reasons are in predictions.csv and breasts.csv")
    if summary.cancelled:
        say("stopped on request; what was done is saved")
    counts = f"{summary.count(Status.FAILED)} failed, {summary.count(Status.NOT_RUN)} not run"
    typer.echo(f"{summary.scored} scored, {counts}: {summary.saved.folder or 'see above'}")


def _tell_where(summary: RunSummary) -> None:
    """Say where the tables are if they are not where they were wanted."""
    from viewer.export.tables import PredictionRow, table_text

    problem, folder = summary.saved.problem, summary.saved.folder
    if problem is None:
        return
    if folder is not None:
        say(f"{problem}; the tables were kept in {folder}", problem.hint)
        return
    say(f"{problem}; no other folder took the tables, so here is predictions.csv", problem.hint)
    typer.echo(table_text(PredictionRow, summary.rows))
