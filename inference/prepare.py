"""From a displayed image to a network's input: mirror, crop, place, standardise.

The volume is read slice by slice and never held: once for its projection and sums, once more for
each slice that a network asks for. Source: the preparation of the published models.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.breast_mask import EROSION, BreastBox, find_breast
from inference.errors import InputShapeError, UnusableImageError
from inference.pixel_sums import PixelSums, sum_slices
from inference.progress import Progress
from inference.types import Box, ImageSource, Laterality, ModelInput, Placement
from inference.window import Window, place_window

SMALLEST_DEVIATION = 1e-5

_ACCUMULATED_TYPES = (np.uint8, np.uint16, np.float32, np.float64)
"""What OpenCV adds up without a copy."""
_EXACT_IN_FLOAT32 = (np.float16, np.int8, np.int16)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedInput:
    """A volume as a network wants it: one window over the breast, standardised as one array."""

    source: ImageSource
    placement: Placement
    breast: BreastBox
    window: Window
    shown_rows: slice
    shown_columns: slice
    """The image pixels that the window shows, facing right; what lies beside them is padding."""
    mean: float
    deviation: float
    """Over the window of all slices, padding included."""
    outside_training_views: bool = False

    @property
    def notices(self) -> tuple[str, ...]:
        """What a reader of the result should know about its preparation."""
        if self.breast.erosion == EROSION:
            return ()
        return (
            f"The breast is under {2 * EROSION + 1} pixels thick; "
            "the models were made for full-size images.",
        )

    def box_in_image(self, top: int, left: int, side: int) -> Box:
        """The displayed pixels behind a square of the input, padding left out.

        Zero height or width when the square holds nothing but padding.
        """
        rows = _overlap(
            top + self.placement.row_offset, side, self.shown_rows.start, self.shown_rows.stop
        )
        columns = _overlap(
            left + self.placement.column_offset,
            side,
            self.shown_columns.start,
            self.shown_columns.stop,
        )
        height = max(0, rows.stop - rows.start)
        width = max(0, columns.stop - columns.start)
        first_column = min(columns.start, self.shown_columns.stop)
        if self.placement.mirrored:
            first_column = self.placement.image_columns - first_column - width
        return Box(
            top=min(rows.start, self.shown_rows.stop), left=first_column, height=height, width=width
        )

    def read_slice(self, slice_index: int) -> NDArray[np.float32]:
        """Return one standardised slice (input rows, input columns), facing right."""
        pixels = _read(self.source, slice_index)
        if self.placement.mirrored:
            pixels = pixels[:, ::-1]
        shown = pixels[self.shown_rows, self.shown_columns]
        shape = (self.placement.input_rows, self.placement.input_columns)
        # Padding and the image's own air come out alike to the last bit.
        prepared = np.full(shape, self._standardised(np.zeros(1))[0], np.float32)
        top = self.shown_rows.start - self.placement.row_offset
        left = self.shown_columns.start - self.placement.column_offset
        inside = prepared[top : top + shown.shape[0], left : left + shown.shape[1]]
        if shown.dtype.kind == "u":
            every_value = np.arange(np.iinfo(shown.dtype).max + 1)
            inside[...] = cv2.LUT(np.ascontiguousarray(shown), self._standardised(every_value))
        else:
            inside[...] = self._standardised(shown)
        return prepared

    def _standardised(self, pixels: NDArray[Any]) -> NDArray[np.float32]:
        standardised = np.empty(pixels.shape, np.float32)
        # Subtracted in float64: a large mean would cost float32 its last digits.
        np.subtract(pixels, self.mean, out=standardised, dtype=np.float64, casting="unsafe")
        np.multiply(standardised, np.float32(1 / self.deviation), out=standardised)
        return standardised


@dataclass(frozen=True, slots=True, kw_only=True)
class InputPlace:
    """Where a network's window lies in a volume, before its values are known."""

    placement: Placement
    breast: BreastBox
    window: Window
    shown_rows: slice
    shown_columns: slice
    """The image pixels that the window shows, facing right."""

    def measured(self, source: ImageSource, *, values: float, squares: float) -> PreparedInput:
        """Standardise by the sums of the shown pixels of all slices, and of their squares."""
        count = source.slices * self.placement.input_rows * self.placement.input_columns
        mean = values / count
        variance = max(0.0, squares / count - mean**2)
        return PreparedInput(
            source=source,
            placement=self.placement,
            breast=self.breast,
            window=self.window,
            shown_rows=self.shown_rows,
            shown_columns=self.shown_columns,
            mean=mean,
            deviation=max(math.sqrt(variance), SMALLEST_DEVIATION),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredImage:
    """An image read once: where the breast is, and what any window over it needs."""

    model_input: ModelInput
    breast: BreastBox
    sums: PixelSums
    """Facing right."""

    def best_window(self, *, rows: int, columns: int) -> Window:
        """Where a window of this size shows the breast best."""
        return _best_window(self.model_input, self.breast, self.sums.projection, rows, columns)

    def through(self, window: Window, *, rows: int, columns: int) -> PreparedInput:
        """The image through a window of `rows` x `columns`, standardised as one array."""
        place = _place_at(self.model_input, self.breast, window, rows, columns)
        values, squares = self.sums.totals(place.shown_rows, place.shown_columns)
        prepared = place.measured(self.model_input.source, values=values, squares=squares)
        outside = self.model_input.outside_training_views
        return replace(prepared, outside_training_views=outside)


def measure(model_input: ModelInput, progress: Progress) -> MeasuredImage:
    """Read every slice once and find the breast; may run in another thread than the network.

    Raises UnusableImageError if the image is all zero or holds values that are not finite,
    InputShapeError if a slice has another shape than the source says, and Cancelled through
    `progress`.
    """
    mirrored = model_input.laterality is Laterality.RIGHT
    sums = _sum_slices(model_input.source, progress)
    if mirrored:
        sums = sums.mirrored()
    breast = find_breast(sums.projection, mirrored=mirrored)
    return MeasuredImage(model_input=model_input, breast=breast, sums=sums)


def prepare(
    model_input: ModelInput, *, input_rows: int, input_columns: int, progress: Progress
) -> PreparedInput:
    """Find the breast, place the window of `input_rows` x `input_columns`, measure it.

    Raises what `measure` raises.
    """
    measured = measure(model_input, progress)
    window = measured.best_window(rows=input_rows, columns=input_columns)
    return measured.through(window, rows=input_rows, columns=input_columns)


def place_input(
    model_input: ModelInput, projection: NDArray[Any], *, input_rows: int, input_columns: int
) -> InputPlace:
    """Find the breast in a maximum projection that faces right, and place the window over it.

    Raises UnusableImageError if the projection is nowhere above 0.
    """
    breast = find_breast(projection, mirrored=model_input.laterality is Laterality.RIGHT)
    window = _best_window(model_input, breast, projection, input_rows, input_columns)
    return _place_at(model_input, breast, window, input_rows, input_columns)


def _best_window(
    model_input: ModelInput, breast: BreastBox, projection: NDArray[Any], rows: int, columns: int
) -> Window:
    crop = projection[breast.top : breast.bottom, breast.left : breast.right]
    return place_window(crop, breast, model_input.crop_rule, rows=rows, columns=columns)


def _place_at(
    model_input: ModelInput, breast: BreastBox, window: Window, rows: int, columns: int
) -> InputPlace:
    placement = Placement(
        input_rows=rows,
        input_columns=columns,
        image_rows=model_input.source.rows,
        image_columns=model_input.source.columns,
        row_offset=breast.top + window.row_start,
        column_offset=breast.left + window.column_start,
        mirrored=model_input.laterality is Laterality.RIGHT,
    )
    return InputPlace(
        placement=placement,
        breast=breast,
        window=window,
        shown_rows=_overlap(placement.row_offset, rows, breast.top, breast.bottom),
        shown_columns=_overlap(placement.column_offset, columns, breast.left, breast.right),
    )


def _overlap(start: int, length: int, first: int, end: int) -> slice:
    """The part of start..start+length that lies in first..end."""
    return slice(max(start, first), min(start + length, end))


def _sum_slices(source: ImageSource, progress: Progress) -> PixelSums:
    if source.slices < 1:
        raise UnusableImageError("The image has no slices.")
    return sum_slices(
        source.slices,
        lambda slice_index: _read(source, slice_index),
        lambda done: progress.update(done, source.slices, "preparing"),
    )


def checked_slice(source: ImageSource, slice_index: int) -> NDArray[Any]:
    """Read one slice; raises InputShapeError if its shape is not the image's."""
    pixels = source.read_slice(slice_index)
    if pixels.shape != (source.rows, source.columns):
        raise InputShapeError(
            f"Slice {slice_index + 1} has shape {pixels.shape}, "
            f"the image says {(source.rows, source.columns)}."
        )
    return pixels


def not_numbers(slice_index: int) -> UnusableImageError:
    """What to raise for a slice with NaN or infinite values."""
    return UnusableImageError(
        f"Slice {slice_index + 1} holds values that are not numbers (NaN or infinite)."
    )


def _read(source: ImageSource, slice_index: int) -> NDArray[Any]:
    """Read one slice, checked, as a contiguous array of a type that OpenCV adds up."""
    pixels = checked_slice(source, slice_index)
    if pixels.dtype.newbyteorder("=") in _EXACT_IN_FLOAT32:
        pixels = pixels.astype(np.float32)
    elif pixels.dtype.newbyteorder("=") not in _ACCUMULATED_TYPES:
        pixels = pixels.astype(np.float64)
    native = np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("="))
    if native.dtype.kind == "f" and not np.isfinite(native).all():
        raise not_numbers(slice_index)
    return native
