"""What a slab holds at a place or in a region: of its slices, each one's padding left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor

import numpy as np
from numpy.typing import NDArray

from viewer.domain.frame import Frame
from viewer.domain.mark import ImagePoint, Mark
from viewer.domain.mark_regions import (
    ProbedValue,
    RegionValues,
    codes_in,
    inside,
    probed_value,
    values_of_counts,
)
from viewer.domain.slab import SlabMode
from viewer.domain.windowing import GreyScale

_LARGEST_CODE = 65535


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SlabParts:
    """The slices that a slab on screen is put together from, and how."""

    frames: tuple[Frame, ...]
    mode: SlabMode
    low_is_bright: bool = False
    """True where lower codes are brighter: then the maximum, the brightest, is the lowest code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlabProbe:
    """One pixel of a slab."""

    pixel: ProbedValue
    """Padding where it is padding on every slice."""
    slices: int
    """How many slices count: those that are not padding there."""


def slab_probe(point: ImagePoint, parts: SlabParts, grey_scale: GreyScale) -> SlabProbe | None:
    """The slab's pixel under a place; None outside the image."""
    pixel = probed_value(point, parts.frames[0], grey_scale)
    if pixel is None:
        return None
    row, column = floor(point.row), floor(point.column)
    codes, counts = _combined(parts, (row, column, 1, 1), grey_scale)
    if not counts[0, 0]:
        return SlabProbe(pixel=pixel, slices=0)
    code = int(codes[0, 0])
    value = float(grey_scale.values(np.array([code], np.float64))[0])
    found = replace(pixel, code=code, value=value, is_padding=False)
    return SlabProbe(pixel=found, slices=int(counts[0, 0]))


def slab_region(mark: Mark, parts: SlabParts, grey_scale: GreyScale) -> RegionValues | None:
    """What a region holds of a slab; None when it holds no pixel but padding."""
    first = parts.frames[0]
    top, left, mask = inside(mark, first.rows, first.columns)
    codes, counts = _combined(parts, (top, left, *mask.shape), grey_scale)
    return values_of_counts(np.bincount(codes[mask & (counts > 0)]), grey_scale)


def _combined(
    parts: SlabParts, box: tuple[int, int, int, int], grey_scale: GreyScale
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """The slab's codes in a box, (top, left, rows, columns), and how many slices each is of."""
    is_mean = parts.mode is SlabMode.MEAN
    highest = (parts.mode is SlabMode.MAXIMUM) != parts.low_is_bright
    nothing = 0 if is_mean or highest else _LARGEST_CODE
    total = np.full(box[2:], nothing, np.float64 if is_mean else np.uint16)
    counts = np.zeros(box[2:], np.uint16)
    for frame in parts.frames:
        codes = codes_in(frame, *box)
        if grey_scale.padding is None:
            counts += 1
        else:
            first, last = grey_scale.padding
            is_tissue = (codes < first) | (codes > last)
            counts += is_tissue
            codes = np.where(is_tissue, codes, np.uint16(nothing))
        if is_mean:
            total += codes
        else:
            (np.maximum if highest else np.minimum)(total, codes, out=total)
    if is_mean:
        total = np.rint(total / np.maximum(counts, 1))
    return total.astype(np.uint16), counts
