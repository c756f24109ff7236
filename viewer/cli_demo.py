"""`tomolens demo`: a phantom exam, read by the shipped models."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import typer

from viewer.cli_errors import errors_said
from viewer.cli_headless import has_display, paint_offscreen


def demo(
    output: Path = typer.Option(
        Path("demo-output"), "--output", metavar="DIR", help="Where exam, pictures and tables go."
    ),
    window: bool | None = typer.Option(
        None,
        "--window/--offscreen",
        help="Open the window, or paint pictures instead; the window if there is a display.",
    ),
    slices: int = typer.Option(24, "--slices", min=1, max=200, help="Slices of every volume."),
) -> None:
    """Make a phantom exam, open it and run the AI with the shipped weights.

    The shipped models learned from phantoms only: their scores mean nothing for patients. Without
    a display everything is painted into files. The same command makes the same exam.
    """
    with errors_said(), ExitStack() as kept_open:
        from viewer.cli_demo_exam import make_demo_exam
        from viewer.commands.demo import demo_weights

        weights = demo_weights(kept_open)
        exam = make_demo_exam(output / "exam", slices=slices)
        if has_display() if window is None else window:
            from viewer.app_run import run

            raise typer.Exit(run([exam], weights=list(weights), run_ai=True))
        paint_offscreen()
        from viewer.cli_demo_pictures import leave_pictures_and_tables

        leave_pictures_and_tables(exam, output, weights)
