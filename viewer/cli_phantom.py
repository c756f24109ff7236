"""`tomolens phantom`: make whole exams of computer-made breasts as DICOM."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.progress import Progress

from inference.training.breast import FULL_COLUMNS, FULL_ROWS
from viewer.cli_errors import INTERRUPTED, say
from viewer.export.atomic_write import CannotWrite
from viewer.export.phantom_dicom import Codec
from viewer.export.phantom_exams import write_phantom_exams


def phantom(
    directory: Path = typer.Argument(..., metavar="DIR", help="Where the exams are written."),
    exams: int = typer.Option(1, "--exams", min=1, help="How many exams."),
    seed: int = typer.Option(1, "--seed", min=0, help="The same seed gives the same files."),
    slices: int | None = typer.Option(
        None, "--slices", min=1, help="Slices a volume; one a millimetre when not given."
    ),
    rows: int = typer.Option(FULL_ROWS, "--rows", help="Rows of a tomosynthesis slice."),
    columns: int | None = typer.Option(
        None, "--columns", help="Columns of a slice; fitting the rows when not given."
    ),
    codec: Codec = typer.Option(Codec.J2K, "--codec", help="How pixels are stored (lossless)."),
) -> None:
    """Make phantom exams: tomosynthesis, synthetic 2D and plain mammograms of four views.

    Writes DIR/exam_0001 and so on, DIR/truth.csv with every finding, and masks in DIR/truth.
    """
    if columns is None:
        columns = round(rows * FULL_COLUMNS / FULL_ROWS)
    try:
        with Progress(transient=True) as bar:
            task = bar.add_task("Making phantoms", total=None)
            written = write_phantom_exams(
                directory,
                exams=exams,
                seed=seed,
                slices=slices,
                rows=rows,
                columns=columns,
                codec=codec,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
    except ValueError as error:
        typer.echo(f"Cannot make phantoms: {error}.", err=True)
        raise typer.Exit(2) from error
    except CannotWrite as error:
        typer.echo(f"{error}. Hint: {error.hint}.", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        say("stopped on request; no half-written file is left")
        raise typer.Exit(INTERRUPTED) from error
    for exam in written:
        typer.echo(f"{exam.folder}: {len(exam.files)} images")
    typer.echo(f"Findings: {directory / 'truth.csv'}")
