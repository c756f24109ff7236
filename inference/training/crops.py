"""Training crops: small squares of phantom images, at the scale a network sees, with labels."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.prepare import prepare
from inference.progress import SilentProgress
from inference.training.breast import (
    FULL_COLUMNS,
    FULL_ROWS,
    PixelGrid,
    View,
    compress,
    draw_breast,
)
from inference.training.findings import PlacedLesion
from inference.training.imaging import ImagedView, Pixels
from inference.training.lesions import Lesion, draw_lesion
from inference.types import BENIGN, MALIGNANT, ArraySource, Laterality, ModelInput

CROP_SIDE = 256
UNKNOWN = -1
"""Label of a class that shows only partly or out of focus: it teaches nothing."""
TRAINING_SEED = 9001
INPUT_SIZES = {"gmic3d": (2116, 1339), "gmic": (2944, 1920)}
_SETS_OF_LESIONS = 3
_IN_FOCUS_MM = 2.0
_OUT_OF_FOCUS_MM = 12.0


class ImageKind(Enum):
    """Which image of a view."""

    DBT = "DBT"
    SYNTHETIC = "synthetic 2D"
    FFDM = "FFDM"

    @property
    def architecture(self) -> str:
        """The network that reads it."""
        return "gmic3d" if self is ImageKind.DBT else "gmic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A square of a standardised image; labels hold 1, 0 or UNKNOWN for benign and malignant."""

    kind: ImageKind
    pixels: NDArray[np.float16]
    labels: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """How one image's grey values become a network's input."""

    mean: float
    deviation: float

    def apply(self, pixels: Pixels) -> NDArray[np.float32]:
        """Return (pixels - mean) / deviation."""
        return (pixels.astype(np.float32) - np.float32(self.mean)) / np.float32(self.deviation)


def phantom_view(seed: int, number: int) -> ImagedView:
    """Return one full-size left view without findings; even numbers are CC, odd ones MLO."""
    breast = draw_breast((seed, number), Laterality.LEFT)
    view = View.CC if number % 2 == 0 else View.MLO
    compressed = compress(breast, view, rows=FULL_ROWS, columns=FULL_COLUMNS, slices=None)
    return ImagedView.build(compressed, ())


def standard_of(imaged: ImagedView, kind: ImageKind) -> Standard:
    """Measure mean and deviation in the network's window; a volume is judged by five slices."""
    if kind is ImageKind.DBT:
        chosen = np.linspace(1, imaged.view.slices - 2, 5).astype(int)
        volume = np.stack([imaged.tomosynthesis_slice(int(index)) for index in chosen])
    elif kind is ImageKind.FFDM:
        volume = imaged.ffdm()[None]
    else:
        volume = imaged.synthetic_2d()[None]
    rows, columns = INPUT_SIZES[kind.architecture]
    prepared = prepare(
        ModelInput(
            source=ArraySource(volume),
            laterality=imaged.view.breast.laterality,
            crop_rule=imaged.view.view.crop_rule,
        ),
        input_rows=rows,
        input_columns=columns,
        progress=SilentProgress(),
    )
    return Standard(mean=prepared.mean, deviation=prepared.deviation)


def draw_lesions(generator: np.random.Generator, imaged: ImagedView, first: int) -> list[Lesion]:
    """Draw a benign and a malignant finding that do not touch each other."""
    breast = imaged.view.breast
    while True:
        lesions = [
            draw_lesion(generator, breast, number=first + own, finding_class=own)
            for own in (BENIGN, MALIGNANT)
        ]
        places = [imaged.view.locate(lesion.place)[:2] for lesion in lesions]
        if np.hypot(places[0][0] - places[1][0], places[0][1] - places[1][1]) > 22:
            return lesions


def view_crops(number: int) -> Iterator[Crop]:
    """Image one training view with several sets of findings and cut crops from every image."""
    generator = np.random.default_rng([TRAINING_SEED, number, 3])
    healthy = phantom_view(TRAINING_SEED, number)
    standards = {kind: standard_of(healthy, kind) for kind in ImageKind}
    for index in range(_SETS_OF_LESIONS):
        imaged = healthy.with_lesions(draw_lesions(generator, healthy, 2 * index))
        for placed in imaged.lesions:
            slice_index = _near(generator, placed, imaged)
            image = imaged.tomosynthesis_slice(slice_index)
            cutter = CropCutter(generator, ImageKind.DBT, imaged, standards[ImageKind.DBT])
            depth = (slice_index + 0.5) * imaged.view.slice_mm
            yield from cutter.cut(image, (placed, placed), others=2, depth_mm=depth)
        cutter = CropCutter(generator, ImageKind.FFDM, imaged, standards[ImageKind.FFDM])
        yield from cutter.cut(imaged.ffdm(), imaged.lesions * 2, others=4, depth_mm=None)
        cutter = CropCutter(generator, ImageKind.SYNTHETIC, imaged, standards[ImageKind.SYNTHETIC])
        yield from cutter.cut(imaged.synthetic_2d(), imaged.lesions * 2, others=4, depth_mm=None)


def _near(generator: np.random.Generator, placed: PlacedLesion, imaged: ImagedView) -> int:
    jitter = int(generator.integers(-1, 2))
    return int(np.clip(placed.slice_index(imaged.view) + jitter, 0, imaged.view.slices - 1))


@dataclass(frozen=True, slots=True)
class CropCutter:
    """Cuts labelled crops out of one image of a phantom view."""

    generator: np.random.Generator
    kind: ImageKind
    imaged: ImagedView
    standard: Standard

    @property
    def grid(self) -> PixelGrid:
        """The image's pixels."""
        return self.imaged.ffdm_grid if self.kind is ImageKind.FFDM else self.imaged.view.grid

    def cut(
        self,
        image: Pixels,
        around: tuple[PlacedLesion, ...],
        *,
        others: int,
        depth_mm: float | None,
    ) -> Iterator[Crop]:
        """Cut one crop around each finding named and `others` anywhere on the breast."""
        for placed in around:
            offset = self.generator.uniform(-70, 70, 2)
            row = self.grid.row_of(placed.row_mm) + offset[0] - CROP_SIDE / 2
            column = self.grid.column_of(placed.column_mm) + offset[1] - CROP_SIDE / 2
            yield self.crop(image, int(row), int(column), depth_mm)
        covered = np.argwhere(cv2.resize(image, None, fx=1 / 16, fy=1 / 16) > 0) * 16
        for _ in range(others):
            row, column = covered[self.generator.integers(len(covered))]
            offset = self.generator.uniform(0.1, 0.9, 2) * CROP_SIDE
            yield self.crop(image, int(row - offset[0]), int(column - offset[1]), depth_mm)

    def crop(self, image: Pixels, row: int, column: int, depth_mm: float | None) -> Crop:
        """Cut the crop whose upper-left corner is nearest to (row, column), with its labels."""
        row = int(np.clip(row, 0, image.shape[0] - CROP_SIDE))
        column = int(np.clip(column, 0, image.shape[1] - CROP_SIDE))
        part = image[row : row + CROP_SIDE, column : column + CROP_SIDE]
        labels = [0, 0]
        for placed in self.imaged.lesions:
            own = placed.lesion.kind.finding_class
            labels[own] = max(labels[own], self._label(placed, row, column, depth_mm), key=abs)
        return Crop(
            kind=self.kind,
            pixels=self.standard.apply(part).astype(np.float16),
            labels=(labels[0], labels[1]),
        )

    def _label(self, placed: PlacedLesion, row: int, column: int, depth_mm: float | None) -> int:
        """Tell whether a crop shows a finding: 1, 0, or UNKNOWN for a part or a ghost of it."""
        radius = placed.lesion.size_mm / 2 / self.grid.pixel_mm
        inside = [
            self.grid.row_of(placed.row_mm) - row,
            self.grid.column_of(placed.column_mm) - column,
        ]
        if any(place < -radius or place > CROP_SIDE + radius for place in inside):
            return 0
        off_focus = 0.0 if depth_mm is None else abs(depth_mm - placed.depth_mm)
        if off_focus > _OUT_OF_FOCUS_MM:
            return 0
        if off_focus > _IN_FOCUS_MM or any(p < 24 or p > CROP_SIDE - 24 for p in inside):
            return UNKNOWN
        return 1


def write_view_crops(directory: Path, number: int) -> Path:
    """Write the crops of one training view, unless the file is there already."""
    path = directory / f"view_{number:04d}.npz"
    if path.exists():
        return path
    write_crops(path, list(view_crops(number)))
    return path


def write_crops(path: Path, crops: Sequence[Crop]) -> None:
    """Write crops as one file."""
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with temporary.open("wb") as file:
        np.savez(
            file,
            pixels=np.stack([crop.pixels for crop in crops]),
            labels=np.array([crop.labels for crop in crops], dtype=np.int8),
            is_dbt=np.array([crop.kind is ImageKind.DBT for crop in crops]),
        )
    temporary.replace(path)
