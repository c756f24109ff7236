"""The steps to one arm's numbers: phantoms, a common start, training, measuring."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from inference.ablations.arms import ARMS, Arm, Size
from inference.ablations.jobs import Job
from inference.ablations.kept_runs import settings_key
from inference.ablations.learning import learn, learner_of, train_trunk
from inference.ablations.measuring import outcomes
from inference.ablations.phantoms import AblationImage, ablation_images
from inference.atomic_file import write_atomically
from inference.training.breast import View
from inference.training_runs.config import ImageType, PhantomSettings

log = logging.getLogger(__name__)
TEST_SEED = 502
_BATCH = 4
_SECONDS_OF_A_BREAST = {ImageType.DBT: 0.6, ImageType.FFDM: 0.6}
_SECONDS_OF_A_START = {ImageType.DBT: 50.0, ImageType.FFDM: 40.0}
_SECONDS_OF_AN_ARM = {ImageType.DBT: 90.0, ImageType.FFDM: 50.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A whole-slice network that arms begin from."""

    kind: ImageType
    is_sparse: bool

    @property
    def begins_from(self) -> Start | None:
        """Volumes begin from what was learned on plain mammograms."""
        is_3d = self.kind is ImageType.DBT
        return Start(kind=ImageType.FFDM, is_sparse=self.is_sparse) if is_3d else None

    @property
    def name(self) -> str:
        """Of its file, and of the job that makes it."""
        return f"trunk-{self.kind.name}-{'sparse' if self.is_sparse else 'plain'}"


class Ablations:
    """Does the steps in one folder; phantoms, the common start and finished arms are kept in it.

    In a folder of their own for each choice of settings, so that none is taken for another.
    """

    def __init__(self, work: Path, size: Size) -> None:
        self.size = size
        self._folder = work / settings_key(size)
        (self._folder / "arms").mkdir(parents=True, exist_ok=True)

    def file_of(self, arm: Arm, seed: int) -> Path:
        """Where an arm's numbers are kept."""
        return self._folder / "arms" / f"{arm.name.replace(' ', '_')}-{seed}.json"

    def run(self, arm: Arm, seed: int) -> Path:
        """Train and measure an arm once; the file with what came out."""
        path = self.file_of(arm, seed)
        if path.exists():
            return path
        started = time.process_time()
        config = arm.config(self.size, seed)
        learner = learner_of(config, self.train_start(start_of(arm)))
        unseen = self._images(unseen_phantoms(self.size), kind_of(arm))
        found: dict[str, Any] = {"arm": arm.name, "family": arm.family, "seed": seed}
        if arm.looked_at_before:
            found["before"] = outcomes(learner, config, unseen)
        found["loss"] = round(learn(learner, config, self._training(kind_of(arm))), 4)
        found["after"] = outcomes(learner, config, unseen)
        found["cpu_seconds"] = round(time.process_time() - started, 1)
        write_atomically(path, json.dumps(found).encode())
        log.info("arm=%s seed=%d loss=%.3f", arm.name, seed, found["loss"])
        return path

    def train_start(self, start: Start) -> Path:
        """Train the whole-slice network that arms begin from, unless there is one; its file."""
        path = self._folder / f"{start.name}.pt"
        if not path.exists():
            before, size = start.begins_from, self.size
            unfinished = path.with_suffix(".part")
            train_trunk(
                self._training(start.kind),
                unfinished,
                channels=ARMS[0].config(size, 0).model.global_channels,
                epochs=size.trunk_epochs if before is None else size.volume_trunk_epochs,
                batch=_BATCH,
                is_sparse=start.is_sparse,
                begins_from=None if before is None else self.train_start(before),
            )
            unfinished.replace(path)
        return path

    def draw_breast(self, phantoms: PhantomSettings, kind: ImageType, number: int) -> None:
        """Make the images of one breast, unless they are there."""
        self._images(phantoms, kind, range(number, number + 1))

    def _training(self, kind: ImageType) -> list[AblationImage]:
        return self._images(training_phantoms(self.size), kind)

    def _images(
        self, phantoms: PhantomSettings, kind: ImageType, numbers: range | None = None
    ) -> list[AblationImage]:
        # Volumes take eight times as long, so they are of one view.
        views = (View.CC,) if kind is ImageType.DBT else tuple(View)
        return ablation_images(phantoms, kind, views, self._folder / "phantoms", numbers)


def kind_of(arm: Arm) -> ImageType:
    """What an arm looks at."""
    return arm.config(Size(), 0).data.images[0]


def start_of(arm: Arm) -> Start:
    """What an arm begins from."""
    return Start(kind=kind_of(arm), is_sparse=arm.starts_sparse)


def training_phantoms(size: Size) -> PhantomSettings:
    """What every arm learns from."""
    phantoms = ARMS[0].config(size, 0).data.phantoms
    assert phantoms is not None, "every arm learns from phantoms"
    return phantoms


def unseen_phantoms(size: Size) -> PhantomSettings:
    """What every arm is measured on."""
    return replace(training_phantoms(size), seed=TEST_SEED, exams=size.test_breasts)


def jobs_for(ablations: Ablations, pairs: Sequence[tuple[Arm, int]]) -> list[Job]:
    """Everything that arms with seeds need and that is not done: breasts, starts, the arms."""
    jobs: dict[str, Job] = {}
    for arm, seed in pairs:
        if ablations.file_of(arm, seed).exists():
            continue
        kind, start = kind_of(arm), start_of(arm)
        unseen = _drawing(ablations, unseen_phantoms(ablations.size), kind)
        training_and_measuring = Job(
            name=f"{arm.name}, seed {seed}",
            work=partial(ablations.run, arm, seed),
            seconds=_SECONDS_OF_AN_ARM[kind],
            needs=(start.name, *(job.name for job in unseen)),
        )
        for job in (*_beginning(ablations, start), *unseen, training_and_measuring):
            jobs.setdefault(job.name, job)
    return list(jobs.values())


def _beginning(ablations: Ablations, start: Start) -> list[Job]:
    """What leads to a start, and the start."""
    training = _drawing(ablations, training_phantoms(ablations.size), start.kind)
    needs = [job.name for job in training]
    before: list[Job] = []
    if start.begins_from is not None:
        before = _beginning(ablations, start.begins_from)
        needs.append(start.begins_from.name)
    work = partial(ablations.train_start, start)
    seconds = _SECONDS_OF_A_START[start.kind]
    own = Job(name=start.name, work=work, seconds=seconds, needs=tuple(needs))
    return [*before, *training, own]


def _drawing(ablations: Ablations, phantoms: PhantomSettings, kind: ImageType) -> list[Job]:
    return [
        Job(
            name=f"breast {number} of {phantoms.seed}, {kind.name}",
            work=partial(ablations.draw_breast, phantoms, kind, number),
            seconds=_SECONDS_OF_A_BREAST[kind],
        )
        for number in range(phantoms.exams)
    ]
