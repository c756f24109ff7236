"""Findings laid into one compressed view: their share of every slice, projection and mask."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.training.breast import CompressedView, PixelGrid
from inference.training.fields import FloatArray
from inference.training.lesion_shapes import (
    Calcification,
    SoftTissueShape,
    draw_calcifications,
    soft_tissue_shape,
)
from inference.training.lesions import Lesion, LesionKind
from inference.training.tissue import FAT, GLAND, Tissue

HALF_SWEEP_DEGREES = 7.5
_MASS_FADING_MM = 1.7
_CALCIUM_FADING_MM = 0.9
_THIN_GAIN = 3.0
_LESION_SEED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedLesion:
    """A finding at its place in one view; rows and columns of the detector in mm."""

    lesion: Lesion
    row_mm: float
    column_mm: float
    depth_mm: float
    shape: SoftTissueShape | None
    """None for calcifications, which are drawn at each image's own pixel size."""

    def slice_index(self, view: CompressedView) -> int:
        """Return the slice in which the finding is in focus."""
        return int(np.clip(self.depth_mm / view.slice_mm, 0, view.slices - 1))


def place_lesion(view: CompressedView, lesion: Lesion, pixel_mm: float) -> PlacedLesion:
    """Lay a finding into a compressed view; its depth is moved to the middle of a slice."""
    row_mm, column_mm, depth_mm = view.locate(lesion.place)
    middle = (np.clip(int(depth_mm / view.slice_mm), 0, view.slices - 1) + 0.5) * view.slice_mm
    shape = None
    if not lesion.kind.is_calcification:
        shape = soft_tissue_shape(
            view.generator(_LESION_SEED + lesion.number), lesion, pixel_mm=pixel_mm, depth_mm=1.0
        )
    return PlacedLesion(
        lesion=lesion,
        row_mm=row_mm,
        column_mm=column_mm,
        depth_mm=float(middle),
        shape=shape,
    )


def deposits_of(
    view: CompressedView, placed: PlacedLesion, grid: PixelGrid
) -> tuple[Calcification, ...]:
    """Draw the deposits of a calcification cluster for one image's pixel size."""
    generator = view.generator(_LESION_SEED + placed.lesion.number)
    return draw_calcifications(generator, placed.lesion, pixel_mm=grid.pixel_mm)


def smear(image: FloatArray, off_focus_mm: float, pixel_mm: float) -> FloatArray:
    """Smear an image along the rows, as a sweep of the tube does to what is out of focus."""
    length = 2 * abs(off_focus_mm) * np.tan(np.deg2rad(HALF_SWEEP_DEGREES)) / pixel_mm
    if length < 1.5:
        return image
    smeared = cv2.blur(image, (1, round(length)), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(smeared, dtype=np.float32)


def add_to_slice(
    plane: FloatArray, tissue: Tissue, placed: PlacedLesion, depth_mm: float, slice_mm: float
) -> None:
    """Blend a mass into one slice of tissue: sharp near its depth, a smeared ghost elsewhere."""
    shape = placed.shape
    if shape is None:
        return
    half = shape.body.shape[0] // 2
    off_focus = depth_mm - placed.depth_mm - np.arange(-half, half + 1) * shape.depth_mm
    fading = max(_MASS_FADING_MM, 0.35 * slice_mm)
    weights = np.exp(-np.abs(off_focus) / fading)
    if weights.max() < 0.01:
        return
    weights /= 2 * fading / shape.depth_mm
    layers = [_Layers.of(shape, index, off, tissue) for index, off in enumerate(off_focus)]
    body = np.minimum(sum(w * layer.body for w, layer in zip(weights, layers, strict=True)), 1.0)
    spicules = np.max(
        [w * layer.spicules for w, layer in zip(weights, layers, strict=True)], axis=0
    )
    halo = sum(w * layer.halo for w, layer in zip(weights, layers, strict=True))
    window, part = _overlap(plane.shape, tissue, placed, shape.body.shape[1:])
    if window is None or part is None:
        return
    seen = placed.lesion.conspicuity
    target = plane[window]
    body = body[part] * (0.5 + 0.5 * seen)
    target += body * (_density(placed.lesion) + _kept_texture(target, tissue) - target)
    target += np.minimum(spicules[part] * _THIN_GAIN, 1.0) * (0.07 + 0.14 * seen)
    target -= 0.035 * halo[part]


def add_to_projection(plane: FloatArray, tissue: Tissue, placed: PlacedLesion, gain: float) -> None:
    """Add a mass's shadow to the projection of the whole thickness."""
    shape = placed.shape
    if shape is None:
        return
    window, part = _overlap(plane.shape, tissue, placed, shape.body.shape[1:])
    if window is None or part is None:
        return
    seen = placed.lesion.conspicuity
    share = np.minimum(gain * shape.body.mean(axis=0), 0.75) * (0.5 + 0.5 * seen)
    target = plane[window]
    target += share[part] * (_density(placed.lesion) + _kept_texture(target, tissue) - target)
    target += shape.spicules.max(axis=0)[part] * (0.03 + 0.07 * seen)
    if shape.halo is not None:
        target -= 0.02 * shape.halo.mean(axis=0)[part]


def add_calcium(
    image: FloatArray,
    deposits: tuple[Calcification, ...],
    placed: PlacedLesion,
    grid: PixelGrid,
    *,
    depth_mm: float | None,
    slice_mm: float,
) -> None:
    """Add calcium deposits to an image; depth_mm None means a projection of all depths."""
    peak = 0.20 + 0.45 * placed.lesion.conspicuity
    if placed.lesion.kind is LesionKind.COARSE_CALCIFICATIONS:
        peak *= 0.8
    fading = max(_CALCIUM_FADING_MM, 0.35 * slice_mm)
    for deposit in deposits:
        grain, weight = deposit.image, 1.0
        if depth_mm is not None:
            off_focus = depth_mm - placed.depth_mm - deposit.depth_mm * min(1.0, 1.5 / slice_mm)
            weight = float(np.exp(-abs(off_focus) / fading) + 0.05 * np.exp(-abs(off_focus) / 5))
            if weight < 0.02:
                continue
            margin = int(abs(off_focus) * 0.27 / grid.pixel_mm) + 1
            grain = smear(np.pad(grain, ((margin, margin), (0, 0))), off_focus, grid.pixel_mm)
        row = round(grid.row_of(placed.row_mm + deposit.row_mm)) - grain.shape[0] // 2
        column = round(grid.column_of(placed.column_mm + deposit.column_mm)) - grain.shape[1] // 2
        window, part = _clip(image.shape, row, column, grain.shape)
        if window is not None and part is not None:
            image[window] += weight * peak * deposit.brightness * grain[part]


def lesion_mask(view: CompressedView, placed: PlacedLesion, grid: PixelGrid) -> NDArray[np.uint8]:
    """Return where a finding lies in an image, 0 or 255, as a left breast; (rows, columns)."""
    mask = np.zeros((grid.rows, grid.columns), np.uint8)
    row, column = grid.row_of(placed.row_mm), grid.column_of(placed.column_mm)
    if placed.shape is None:
        points = np.array(
            [
                (
                    grid.column_of(placed.column_mm + d.column_mm),
                    grid.row_of(placed.row_mm + d.row_mm),
                )
                for d in deposits_of(view, placed, grid)
            ],
            dtype=np.float32,
        )
        cv2.fillPoly(mask, [np.rint(cv2.convexHull(points)).astype(np.int32)], 255)
        width = 2 * max(1, round(1.0 / grid.pixel_mm)) + 1
        brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
        return np.asarray(cv2.dilate(mask, brush), dtype=np.uint8)
    body = placed.shape.body.max(axis=0)
    scale = placed.shape.pixel_mm / grid.pixel_mm
    middle = body.shape[0] // 2
    move = np.array([[scale, 0, column - middle * scale], [0, scale, row - middle * scale]])
    drawn = cv2.warpAffine(body, move, (grid.columns, grid.rows), flags=cv2.INTER_LINEAR)
    mask[drawn > 0.5 * float(body.max())] = 255
    return mask


@dataclass(frozen=True, slots=True)
class _Layers:
    """One depth of a mass as it shows in a slice at some distance."""

    body: FloatArray
    spicules: FloatArray
    halo: FloatArray

    @classmethod
    def of(cls, shape: SoftTissueShape, index: int, off_mm: float, tissue: Tissue) -> _Layers:
        halo = np.zeros_like(shape.body[index]) if shape.halo is None else shape.halo[index]
        return cls(
            smear(shape.body[index], off_mm, tissue.pixel_mm),
            smear(shape.spicules[index], off_mm, tissue.pixel_mm),
            smear(halo, off_mm, tissue.pixel_mm),
        )


def _kept_texture(surroundings: FloatArray, tissue: Tissue) -> FloatArray:
    """Return what shows through a mass: half of the fine structure of the tissue around it."""
    around = cv2.GaussianBlur(surroundings, (0, 0), 1.5 / tissue.pixel_mm)
    return np.asarray(0.5 * (surroundings - around), dtype=np.float32)


def _density(lesion: Lesion) -> float:
    if lesion.class_name == "malignant":
        return GLAND + 0.03 + 0.12 * lesion.conspicuity
    return FAT + (GLAND - FAT) * (0.75 + 0.40 * lesion.conspicuity)


_Window = tuple[slice, slice]


def _overlap(
    plane: tuple[int, ...], tissue: Tissue, placed: PlacedLesion, size: tuple[int, ...]
) -> tuple[_Window | None, _Window | None]:
    row = round((placed.row_mm - tissue.top_mm) / tissue.pixel_mm - 0.5) - size[0] // 2
    column = round((placed.column_mm - tissue.left_mm) / tissue.pixel_mm - 0.5) - size[1] // 2
    return _clip(plane, row, column, size)


def _clip(
    image: tuple[int, ...], row: int, column: int, size: tuple[int, ...]
) -> tuple[_Window | None, _Window | None]:
    """Return (the part of the image, the part of the piece) where the two overlap."""
    top, left = max(0, row), max(0, column)
    bottom, right = min(image[0], row + size[0]), min(image[1], column + size[1])
    if top >= bottom or left >= right:
        return None, None
    return (
        (slice(top, bottom), slice(left, right)),
        (slice(top - row, bottom - row), slice(left - column, right - column)),
    )
