"""The whole-slice network on a CPU, one slice at a time: in bands, in few passes over memory.

It computes what ResNet22 computes, to the rounding of float32. A feature map is one tensor a band,
(rows, columns, channels), which convolutions see as channels-last. A band goes through norm, ReLU,
convolution and the sums for the next norm in one go, while it is in the core's own cache.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.networks.air import PART_ROWS, tissue_ends
from inference.networks.bands import POOLED, Band, Layout, pieces, plan_layout, whole

if TYPE_CHECKING:
    from inference.networks.resnet import PreActivationBlock, ResNet22

_STRIP_ROWS = 16
"""Pooled rows made at a time, so that what they are made of stays in a core's own cache."""


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """One slice's features in bands, with what their norm needs of them."""

    layout: Layout
    bands: list[Tensor]
    """(rows, columns, channels) each."""
    sums: Tensor | None
    """Of the whole map, what the gaps leave out included: (values and squares, channels)."""

    def in_layout(self, layout: Layout) -> FeatureMap:
        """The same map in other bands."""
        if layout == self.layout:
            return self
        channels = self.bands[0].shape[2]
        copies = [
            self.bands[0].new_empty((band.rows, layout.width(band), channels))
            for band in layout.bands
        ]
        for number, own, rows, own_rows, columns in pieces(self.layout, layout):
            torch.index_select(self.bands[own][own_rows], 1, columns, out=copies[number][rows])
        return FeatureMap(layout, copies, self.sums)


class _Workspace:
    """Memory that is used again for every band, so that it stays in the core's own cache."""

    def __init__(self, *, measures: bool) -> None:
        """measures: whether the norms want each map's sums."""
        self.measures = measures
        self._buffers: dict[str, Tensor] = {}

    def take(self, purpose: str, *shape: int) -> Tensor:
        """Memory for one purpose; what stood there for it is overwritten."""
        size = math.prod(shape)
        buffer = self._buffers.get(purpose)
        if buffer is None or len(buffer) < size:
            buffer = self._buffers[purpose] = torch.empty(size)
        return buffer[:size].view(shape)


class _Growing:
    """A feature map that is made band by band."""

    def __init__(self, layout: Layout, workspace: _Workspace) -> None:
        self._layout = layout
        self._workspace = workspace
        self._bands: list[Tensor] = []
        self._sums: list[Tensor] = []

    def add(self, features: Tensor) -> None:
        """Take the next band (rows, columns, channels)."""
        if self._workspace.measures:
            self._sums.append(self._sums_of(features))
        self._bands.append(features)

    def _sums_of(self, features: Tensor) -> Tensor:
        _, columns, channels = features.shape
        flat = features.flatten(1)
        squares = torch.mul(flat, flat, out=self._workspace.take("squares", *flat.shape))
        totals = self._workspace.take("totals", 2, columns * channels)
        torch.sum(flat, 0, out=totals[0])
        torch.sum(squares, 0, out=totals[1])
        totals = totals.view(2, columns, channels)
        sums = totals.sum(1)
        band = self._layout.bands[len(self._bands)]
        if band.kept < self._layout.gap_end:
            sums.add_(totals[:, band.kept - 1], alpha=self._layout.gap_end - band.kept)
        return sums

    def finished(self) -> FeatureMap:
        """The whole map."""
        sums = torch.stack(self._sums).sum(0, dtype=torch.float64) if self._sums else None
        return FeatureMap(self._layout, self._bands, sums)


def see_slice(network: ResNet22, image: Tensor, *, share_air: bool = True) -> Tensor:
    """Map (in_channels, rows, columns) to (1, out_channels, cell rows, cell columns).

    share_air: leave out columns of mere air where that pays.
    """
    _, pixel_rows, pixel_columns = image.shape
    parts = len(range(0, pixel_rows, PART_ROWS))
    ends = tissue_ends(image) if share_air else (pixel_columns,) * parts
    rows, columns = _pooled(pixel_rows), _pooled(pixel_columns)
    level = POOLED.next(1)
    workspace = _Workspace(measures=not isinstance(network.final_norm, nn.BatchNorm2d))
    layout = plan_layout(ends, pixel_columns, level, rows, columns, network.first_conv.out_channels)
    features = _first_features(network.first_conv, image, layout, workspace)
    for number, stage in enumerate(network.stages):
        blocks = cast("list[PreActivationBlock]", list(stage.children()))
        if number > 0:
            level = level.next(2)
            halved = (layout.rows + 1) // 2, (layout.columns + 1) // 2
            channels = blocks[0].conv1.out_channels
            before, layout = layout, plan_layout(ends, pixel_columns, level, *halved, channels)
            features = features.in_layout(layout.halved_from(before.rows, before.columns))
        for block in blocks:
            features = _run_block(block, features, layout, workspace)
    features = features.in_layout(whole(layout.rows, layout.columns))
    scale, shift = _scale_and_shift(network.final_norm, features)
    activated = torch.addcmul(shift, features.bands[0], scale).relu_()
    return activated.permute(2, 0, 1).unsqueeze(0)


def _pooled(pixels: int) -> int:
    """Rows or columns after the first convolution and the max-pooling."""
    return ((pixels + 1) // 2 - 3) // 2 + 1


def _first_features(
    conv: nn.Conv2d, image: Tensor, layout: Layout, workspace: _Workspace
) -> FeatureMap:
    """First convolution and max-pooling, strip by strip."""
    channels, rows, columns = image.shape
    # With strides of its own, or torch takes a single channel for the plain layout.
    pixels = image.permute(1, 2, 0).contiguous().view(-1).view(rows, columns, channels)
    growing = _Growing(layout, workspace)
    for band in layout.bands:
        pooled = image.new_empty((band.rows, layout.width(band), conv.out_channels))
        for first in range(band.first_row, band.end_row, _STRIP_ROWS):
            end = min(first + _STRIP_ROWS, band.end_row)
            strip = _seen_by(pixels, first, end, layout, band)
            seen = functional.conv2d(_as_image(strip), conv.weight, None, 2, (0, 3))
            _pool_into(pooled[first - band.first_row : end - band.first_row], _as_rows(seen))
        growing.add(pooled)
    return growing.finished()


def _seen_by(pixels: Tensor, first: int, end: int, layout: Layout, band: Band) -> Tensor:
    """The rows of the slice that pooled rows first..end see, without the band's gap."""
    top, bottom = 4 * first - 3, 4 * (end - 1) + 8
    strip = pixels[max(0, top) : bottom]
    if band.kept < layout.gap_end:
        strip = torch.cat((strip[:, : 4 * band.kept], strip[:, 4 * layout.gap_end :]), dim=1)
    above, below = max(0, -top), max(0, bottom - len(pixels))
    if above or below:
        strip = functional.pad(strip, (0, 0, 0, 0, above, below))
    return strip


def _pool_into(pooled: Tensor, seen: Tensor) -> None:
    """Max-pool (rows, columns, channels) by 3x3 at a stride of 2."""
    end_row, end_column = 2 * pooled.shape[0], 2 * pooled.shape[1]
    highest = torch.maximum(seen[0:end_row:2], seen[1:end_row:2])
    torch.maximum(highest, seen[2 : end_row + 1 : 2], out=highest)
    torch.maximum(highest[:, 0:end_column:2], highest[:, 1:end_column:2], out=pooled)
    torch.maximum(pooled, highest[:, 2 : end_column + 1 : 2], out=pooled)


def _run_block(
    block: PreActivationBlock, features: FeatureMap, layout: Layout, workspace: _Workspace
) -> FeatureMap:
    """PreActivationBlock.forward; the result has the given layout."""
    residual = _Growing(layout, workspace)
    carried = list(features.bands)
    scale, shift = _scale_and_shift(block.norm1, features)
    for number in range(len(carried)):
        frame = _activated(features, number, scale, shift, workspace)
        residual.add(_convolved(block.conv1, frame))
        if block.shortcut is not None:
            carried[number] = _convolved(block.shortcut, frame[1:-1])
    features = residual.finished()
    added = _Growing(layout, workspace)
    scale, shift = _scale_and_shift(block.norm2, features)
    for number, other in enumerate(carried):
        frame = _activated(features, number, scale, shift, workspace)
        added.add(_convolved(block.conv2, frame).add_(other))
    return added.finished()


def _scale_and_shift(norm: nn.Module, features: FeatureMap) -> tuple[Tensor, Tensor]:
    """What each channel is multiplied by and what is added to normalise it: (channels,) each."""
    if isinstance(norm, nn.BatchNorm2d):
        # torch leaves out whether a BatchNorm keeps track.
        mean, variance = cast(Tensor, norm.running_mean), cast(Tensor, norm.running_var)
        scale = norm.weight / (variance + norm.eps).sqrt()
        return scale, norm.bias - mean * scale
    norm = cast(nn.GroupNorm, norm)
    groups = (norm.num_groups, -1)
    means = cast(Tensor, features.sums) / (features.layout.rows * features.layout.columns)
    mean, square = means.view(2, *groups).mean(2, keepdim=True)
    deviation = (square - mean**2).clamp(min=0.0).add(norm.eps).sqrt()
    scale = norm.weight.view(groups) / deviation
    shift = norm.bias.view(groups) - mean * scale
    return scale.float().flatten(), shift.float().flatten()


def _activated(
    features: FeatureMap, number: int, scale: Tensor, shift: Tensor, workspace: _Workspace
) -> Tensor:
    """Norm and ReLU of one band, with the row above and the row below: (rows + 2, ...)."""
    layout, bands = features.layout, features.bands
    rows, columns, channels = bands[number].shape
    frame = workspace.take("frame", rows + 2, columns, channels)
    torch.addcmul(shift, bands[number], scale, out=frame[1:-1])
    if number > 0:
        row = _as_in(bands[number - 1][-1], layout.borders[number - 1][0])
        torch.addcmul(shift, row, scale, out=frame[0])
    if number + 1 < len(bands):
        row = _as_in(bands[number + 1][0], layout.borders[number][1])
        torch.addcmul(shift, row, scale, out=frame[-1])
    frame.relu_()
    if number == 0:
        frame[0] = 0.0
    if number + 1 == len(bands):
        frame[-1] = 0.0
    return frame


def _as_in(row: Tensor, columns: Tensor | None) -> Tensor:
    """A row (columns, channels) with the columns that a neighbour holds."""
    return row if columns is None else row.index_select(0, columns)


def _convolved(conv: nn.Conv2d, rows: Tensor) -> Tensor:
    """Convolve (rows, columns, channels); the rows beyond the ends are there already."""
    if conv.kernel_size == conv.stride == (1, 1):
        # With one thread torch would take a slow way.
        return rows @ conv.weight.flatten(1).T
    padding = (0, conv.kernel_size[1] // 2)
    return _as_rows(functional.conv2d(_as_image(rows), conv.weight, None, conv.stride, padding))


def _as_image(rows: Tensor) -> Tensor:
    """(rows, columns, channels) as (1, channels, rows, columns)."""
    return rows.permute(2, 0, 1).unsqueeze(0)


def _as_rows(image: Tensor) -> Tensor:
    """(1, channels, rows, columns) as (rows, columns, channels)."""
    return image[0].permute(1, 2, 0).contiguous()
