"""One training loop for every stage: one-cycle rates, clipped gradients, averaged weights."""

from __future__ import annotations

import copy
import json
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from inference.atomic_file import write_atomically

log = logging.getLogger(__name__)

_LOG_EVERY = 20
_SAVE_SECONDS = 60.0
_WARMING = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long and how fast a stage learns."""

    steps: int
    seconds: float = math.inf
    """The stage ends after so many steps or seconds, whichever comes first."""
    weight_decay: float = 0.01
    averaging: float = 0.998
    """Share of the old average kept at each step; the average is what is measured and kept."""
    measure_every: int = 250

    def done(self, step: int, seconds: float) -> float:
        """How much of the stage is done, 0..1."""
        return min(1.0, max(step / self.steps, seconds / self.seconds))

    def share(self, done: float) -> float:
        """The learning rate as a share of its peak: up over a twentieth, then down as a cosine."""
        if done < _WARMING:
            return 0.05 + 0.95 * done / _WARMING
        falling = (done - _WARMING) / (1 - _WARMING)
        return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * falling))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When a run must stop; a stage that is stopped goes on from there the next time."""

    ends: float = math.inf
    """In the seconds of time.monotonic()."""

    @property
    def is_over(self) -> bool:
        """Whether it is time to stop."""
        return time.monotonic() >= self.ends


Rates = Sequence[tuple[nn.Module, float]]
"""Parts of a network and the peak learning rate of each."""


class Fit:
    """Trains a module in place; what was averaged over the steps is what counts."""

    def __init__(
        self, module: nn.Module, *, rates: Rates, schedule: Schedule, state_file: Path, clock: Clock
    ) -> None:
        """state_file: holds everything needed to go on; it is read if it exists."""
        self.module = module
        self.average = copy.deepcopy(module).eval().requires_grad_(False)
        self._schedule = schedule
        self._state_file = state_file
        self._clock = clock
        self._peaks = [rate for _, rate in rates]
        self._optimiser = torch.optim.AdamW(
            [{"params": list(part.parameters()), "lr": rate} for part, rate in rates],
            weight_decay=schedule.weight_decay,
        )
        self._step = 0
        self._seconds = 0.0
        self.curve: list[dict[str, float]] = []
        if state_file.exists():
            self._restore()
        own, new = self.average.state_dict(), module.state_dict()
        # Counters of batches are no weights.
        names = [name for name, value in own.items() if value.is_floating_point()]
        self._pairs = [own[name] for name in names], [new[name] for name in names]

    @property
    def is_finished(self) -> bool:
        """Whether all steps have been done, or all the time is used."""
        return self._schedule.done(self._step, self._seconds) >= 1.0

    def run(
        self,
        losses_of_step: Callable[[int], Mapping[str, Tensor]],
        measure: Callable[[nn.Module], Mapping[str, float]],
    ) -> bool:
        """Go on until the last step or the end of the time; say whether it is finished.

        losses_of_step: named losses, which are added up. measure: how good an averaged copy is.
        """
        saved = latest = time.monotonic()
        losses: Mapping[str, Tensor] = {}
        while not self.is_finished and not self._clock.is_over:
            losses = losses_of_step(self._step)
            self._descend(torch.stack(list(losses.values())).sum())
            self._step += 1
            if self._step % _LOG_EVERY == 0:
                self._note(losses)
            now = time.monotonic()
            self._seconds += now - latest
            latest = now
            if self._step % self._schedule.measure_every == 0 or self.is_finished:
                self._measure(measure)
            if time.monotonic() - saved > _SAVE_SECONDS:
                self._save(losses)
                saved = time.monotonic()
        self._save(losses)
        self.module.load_state_dict(self.average.state_dict())
        self.module.eval()
        return self.is_finished

    def _descend(self, loss: Tensor) -> None:
        share = self._schedule.share(self._schedule.done(self._step, self._seconds))
        for group, peak in zip(self._optimiser.param_groups, self._peaks, strict=True):
            group["lr"] = peak * share
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        self._optimiser.step()
        self._move_average(min(self._schedule.averaging, self._step / (self._step + 10)))

    @torch.no_grad()
    def _move_average(self, keep: float) -> None:
        averaged, new = self._pairs
        torch._foreach_lerp_(averaged, new, 1 - keep)

    def _note(self, losses: Mapping[str, Tensor]) -> None:
        values = self._finite(losses)
        self.curve.append({"step": self._step, **values})
        if self._step % (5 * _LOG_EVERY) == 0:
            rate = self._seconds / self._step
            log.info("step=%d seconds_a_step=%.3f %s", self._step, rate, values)

    def _finite(self, losses: Mapping[str, Tensor]) -> dict[str, float]:
        values = {name: round(float(loss.detach()), 4) for name, loss in losses.items()}
        if not all(math.isfinite(value) for value in values.values()):
            raise FloatingPointError(f"the losses of step {self._step} are not numbers: {values}")
        return values

    def _measure(self, measure: Callable[[nn.Module], Mapping[str, float]]) -> None:
        values = {name: round(value, 4) for name, value in measure(self.average).items()}
        self.curve.append({"step": self._step, **values})
        log.info("step=%d measured %s", self._step, values)

    def _save(self, losses: Mapping[str, Tensor]) -> None:
        # What was kept before is worth more than weights that are no numbers.
        self._finite(losses)
        temporary = self._state_file.with_suffix(".tmp")
        torch.save(
            {
                "module": self.module.state_dict(),
                "average": self.average.state_dict(),
                "optimiser": self._optimiser.state_dict(),
                "step": self._step,
                "seconds": self._seconds,
                "curve": json.dumps(self.curve),
            },
            temporary,
        )
        temporary.replace(self._state_file)

    def _restore(self) -> None:
        state = torch.load(self._state_file, weights_only=True)
        self.module.load_state_dict(state["module"])
        self.average.load_state_dict(state["average"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._step, self._seconds = state["step"], state["seconds"]
        self.curve = json.loads(state["curve"])
        if self.is_finished:
            self.module.load_state_dict(state["average"])
            self.module.eval()


def keep_curve(folder: Path, name: str, curve: Sequence[Mapping[str, float]]) -> None:
    """Keep a stage's losses and measures as JSON."""
    write_atomically(folder / f"curve_{name}.json", json.dumps(list(curve)).encode())
