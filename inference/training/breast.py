"""The breast a phantom is made of: its size, its compression, its outline in CC and MLO."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np

from inference.training.fields import FloatArray
from inference.types import CropRule, Laterality

FULL_ROWS = 2457
FULL_COLUMNS = 1996
FULL_PIXEL_MM = 0.1
SKIN_MM = 1.5
_EDGE_ROUNDING_MM = 9.0
_MLO_ANGLE_DEGREES = 45.0


class View(Enum):
    """The two standard projections."""

    CC = "CC"
    MLO = "MLO"

    @property
    def crop_rule(self) -> CropRule:
        """How a network places its window on this projection."""
        return CropRule(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breast:
    """One uncompressed breast; lengths in millimetres."""

    laterality: Laterality
    seed: tuple[int, ...]
    chest_to_nipple_mm: float
    half_width_mm: float
    compressed_mm: float
    density: float
    """Share of fibroglandular tissue, from 0 (almost all fat) to 1 (extremely dense)."""

    def generator(self, *purpose: int) -> np.random.Generator:
        """Return the random numbers of one purpose; each is independent of every other."""
        return np.random.default_rng([*self.seed, *purpose])


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place in the breast, in millimetres.

    posterior_mm: from the nipple towards the chest wall. lateral_mm, superior_mm: from the
    nipple's level, positive towards the axilla and the head.
    """

    posterior_mm: float
    lateral_mm: float
    superior_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelGrid:
    """The pixels of one image; a pixel's number is its centre, the offsets shift the detector."""

    rows: int
    columns: int
    pixel_mm: float
    row_offset: float = 0.0
    column_offset: float = 0.0

    def row_of(self, row_mm: float) -> float:
        """Return the (fractional) row that shows a height of the detector."""
        return row_mm / self.pixel_mm + self.row_offset - 0.5

    def column_of(self, column_mm: float) -> float:
        """Return the (fractional) column that shows a distance from the chest wall."""
        return column_mm / self.pixel_mm + self.column_offset - 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressedView:
    """One breast as it lies in the machine, seen as a left breast (chest wall at column 0)."""

    breast: Breast
    view: View
    grid: PixelGrid
    slices: int
    slice_mm: float
    chest_to_nipple_mm: float
    nipple_row_mm: float
    axilla_mm: float
    """Columns that the breast still covers at the top of an MLO image."""
    upper_mm: float
    lower_mm: float
    """From the nipple's row up and down to where the outline meets the chest wall."""

    @property
    def thickness_mm(self) -> float:
        """Compressed thickness."""
        return self.slices * self.slice_mm

    def generator(self, purpose: int) -> np.random.Generator:
        """Return the random numbers of one purpose in this view."""
        return self.breast.generator(1 if self.view is View.CC else 2, purpose)

    def extent_mm(self, row_mm: FloatArray) -> FloatArray:
        """Return how far from the chest wall the breast reaches at each height, in mm."""
        upward = self.nipple_row_mm - row_mm
        floor = self.axilla_mm if self.view is View.MLO else 0.0
        above = np.clip(upward / self.upper_mm, 0, 1)
        below = np.clip(-upward / self.lower_mm, 0, 1)
        top = floor + (self.chest_to_nipple_mm - floor) * (1 - above**2.1) ** (
            0.62 if self.view is View.CC else 0.9
        )
        bottom = self.chest_to_nipple_mm * (1 - below**2.3) ** 0.58
        extent = np.where(upward >= 0, top, bottom)
        extent = np.where(-upward >= self.lower_mm, 0, extent)
        if self.view is View.CC:
            extent = np.where(upward >= self.upper_mm, 0, extent)
        nipple = 4.5 * np.exp(-((upward / 4.6) ** 4))
        return np.asarray(extent + nipple, dtype=np.float32)

    def skin_distance(self, rows: int, columns: int, top_mm: float, pixel_mm: float) -> FloatArray:
        """Return each point's distance to the skin in mm, negative in air; (rows, columns).

        The chest wall is no skin: there the breast goes on.
        """
        row_mm = (top_mm + (np.arange(rows) + 0.5) * pixel_mm).astype(np.float32)
        column_mm = ((np.arange(columns) + 0.5) * pixel_mm).astype(np.float32)
        extent = cv2.GaussianBlur(self.extent_mm(row_mm)[:, None], (1, 0), 1.8 / pixel_mm)
        inside = (column_mm[None, :] < extent).astype(np.uint8)
        body = np.ascontiguousarray(np.hstack([inside[:, :1].repeat(columns, axis=1), inside]))
        if self.view is View.MLO:
            body = np.vstack([body[:1].repeat(columns, axis=0), body])
        to_air = cv2.distanceTransform(body, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        to_body = cv2.distanceTransform(1 - body, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        signed = (to_air - to_body)[-rows:, columns:] * pixel_mm
        smooth = cv2.GaussianBlur(signed.astype(np.float32), (0, 0), 0.8 / pixel_mm)
        return np.asarray(smooth, dtype=np.float32)

    def inset_mm(self, depth_mm: float) -> float:
        """Return how much smaller the outline is at a depth than in the middle: edges are round."""
        off_middle = abs(2 * depth_mm / self.thickness_mm - 1)
        return float(_EDGE_ROUNDING_MM * (1 - np.sqrt(max(0.0, 1 - off_middle**4))))

    def locate(self, point: Point) -> tuple[float, float, float]:
        """Return where a place of the breast lies: (row_mm, column_mm, depth_mm)."""
        along, through = rotate(self.view, point.lateral_mm, point.superior_mm)
        column_mm = self.chest_to_nipple_mm - point.posterior_mm
        half_depth = self.breast.half_width_mm * 0.62
        depth = (0.5 + 0.5 * float(np.clip(through / half_depth, -0.7, 0.7))) * self.thickness_mm
        return self.nipple_row_mm - along, column_mm, depth


def rotate(view: View, lateral_mm: float, superior_mm: float) -> tuple[float, float]:
    """Return (towards the top of the image, along the beam) of a place in the breast.

    CC looks from the head to the feet with the axilla at the top; MLO is turned by 45 degrees.
    """
    if view is View.CC:
        return lateral_mm, superior_mm
    angle = np.deg2rad(_MLO_ANGLE_DEGREES)
    along = lateral_mm * np.sin(angle) + superior_mm * np.cos(angle)
    through = superior_mm * np.sin(angle) - lateral_mm * np.cos(angle)
    return float(along), float(through)


def draw_breast(seed: tuple[int, ...], laterality: Laterality) -> Breast:
    """Draw a breast. Both breasts of a woman share the exam's seed, so they resemble each other."""
    woman = np.random.default_rng([*seed, 77])
    depth = woman.uniform(82, 118)
    side = 0 if laterality is Laterality.LEFT else 1
    own = np.random.default_rng([*seed, side, 78])
    return Breast(
        laterality=laterality,
        seed=(*seed, side),
        chest_to_nipple_mm=float(depth * own.uniform(0.96, 1.04)),
        half_width_mm=float(depth * woman.uniform(0.8, 0.92) * own.uniform(0.97, 1.03)),
        compressed_mm=float(woman.uniform(42, 60) * own.uniform(0.96, 1.04)),
        density=float(np.clip(woman.beta(2.0, 2.2) + own.normal(0, 0.03), 0, 1)),
    )


def compress(
    breast: Breast, view: View, *, rows: int, columns: int, slices: int | None
) -> CompressedView:
    """Lay a breast on the detector. The millimetres do not depend on rows and columns.

    slices: None gives one slice a millimetre; from 30 to 100 the breast is that many mm thick;
    other numbers share a thickness of 50 mm.
    """
    own = breast.generator(1 if view is View.CC else 2, 5)
    pixel_mm = FULL_PIXEL_MM * FULL_ROWS / rows
    thickness = breast.compressed_mm * (1.0 if view is View.CC else own.uniform(1.0, 1.12))
    if slices is None:
        slices, slice_mm = round(thickness), 1.0
    else:
        slice_mm = 1.0 if 30 <= slices <= 100 else 50.0 / slices
    height = rows * pixel_mm
    deeper = 1.0 if view is View.CC else own.uniform(1.0, 1.07)
    nipple = height * (own.uniform(0.47, 0.53) if view is View.CC else own.uniform(0.57, 0.62))
    half = breast.half_width_mm
    return CompressedView(
        breast=breast,
        view=view,
        grid=PixelGrid(rows=rows, columns=columns, pixel_mm=pixel_mm),
        slices=slices,
        slice_mm=slice_mm,
        chest_to_nipple_mm=breast.chest_to_nipple_mm * deeper,
        nipple_row_mm=nipple,
        axilla_mm=float(own.uniform(38, 58)),
        upper_mm=float(half * own.uniform(0.97, 1.05) if view is View.CC else nipple * 1.12),
        lower_mm=float(half * own.uniform(0.95, 1.03) * (1.0 if view is View.CC else 0.86)),
    )
