"""What fills a phantom breast: fat, gland, ligaments, vessels, muscle and skin, plane by plane."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from scipy.ndimage import map_coordinates

from inference.training.breast import SKIN_MM, Breast, CompressedView, View, rotate
from inference.training.fields import FieldGrid, FloatArray, power_law_field

FAT = 0.24
GLAND = 0.60
MUSCLE = 0.55
SKIN = 0.52
_FINEST_MM = 0.2
_PLANE_MM = 2.0
_ANATOMY_MM = 2.5
_COARSE, _LOBULES, _STRANDS, _FINE, _SHEETS, _VESSELS, _PECTORAL = range(10, 17)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tissue:
    """Density of a compressed breast on a few planes, before anything is imaged.

    planes: (planes, rows, columns), 0 is air-like, FAT and GLAND the two tissues. Row 0 lies at
    top_mm of the detector, column 0 at left_mm, which is 0 at the chest wall. skin_mm: distance
    to the skin.
    """

    planes: FloatArray
    plane_mm: float
    pixel_mm: float
    top_mm: float
    skin_mm: FloatArray
    left_mm: float = 0.0

    def around(self, row_mm: float, column_mm: float, half_mm: float) -> Tissue:
        """Return the part of it that lies in a square around a place of the detector."""
        rows, columns = (
            slice(
                max(0, int((middle - half_mm - start) / self.pixel_mm)),
                max(1, int((middle + half_mm - start) / self.pixel_mm)),
            )
            for middle, start in ((row_mm, self.top_mm), (column_mm, self.left_mm))
        )
        return replace(
            self,
            planes=self.planes[:, rows, columns],
            skin_mm=self.skin_mm[rows, columns],
            top_mm=self.top_mm + rows.start * self.pixel_mm,
            left_mm=self.left_mm + columns.start * self.pixel_mm,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a plane."""
        return int(self.planes.shape[1]), int(self.planes.shape[2])


def grow_tissue(view: CompressedView) -> Tissue:
    """Fill a compressed breast with tissue.

    The gland's coarse shape is drawn in breast coordinates, so CC and MLO show the same gland.
    """
    pixel_mm = max(_FINEST_MM, view.grid.pixel_mm)
    plane_mm = max(_PLANE_MM, view.slice_mm)
    top_mm, rows, columns = _extent(view, pixel_mm)
    grid = FieldGrid(
        slices=max(1, round(view.thickness_mm / plane_mm)),
        rows=rows,
        columns=columns,
        slice_mm=plane_mm,
        pixel_mm=pixel_mm,
    )
    skin_mm = view.skin_distance(rows, columns, top_mm, pixel_mm)
    planes = _parenchyma(view, grid, top_mm, skin_mm)
    _add_vessels(planes, view, grid, skin_mm)
    if view.view is View.MLO:
        _add_pectoral(planes, view, grid, top_mm)
    return Tissue(
        planes=planes, plane_mm=plane_mm, pixel_mm=pixel_mm, top_mm=top_mm, skin_mm=skin_mm
    )


def _extent(view: CompressedView, pixel_mm: float) -> tuple[float, int, int]:
    """Return (top_mm, rows, columns) of the part of the detector that the breast covers."""
    height = view.grid.rows * view.grid.pixel_mm
    row_mm = np.arange(0, height, 0.5, dtype=np.float32)
    covered = row_mm[view.extent_mm(row_mm) > 0]
    top = max(0.0, float(covered[0]) - 4)
    bottom = min(height, float(covered[-1]) + 4)
    width = min(view.grid.columns * view.grid.pixel_mm, view.chest_to_nipple_mm + 8)
    return top, int((bottom - top) / pixel_mm), int(width / pixel_mm)


def _parenchyma(
    view: CompressedView, grid: FieldGrid, top_mm: float, skin_mm: FloatArray
) -> FloatArray:
    size = (grid.columns, grid.rows)
    gland_likelihood = _gland_likelihood(view, grid, top_mm)
    coarser = grid.coarser(2)
    lobules = power_law_field(
        view.generator(_LOBULES), coarser, beta=4.8, longest_mm=16, column_stretch=1.2
    )
    strands = power_law_field(
        view.generator(_STRANDS), coarser, beta=4.3, longest_mm=9, column_stretch=1.4
    )
    sheets = power_law_field(
        view.generator(_SHEETS), coarser, beta=7.0, longest_mm=12, column_stretch=1.6
    )
    planes = power_law_field(
        view.generator(_FINE), grid, beta=3.5, longest_mm=3.5, column_stretch=1.3
    )
    fan_rows, fan_columns = _fan(view, coarser, top_mm)
    subcutaneous = 1 / (1 + np.exp(-(skin_mm - 9.0) / 2.0))
    for index in range(grid.slices):
        likelihood = cv2.resize(gland_likelihood[index], size, interpolation=cv2.INTER_CUBIC)
        lobule = cv2.resize(lobules[index], size, interpolation=cv2.INTER_LINEAR)
        fanned = cv2.remap(
            strands[index], fan_columns, fan_rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
        )
        strand = cv2.resize(fanned, size, interpolation=cv2.INTER_LINEAR)
        fanned = cv2.remap(
            sheets[index], fan_columns, fan_rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
        )
        sheet = cv2.resize(fanned, size, interpolation=cv2.INTER_LINEAR)
        gland = 1 / (1 + np.exp(-(likelihood + 0.75 * lobule + 0.36 * strand) / 0.62))
        gland *= 0.12 + 0.88 * subcutaneous
        ligament = np.exp(-((sheet / 0.11) ** 2)) * (0.5 + 0.5 * gland)
        web = np.exp(-(((np.abs(sheet) - 0.95) / 0.09) ** 2)) * (0.35 + 0.65 * gland)
        plane = planes[index]
        plane *= 0.018 + 0.026 * gland
        plane += FAT + (GLAND - FAT) * gland * (1 + 0.13 * strand + 0.08 * lobule)
        plane += (0.15 * ligament + 0.08 * web) * (1 - 0.45 * gland)
    return planes


def _fan(view: CompressedView, grid: FieldGrid, top_mm: float) -> tuple[FloatArray, FloatArray]:
    """Return the map (rows, columns) that makes straight strands converge on the nipple."""
    along = top_mm + (np.arange(grid.rows, dtype=np.float32) + 0.5) * grid.pixel_mm
    posterior = view.chest_to_nipple_mm - (np.arange(grid.columns) + 0.5) * grid.pixel_mm
    aside = (along - view.nipple_row_mm)[:, None]
    behind = posterior[None, :] + 25.0
    angle = np.arctan2(aside, np.maximum(behind, 1.0))
    rows = angle * 75.0 / grid.pixel_mm + grid.rows / 2
    columns = np.hypot(aside, behind) / grid.pixel_mm
    return rows.astype(np.float32), np.asarray(columns, dtype=np.float32)


def _gland_likelihood(view: CompressedView, grid: FieldGrid, top_mm: float) -> FloatArray:
    """Return the gland's coarse shape at low resolution, (planes, few rows, few columns)."""
    breast = view.breast
    pixel_mm = 1.6
    rows = -(-int(grid.rows * grid.pixel_mm * 10) // 16)
    columns = -(-int(grid.columns * grid.pixel_mm * 10) // 16)
    anatomy = _draw_anatomy(breast)
    along = view.nipple_row_mm - (top_mm + (np.arange(rows) + 0.5) * pixel_mm)
    posterior = view.chest_to_nipple_mm - (np.arange(columns) + 0.5) * pixel_mm
    half_depth = breast.half_width_mm * 0.62
    through = ((np.arange(grid.slices) + 0.5) / grid.slices * 2 - 1) * half_depth
    through3, along3, posterior3 = np.meshgrid(through, along, posterior, indexing="ij")
    lateral, superior = _unrotate(view.view, along3, through3)
    middle = anatomy.shape[1] / 2, anatomy.shape[2] / 2
    coarse = map_coordinates(
        anatomy,
        [
            posterior3 / _ANATOMY_MM + 4,
            lateral / _ANATOMY_MM + middle[0],
            superior / _ANATOMY_MM + middle[1],
        ],
        order=1,
        mode="reflect",
    )
    depth = breast.chest_to_nipple_mm
    reach = posterior3 / depth
    # A cone of gland opens behind the nipple; before the chest wall lies fat again.
    opening = breast.half_width_mm * (0.12 + 0.72 * np.clip(reach, 0, 0.75) ** 0.8)
    aside = np.hypot(along3, 0.8 * through3) / np.maximum(opening, 1)
    cone = 1.3 - 1.5 * aside**2 - 2.6 * np.clip(reach - 0.68, 0, None) ** 2 * 6
    level = -2.1 + 2.5 * breast.density
    return np.asarray(level + np.clip(cone, -2.2, 1.3) + 1.05 * coarse, dtype=np.float32)


def _draw_anatomy(breast: Breast) -> FloatArray:
    """Draw the coarse gland in breast coordinates (posterior, lateral, superior)."""
    grid = FieldGrid(slices=68, rows=104, columns=104, slice_mm=_ANATOMY_MM, pixel_mm=_ANATOMY_MM)
    return power_law_field(breast.generator(_COARSE), grid, beta=4.2, longest_mm=45)


def _unrotate(view: View, along: FloatArray, through: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (lateral, superior) of image directions: the inverse of breast.rotate."""
    lateral_up, lateral_in = rotate(view, 1.0, 0.0)
    superior_up, superior_in = rotate(view, 0.0, 1.0)
    lateral = along * lateral_up + through * lateral_in
    superior = along * superior_up + through * superior_in
    return lateral, superior


def _add_vessels(
    planes: FloatArray, view: CompressedView, grid: FieldGrid, skin_mm: FloatArray
) -> None:
    """Draw a few winding veins, each on a plane of its own, brighter than fat."""
    generator = view.generator(_VESSELS)
    for _ in range(int(generator.integers(4, 8))):
        plane = int(generator.integers(0, grid.slices))
        heading = generator.uniform(-0.7, 0.7)
        steps = int(generator.uniform(35, 80) / 1.5)
        turns = np.cumsum(generator.normal(0, 0.09, steps)) + heading
        turns -= (turns - heading) * 0.3
        start = np.array([generator.uniform(0.15, 0.85) * grid.rows * grid.pixel_mm, 4.0])
        path = start + np.cumsum(np.stack([np.sin(turns), np.cos(turns)], axis=1) * 1.5, axis=0)
        canvas = np.zeros((grid.rows, grid.columns), np.uint8)
        points = np.rint(path[:, ::-1] / grid.pixel_mm * 16).astype(np.int32)
        width = max(1, round(generator.uniform(0.8, 1.9) / grid.pixel_mm))
        cv2.polylines(canvas, [points], False, 255, width, cv2.LINE_AA, 4)
        soft = cv2.GaussianBlur(canvas.astype(np.float32), (0, 0), 0.3 / grid.pixel_mm)
        soft *= np.clip((skin_mm - 3) / 4, 0, 1) / 255
        planes[plane] += 0.13 * soft


def _add_pectoral(planes: FloatArray, view: CompressedView, grid: FieldGrid, top_mm: float) -> None:
    """Blend in the pectoral muscle: a wedge from the upper chest wall, with faint fibres."""
    generator = view.generator(_PECTORAL)
    width = view.axilla_mm * generator.uniform(0.72, 0.98)
    end = view.nipple_row_mm * generator.uniform(0.92, 1.08)
    bulge = generator.uniform(2, 7)
    row_mm = top_mm + (np.arange(grid.rows) + 0.5) * grid.pixel_mm
    column_mm = (np.arange(grid.columns) + 0.5) * grid.pixel_mm
    share = np.clip(1 - row_mm / end, 0, 1)
    border = width * share + bulge * np.sin(np.pi * np.clip(share, 0, 1))
    fibres = power_law_field(
        generator,
        FieldGrid(
            slices=1, rows=grid.rows, columns=grid.columns, slice_mm=1.0, pixel_mm=grid.pixel_mm
        ),
        beta=3.4,
        longest_mm=14,
        column_stretch=0.5,
    )[0]
    for index in range(grid.slices):
        shift = 2.0 * (index / max(1, grid.slices - 1) - 0.5)
        inside = (border + shift)[:, None] - column_mm[None, :]
        muscle = 1 / (1 + np.exp(-np.clip(inside / 0.7, -30, 30)))
        texture = MUSCLE + 0.013 * fibres + 0.1 * (planes[index] - GLAND)
        planes[index] += (texture - planes[index]) * muscle * 0.92


def with_skin(plane: FloatArray, skin_mm: FloatArray, inset_mm: float) -> FloatArray:
    """Return a plane with its skin, fading to 0 over the last half millimetre before the air."""
    below = skin_mm - inset_mm
    skin = np.exp(-(((below - 0.6 * SKIN_MM) / (0.55 * SKIN_MM)) ** 2))
    fade = np.clip(below / 0.6, 0, 1)
    return np.asarray((plane + (SKIN - plane) * 0.75 * skin) * fade, dtype=np.float32)
