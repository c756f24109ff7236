"""From Hounsfield units to the windows of slices that a CT classifier is given.

Source: papers/004, appendix B.2. The paper prints the ranges to which it clips as [400, 1000] for
pulmonary embolism and [-600, 1500] for nodules. Contrast in a pulmonary artery lies below 400 HU
and lung at -850, so these are read as centre and width of a window: -100 to 900, -1350 to 150.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.errors import InputShapeError, UnusableImageError, WeightsError
from inference.types import ImageSource

HEAD_FIRST, FEET_FIRST = "head first", "feet first"


@dataclass(frozen=True, slots=True, kw_only=True)
class CtPreparation:
    """How slices become a network's input; the defaults are the paper's for nodules."""

    window_slices: int = 32
    stride: int = 16
    """Slices from one window to the next. The paper does not say; half a window leaves none out."""
    lowest_hu: float = -1350.0
    highest_hu: float = 150.0
    mean: float = 0.5
    """Taken off what the clipping left, as 0..1; 0.5 is the paper's centring about zero."""
    deviation: float = 1.0
    """What is left is divided by it."""
    resized_to: int = 256
    """The shorter side of a slice, before its middle is cut out."""
    rows: int = 224
    columns: int = 224
    slice_order: str = HEAD_FIRST
    """Which end of the patient the network sees first."""

    def __post_init__(self) -> None:
        if self.lowest_hu >= self.highest_hu:
            raise ValueError(
                f'"lowest_hu" must be below "highest_hu", '
                f"found {self.lowest_hu:g} and {self.highest_hu:g}"
            )
        if max(self.rows, self.columns) > self.resized_to:
            raise ValueError(
                f'the input of {self.rows} x {self.columns} must fit "resized_to", '
                f"found {self.resized_to}"
            )

    @classmethod
    def of_card(
        cls, settings: Mapping[str, Any], *, rows: int | None, columns: int | None
    ) -> CtPreparation:
        """What a model card asks for. Raises WeightsError when its keys contradict each other."""
        known = {name: settings[name] for name in cls.__slots__ if name in settings}
        sizes = {"rows": rows, "columns": columns}
        known |= {name: size for name, size in sizes.items() if size is not None}
        try:
            return cls(**known)
        except ValueError as error:
            raise WeightsError(f"The model card contradicts itself: {error}.") from error

    def window_starts(self, slices: int) -> tuple[int, ...]:
        """The first slice of every window; the last one ends with the series.

        A series shorter than a window has one, from its first slice.
        """
        last = slices - self.window_slices
        if last <= 0:
            return (0,)
        starts = tuple(range(0, last + 1, self.stride))
        return starts if starts[-1] == last else (*starts, last)

    def slice_of(self, source: ImageSource, slice_index: int) -> NDArray[np.float32]:
        """Read and prepare one slice of Hounsfield units, (rows, columns).

        Raises UnusableImageError when it holds what is not a number, InputShapeError when it has
        another shape than the source says.
        """
        pixels = source.read_slice(slice_index)
        if pixels.shape != (source.rows, source.columns):
            raise InputShapeError(
                f"Slice {slice_index + 1} has {pixels.shape[0]} x {pixels.shape[1]} pixels, "
                f"the series {source.rows} x {source.columns}."
            )
        hounsfield = pixels.astype(np.float32)
        if not np.isfinite(hounsfield).all():
            raise UnusableImageError(
                f"Slice {slice_index + 1} holds values that are not numbers; "
                "the series cannot be scored."
            )
        span = self.highest_hu - self.lowest_hu
        clipped = np.clip((hounsfield - np.float32(self.lowest_hu)) / np.float32(span), 0.0, 1.0)
        centred = (clipped - np.float32(self.mean)) / np.float32(self.deviation)
        return self._cut(self._resized(centred))

    def _resized(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        rows, columns = pixels.shape
        factor = self.resized_to / min(rows, columns)
        size = (round(columns * factor), round(rows * factor))
        shrinks = factor < 1.0
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(pixels, size, interpolation=method), np.float32)

    def _cut(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        top = (pixels.shape[0] - self.rows) // 2
        left = (pixels.shape[1] - self.columns) // 2
        return np.ascontiguousarray(pixels[top : top + self.rows, left : left + self.columns])


class SliceWindows:
    """Windows of a series in turn; every slice is read once and kept while a window needs it."""

    def __init__(self, source: ImageSource, preparation: CtPreparation) -> None:
        self._source = source
        self._preparation = preparation
        self._kept: dict[int, NDArray[np.float32]] = {}
        self.shows_something = False
        """Whether any pixel so far differed from another one."""

    @property
    def repeated_slices(self) -> int:
        """How many places of the only window show an edge slice again."""
        return max(0, self._preparation.window_slices - self._source.slices)

    def missing_of(self, start: int) -> tuple[int, ...]:
        """The slices of the window from `start` on that have yet to be read."""
        return tuple(i for i in self._slices_of(start) if i not in self._kept)

    def read(self, slice_index: int) -> None:
        """Read a slice of the next window."""
        prepared = self._preparation.slice_of(self._source, slice_index)
        if not self.shows_something:
            self.shows_something = bool(prepared.min() < prepared.max())
        self._kept[slice_index] = prepared

    def window(self, start: int) -> NDArray[np.float32]:
        """The window from `start` on, (window slices, rows, columns), in the network's order.

        Slices before it are forgotten.
        """
        self._kept = {i: kept for i, kept in self._kept.items() if i >= start}
        before = self.repeated_slices // 2
        slices = list(self._slices_of(start))
        after = self.repeated_slices - before
        order = [slices[0]] * before + slices + [slices[-1]] * after
        if self._preparation.slice_order == FEET_FIRST:
            order.reverse()
        return np.stack([self._kept[index] for index in order])

    def _slices_of(self, start: int) -> range:
        return range(start, min(start + self._preparation.window_slices, self._source.slices))
