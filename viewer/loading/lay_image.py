"""From an image as stored to an image as displayed: anatomically up, chest wall outside."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from viewer.domain.geometry import Orientation, PixelSpacing
from viewer.domain.image_stack import ImageStack
from viewer.domain.orientation import OrientationEvidence, orientation_of
from viewer.domain.view import View
from viewer.loading.frame_source import LaidFrames, StoredFrames


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredImage:
    """An image before it is laid."""

    stack: ImageStack
    """As stored: rows, columns and spacing are those of the file; the view is ignored."""
    view: View
    evidence: OrientationEvidence
    frames: StoredFrames
    first_frame: tuple[int, NDArray[np.uint16]] | None = None
    """A slice that was decoded on opening: slice index and stored codes."""


def laid(image: StoredImage) -> tuple[ImageStack, LaidFrames]:
    """Return the displayed image and its frames; the name is not yet unique in the exam."""
    orientation, doubts = orientation_of(image.view, image.evidence)
    stored = image.stack
    rows, columns = orientation.shape(stored.rows, stored.columns)
    stack = replace(
        stored,
        name=f"{replace(stored, view=image.view).title} {stored.kind.value}",
        view=image.view,
        rows=rows,
        columns=columns,
        stored_rows=stored.rows,
        stored_columns=stored.columns,
        spacing=_laid_spacing(stored.spacing, orientation),
        pixel_aspect=1.0 / stored.pixel_aspect if orientation.transposed else stored.pixel_aspect,
        orientation=orientation,
        # Which side the support is on follows from the view that the header has.
        support_is_first=stored.support_is_first if stored.view == image.view else None,
        warnings=stored.warnings + doubts,
    )
    return stack, LaidFrames(image.frames, orientation, first_frame=image.first_frame)


def unique_name(image: ImageStack, taken: Collection[str]) -> str:
    """Return a name such as "RCC DBT", or "RCC DBT 2" when that is taken."""
    plain = f"{image.title} {image.kind.value}"
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain} {number}"
    return name


def _laid_spacing(spacing: PixelSpacing | None, orientation: Orientation) -> PixelSpacing | None:
    if spacing is None or not orientation.transposed:
        return spacing
    return replace(spacing, row_mm=spacing.column_mm, column_mm=spacing.row_mm)
