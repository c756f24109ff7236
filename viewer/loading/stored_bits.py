"""How many bits the pixels really use, where the header states too few."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from viewer.domain.windowing import GreyScale
from viewer.loading.dicom_grey_scale import PixelLayout


def bits_used(
    layout: PixelLayout, cells: NDArray[np.unsignedinteger], *, only_values: bool = False
) -> int:
    """Return Bits Stored, or more when the pixels are whole only with bits above them.

    Bits above the stored ones may hold anything, such as an old overlay, and are cut off. But
    where they continue the values, cutting them folds dense tissue back to black. Where they
    change from one pixel to the next tells the two apart: a value that goes on changes little.
    only_values: the bits above are known to hold nothing but values, since a codec made them.
    """
    if layout.samples != 1 or layout.high_bit != layout.bits_stored - 1:
        return layout.bits_stored
    if layout.bits_stored >= 8 * cells.dtype.itemsize:
        return layout.bits_stored
    # Signed values fold where their sign bit changes.
    above_stored = cells >> cells.dtype.type(layout.bits_stored - layout.signed)
    if not above_stored.any():
        return layout.bits_stored
    stated, whole = layout.numbers(cells), with_bits(layout, layout.bits_allocated).numbers(cells)
    if np.array_equal(stated, whole) or not (only_values or _goes_on(above_stored, stated, whole)):
        return layout.bits_stored
    above, below = int(whole.max()).bit_length(), int(-1 - min(whole.min(), -1)).bit_length()
    return max(layout.bits_stored, max(above, below) + layout.signed)


def _goes_on(above: NDArray[Any], stated: NDArray[Any], whole: NDArray[Any]) -> bool:
    """Return whether most pixels whose upper bits differ from the last one's are near it whole."""
    differ = above[:, 1:] != above[:, :-1]
    whole_step = np.abs(np.diff(whole, axis=1))[differ]
    stated_step = np.abs(np.diff(stated, axis=1))[differ]
    return bool(
        np.count_nonzero(whole_step < stated_step) > np.count_nonzero(whole_step > stated_step)
    )


def is_in_lowest_bits(layout: PixelLayout, cells: NDArray[np.unsignedinteger]) -> bool:
    """Return whether pixels lie in the lowest bits where the header says that they lie above them.

    Nothing lies above Bits Stored bits then, and most pixels use the bits that the header leaves
    out. An old overlay there covers few.
    """
    unused = layout.high_bit - layout.bits_stored + 1
    if unused <= 0 or layout.signed or layout.samples != 1:
        return False
    if (cells >> cells.dtype.type(layout.bits_stored)).any():
        return False
    low = cells & cells.dtype.type((1 << unused) - 1)
    return bool(2 * np.count_nonzero(low) > np.count_nonzero(cells))


def with_bits(layout: PixelLayout, bits: int) -> PixelLayout:
    """Return the layout with so many bits stored."""
    return replace(layout, bits_stored=bits, high_bit=bits - 1)


def rescaled(grey_scale: GreyScale, stated: PixelLayout, used: PixelLayout) -> GreyScale:
    """Return what the codes of `used` mean, given what those of `stated` meant."""
    slope = grey_scale.slope / (1 << stated.dropped_bits)
    padding = grey_scale.padding
    if padding is not None:
        first, last = (
            ((code << stated.dropped_bits) - _offset(stated) + _offset(used)) >> used.dropped_bits
            for code in padding
        )
        padding = (first, last)
    return replace(
        grey_scale,
        slope=slope * (1 << used.dropped_bits),
        intercept=grey_scale.intercept + slope * (_offset(stated) - _offset(used)),
        largest_code=(1 << min(used.bits_stored, 16)) - 1,
        padding=padding,
    )


def _offset(layout: PixelLayout) -> int:
    return 1 << (layout.bits_stored - 1) if layout.signed else 0
