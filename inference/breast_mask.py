"""Finding the breast in a projection: its mask, and the box and landmarks measured on it.

Everything here stands facing right: chest wall at column 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.errors import UnusableImageError

EROSION = 100
"""Pixels (taxicab) taken off the foreground before its largest piece is kept."""
MARGIN = 50
"""Pixels kept above, below and beyond the nipple."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastBox:
    """The part of a facing-right image that holds the breast, and where the breast ends in it.

    top, bottom, left, right bound the crop in the image (bottom and right excluded). The
    landmarks are relative to the crop.
    """

    top: int
    bottom: int
    left: int
    right: int
    rightmost_rows: tuple[int, int]
    """First and last row in which the breast reaches its rightmost column."""
    rightmost_column: int
    bottommost_row: int
    bottommost_columns: tuple[int, int]
    """First and last column in which the breast reaches its bottommost row."""
    erosion: int
    """How much was really eroded; less than EROSION for a breast too thin for it."""

    @property
    def rows(self) -> int:
        """Rows of the crop."""
        return self.bottom - self.top

    @property
    def columns(self) -> int:
        """Columns of the crop."""
        return self.right - self.left


def find_breast(projection: NDArray[Any], *, mirrored: bool) -> BreastBox:
    """Find the breast in a maximum projection (rows, columns) that faces right.

    mirrored: whether the image was flipped to face right; the networks were trained with column
    landmarks one further right then.
    Raises UnusableImageError if nothing is above 0.
    """
    foreground = (projection > 0).astype(np.uint8)
    mask, erosion = _largest_piece(foreground)
    left, top, columns, rows = cv2.boundingRect(mask)
    bottommost = top + rows - 1
    crop_top = max(0, top - MARGIN)
    crop_bottom = min(mask.shape[0], top + rows + MARGIN)
    crop_right = min(mask.shape[1], left + columns + MARGIN)
    cropped = mask[crop_top:crop_bottom, left:crop_right]
    shift = 1 if mirrored else 0
    first_row = cropped.shape[0] // 3
    if not cropped[first_row:].any():  # a speck at the image's upper edge, above its own margin
        first_row = 0
    lower = cropped[first_row:]
    rightmost = int(np.flatnonzero(lower.any(axis=0))[-1])
    rightmost_rows = np.flatnonzero(lower[:, rightmost]) + first_row
    bottommost_columns = np.flatnonzero(mask[bottommost, left:crop_right])
    return BreastBox(
        top=crop_top,
        bottom=crop_bottom,
        left=left,
        right=crop_right,
        rightmost_rows=(int(rightmost_rows[0]), int(rightmost_rows[-1])),
        rightmost_column=rightmost + shift,
        bottommost_row=bottommost - crop_top,
        bottommost_columns=(
            int(bottommost_columns[0]) + shift,
            int(bottommost_columns[-1]) + shift,
        ),
        erosion=erosion,
    )


def _largest_piece(foreground: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """Erode, keep the largest 4-connected piece, dilate; returns the mask and the erosion used.

    What is thinner than the erosion everywhere (a small image) is eroded by half as much, and
    half again, rather than refused.
    """
    if not foreground.any():
        raise UnusableImageError("The image is all zero; there is nothing to score.")
    left, top, columns, rows = cv2.boundingRect(foreground)
    # What is eroded and dilated by as much stays within what it was.
    within = (slice(top, top + rows), slice(left, left + columns))
    depth = _depth_inside(foreground[within])
    erosion = EROSION
    while not (depth > erosion).any():
        erosion //= 2
    core = _largest_component((depth > erosion).astype(np.uint8))
    distance = cv2.distanceTransform(1 - core, cv2.DIST_L1, 3, dstType=cv2.CV_8U)
    mask = np.zeros_like(foreground)
    mask[within] = distance <= erosion
    return mask, erosion


def _depth_inside(foreground: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Taxicab distance of every pixel to the nearest background or outside, up to 255.

    Eroding n times with the 4-neighbour cross keeps exactly what lies deeper than n.
    """
    framed = cv2.copyMakeBorder(foreground, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    depth = cv2.distanceTransform(framed, cv2.DIST_L1, 3, dstType=cv2.CV_8U)
    inside: NDArray[np.uint8] = depth[1:-1, 1:-1]
    return inside


def _largest_component(core: NDArray[np.uint8]) -> NDArray[np.uint8]:
    first_row, first_column = divmod(int(core.argmax()), core.shape[1])
    area, *_ = cv2.floodFill(core.copy(), None, (first_column, first_row), 2, flags=4)
    if area == cv2.countNonZero(core):  # nearly always, and ten times faster to find out
        return core
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(core, connectivity=4)
    largest = 1 + int(np.argmax(statistics[1:, cv2.CC_STAT_AREA]))
    component: NDArray[np.uint8] = (labels == largest).astype(np.uint8)
    return component
