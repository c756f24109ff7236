"""What lies inside a region: the pixels of a slice, their mean and standard deviation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from viewer.domain.frame import Frame
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.mark_geometry import bounds
from viewer.domain.windowing import GreyScale

_LINES_ACROSS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionValues:
    """Modality values of the pixels whose centres lie inside, padding left out."""

    pixels: int
    mean: float
    deviation: float
    """Standard deviation of these pixels (divided by their number)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbedValue:
    """One pixel of a slice."""

    row: int
    column: int
    code: int
    """As stored, unsigned."""
    value: float
    """In modality values."""
    is_padding: bool


def area_of(mark: Mark, row_mm: float = 1.0, column_mm: float = 1.0) -> float:
    """The area of a region, from its line, not from its pixels.

    row_mm, column_mm: between pixel centres; 1.0 gives square pixels. An outline counts all that
    its line goes around, once, as `inside` does.
    """
    top, left, bottom, right = bounds(mark.points)
    unit = row_mm * column_mm
    if mark.shape is MarkShape.RECTANGLE:
        return (bottom - top) * (right - left) * unit
    if mark.shape is MarkShape.ELLIPSE:
        return pi / 4 * (bottom - top) * (right - left) * unit
    return _enclosed(mark.points, top, bottom) * unit


def inside(mark: Mark, rows: int, columns: int) -> tuple[int, int, NDArray[np.bool_]]:
    """The pixels of an image of this size whose centres a region holds.

    Returns (top, left, mask) with mask[0, 0] at pixel (top, left); the mask may be empty. An
    outline that crosses or overlaps itself holds all that its line goes around, however often.
    """
    first_row, first_column, last_row, last_column = bounds(mark.points)
    top, left = max(0, floor(first_row)), max(0, floor(first_column))
    bottom, right = min(rows, ceil(last_row)), min(columns, ceil(last_column))
    size = max(0, bottom - top), max(0, right - left)
    row_centres = np.arange(size[0], dtype=np.float64) + (top + 0.5)
    column_centres = np.arange(size[1], dtype=np.float64) + (left + 0.5)
    if mark.shape is MarkShape.OUTLINE:
        return top, left, _gone_around(mark.points, row_centres, column_centres)
    if mark.shape is MarkShape.RECTANGLE:
        in_rows = (row_centres >= first_row) & (row_centres < last_row)
        in_columns = (column_centres >= first_column) & (column_centres < last_column)
        return top, left, in_rows[:, None] & in_columns[None, :]
    down = _from_middle(row_centres, first_row, last_row)
    across = _from_middle(column_centres, first_column, last_column)
    return top, left, np.asarray(down[:, None] ** 2 + across[None, :] ** 2 <= 1.0)


def region_values(mark: Mark, frame: Frame, grey_scale: GreyScale) -> RegionValues | None:
    """What a region holds of a slice; None when it holds no pixel but padding."""
    top, left, mask = inside(mark, frame.rows, frame.columns)
    codes = codes_in(frame, top, left, *mask.shape)[mask]
    counts = np.bincount(codes)
    if grey_scale.padding is not None:
        first, last = grey_scale.padding
        counts[first : last + 1] = 0
    return values_of_counts(counts, grey_scale)


def values_of_counts(counts: NDArray[np.int64], grey_scale: GreyScale) -> RegionValues | None:
    """What pixels hold of which there are so many of each code; None when there are none."""
    used = np.flatnonzero(counts)
    if used.size == 0:
        return None
    share = counts[used] / counts[used].sum()
    values = grey_scale.values(used.astype(np.float64))
    mean = float((values * share).sum())
    variance = float((np.square(values - mean) * share).sum())
    return RegionValues(pixels=int(counts[used].sum()), mean=mean, deviation=sqrt(variance))


def probed_value(point: ImagePoint, frame: Frame, grey_scale: GreyScale) -> ProbedValue | None:
    """The pixel under a place; None outside the image."""
    row, column = floor(point.row), floor(point.column)
    if not (0 <= row < frame.rows and 0 <= column < frame.columns):
        return None
    code = int(codes_in(frame, row, column, 1, 1)[0, 0])
    padding = grey_scale.padding
    return ProbedValue(
        row=row,
        column=column,
        code=code,
        value=float(grey_scale.values(np.array([code], np.float64))[0]),
        is_padding=padding is not None and padding[0] <= code <= padding[1],
    )


def codes_in(frame: Frame, top: int, left: int, rows: int, columns: int) -> NDArray[np.uint16]:
    """A part of a slice that lies inside it, air included."""
    codes = np.full((rows, columns), frame.air_code, np.uint16)
    height, width = frame.pixels.shape
    first_row, last_row = max(top, frame.top), min(top + rows, frame.top + height)
    first_column, last_column = max(left, frame.left), min(left + columns, frame.left + width)
    if first_row < last_row and first_column < last_column:
        codes[first_row - top : last_row - top, first_column - left : last_column - left] = (
            frame.pixels[
                first_row - frame.top : last_row - frame.top,
                first_column - frame.left : last_column - frame.left,
            ]
        )
    return codes


def _from_middle(centres: NDArray[np.float64], first: float, last: float) -> NDArray[np.float64]:
    """Distances from the middle of an interval in half its lengths."""
    half = max((last - first) / 2, 1e-9)
    return (centres - (first + last) / 2) / half


def _enclosed(points: Sequence[ImagePoint], top: float, bottom: float) -> float:
    """Square pixels that a closed line goes around, in either direction and however often.

    Measured along many lines across it: the corners between two of them are off by less than a
    hundred-thousandth of the whole.
    """
    step = (bottom - top) / _LINES_ACROSS
    if step <= 0:
        return 0.0
    starts = np.array(points, np.float64)
    ends = np.roll(starts, -1, axis=0)
    # Line n lies half a step below top + n * step; an edge crosses lines first..last - 1.
    first, last = (
        np.ceil((of - top) / step - 0.5).astype(np.int64)
        for of in (np.minimum(starts[:, 0], ends[:, 0]), np.maximum(starts[:, 0], ends[:, 0]))
    )
    edge = np.repeat(np.arange(len(starts)), last - first)
    if edge.size == 0:
        return 0.0
    line = np.arange(edge.size) - np.repeat(np.cumsum(last - first) - last, last - first)
    share = (top + (line + 0.5) * step - starts[edge, 0]) / (ends[edge, 0] - starts[edge, 0])
    column = starts[edge, 1] + share * (ends[edge, 1] - starts[edge, 1])
    turn = np.where(ends[edge, 0] > starts[edge, 0], 1, -1)
    order = np.lexsort((column, line))
    # Every line is crossed as often downwards as upwards, so the turns of one end at 0.
    is_inside = np.cumsum(turn[order])[:-1] != 0
    return float(np.diff(column[order])[is_inside].sum() * step)


def _gone_around(
    points: Sequence[ImagePoint],
    row_centres: NDArray[np.float64],
    column_centres: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Where a closed line's edges to the left, along each row of centres, do not cancel out."""
    turns = np.zeros((len(row_centres), len(column_centres) + 1), np.int16)
    if turns.size == 0:
        return np.zeros((len(row_centres), len(column_centres)), np.bool_)
    for start, end in zip(points, (*points[1:], points[0]), strict=True):
        upper, lower = sorted((start, end))
        crossed = np.flatnonzero((row_centres >= upper.row) & (row_centres < lower.row))
        if crossed.size == 0:
            continue
        share = (row_centres[crossed] - upper.row) / (lower.row - upper.row)
        at = upper.column + share * (lower.column - upper.column)
        turns[crossed, np.searchsorted(column_centres, at)] += 1 if end.row > start.row else -1
    gone_around: NDArray[np.bool_] = np.cumsum(turns, axis=1)[:, :-1] != 0
    return gone_around
