"""Where the breast lies in an image, and where its nipple probably is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from viewer.domain.frame import Frame
from viewer.domain.image_stack import ImageStack
from viewer.rendering.pyramid import pyramid_level

_LEVEL = 3
_TISSUE_SHARE = 0.05
"""Of the way from air to bright tissue: what differs more from air is breast."""
_LEAST_AREA = 0.01
_EDGE_CELLS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastShape:
    """In image pixels, about 8 pixels exact."""

    top: float
    left: float
    bottom: float
    right: float
    nipple: tuple[float, float] | None
    """(row, column) of the skin farthest from the chest wall; None where the image cuts it off."""


def breast_shape(frame: Frame, *, chest_wall_is_left: bool) -> BreastShape | None:
    """Find the largest thing that is not air; None when there is none."""
    level = pyramid_level(frame, _LEVEL)
    away = np.abs(level.cells.astype(np.int32) - frame.air_code)
    bright = float(np.percentile(away[away > 0], 95)) if (away > 0).any() else 0.0
    mask = _largest(away > max(1.0, _TISSUE_SHARE * bright))
    size = level.reduction
    whole_cells = frame.rows * frame.columns / size**2
    if mask is None or mask.sum() < _LEAST_AREA * whole_cells:
        return None
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    far = columns[-1] if chest_wall_is_left else columns[0]
    tip = np.flatnonzero(mask[:, far])
    nipple = (
        float((level.top + tip.mean() + 0.5) * size),
        float((level.left + far + 0.5) * size),
    )
    margin = (1 + _EDGE_CELLS) * size
    cut_off = not (margin < nipple[0] < frame.rows - margin) or not (
        margin < nipple[1] < frame.columns - margin
    )
    return BreastShape(
        top=max(0.0, float((level.top + rows[0]) * size)),
        left=max(0.0, float((level.left + columns[0]) * size)),
        bottom=min(float(frame.rows), float((level.top + rows[-1] + 1) * size)),
        right=min(float(frame.columns), float((level.left + columns[-1] + 1) * size)),
        nipple=None if cut_off else nipple,
    )


class BreastShapes:
    """Finds the shape of each image once, from a slice in its middle that is decoded."""

    def __init__(self, frame_of: Callable[[str, int], Frame | None]) -> None:
        self._frame_of = frame_of
        self._found: dict[str, BreastShape | None] = {}

    def of(self, image: ImageStack) -> BreastShape | None:
        """The shape of an image; None when it has none, or while no slice is decoded."""
        if not _may_have_shape(image):
            return None
        if image.image_id not in self._found:
            order = sorted(range(image.slices), key=lambda index: abs(index - image.slices // 2))
            frames = (self._frame_of(image.image_id, index) for index in order)
            frame = next((frame for frame in frames if frame is not None), None)
            if frame is None:
                return None
            chest_left = image.chest_wall_is_left
            self._found[image.image_id] = breast_shape(frame, chest_wall_is_left=chest_left)
        return self._found[image.image_id]

    def is_settled(self, image: ImageStack) -> bool:
        """Whether what `of` says of an image stays: it was looked for, or can have no shape."""
        return image.image_id in self._found or not _may_have_shape(image)

    def forget(self) -> None:
        """Forget what was found, as when images are laid anew."""
        self._found.clear()


def _may_have_shape(image: ImageStack) -> bool:
    return image.ct is None and image.view.laterality is not None


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    count, labels, facts, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return None
    largest: NDArray[np.bool_] = labels == 1 + int(np.argmax(facts[1:, cv2.CC_STAT_AREA]))
    return largest
