"""A run to be killed: python killed_run.py FOLDER PREPARED begin (or resume)."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from training_builders import run_tiny, tiny_config

from inference.training_runs.config import TrainingConfig


def killed_config(prepared: Path) -> TrainingConfig:
    """Pretraining, then training; a checkpoint at every second step."""
    config = tiny_config(
        pretraining='[[pretraining]]\nimages = "DBT"\nepochs = 1',
        optimisation="epochs = 2",
        run="checkpoint_steps = 2",
    )
    return replace(config, data=replace(config.data, prepared=str(prepared)))


if __name__ == "__main__":
    folder, prepared, how = sys.argv[1:]
    # The test waits for this, so that no kill is wasted on imports.
    print("begun", flush=True)  # noqa: T201
    run_tiny(killed_config(Path(prepared)), Path(folder), resume=how == "resume")
