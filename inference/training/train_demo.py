"""Make the demonstration weights: python -m inference.training.train_demo --work DIR.

Runs on a GPU where there is one, else on the CPU. Every stage keeps its state in the work folder: a
run that was interrupted, or whose time was over, goes on where it stopped when called again.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import logging
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from inference.networks.gmic3d import Gmic3d
from inference.training.crop_pool import CropPool
from inference.training.demo_networks import (
    demo_gmic,
    demo_gmic3d,
    demo_two_view,
    save_demo,
    weights_path,
    write_curves,
)
from inference.training.effort import SMALL, Effort, effort_of
from inference.training.image_batches import ImageFeed
from inference.training.image_kinds import ImageKind
from inference.training.learn_crops import CropLearner
from inference.training.learn_looks import LooksLearner, rates_of_looks
from inference.training.learn_together import TogetherLearner, rates_together
from inference.training.learn_two_views import (
    TwoViewHead,
    TwoViewLearner,
    column_of,
    measure_two_views,
    see_breasts,
    start_from_gmic,
)
from inference.training.learning import Clock, Fit, Rates, Schedule, keep_curve
from inference.training.supply import Order, Supply
from inference.training.watch import Watch

log = logging.getLogger(__name__)

Network = TypeVar("Network", bound=nn.Module)

TRAINING_SEED, WATCHED_SEED = 9001, 9300
FLAT = (ImageKind.FFDM, ImageKind.SYNTHETIC)
_VIEWS_AHEAD = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Where and how a run works."""

    work: Path
    effort: Effort
    device: torch.device
    processes: int
    clock: Clock
    stop_supply_after_crops: bool
    """Leave the cores to what reads images for the GPU, once there are enough."""

    @property
    def training(self) -> Path:
        """The folder of views to learn from."""
        return self.work / "training"

    @property
    def breasts(self) -> Path:
        """The folder of breasts that the two-view model learns from."""
        return self.work / "breasts"

    @property
    def watched_breasts(self) -> Path:
        """The folder of breasts to watch its learning on."""
        return self.work / "watched_breasts"

    @property
    def watched(self) -> Path:
        """The folder of views to watch learning on."""
        return self.work / "watched"

    def feed(
        self, groups: Sequence[Sequence[ImageKind]], seed: int, is_making: Callable[[], bool]
    ) -> ImageFeed:
        """Training images, read ahead."""
        return ImageFeed(
            self.training,
            groups,
            seed=seed,
            threads=max(2, min(6, self.processes // 2)),
            at_least=min(_VIEWS_AHEAD, self.effort.breasts),
            is_making=is_making,
        )

    def fit(self, name: str, module: nn.Module, *, rates: Rates, steps: int, seconds: float) -> Fit:
        """A stage's training, with what was kept of it."""
        return Fit(
            module,
            rates=rates,
            schedule=Schedule(
                steps=steps, seconds=seconds, measure_every=self.effort.measure_every
            ),
            state_file=self.work / f"state_{name}.pt",
            clock=self.clock,
        )

    def finish(
        self,
        name: str,
        fit: Fit,
        losses: Callable[[int], Mapping[str, Tensor]],
        measure: Callable[[nn.Module], Mapping[str, float]],
    ) -> bool:
        """Train a stage to its end, and keep its curve; say whether it got there."""
        log.info("stage %s", name)
        started = time.monotonic()
        is_finished = fit.run(losses, measure)
        keep_curve(self.work, name, fit.curve)
        log.info("stage %s took %.0f s", name, time.monotonic() - started)
        if self.device.type == "cuda":
            log.info("GPU memory at most %.1f GB", torch.cuda.max_memory_allocated() / 1e9)
        return is_finished


def train(run: Run, output: Path) -> bool:
    """Run every stage that is not finished; say whether all are."""
    effort = run.effort
    orders = [
        Order(
            folder=run.watched,
            seed=WATCHED_SEED,
            breasts=effort.watched_breasts,
            finding_sets=0,
            whole_sets=2,
        ),
        Order(
            folder=run.training,
            seed=TRAINING_SEED,
            breasts=effort.breasts,
            finding_sets=effort.finding_sets,
            whole_sets=effort.whole_sets,
        ),
    ]
    torch.manual_seed(1)
    volumes, flat = _placed(demo_gmic3d(), run.device), _placed(demo_gmic(), run.device)
    with Supply(orders, processes=run.processes) as supply:
        if not _learn_crops(run, volumes, supply.is_making):
            return False
        if run.stop_supply_after_crops:
            supply.stop()
        flat.load_state_dict(volumes.state_dict())
        for name, network in (("gmic3d", volumes), ("gmic", flat)):
            # What a run leaves that ends before the stages that follow.
            if not weights_path(output, name).exists():
                save_demo(output, name, network, {})
        return _learn_whole(run, volumes, flat, output, supply.is_making)


def _placed(network: Network, device: torch.device) -> Network:
    # torch's stubs leave memory_format out.
    placed: Network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return placed


def _learn_crops(run: Run, network: Gmic3d, is_making: Callable[[], bool]) -> bool:
    effort = run.effort
    fit = run.fit(
        "crops",
        network,
        rates=rates_of_looks(network, effort.crop_rate),
        steps=effort.crop_steps,
        seconds=effort.crop_seconds,
    )
    if fit.is_finished:
        return True
    watch = Watch(run.watched, tuple(ImageKind), run.device)
    with CropPool(
        run.training,
        run.device,
        capacity=effort.most_crops,
        at_least=effort.least_crops,
        is_making=is_making,
    ) as pool:
        learner = CropLearner(network, pool, crops_a_step=effort.crops_a_step, seed=1)
        is_finished = run.finish("crops", fit, learner.losses, watch.measure)
        log.info("%d crops", len(pool))
    return is_finished


def _learn_whole(
    run: Run, volumes: Gmic3d, flat: Gmic3d, output: Path, is_making: Callable[[], bool]
) -> bool:
    effort = run.effort
    stages = (
        Stage(
            name="gmic3d",
            network=volumes,
            kinds=(ImageKind.DBT,),
            views_a_step=effort.views_a_step_3d,
            looks=(effort.looks_steps_3d, effort.looks_seconds_3d),
            together=(effort.together_steps_3d, effort.together_seconds_3d),
        ),
        Stage(
            name="gmic",
            network=flat,
            kinds=FLAT,
            views_a_step=effort.views_a_step_2d,
            looks=(effort.looks_steps_2d, effort.looks_seconds_2d),
            together=(effort.together_steps_2d, effort.together_seconds_2d),
        ),
    )
    for stage in stages:
        is_finished = _learn_looks(run, stage, is_making) and _learn_together(run, stage, is_making)
        save_demo(output, stage.name, stage.network, {})
        if not is_finished:
            return False
    return _learn_two_views(run, flat, output)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One network's training on whole images; looks and together: steps and seconds."""

    name: str
    network: Gmic3d
    kinds: Sequence[ImageKind]
    views_a_step: int
    looks: tuple[int, float]
    together: tuple[int, float]


def _learn_looks(run: Run, stage: Stage, is_making: Callable[[], bool]) -> bool:
    name, network = f"looks_{stage.name}", stage.network
    rates = rates_of_looks(network, run.effort.looks_rate)
    fit = run.fit(name, network, rates=rates, steps=stage.looks[0], seconds=stage.looks[1])
    if fit.is_finished:
        return True
    watch = Watch(run.watched, stage.kinds, run.device)
    with run.feed([stage.kinds], 1, is_making) as feed:
        learner = LooksLearner(
            network, iter(feed), views_a_step=stage.views_a_step, device=run.device, seed=2
        )
        is_finished = run.finish(name, fit, learner.losses, watch.measure)
        log.info("waited %.0f s for images of %d views", feed.waited_seconds, feed.views)
    return is_finished


def _learn_together(run: Run, stage: Stage, is_making: Callable[[], bool]) -> bool:
    name, network = f"together_{stage.name}", stage.network
    rates = rates_together(network, run.effort.together_rate)
    fit = run.fit(name, network, rates=rates, steps=stage.together[0], seconds=stage.together[1])
    if fit.is_finished:
        return True
    watch = Watch(run.watched, stage.kinds, run.device)
    with run.feed([stage.kinds], 3, is_making) as feed:
        learner = TogetherLearner(
            network, iter(feed), views_a_step=stage.views_a_step, device=run.device, seed=4
        )
        return run.finish(name, fit, learner.losses, watch.measure)


def _learn_two_views(run: Run, flat: Gmic3d, output: Path) -> bool:
    _make_breasts(run)
    network = _placed(demo_two_view(), run.device)
    start_from_gmic(network, flat)
    column = column_of(network)
    breasts, watched = (
        see_breasts(folder, column, FLAT, run.device)
        for folder in (run.breasts, run.watched_breasts)
    )
    head = TwoViewHead(network, breasts).to(run.device)
    learner = TwoViewLearner(
        head,
        breasts,
        size=run.effort.breasts_a_step,
        dropout=(network.config.cc_dropout, network.config.mlo_dropout),
    )
    fit = run.fit(
        "two_view",
        head,
        rates=[(head, run.effort.two_view_rate)],
        steps=run.effort.two_view_steps,
        seconds=run.effort.two_view_seconds,
    )
    is_finished = fit.is_finished or run.finish(
        "two_view", fit, learner.losses, partial(measure_two_views, breasts=watched)
    )
    head.write_into(network)
    save_demo(output, "two_view", network, {})
    return is_finished


def _make_breasts(run: Run) -> None:
    """Make the breasts that the two-view model learns from and is watched on."""
    effort = run.effort
    orders = [
        Order(
            folder=folder,
            seed=seed,
            breasts=breasts,
            finding_sets=0,
            whole_sets=effort.two_view_sets,
            kinds=FLAT,
        )
        for folder, seed, breasts in (
            (run.watched_breasts, WATCHED_SEED, effort.watched_breasts),
            (run.breasts, TRAINING_SEED, effort.two_view_breasts),
        )
    ]
    with Supply(orders, processes=run.processes) as supply:
        supply.finish()


def main() -> None:
    """Run what is not finished yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="keeps every stage's state")
    parser.add_argument("--output", type=Path, default=Path("resources/weights"))
    parser.add_argument(
        "--stop-supply", action="store_true", help="make no more phantoms after the stage of crops"
    )
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop after so long")
    parser.add_argument("--processes", type=int, default=max(1, (os.cpu_count() or 2) - 1))
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--small", action="store_true", help="only see that every stage runs")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER", dest="changes")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", force=True)
    is_cuda = arguments.device == "cuda" or (
        arguments.device == "auto" and torch.cuda.is_available()
    )
    arguments.work.mkdir(parents=True, exist_ok=True)
    arguments.output.mkdir(parents=True, exist_ok=True)
    effort = effort_of(arguments.changes, SMALL if arguments.small else Effort())
    run = Run(
        work=arguments.work,
        effort=effort,
        device=torch.device("cuda" if is_cuda else "cpu"),
        processes=arguments.processes,
        clock=Clock(ends=time.monotonic() + 60 * arguments.minutes),
        stop_supply_after_crops=arguments.stop_supply,
    )
    log.info("effort %s", json.dumps(dataclasses.asdict(effort)))
    is_finished = train(run, arguments.output)
    write_curves(arguments.work, arguments.output)
    log.info("finished" if is_finished else "the time is over; call again to go on")


if __name__ == "__main__":
    main()
