"""One draw of a prepared image: the window shifted, resized and turned, then standardised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.prepare import SMALLEST_DEVIATION
from inference.training_runs.config import AugmentationSettings
from inference.training_runs.examples import PreparedImage


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowChange:
    """How one draw differs from the plain window; pixels of the input before resizing."""

    down: int = 0
    right: int = 0
    taller: int = 0
    """How many more rows are shown; columns in proportion, around the same middle."""
    upside_down: bool = False


PLAIN = WindowChange()


def margin_pixels(settings: AugmentationSettings) -> int:
    """How far beyond the plain window a change can look."""
    return settings.shift_pixels + (settings.resize_pixels + 1) // 2


def draw_change(
    generator: np.random.Generator, settings: AugmentationSettings, *, is_cc: bool
) -> WindowChange:
    """Draw a change as the 3D-GMIC paper has it: up to so many pixels in any direction."""
    shift, resize = settings.shift_pixels, settings.resize_pixels
    down, right = (int(one) for one in generator.integers(-shift, shift + 1, 2))
    taller = int(generator.integers(-resize, resize + 1))
    turned = bool(generator.uniform() < 0.5)
    return WindowChange(
        down=down,
        right=right,
        taller=taller,
        upside_down=turned and is_cc and settings.flip_cc,
    )


def cut_window(
    image: PreparedImage, change: WindowChange, slice_indices: Sequence[int] | None = None
) -> NDArray[np.float32]:
    """Cut the changed window out of some slices, or all: (slices, input rows, input columns).

    Standardised as one array, over the slices that were asked for. Without a change it equals
    inference.prepare to the last digits of float32.
    """
    pixels = np.load(image.path, mmap_mode="r")
    chosen = range(len(pixels)) if slice_indices is None else slice_indices
    shape = (image.input_rows, image.input_columns)
    window = np.empty((len(chosen), *shape), np.float32)
    for position, slice_index in enumerate(chosen):
        part = _shown(pixels[slice_index], image, change)
        if part.shape != shape:
            # INTER_AREA averages where pixels are lost, and is linear where they are gained.
            part = cv2.resize(part, shape[::-1], interpolation=cv2.INTER_AREA)
        window[position] = part[::-1] if change.upside_down else part
    mean = float(window.mean(dtype=np.float64))
    window -= mean
    square = float(np.square(window, dtype=np.float64).mean())
    window /= np.float32(max(np.sqrt(square), SMALLEST_DEVIATION))
    return window


def _shown(pixels: NDArray[Any], image: PreparedImage, change: WindowChange) -> NDArray[np.float32]:
    """What the changed window shows of one slice, beside it 0."""
    rows = max(1, image.input_rows + change.taller)
    columns = max(1, round(image.input_columns * rows / image.input_rows))
    top = (image.input_rows - rows) // 2 + change.down - image.top
    left = (image.input_columns - columns) // 2 + change.right - image.left
    shown = np.zeros((rows, columns), np.float32)
    first_row, first_column = max(0, top), max(0, left)
    part = pixels[first_row : max(0, top + rows), first_column : max(0, left + columns)]
    shown[
        first_row - top : first_row - top + part.shape[0],
        first_column - left : first_column - left + part.shape[1],
    ] = part
    return shown
