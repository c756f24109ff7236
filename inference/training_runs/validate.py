"""What a learner is worth on images it does not learn from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from inference.training.measures import area_under_curve
from inference.training_runs.arithmetic import Arithmetic
from inference.training_runs.config import Watched
from inference.training_runs.epoch_plan import Draw
from inference.training_runs.learner import Learner
from inference.training_runs.load_images import Batch
from inference.training_runs.team import Team


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Measures on all images of the validation part."""

    loss: float
    areas: tuple[float, ...]
    """Area under the curve by class; NaN where all images are alike."""

    def watched(self, classes: Sequence[str], watch: Watched) -> float:
        """The area that decides; the mean of those there are where the class has none."""
        if watch.value in classes and watch is not Watched.MEAN and len(classes) == 2:
            own = self.areas[classes.index(watch.value)]
            if not np.isnan(own):
                return own
        known = [area for area in self.areas if not np.isnan(area)]
        return float(np.mean(known)) if known else -self.loss


def validation_pieces(images: int, team: Team) -> list[list[Draw]]:
    """A process's share of the images, one at a time."""
    draws = [Draw(item=item, epoch=0, position=item) for item in range(images)]
    return [[draw] for draw in draws[team.rank :: team.size]]


@torch.no_grad()
def validate(
    learner: Learner, batches: Iterable[Batch], *, team: Team, arithmetic: Arithmetic
) -> Validation:
    """Score every image once, each process its share."""
    learner.eval()
    team.share_buffers(learner)
    found: list[tuple[int, float, list[float], list[float]]] = []
    for batch in batches:
        with arithmetic.casting():
            outcome = learner(batch.to(team.device))
        scores, targets = outcome.scores[0].tolist(), outcome.targets[0].tolist()
        found.append((batch.items[0], float(outcome.loss), scores, targets))
    every = sorted(team.gathered(found))
    scores = np.array([each[2] for each in every])
    targets = np.array([each[3] for each in every])
    return Validation(
        loss=float(np.mean([each[1] for each in every])),
        areas=tuple(
            area_under_curve(scores[:, index], targets[:, index])
            for index in range(scores.shape[1])
        ),
    )
