"""Which images an epoch shows, in which order: a function of seed and epoch alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from inference.training_runs.examples import KnownImage, Part

_SPLIT, _EPOCH = 1, 2


class Draw(NamedTuple):
    """One image of an epoch: everything random about it follows from these numbers."""

    item: int
    """Which image of the training part."""
    epoch: int
    position: int
    """Its place in the epoch."""


def with_parts(
    images: Sequence[KnownImage], *, validation_share: float, seed: int
) -> tuple[Part, ...]:
    """Say for every image what it serves for; whole patients are drawn where nobody said.

    Of those with a malignant finding, with a benign one only and with none, the same share each.
    """
    drawn: dict[str, Part] = {}
    strata: dict[int, list[str]] = {0: [], 1: [], 2: []}
    worst: dict[str, int] = {}
    for image in images:
        rank = 2 if image.malignant else int(image.benign)
        worst[image.patient] = max(worst.get(image.patient, 0), rank)
    for patient in sorted(worst):
        strata[worst[patient]].append(patient)
    generator = np.random.default_rng([seed, _SPLIT])
    for patients in strata.values():
        order = generator.permutation(len(patients))
        count = round(validation_share * len(patients))
        if len(patients) > 1:
            count = min(max(count, 1), len(patients) - 1)
        for place, index in enumerate(order):
            drawn[patients[index]] = Part.VALIDATION if place < count else Part.TRAINING
    return tuple(image.part or drawn[image.patient] for image in images)


def balanced_epoch(images: Sequence[KnownImage], *, seed: int, epoch: int) -> tuple[Draw, ...]:
    """Every image of the exams with a finding, and of as many exams without, shuffled.

    Source: 3D-GMIC. Where exams without a finding are fewer, all are taken.
    """
    exams: dict[str, list[int]] = {}
    found: set[str] = set()
    for index, image in enumerate(images):
        exams.setdefault(image.exam, []).append(index)
        if image.has_finding:
            found.add(image.exam)
    generator = np.random.default_rng([seed, _EPOCH, epoch])
    others = sorted(set(exams) - found)
    kept = generator.permutation(len(others))[: len(found)] if found else range(len(others))
    chosen = [*sorted(found), *(others[index] for index in kept)]
    items = [index for exam in chosen for index in exams[exam]]
    order = generator.permutation(len(items))
    return tuple(
        Draw(item=items[index], epoch=epoch, position=position)
        for position, index in enumerate(order)
    )


def steps_of(draws: Sequence[Draw], batch: int) -> tuple[tuple[Draw, ...], ...]:
    """Cut an epoch into whole batches; what is left over waits for another epoch."""
    return tuple(
        tuple(draws[first : first + batch]) for first in range(0, len(draws) - batch + 1, batch)
    )


def share_of(
    step: Sequence[Draw], *, rank: int, processes: int, images_at_once: int
) -> tuple[tuple[Draw, ...], ...]:
    """One process's part of a batch, in pieces of `images_at_once`.

    Pieces go round the processes, so that what runs together does not depend on their number.
    """
    pieces = [
        tuple(step[first : first + images_at_once]) for first in range(0, len(step), images_at_once)
    ]
    return tuple(pieces[rank::processes])
