"""Dividing a slice's feature maps into bands of rows that leave out columns of mere air.

Beside the breast a slice is constant, and so are the features there, further from tissue and from
the image's right edge than the network sees: column after column they are all alike. A band holds
one of them and leaves the others out: a gap. Bands differ in where the tissue ends. The deeper,
the further the network sees, so the gaps close from stage to stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from torch import Tensor

from inference.networks.air import PART_ROWS

_OVERHEAD = 6e6
"""Multiplications and additions that take as long as handling one more band in one layer."""
_KERNEL = 9
_BAND_VALUES = 360_000
"""Values of a band at most, so that a layer's input and output stay in a core's own cache."""


@dataclass(frozen=True, slots=True)
class Level:
    """What one feature of a level sees of the slice.

    Feature (row, column) lies at pixel (stride * row + 2, stride * column + 2) and sees `radius`
    pixels around that.
    """

    stride: int
    radius: int

    def next(self, step: int) -> Level:
        """The level after a stage of four 3x3 convolutions, the first with a stride of `step`."""
        stride = self.stride * step
        return Level(stride, self.radius + self.stride + 3 * stride)


CENTRE = 2
POOLED = Level(4, 5)
"""After the first convolution (7x7, stride 2) and the max-pooling (3x3, stride 2)."""


@dataclass(frozen=True, slots=True)
class Band:
    """Some rows of a map and the columns before their gap; `kept` - 1 stands for the gap's too."""

    first_row: int
    end_row: int
    kept: int

    @property
    def rows(self) -> int:
        """How many rows."""
        return self.end_row - self.first_row


@dataclass(frozen=True)
class Layout:
    """A map of `rows` x `columns` in bands; all gaps end at the column `gap_end`."""

    rows: int
    columns: int
    gap_end: int
    bands: tuple[Band, ...]

    def width(self, band: Band) -> int:
        """Columns that a band holds."""
        return band.kept + self.columns - self.gap_end

    @cached_property
    def borders(self) -> tuple[tuple[Tensor | None, Tensor | None], ...]:
        """For each two neighbours: the upper's columns as the lower holds them, and the reverse.

        None where both hold the same.
        """
        pairs = zip(self.bands[:-1], self.bands[1:], strict=True)
        return tuple(
            (None, None)
            if upper.kept == lower.kept
            else (self.columns_as(self, upper, lower), self.columns_as(self, lower, upper))
            for upper, lower in pairs
        )

    def columns_as(self, other: Layout, band: Band, other_band: Band) -> Tensor:
        """Which column of `band` holds each of the columns that `other_band` of `other` holds."""
        columns = torch.arange(other.width(other_band))
        columns[other_band.kept :] += other.gap_end - other_band.kept
        gap = self.gap_end - band.kept
        return torch.where(columns < self.gap_end, columns.clamp(max=band.kept - 1), columns - gap)

    def halved_from(self, rows: int, columns: int) -> Layout:
        """The layout of the map (rows, columns) that a stride of 2 turns into this one."""
        bands = tuple(
            Band(2 * band.first_row, min(rows, 2 * band.end_row), min(columns, 2 * band.kept))
            for band in self.bands
        )
        return Layout(rows, columns, min(columns, 2 * self.gap_end), bands)


@lru_cache(maxsize=256)
def pieces(layout: Layout, other: Layout) -> tuple[tuple[int, int, slice, slice, Tensor], ...]:
    """How to copy one layout of a map into another.

    For each piece: the other's band, ours, the rows there, the rows here, and the columns here.
    """
    found = []
    for number, wanted in enumerate(other.bands):
        for own_number, own in enumerate(layout.bands):
            first = max(wanted.first_row, own.first_row)
            end = min(wanted.end_row, own.end_row)
            if first < end:
                there = slice(first - wanted.first_row, end - wanted.first_row)
                here = slice(first - own.first_row, end - own.first_row)
                columns = layout.columns_as(other, own, wanted)
                found.append((number, own_number, there, here, columns))
    return tuple(found)


def whole(rows: int, columns: int) -> Layout:
    """One band without a gap."""
    return Layout(rows, columns, columns, (Band(0, rows, columns),))


@lru_cache(maxsize=256)
def plan_layout(
    ends: tuple[int, ...], pixel_columns: int, level: Level, rows: int, columns: int, channels: int
) -> Layout:
    """The cheapest layout of a stage's output (rows, columns), of `channels` channels.

    ends: where the tissue ends in every PART_ROWS rows of the slice. The gaps are far enough from
    tissue and edge for every feature of the stage, and for those that it is made of.
    """
    gap_end = (pixel_columns - 1 - CENTRE - level.radius) // level.stride
    step = PART_ROWS // level.stride
    starts = list(range(0, rows, step))
    kept = [_kept(ends, level, first, min(first + step, rows), gap_end) for first in starts]
    if gap_end < 1:
        gap_end, kept = columns, [columns] * len(starts)
    overhead = _OVERHEAD / (2 * _KERNEL * channels**2)
    cuts = _cheapest(kept, step, columns - gap_end, overhead, _BAND_VALUES // channels)
    bands = tuple(
        Band(first * step, min(end * step, rows), max(kept[first:end])) for first, end in cuts
    )
    return Layout(rows, columns, gap_end, bands)


def _kept(ends: tuple[int, ...], level: Level, first: int, end: int, gap_end: int) -> int:
    """Columns that the rows first..end must hold: one more than those that see tissue."""
    top = level.stride * first + CENTRE - level.radius
    bottom = level.stride * (end - 1) + CENTRE + level.radius
    seen = ends[max(0, top // PART_ROWS) : bottom // PART_ROWS + 1]
    see_tissue = -((CENTRE - level.radius - max(seen)) // level.stride)
    return min(see_tissue + 1, gap_end)


def _cheapest(
    kept: Sequence[int], step: int, tail: int, overhead: float, largest: int
) -> list[tuple[int, int]]:
    """Divide parts of `step` rows into runs at least cost, counted in pixels.

    overhead: of one more run. largest: pixels of a run of more than one part, at most.
    """
    best = [0.0]
    came_from = [0]
    for end in range(1, len(kept) + 1):
        widest, cheapest, start = 0, float("inf"), 0
        for first in range(end - 1, -1, -1):
            widest = max(widest, kept[first])
            pixels = (end - first) * step * (widest + tail)
            if pixels > largest and first < end - 1:
                break
            if best[first] + pixels + overhead < cheapest:
                cheapest, start = best[first] + pixels + overhead, first
        best.append(cheapest)
        came_from.append(start)
    runs = []
    end = len(kept)
    while end:
        runs.append((came_from[end], end))
        end = came_from[end]
    return runs[::-1]
