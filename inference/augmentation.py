"""Test-time augmentation: the window over the breast, shifted and resized by seeded draws.

Source: 3D-GMIC paper, "Image Augmentation": shifting and resizing by at most 100 pixels in any
direction, at test time the mean of 10 draws; the GMIC paper likewise (section 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.errors import InferenceError
from inference.prepare import MeasuredImage, PreparedInput
from inference.types import ImageSource, ModelIdentity

MOST_PIXELS = 100
"""How far the papers shift and resize at most."""
MOST_DRAWS = 1000
PAPERS_DRAWS = 10


class AugmentationError(InferenceError):
    """Augmentations that cannot be made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowChange:
    """How one draw changes the window, in image pixels, facing right."""

    rows_down: int = 0
    columns_right: int = 0
    rows_more: int = 0
    """How much higher the window is; its width changes in proportion, so that shapes stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentations:
    """How many draws are averaged, and which.

    Every image gets the same draws, so that neither order nor threads matter and a mirrored exam
    has mirrored results; the first draws of a longer series are those of a shorter one.
    """

    count: int = 0
    """0: none, the window as it is."""
    seed: int = 0
    pixels: int = MOST_PIXELS
    """At most so far, and at most a quarter of a window that is small."""

    def __post_init__(self) -> None:
        if not 0 <= self.count <= MOST_DRAWS:
            raise AugmentationError(
                f"{self.count} augmentations cannot be made; give 0 for none up to {MOST_DRAWS} "
                f"(the papers average {PAPERS_DRAWS})."
            )
        if self.seed < 0:
            raise AugmentationError(f"A seed is a whole number from 0 on, not {self.seed}.")
        if self.pixels < 0:
            raise AugmentationError(f"A window moves by 0 pixels or more, not by {self.pixels}.")

    def changes(self, *, rows: int, columns: int) -> tuple[WindowChange, ...]:
        """The draws for a window of this size; all three uniform in -pixels to +pixels."""
        most = min(self.pixels, rows // 4, columns // 4)
        draws = np.random.default_rng(self.seed).uniform(-1, 1, (self.count, 3))
        return tuple(
            WindowChange(rows_down=down, columns_right=right, rows_more=more)
            for down, right, more in np.rint(draws * most).astype(int).tolist()
        )


NO_AUGMENTATIONS = Augmentations()


def said_of_augmentations(model: ModelIdentity) -> str:
    """What scores and what maps are of, in a sentence; empty without augmentations."""
    if model.augmentations == 0:
        return ""
    return (
        f"Scores are means over {model.augmentations} shifted and resized windows "
        f"(seed {model.seed}); saliency and patches are of the window as it is."
    )


def augmented_input(
    measured: MeasuredImage, change: WindowChange, *, rows: int, columns: int
) -> PreparedInput:
    """The image through a changed window, resized to rows x columns, standardised as one array.

    Like the window itself, the changed one stays within the breast's crop, or holds all of it
    where it is larger; it never leaves the image at the chest wall. Mean and deviation are those
    before resizing. Of a resized window, boxes are in pixels of the resized image: maps and
    regions are shown of the window without a change.
    """
    window_rows = rows + change.rows_more
    window_columns = round(columns * window_rows / rows)
    best = measured.best_window(rows=window_rows, columns=window_columns)
    breast = measured.breast
    window = replace(
        best,
        row_start=_slid(best.row_start, change.rows_down, breast.bottom - breast.top - window_rows),
        column_start=_slid(
            best.column_start,
            change.columns_right,
            # Padding stands on the nipple's side only.
            max(0, breast.right - breast.left - window_columns),
        ),
    )
    prepared = measured.through(window, rows=window_rows, columns=window_columns)
    return _resized(prepared, rows, columns)


def _slid(start: int, shift: int, spare: int) -> int:
    """Move a window; spare: pixels of the crop beside it, negative where it is the larger one."""
    return min(max(start + shift, min(0, spare)), max(0, spare))


@dataclass(frozen=True, slots=True, kw_only=True)
class ResizedSource:
    """An ImageSource that resamples another one linearly, slice by slice."""

    original: ImageSource
    rows: int
    columns: int

    @property
    def slices(self) -> int:
        """How many slices."""
        return self.original.slices

    def read_slice(self, slice_index: int) -> NDArray[Any]:
        """Return one slice, (rows, columns), uint16 as it was or float32."""
        pixels = self.original.read_slice(slice_index)
        if pixels.dtype != np.uint16:
            pixels = pixels.astype(np.float32)
        resized: NDArray[Any] = cv2.resize(
            pixels, (self.columns, self.rows), interpolation=cv2.INTER_LINEAR
        )
        return resized


def _resized(prepared: PreparedInput, rows: int, columns: int) -> PreparedInput:
    """What `prepared` shows, in rows x columns."""
    old = prepared.placement
    if (old.input_rows, old.input_columns) == (rows, columns):
        return prepared
    down, right = rows / old.input_rows, columns / old.input_columns
    source = ResizedSource(
        original=prepared.source,
        rows=round(old.image_rows * down),
        columns=round(old.image_columns * right),
    )
    placement = replace(
        old,
        input_rows=rows,
        input_columns=columns,
        image_rows=source.rows,
        image_columns=source.columns,
        row_offset=round(old.row_offset * down),
        column_offset=round(old.column_offset * right),
    )
    return replace(
        prepared,
        source=source,
        placement=placement,
        shown_rows=_within(prepared.shown_rows, down, placement.row_offset, rows),
        shown_columns=_within(prepared.shown_columns, right, placement.column_offset, columns),
    )


def _within(shown: slice, factor: float, offset: int, length: int) -> slice:
    first, end = round(shown.start * factor), round(shown.stop * factor)
    return slice(max(first, offset), min(end, offset + length))
