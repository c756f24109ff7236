"""One training loop for every stage: one-cycle rate, clipped gradients, averaged weights."""

from __future__ import annotations

import copy
import json
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from inference.atomic_file import write_atomically

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long and how fast a stage learns."""

    steps: int
    peak_rate: float
    weight_decay: float = 0.01
    measure_every: int = 100
    averaging: float = 0.99
    """Share of the old average kept at each step; the average is what is measured and kept."""

    def rate(self, step: int) -> float:
        """Return the learning rate: up over a tenth of the steps, then down as a cosine."""
        warm = max(1, self.steps // 10)
        if step < warm:
            return self.peak_rate * (0.05 + 0.95 * step / warm)
        share = (step - warm) / max(1, self.steps - warm)
        return self.peak_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * share)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One point of a learning curve; higher `value` is better."""

    step: int
    loss: float
    value: float


def masked_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean binary cross-entropy where the label is known (not NaN)."""
    known = ~labels.isnan()
    return nn.functional.binary_cross_entropy_with_logits(logits[known], labels[known])


def fit(
    module: nn.Module,
    *,
    schedule: Schedule,
    loss_of_step: Callable[[int], Tensor],
    measure: Callable[[nn.Module], float],
    state_file: Path,
) -> list[Measurement]:
    """Train a module in place, and leave the best averaged weights in it.

    loss_of_step: the loss of one batch. measure: how good an averaged copy is. state_file: holds
    everything needed to go on after an interruption; a finished one is simply loaded.
    """
    optimiser = torch.optim.AdamW(
        module.parameters(), lr=schedule.peak_rate, weight_decay=schedule.weight_decay
    )
    average = copy.deepcopy(module)
    best, best_value = copy.deepcopy(module.state_dict()), -math.inf
    curve: list[Measurement] = []
    first = 0
    if state_file.exists():
        state = torch.load(state_file, weights_only=True)
        module.load_state_dict(state["module"])
        average.load_state_dict(state["average"])
        optimiser.load_state_dict(state["optimiser"])
        best, best_value, first = state["best"], state["best_value"], state["step"]
        curve = [Measurement(**point) for point in json.loads(state["curve"])]
    running = 0.0
    for step in range(first, schedule.steps):
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate(step)
        module.train()
        loss = loss_of_step(step)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimiser.step()
        _move_average(average, module, min(schedule.averaging, step / (step + 10)))
        running += (loss.item() - running) * (0.02 if step > first else 1.0)
        if (step + 1) % schedule.measure_every and step + 1 < schedule.steps:
            continue
        value = measure(average.eval())
        curve.append(Measurement(step=step + 1, loss=running, value=value))
        log.info("step=%d loss=%.4f measured=%.4f", step + 1, running, value)
        if value >= best_value:
            best, best_value = copy.deepcopy(average.state_dict()), value
        _save(state_file, module, average, optimiser, best, best_value, step + 1, curve)
    module.load_state_dict(best)
    module.eval()
    return curve


@torch.no_grad()
def _move_average(average: nn.Module, module: nn.Module, keep: float) -> None:
    for own, new in zip(average.state_dict().values(), module.state_dict().values(), strict=True):
        if own.is_floating_point():
            own.lerp_(new, 1 - keep)
        else:
            own.copy_(new)


def _save(
    path: Path,
    module: nn.Module,
    average: nn.Module,
    optimiser: torch.optim.Optimizer,
    best: dict[str, Any],
    best_value: float,
    step: int,
    curve: list[Measurement],
) -> None:
    points = [{"step": p.step, "loss": p.loss, "value": p.value} for p in curve]
    temporary = path.with_suffix(".tmp")
    torch.save(
        {
            "module": module.state_dict(),
            "average": average.state_dict(),
            "optimiser": optimiser.state_dict(),
            "best": best,
            "best_value": best_value,
            "step": step,
            "curve": json.dumps(points),
        },
        temporary,
    )
    write_atomically(path, temporary.read_bytes())
    temporary.unlink()
