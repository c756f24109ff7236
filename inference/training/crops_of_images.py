"""Crops of training images: squares around findings, their ghosts, and anywhere on the breast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.training.image_kinds import ImageKind
from inference.training.stored_view import StoredImages

CROP_SIDE = 320
"""Room around the 256 pixels of a patch, so that each use of a crop can be shifted."""
MOST_FINDINGS = 2
NO_CLASS = -1.0
_OFFSET = 90
_IN_FOCUS_MM, _GHOST_MM = 2.5, 10.0
_STEP = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Crops:
    """Squares of raw pixels with what is needed to standardise and to label them.

    pixels: (crops, side, side) uint16. standards: (crops, 2), mean and deviation of the image.
    findings: (crops, findings, 5), each class (-1: none), row and column in the crop, radius, and
    distance from its focus in mm.
    """

    pixels: NDArray[np.uint16]
    standards: NDArray[np.float32]
    findings: NDArray[np.float32]

    def entries(self) -> dict[str, NDArray[Any]]:
        """As named arrays."""
        return {"pixels": self.pixels, "standards": self.standards, "findings": self.findings}

    @classmethod
    def none(cls) -> Crops:
        """No crops at all."""
        return cls(
            pixels=np.zeros((0, CROP_SIDE, CROP_SIDE), np.uint16),
            standards=np.zeros((0, 2), np.float32),
            findings=np.zeros((0, MOST_FINDINGS, 5), np.float32),
        )

    @classmethod
    def of_entries(cls, entries: Mapping[str, NDArray[Any]]) -> Crops:
        """The inverse of entries."""
        return cls(
            pixels=entries["pixels"], standards=entries["standards"], findings=entries["findings"]
        )


def crops_of(images: Sequence[StoredImages], generator: np.random.Generator) -> Crops:
    """Cut crops from all slices of some images."""
    pixels, standards, findings = [], [], []
    for image in images:
        for slice_index, row, column in _corners(image, generator):
            pixels.append(_cut(image, slice_index, row, column))
            standards.append((image.mean, image.deviation))
            findings.append(_findings(image, slice_index, row, column))
    return Crops(
        pixels=np.stack(pixels),
        standards=np.array(standards, np.float32),
        findings=np.stack(findings),
    )


def _off_focus_mm(image: StoredImages, slice_index: int) -> NDArray[np.float32]:
    if image.kind is not ImageKind.DBT:
        return np.zeros(len(image.findings), np.float32)
    off: NDArray[np.float32] = image.depths_mm[slice_index] - image.findings[:, 4]
    return off


def _corners(image: StoredImages, generator: np.random.Generator) -> list[tuple[int, int, int]]:
    """Slice, upper row and left column of every crop, in input pixels."""
    corners = []
    is_flat = image.kind is not ImageKind.DBT
    for slice_index in range(len(image.pixels)):
        for finding, off_mm in zip(image.findings, _off_focus_mm(image, slice_index), strict=True):
            near = abs(off_mm)
            times = (3 if is_flat else 2) if near <= _IN_FOCUS_MM else int(near <= _GHOST_MM)
            for _ in range(times):
                middle = finding[1:3] + generator.uniform(-_OFFSET, _OFFSET, 2)
                corners.append((slice_index, *np.rint(middle - CROP_SIDE / 2).astype(int).tolist()))
        tissue = np.argwhere(image.pixels[slice_index, ::_STEP, ::_STEP]) * _STEP
        if len(tissue):
            for place in generator.integers(0, len(tissue), 4 if is_flat else 2):
                inside = generator.uniform(0.2, 0.8, 2) * CROP_SIDE
                corner = tissue[place] + (image.top, image.left) - inside
                corners.append((slice_index, *np.rint(corner).astype(int).tolist()))
    return corners


def _cut(image: StoredImages, slice_index: int, row: int, column: int) -> NDArray[np.uint16]:
    """Pixels of one crop; what lies beside the stored part is air or padding, and 0."""
    crop = np.zeros((CROP_SIDE, CROP_SIDE), np.uint16)
    stored = image.pixels[slice_index]
    top, left = row - image.top, column - image.left
    rows = slice(max(0, top), max(0, min(stored.shape[0], top + CROP_SIDE)))
    columns = slice(max(0, left), max(0, min(stored.shape[1], left + CROP_SIDE)))
    part = stored[rows, columns]
    crop[
        rows.start - top : rows.start - top + part.shape[0],
        columns.start - left : columns.start - left + part.shape[1],
    ] = part
    return crop


def _findings(image: StoredImages, slice_index: int, row: int, column: int) -> NDArray[np.float32]:
    findings = np.full((MOST_FINDINGS, 5), NO_CLASS, np.float32)
    off_focus = _off_focus_mm(image, slice_index)
    for own, finding in enumerate(image.findings):
        findings[own] = (
            finding[0],
            finding[1] - row,
            finding[2] - column,
            finding[3],
            off_focus[own],
        )
    return findings
