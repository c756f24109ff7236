"""From tissue to pixels: tomosynthesis slices, the synthetic image and the plain mammogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.training.breast import CompressedView, PixelGrid
from inference.training.fields import FloatArray
from inference.training.findings import (
    PlacedLesion,
    add_calcium,
    add_to_projection,
    add_to_slice,
    deposits_of,
    place_lesion,
)
from inference.training.lesion_shapes import Calcification
from inference.training.lesions import Lesion
from inference.training.tissue import FAT, Tissue, grow_tissue, with_skin
from inference.types import Laterality

Pixels = NDArray[np.uint16]

TOMO_BITS = 10
FFDM_BITS = 12
_FFDM_ROWS_PER_TOMO_ROW = 3328 / 2457
_FFDM_COLUMNS_PER_TOMO_COLUMN = 2560 / 1996
_FFDM_PIXEL_PER_TOMO_PIXEL = 0.7
_SLICE_NOISE, _SYNTHETIC_NOISE, _FFDM_NOISE = 1000, 500, 501
_FADING_MM = 2.0
_OUT_OF_FOCUS = 0.35
_HIGH_PASS = 0.35
_HIGH_PASS_MM = 2.0


@dataclass(frozen=True)
class ImagedView:
    """One view of a phantom breast, ready to be imaged slice by slice in any order.

    Every image stands as displayed: left breasts with the chest wall at column 0, right ones at
    the last column. Air is exactly 0, the breast at least 1.
    """

    view: CompressedView
    tissue: Tissue
    lesions: tuple[PlacedLesion, ...]

    @classmethod
    def build(cls, view: CompressedView, lesions: Sequence[Lesion]) -> ImagedView:
        """Grow the tissue of a view and lay its findings in."""
        tissue = grow_tissue(view)
        return cls(view=view, tissue=tissue, lesions=()).with_lesions(lesions)

    def with_lesions(self, lesions: Sequence[Lesion]) -> ImagedView:
        """Return the same breast with other findings; the tissue is shared."""
        placed = tuple(place_lesion(self.view, one, self.tissue.pixel_mm) for one in lesions)
        return ImagedView(view=self.view, tissue=self.tissue, lesions=placed)

    @cached_property
    def ffdm_grid(self) -> PixelGrid:
        """The finer pixels of the plain mammogram, whose field is a little smaller."""
        tomo = self.view.grid
        rows = round(tomo.rows * _FFDM_ROWS_PER_TOMO_ROW)
        pixel_mm = tomo.pixel_mm * _FFDM_PIXEL_PER_TOMO_PIXEL
        hidden_mm = tomo.rows * tomo.pixel_mm - rows * pixel_mm
        return PixelGrid(
            rows=rows,
            columns=round(tomo.columns * _FFDM_COLUMNS_PER_TOMO_COLUMN),
            pixel_mm=pixel_mm,
            row_offset=-hidden_mm / 2 / pixel_mm,
        )

    def tomosynthesis_slice(self, slice_index: int) -> Pixels:
        """Return one reconstructed slice, (rows, columns), 10 bits."""
        if not 0 <= slice_index < self.view.slices:
            raise IndexError(f"slice {slice_index} of {self.view.slices}")
        depth_mm = (slice_index + 0.5) * self.view.slice_mm
        inset_mm = self.view.inset_mm(depth_mm)
        image = self._onto(self._reconstructed(depth_mm, inset_mm), self._tomo_crop)
        for placed, deposits in self._tomo_deposits:
            add_calcium(
                image,
                deposits,
                placed,
                self._tomo_crop.grid,
                depth_mm=depth_mm,
                slice_mm=self.view.slice_mm,
            )
        self._add_noise(image, 0.0085, _SLICE_NOISE + slice_index, softness=0.75)
        return self._pixels(image, self._tomo_crop, inset_mm, TOMO_BITS, 940)

    def synthetic_2d(self) -> Pixels:
        """Return the synthetic mammogram made of the slices, on their grid, 10 bits."""
        depths = np.arange(1.0, self.view.thickness_mm, 2.0)
        total = np.zeros(self.tissue.shape, np.float32)
        highest = np.zeros(self.tissue.shape, np.float32)
        for depth_mm in depths:
            plane = self._reconstructed(float(depth_mm), inset_mm=0.0)
            total += plane
            np.maximum(highest, plane, out=highest)
        mixed = 0.5 * total / len(depths) + 0.5 * highest
        image = self._onto(mixed, self._tomo_crop)
        for placed, deposits in self._tomo_deposits:
            add_calcium(image, deposits, placed, self._tomo_crop.grid, depth_mm=None, slice_mm=1.0)
        self._add_noise(image, 0.006, _SYNTHETIC_NOISE, softness=0.9)
        return self._pixels(image, self._tomo_crop, 0.0, TOMO_BITS, 940)

    def ffdm(self) -> Pixels:
        """Return the plain digital mammogram on ffdm_grid, 12 bits."""
        projected = self.tissue.planes.mean(axis=0)
        gain = 2.2 / self.view.thickness_mm
        for placed in self.lesions:
            depths = 1 if placed.shape is None else placed.shape.body.shape[0]
            add_to_projection(projected, self.tissue, placed, gain * depths)
        detail = projected - cv2.GaussianBlur(projected, (0, 0), 3.0 / self.tissue.pixel_mm)
        projected = FAT + 1.25 * (projected - FAT) + 0.8 * detail
        # Towards the edge the breast is thinner; the processing equalises most of it.
        thinning = 1 - 0.38 * np.exp(-np.clip(self.tissue.skin_mm, 0, None) / 3.5)
        projected = with_skin(projected * thinning, self.tissue.skin_mm, 0.0)
        crop = self._crop(self.ffdm_grid)
        image = self._onto(projected, crop)
        for placed in self.lesions:
            if placed.shape is None:
                deposits = deposits_of(self.view, placed, crop.grid)
                add_calcium(image, deposits, placed, crop.grid, depth_mm=None, slice_mm=1.0)
        self._add_noise(image, 0.008, _FFDM_NOISE, softness=0.6)
        return self._pixels(image, crop, 0.0, FFDM_BITS, 4200)

    def _reconstructed(self, depth_mm: float, inset_mm: float) -> FloatArray:
        """Return the tissue in focus at a depth, its neighbours fading, with the reconstruction."""
        planes = self.tissue.planes
        centres = (np.arange(len(planes)) + 0.5) * self.tissue.plane_mm
        weights = np.exp(-np.abs(centres - depth_mm) / _FADING_MM)
        weights[weights < 0.02 * weights.max()] = 0
        weights /= weights.sum()
        chosen = np.flatnonzero(weights)
        plane = np.tensordot(
            weights[chosen].astype(np.float32), planes[chosen[0] : chosen[-1] + 1], axes=1
        )
        plane += _OUT_OF_FOCUS * (self._everything_blurred - plane)
        for placed in self.lesions:
            add_to_slice(plane, self.tissue, placed, depth_mm, self.view.slice_mm)
        skin_mm = self.tissue.skin_mm
        plane = with_skin(plane, skin_mm, inset_mm)
        inside = (skin_mm > inset_mm).astype(np.float32)
        sigma = _HIGH_PASS_MM / self.tissue.pixel_mm
        around = cv2.GaussianBlur(plane, (0, 0), sigma)
        around /= np.maximum(cv2.GaussianBlur(inside, (0, 0), sigma), 0.05)
        sharpened = plane - _HIGH_PASS * np.minimum(around, 1.0) * inside
        return np.asarray(sharpened / (1 - _HIGH_PASS), dtype=np.float32)

    @cached_property
    def _everything_blurred(self) -> FloatArray:
        """The whole thickness out of focus: a limited sweep cannot tell coarse depths apart."""
        mean = self.tissue.planes.mean(axis=0)
        blurred = cv2.GaussianBlur(mean, (0, 0), 1.0 / self.tissue.pixel_mm)
        return np.asarray(blurred, dtype=np.float32)

    @cached_property
    def _tomo_crop(self) -> _Crop:
        return self._crop(self.view.grid)

    @cached_property
    def _tomo_deposits(self) -> tuple[tuple[PlacedLesion, tuple[Calcification, ...]], ...]:
        return tuple(
            (placed, deposits_of(self.view, placed, self._tomo_crop.grid))
            for placed in self.lesions
            if placed.shape is None
        )

    def _crop(self, grid: PixelGrid) -> _Crop:
        """Return the part of an image's pixels that the breast covers."""
        first = max(0, int(grid.row_of(self.tissue.top_mm)))
        rows, columns = self.tissue.shape
        bottom_mm = self.tissue.top_mm + rows * self.tissue.pixel_mm
        last = min(grid.rows, int(grid.row_of(bottom_mm)) + 1)
        first_column = int(self.tissue.left_mm / grid.pixel_mm)
        right_mm = self.tissue.left_mm + columns * self.tissue.pixel_mm
        part = PixelGrid(
            rows=last - first,
            columns=min(grid.columns, int(right_mm / grid.pixel_mm)) - first_column,
            pixel_mm=grid.pixel_mm,
            row_offset=grid.row_offset - first,
            column_offset=grid.column_offset - first_column,
        )
        return _Crop(
            grid=part,
            first_row=first,
            first_column=first_column,
            whole=grid,
            skin_mm=self._resampled(self.tissue.skin_mm, part, cv2.INTER_LINEAR),
        )

    def _onto(self, plane: FloatArray, crop: _Crop) -> FloatArray:
        return self._resampled(plane, crop.grid, cv2.INTER_CUBIC)

    def _resampled(self, plane: FloatArray, grid: PixelGrid, interpolation: int) -> FloatArray:
        tissue = self.tissue
        scale = grid.pixel_mm / tissue.pixel_mm
        top = ((0.5 - grid.row_offset) * grid.pixel_mm - tissue.top_mm) / tissue.pixel_mm - 0.5
        left = ((0.5 - grid.column_offset) * grid.pixel_mm - tissue.left_mm) / tissue.pixel_mm - 0.5
        back = np.array([[scale, 0, left], [0, scale, top]])
        return np.asarray(
            cv2.warpAffine(
                plane,
                back,
                (grid.columns, grid.rows),
                flags=interpolation | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            dtype=np.float32,
        )

    def _add_noise(self, image: FloatArray, share: float, purpose: int, softness: float) -> None:
        noise = self.view.generator(purpose).standard_normal(image.shape, dtype=np.float32)
        noise = cv2.GaussianBlur(noise, (0, 0), softness)
        # A Gaussian of this width keeps 1 / (2 sqrt(pi) width) of white noise's deviation.
        noise *= share * 2 * np.sqrt(np.pi) * softness
        image += noise

    def _pixels(
        self, image: FloatArray, crop: _Crop, inset_mm: float, bits: int, grey: float
    ) -> Pixels:
        highest = 2**bits - 1
        part = np.clip(image * grey + 0.08 * grey, 1, highest)
        part = np.rint(part).astype(np.uint16)
        part[crop.skin_mm <= inset_mm] = 0
        whole = np.zeros((crop.whole.rows, crop.whole.columns), np.uint16)
        rows = slice(crop.first_row, crop.first_row + part.shape[0])
        columns = slice(crop.first_column, crop.first_column + part.shape[1])
        whole[rows, columns] = part
        if self.view.breast.laterality is Laterality.RIGHT:
            whole = np.ascontiguousarray(whole[:, ::-1])
        return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crop:
    """The rows and columns of an image that the breast covers, and their distance to the skin."""

    grid: PixelGrid
    first_row: int
    first_column: int
    whole: PixelGrid
    skin_mm: FloatArray
