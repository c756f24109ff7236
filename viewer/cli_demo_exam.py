"""Making the demonstration's phantom exam, with a progress bar."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from inference.training.phantoms import DEMO_SEED
from viewer.export.phantom_exams import write_phantom_exams


def make_demo_exam(folder: Path, *, slices: int) -> Path:
    """Write the exam and its truth table into a folder; returns the folder. Raises CannotWrite."""
    with Progress(console=Console(stderr=True)) as bars:
        bar = bars.add_task("Making a phantom exam", total=None)
        write_phantom_exams(
            folder,
            exams=1,
            seed=DEMO_SEED,
            slices=slices,
            progress=lambda done, total: bars.update(bar, completed=done, total=total),
        )
    return folder
