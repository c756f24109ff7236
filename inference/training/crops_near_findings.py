"""Crops around more findings of a breast, imaged without the rest of it: many for little."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.prepare import PreparedInput
from inference.training.breast import PixelGrid
from inference.training.crops_of_images import CROP_SIDE, MOST_FINDINGS, NO_CLASS, Crops
from inference.training.findings import PlacedLesion, place_lesion
from inference.training.image_kinds import ImageKind
from inference.training.imaging import ImagedView, Pixels
from inference.training.lesions import Lesion

_OFFSET = 40
_HALF_MM = 26.0
"""Half the side of what is imaged: a crop, its shifts, and what blurring reaches beyond."""
_NEAR_MM, _GHOST_MM = 2.5, (4.0, 9.0)


def crops_near_findings(
    healthy: ImagedView,
    lesions: tuple[Lesion, ...],
    frames: Mapping[ImageKind, PreparedInput],
    generator: np.random.Generator,
) -> Crops | None:
    """Image a healthy view with findings, only where crops are cut: around each of them.

    Two slices in focus, a ghost, the synthetic and the plain mammogram of every finding; None
    without findings. frames: tell the standard of each kind of image.
    """
    breast = healthy.view.breast
    # The noise is the view's own: another seed for every set, or all crops would share it.
    seed = (*breast.seed, 1000 + int(generator.integers(1 << 30)))
    view = replace(healthy.view, breast=replace(breast, seed=seed))
    placed = tuple(place_lesion(view, one, healthy.tissue.pixel_mm) for one in lesions)
    pixels, standards, findings = [], [], []
    for own in placed:
        tissue = healthy.tissue.around(own.row_mm, own.column_mm, _HALF_MM)
        part = ImagedView(view=view, tissue=tissue, lesions=placed)
        for kind, image, depth_mm in _images(part, own, generator):
            corner = _corner(part, kind, own, generator)
            rows, columns = (slice(first, first + CROP_SIDE) for first in corner)
            pixels.append(_filled(image[rows, columns]))
            standards.append((frames[kind].mean, frames[kind].deviation))
            findings.append(_truth(part, kind, corner, depth_mm))
    if not pixels:
        return None
    return Crops(
        pixels=np.stack(pixels),
        standards=np.array(standards, np.float32),
        findings=np.stack(findings),
    )


def _images(
    part: ImagedView, own: PlacedLesion, generator: np.random.Generator
) -> Iterator[tuple[ImageKind, Pixels, float | None]]:
    """Images of the part, with the depth of slices."""
    slice_mm, last = part.view.slice_mm, part.view.slices - 1
    ghost_mm = generator.uniform(*_GHOST_MM) * generator.choice((-1, 1))
    for off_mm in (0.0, generator.uniform(-_NEAR_MM, _NEAR_MM), ghost_mm):
        index = int(np.clip(own.slice_index(part.view) + round(off_mm / slice_mm), 0, last))
        yield ImageKind.DBT, part.tomosynthesis_slice(index), (index + 0.5) * slice_mm
    yield ImageKind.SYNTHETIC, part.synthetic_2d(), None
    yield ImageKind.FFDM, part.ffdm(), None


def _grid(part: ImagedView, kind: ImageKind) -> PixelGrid:
    return part.ffdm_grid if kind is ImageKind.FFDM else part.view.grid


def _corner(
    part: ImagedView, kind: ImageKind, own: PlacedLesion, generator: np.random.Generator
) -> tuple[int, int]:
    grid = _grid(part, kind)
    row, column = np.array([grid.row_of(own.row_mm), grid.column_of(own.column_mm)]) + (
        generator.uniform(-_OFFSET, _OFFSET, 2) - CROP_SIDE / 2
    )
    return max(0, round(row)), max(0, round(column))


def _filled(crop: Pixels) -> Pixels:
    """A crop that passes the image's edge, filled with air."""
    missing = [(0, CROP_SIDE - size) for size in crop.shape]
    return np.pad(crop, missing)


def _truth(
    part: ImagedView, kind: ImageKind, corner: tuple[int, int], depth_mm: float | None
) -> NDArray[np.float32]:
    grid = _grid(part, kind)
    truth = np.full((MOST_FINDINGS, 5), NO_CLASS, np.float32)
    for own, placed in enumerate(part.lesions):
        truth[own] = (
            placed.lesion.kind.finding_class,
            grid.row_of(placed.row_mm) - corner[0],
            grid.column_of(placed.column_mm) - corner[1],
            placed.lesion.size_mm / 2 / grid.pixel_mm,
            0.0 if depth_mm is None else depth_mm - placed.depth_mm,
        )
    return truth
