"""Example maps of an evaluation: which, and their pictures' pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.types import CLASS_NAMES
from viewer.commands.evaluation_maps import MapFiles, MeasuredMap
from viewer.loading.read_masks import WindowMask

Bools = NDArray[np.bool_]
MOST_EXAMPLES = 12
_PICTURE_ROWS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleMap:
    """A max-projected map with its mask, in the network's window, facing right."""

    image: str
    series: str
    finding: str
    saliency: NDArray[np.float32]
    """(rows, columns)."""
    mask: WindowMask
    """With fewer pixels, enough for a small picture."""
    soft_dice: float


def chosen_examples(
    measured: Sequence[MeasuredMap], *, each: int = 3, most: int = MOST_EXAMPLES
) -> tuple[MeasuredMap, ...]:
    """For every series and class the best, the middle and the worst agreement, malignant first.

    More than `most` are cut.
    """
    groups: dict[tuple[int, str], list[MeasuredMap]] = {}
    for one in measured:
        groups.setdefault((one.finding_class, one.series), []).append(one)
    chosen = []
    for _, group in sorted(groups.items(), key=lambda item: -item[0][0]):
        ranked = sorted(group, key=lambda one: -one.soft_dice)
        places = np.unique(np.linspace(0, len(ranked) - 1, each).round().astype(int))
        chosen += [ranked[place] for place in places]
    return tuple(chosen[:most])


def example_maps(measured: Sequence[MeasuredMap], files: MapFiles) -> tuple[ExampleMap, ...]:
    """Read the chosen maps and masks once more; raises LoadingError."""
    return tuple(
        example
        for one in chosen_examples(measured)
        if (example := _example(one, files)) is not None
    )


def _example(one: MeasuredMap, files: MapFiles) -> ExampleMap | None:
    arrays = files.arrays(one.image)
    mask = files.mask(one.image, one.finding_class, arrays)
    if mask is None:
        return None
    return ExampleMap(
        image=one.image.image,
        series=one.series,
        finding=CLASS_NAMES[one.finding_class],
        saliency=arrays.max_projected[one.finding_class],
        mask=WindowMask(marked=_thinned(mask.marked), seen=_thinned(mask.seen), missed=mask.missed),
        soft_dice=one.soft_dice,
    )


def _thinned(pixels: Bools) -> Bools:
    step = max(1, max(pixels.shape) // _PICTURE_ROWS)
    return pixels[::step, ::step].copy()
