"""What one decoded frame tells of an image: where the chest wall lies, a window if none is given.

A small version of the frame serves where there is a quick one (JPEG 2000); else the frame is kept
for the first picture, so that checking costs no second decoding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from viewer.domain.orientation import Side
from viewer.domain.windowing import GreyScale, VoiFunction, Window
from viewer.loading.frame_source import HasSmallFrames
from viewer.loading.lay_image import StoredImage

DERIVED = "derived from the pixels"
"""Explanation of a window that the header does not give."""

_EDGE_SHARE = 0.02
_CLEARLY_MORE = 1.5
_STEP = 4
"""Every fourth row and column of a full slice suffices for edges and percentiles."""


def check_pixels(image: StoredImage) -> StoredImage:
    """Decode the middle slice, complete what the header leaves open and note the chest wall.

    Raises UnreadableImage.
    """
    slice_index = image.stack.slices // 2
    few, whole = _few_codes(image, slice_index)
    sample = _sampled(few, image.stack.grey_scale)
    grey_scale = sample.grey_scale
    stack = replace(image.stack, grey_scale=grey_scale)
    if not stack.vois:
        stack = replace(stack, vois=(_derived_window(sample),))
    if not sample.has_tissue:
        doubt = "Every pixel of the middle slice is the same: there may be no image."
        stack = replace(stack, warnings=(*stack.warnings, doubt))
    return replace(
        image,
        stack=stack,
        evidence=replace(image.evidence, chest_wall=_chest_wall(sample.density)),
        first_frame=None if whole is None else (slice_index, whole),
    )


def _few_codes(
    image: StoredImage, slice_index: int
) -> tuple[NDArray[np.uint16], NDArray[np.uint16] | None]:
    """Return a small version of a slice, and the whole slice if it had to be decoded for that."""
    if isinstance(image.frames, HasSmallFrames):
        small = image.frames.read_small_codes(slice_index)
        if small is not None:
            return small, None
    whole = image.frames.read_codes(slice_index)
    return whole[::_STEP, ::_STEP], whole


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sample:
    grey_scale: GreyScale
    values: NDArray[np.float64]
    """Modality values of what is not air."""
    density: NDArray[np.float64]
    """Brighter is denser, air about 0; (rows, columns) / 4."""

    @property
    def has_tissue(self) -> bool:
        return self.values.size > 0 and bool(self.values.min() < self.values.max())


def _sampled(few: NDArray[np.uint16], grey_scale: GreyScale) -> _Sample:
    grey_scale = _with_air(grey_scale, few)
    if grey_scale.padding is not None:
        first, last = grey_scale.padding
        air = (few >= first) & (few <= last)
    else:
        air = few == (grey_scale.largest_code if grey_scale.monochrome1 else 0)
    density = few.astype(np.float64)
    if grey_scale.monochrome1:
        density = grey_scale.largest_code - density
    lowest = density[~air].min() if not air.all() else 0.0
    density = np.where(air, 0.0, density - (0.0 if air.any() else lowest))
    values = few[~air].astype(np.float64) * grey_scale.slope + grey_scale.intercept
    return _Sample(grey_scale=grey_scale, values=values, density=density)


def _with_air(grey_scale: GreyScale, codes: NDArray[np.uint16]) -> GreyScale:
    """Say which codes are air where 0 cannot be it: signed pixels are stored with an offset."""
    if grey_scale.padding is not None or grey_scale.monochrome1 or grey_scale.intercept >= 0:
        return grey_scale
    lowest = int(codes.min())
    border = np.concatenate([codes[0], codes[-1], codes[:, 0], codes[:, -1]])
    if np.count_nonzero(border == lowest) < 0.2 * border.size:
        return grey_scale
    return replace(grey_scale, padding=(0, lowest))


def _derived_window(sample: _Sample) -> Window:
    if not sample.has_tissue:
        return Window(center=0.5, width=1.0, function=VoiFunction.LINEAR_EXACT, explanation=DERIVED)
    low, high = np.percentile(sample.values, (0.5, 99.8))
    if high <= low:
        low, high = sample.values.min(), sample.values.max()
    return Window(
        center=float((low + high) / 2),
        width=float(high - low),
        function=VoiFunction.LINEAR_EXACT,
        explanation=DERIVED,
    )


def _chest_wall(density: NDArray[np.float64]) -> Side | None:
    """Return the edge that has clearly more tissue than its opposite; None: no clear answer."""
    rows, columns = density.shape
    high, wide = max(1, round(rows * _EDGE_SHARE)), max(1, round(columns * _EDGE_SHARE))
    left, right = float(density[:, :wide].mean()), float(density[:, -wide:].mean())
    top, bottom = float(density[:high].mean()), float(density[-high:].mean())
    if max(left, right) < 0.1 * max(top, bottom):
        return _denser(top, bottom, Side.TOP, Side.BOTTOM)
    return _denser(left, right, Side.LEFT, Side.RIGHT)


def _denser(one: float, other: float, first: Side, second: Side) -> Side | None:
    if max(one, other) <= 0 or max(one, other) < _CLEARLY_MORE * min(one, other):
        return None
    return first if one > other else second
