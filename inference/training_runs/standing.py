"""How far a run is: everything that must survive a kill, as plain values and tensors."""

from __future__ import annotations

import dataclasses
import io
import json
import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from inference.training_runs.errors import RunFolderError

FORMAT = 1
LogRow = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a stage is, and what it has reached."""

    stage: int
    epoch: int = 0
    """The present one, from 0."""
    step: int = 0
    """Finished steps of it."""
    steps: int = 0
    """Finished steps of the stage."""
    loss_sum: float = 0.0
    """Over the finished steps of the epoch."""
    best: float = -math.inf
    best_epoch: int = -1
    seconds: float = 0.0
    """Spent on the present epoch."""
    rows: tuple[LogRow, ...] = ()
    """The log so far, of all stages."""

    def is_over(self, epochs: int, patience: int) -> bool:
        """Whether all epochs are done, or none got better for too long."""
        return self.epoch >= epochs or self.epoch - 1 - max(self.best_epoch, 0) >= patience


def packed(
    standing: Standing,
    learner: nn.Module,
    optimiser: torch.optim.Optimizer,
    scaler: torch.amp.GradScaler,
) -> bytes:
    """A checkpoint's content: tensors, numbers and texts only."""
    content = io.BytesIO()
    torch.save(
        {
            "format": FORMAT,
            "standing": json.dumps(dataclasses.asdict(standing)),
            "learner": learner.state_dict(),
            "optimiser": optimiser.state_dict(),
            "scaler": scaler.state_dict(),
        },
        content,
    )
    return content.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A checkpoint as it was read."""

    standing: Standing
    learner: dict[str, Tensor]
    optimiser: dict[str, Any]
    scaler: dict[str, Any]


def unpacked(content: bytes) -> Unpacked:
    """Read a checkpoint without running anything in it; raises RunFolderError."""
    try:
        found = torch.load(io.BytesIO(content), weights_only=True, map_location="cpu")
        if found["format"] != FORMAT:
            raise RunFolderError(
                f"checkpoint.pt has format {found['format']}, this program writes {FORMAT}"
            )
        entries = json.loads(found["standing"])
        return Unpacked(
            standing=Standing(**(entries | {"rows": tuple(entries["rows"])})),
            learner=found["learner"],
            optimiser=found["optimiser"],
            scaler=found["scaler"],
        )
    except RunFolderError:
        raise
    except Exception as error:  # noqa: BLE001 - torch has no error type of its own for bad files
        raise RunFolderError(
            f"checkpoint.pt cannot be read ({type(error).__name__})",
            "start again in another folder; best.safetensors, if it is there, can still be used",
        ) from error
