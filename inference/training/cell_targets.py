"""What every cell of a saliency map should say about a whole phantom image."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.training.crops import ImageKind, draw_lesions, phantom_view
from inference.training.findings import PlacedLesion
from inference.training.whole_images import WHOLE_TRAINING_SEED, WholeImage, whole_image

CELL_PIXELS = 64
"""Input pixels a cell of the saliency map stands for, along each side."""
_IN_FOCUS_MM = 2.0
_OUT_OF_FOCUS_MM = 12.0
_SETS_OF_LESIONS = 2


def cell_count(pixels: int) -> int:
    """Return how many cells ResNet-22 makes of a side of its input."""
    for kernel, stride, padding in ((7, 2, 3), (3, 2, 0)) + ((3, 2, 1),) * 4:
        pixels = (pixels + 2 * padding - kernel) // stride + 1
    return pixels


def cell_targets(whole: WholeImage) -> NDArray[np.float32]:
    """Return (slices, classes, rows, columns): 1 on a finding, 0 elsewhere, NaN around it.

    NaN also where a finding shows only as a ghost of a slice nearby.
    """
    placement = whole.prepared.placement
    rows, columns = cell_count(placement.input_rows), cell_count(placement.input_columns)
    targets = np.zeros((len(whole.pixels), 2, rows, columns), np.float32)
    row_centres = (np.arange(rows) + 0.5) / rows * placement.input_rows
    column_centres = (np.arange(columns) + 0.5) / columns * placement.input_columns
    grid = whole.imaged.ffdm_grid if whole.kind is ImageKind.FFDM else whole.imaged.view.grid
    for placed in whole.imaged.lesions:
        row = grid.row_of(placed.row_mm) - placement.row_offset
        column = grid.column_of(placed.column_mm) - placement.column_offset
        distance = np.hypot(row_centres[:, None] - row, column_centres[None, :] - column)
        radius = placed.lesion.size_mm / 2 / grid.pixel_mm
        around = distance < radius + 1.5 * CELL_PIXELS
        centre = (distance < 0.6 * radius) | (distance == distance.min())
        own = placed.lesion.kind.finding_class
        for index, slice_index in enumerate(whole.slice_indices):
            focus = _focus(whole, placed, slice_index)
            if focus > 0:
                targets[index, own][around] = np.nan
            if focus == 1:
                targets[index, own][centre] = 1.0
    return targets


def _focus(whole: WholeImage, placed: PlacedLesion, slice_index: int) -> float:
    """Return 1 in focus, 0.5 for a ghost, 0 where nothing of a finding shows."""
    if whole.kind is not ImageKind.DBT:
        return 1
    off_mm = abs((slice_index + 0.5) * whole.imaged.view.slice_mm - placed.depth_mm)
    if off_mm <= _IN_FOCUS_MM:
        return 1
    return 0.5 if off_mm <= _OUT_OF_FOCUS_MM else 0


def training_images(number: int) -> Iterator[WholeImage]:
    """Yield whole images of one training view with several sets of findings."""
    generator = np.random.default_rng([WHOLE_TRAINING_SEED, number, 3])
    healthy = phantom_view(WHOLE_TRAINING_SEED, number)
    for index in range(_SETS_OF_LESIONS):
        imaged = healthy.with_lesions(draw_lesions(generator, healthy, 2 * index))
        slices = {placed.slice_index(imaged.view) for placed in imaged.lesions}
        slices |= set(generator.integers(1, imaged.view.slices - 1, 2).tolist())
        for kind in ImageKind:
            yield whole_image(imaged, kind, sorted(slices))


def write_training_images(directory: Path, number: int) -> None:
    """Write the prepared images of a view and their targets, unless they are there already."""
    done = directory / f"done_{number:04d}"
    if done.exists():
        return
    for index, whole in enumerate(training_images(number)):
        targets = cell_targets(whole)
        for position, pixels in enumerate(whole.input_slices()):
            name = f"{whole.kind.architecture}_{number:04d}_{index}_{position}"
            temporary = directory / f"{name}.{os.getpid()}.tmp"
            with temporary.open("wb") as file:
                np.savez(file, pixels=pixels.astype(np.float16), targets=targets[position])
            temporary.replace(directory / f"{name}.npz")
    done.touch()
