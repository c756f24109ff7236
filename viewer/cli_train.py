"""`tomolens train`: make a network of one's own."""

from __future__ import annotations

from pathlib import Path

import typer

from viewer.cli_errors import errors_said
from viewer.cli_predict import DeviceOption


def train(
    config: Path = typer.Argument(
        ..., metavar="CONFIG", exists=True, dir_okay=False, help="A configuration in TOML."
    ),
    output: Path = typer.Option(..., "--output", metavar="DIR", help="The run's own folder."),
    resume: bool = typer.Option(
        False, "--resume", help="Go on with the run in this folder from its last checkpoint."
    ),
    device: DeviceOption = typer.Option(DeviceOption.AUTO, "--device", help="GPU if there is one."),
    processes: int = typer.Option(
        1, "--processes", min=1, help="Processes that share every batch, one a GPU."
    ),
    trial: int | None = typer.Option(
        None,
        "--trial",
        min=1,
        help="Random search: draw learning rate, omega, top_t, patches and beta from the ranges "
        "of the 3D-GMIC paper; each number draws others.",
    ),
) -> None:
    """Train 3D-GMIC, GMIC or a two-view network on phantoms or on folders and a label table.

    The folder gets log.csv, checkpoint.pt, curves for TensorBoard, and best.safetensors with its
    card, which `tomolens predict --weights` takes at once. A run that was stopped or killed goes
    on with --resume, and ends with the same weights on a CPU.

    The label table is a CSV file: image,benign,malignant with file names, or
    exam,laterality,benign,malignant with names of exam folders; 1 or 0 for each finding. It may
    also have birads (0 to 5), split (training or validation) and patient.

    Examples to begin with are in resources/training.
    """
    with errors_said():
        from viewer.cli_training_bars import TrainingBars
        from viewer.commands.train import TrainingRequest, run_training

        request = TrainingRequest(
            config=config,
            output=output,
            resume=resume,
            device=device.value,
            processes=processes,
            trial=trial,
        )
        folder = run_training(request, make_listener=TrainingBars, say=_tell)
    typer.echo(f"The best weights are {folder.best_weights}")


def _tell(text: str) -> None:
    typer.echo(text, err=True)
