"""The whole-slice network on a CPU, one slice at a time, in few passes over memory.

It computes what ResNet22 computes, to the rounding of float32. A feature map is a tensor (rows,
columns, channels), which convolutions see as channels-last. It is gone through in bands of rows:
each is normalised, activated, convolved and summed for the next norm while it is in the core's
own cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.networks.winograd import TILE_ROWS, KeptKernels, RowKernels, convolve
from inference.networks.workspace import Workspace

if TYPE_CHECKING:
    from inference.networks.resnet import PreActivationBlock, ResNet22

_STRIP_ROWS = 16
"""Pooled rows made at a time, so that what they are made of stays in the core's own cache."""
_BAND_VALUES = 360_000
"""Values of a band's output, about; far fewer make the convolutions slower."""


@dataclass(frozen=True, slots=True)
class _FeatureMap:
    """One slice's features, with what the next norm needs of them."""

    bands: list[Tensor]
    """From the first row to the last, each (rows, columns, channels)."""
    sums: Tensor | None
    """Of the values and of their squares: (2, channels). None where no norm asks for them."""

    @property
    def rows(self) -> int:
        """Rows of all bands."""
        return sum(map(len, self.bands))

    @property
    def columns(self) -> int:
        """Columns of every band."""
        return self.bands[0].shape[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pass:
    """What all bands of one slice share."""

    kernels: RowKernels
    measures: bool
    """Whether the norms want each map's sums."""
    workspace: Workspace

    def sums(self, band: Tensor) -> Tensor:
        """Sum a band (rows, columns, channels) and its squares: (2, channels)."""
        _, columns, channels = band.shape
        totals = self.workspace.take("totals", 2, columns * channels)
        squares = torch.mul(band, band, out=self.workspace.take("squares", *band.shape))
        # Down the rows first: that is fast, and sums in blocks lose no digits.
        torch.sum(band.flatten(1), 0, out=totals[0])
        torch.sum(squares.flatten(1), 0, out=totals[1])
        return totals.view(2, columns, channels).sum(1)


def see_slice(network: ResNet22, image: Tensor, kernels: RowKernels | None = None) -> Tensor:
    """Map (in_channels, rows, columns) to (1, out_channels, cell rows, cell columns).

    kernels: the network's, where they have been made already.
    """
    here = _Pass(
        kernels=KeptKernels().of(network) if kernels is None else kernels,
        measures=not isinstance(network.final_norm, nn.BatchNorm2d),
        workspace=Workspace(),
    )
    features = _first_features(network.first_conv, image, here)
    for stage in network.stages:
        for block in stage.children():
            features = _run_block(cast("PreActivationBlock", block), features, here)
    count = features.rows * features.columns
    scale, shift = _scale_and_shift(network.final_norm, features.sums, count)
    return _as_image(torch.addcmul(shift, torch.cat(features.bands), scale).relu_())


def _first_features(conv: nn.Conv2d, image: Tensor, here: _Pass) -> _FeatureMap:
    """First convolution and max-pooling, strip by strip."""
    channels, rows, columns = image.shape
    # With strides of its own, or torch takes a single channel for the plain layout.
    pixels = image.permute(1, 2, 0).contiguous().view(-1).view(rows, columns, channels)
    pooled = image.new_empty((_pooled(rows), _pooled(columns), conv.out_channels))
    sums = []
    for first in range(0, len(pooled), _STRIP_ROWS):
        strip = pooled[first : first + _STRIP_ROWS]
        # Pooled row r sees the rows 4 r - 3 to 4 r + 7.
        seen = _rows_with_zeros(pixels, 4 * first - 3, 4 * (first + len(strip)) + 4)
        convolved = functional.conv2d(_as_image(seen), conv.weight, None, 2, (0, 3))
        _pool_into(strip, _as_rows(convolved))
        if here.measures:
            sums.append(here.sums(strip))
    return _FeatureMap([pooled], _total(sums))


def _pooled(pixels: int) -> int:
    """Rows or columns after the first convolution and the max-pooling."""
    return ((pixels + 1) // 2 - 3) // 2 + 1


def _rows_with_zeros(pixels: Tensor, start: int, end: int) -> Tensor:
    """The rows start..end; those beyond the slice are 0."""
    above, below = max(0, -start), max(0, end - len(pixels))
    rows = pixels[max(0, start) : end]
    return functional.pad(rows, (0, 0, 0, 0, above, below)) if above or below else rows


def _pool_into(pooled: Tensor, seen: Tensor) -> None:
    """Max-pool (rows, columns, channels) by 3x3 at a stride of 2; torch's own takes thrice that."""
    end_row, end_column = 2 * pooled.shape[0], 2 * pooled.shape[1]
    highest = torch.maximum(seen[0:end_row:2], seen[1:end_row:2])
    torch.maximum(highest, seen[2 : end_row + 1 : 2], out=highest)
    torch.maximum(highest[:, 0:end_column:2], highest[:, 1:end_column:2], out=pooled)
    torch.maximum(pooled, highest[:, 2 : end_column + 1 : 2], out=pooled)


def _run_block(block: PreActivationBlock, features: _FeatureMap, here: _Pass) -> _FeatureMap:
    """PreActivationBlock.forward."""
    step, channels = block.conv1.stride[0], block.conv1.out_channels
    rows, columns = -(-features.rows // step), -(-features.columns // step)
    bands = _bands(rows, columns * channels)
    affine = _scale_and_shift(block.norm1, features.sums, features.rows * features.columns)
    residuals, carried, sums = [], [], []
    for first, end in bands:
        frame_end = step * (first + _whole_tiles(end - first)) + 1
        frame = _activated(features.bands, step * first - 1, frame_end, affine, here.workspace)
        residuals.append(_convolved(block.conv1, frame, here)[: end - first])
        if block.shortcut is not None:
            carried.append(_convolved(block.shortcut, frame[1:-1], here)[: end - first])
        if here.measures:
            sums.append(here.sums(residuals[-1]))
    affine = _scale_and_shift(block.norm2, _total(sums), rows * columns)
    if block.shortcut is None:
        # As large as this block's own, so they lie in the same bands.
        carried = features.bands
    added, sums = [], []
    for (first, end), other in zip(bands, carried, strict=True):
        frame_end = first + _whole_tiles(end - first) + 1
        frame = _activated(residuals, first - 1, frame_end, affine, here.workspace)
        added.append(_convolved(block.conv2, frame, here)[: end - first].add_(other))
        if here.measures:
            sums.append(here.sums(added[-1]))
    return _FeatureMap(added, _total(sums))


def _bands(rows: int, values_per_row: int) -> list[tuple[int, int]]:
    """First and end row of each band, all about as high, in whole tiles but for the last."""
    count = max(1, round(rows * values_per_row / _BAND_VALUES))
    height = _whole_tiles(-(-rows // count))
    return [(first, min(first + height, rows)) for first in range(0, rows, height)]


def _whole_tiles(rows: int) -> int:
    return -(-rows // TILE_ROWS) * TILE_ROWS


def _total(sums: list[Tensor]) -> Tensor | None:
    return torch.stack(sums).sum(0, dtype=torch.float64) if sums else None


def _scale_and_shift(norm: nn.Module, sums: Tensor | None, count: int) -> tuple[Tensor, Tensor]:
    """What each channel is multiplied by and what is added to normalise it: (channels,) each."""
    if isinstance(norm, nn.BatchNorm2d):
        # torch leaves out whether a BatchNorm keeps track.
        mean, variance = cast(Tensor, norm.running_mean), cast(Tensor, norm.running_var)
        scale = norm.weight / (variance + norm.eps).sqrt()
        return scale, norm.bias - mean * scale
    norm = cast(nn.GroupNorm, norm)
    groups = (norm.num_groups, -1)
    mean, square = (cast(Tensor, sums) / count).view(2, *groups).mean(2, keepdim=True)
    deviation = (square - mean**2).clamp(min=0.0).add(norm.eps).sqrt()
    scale = norm.weight.view(groups) / deviation
    shift = norm.bias.view(groups) - mean * scale
    return scale.float().flatten(), shift.float().flatten()


def _activated(
    bands: list[Tensor],
    start: int,
    end: int,
    affine: tuple[Tensor, Tensor],
    workspace: Workspace,
) -> Tensor:
    """Norm and ReLU of the rows start..end of a map in bands; rows beyond its ends are 0."""
    _, columns, channels = bands[0].shape
    scale, shift = affine
    frame = workspace.take("frame", end - start, columns, channels)
    top = 0
    for band in bands:
        first, last = max(start, top), min(end, top + len(band))
        if first < last:
            rows = band[first - top : last - top]
            torch.addcmul(shift, rows, scale, out=frame[first - start : last - start])
        top += len(band)
    frame.relu_()
    if start < 0:
        frame[:-start] = 0.0
    if end > top:
        frame[top - end :] = 0.0
    return frame


def _convolved(conv: nn.Conv2d, rows: Tensor, here: _Pass) -> Tensor:
    """Convolve (rows, columns, channels); the rows beyond the ends are there already."""
    if conv.kernel_size == conv.stride == (1, 1):
        # With one thread torch would take a slow way.
        return rows @ conv.weight.flatten(1).T
    kernels = here.kernels.get(conv)
    if kernels is not None:
        return convolve(rows, kernels, here.workspace)
    padding = (0, conv.kernel_size[1] // 2)
    return _as_rows(functional.conv2d(_as_image(rows), conv.weight, None, conv.stride, padding))


def _as_image(rows: Tensor) -> Tensor:
    """(rows, columns, channels) as (1, channels, rows, columns)."""
    return rows.permute(2, 0, 1).unsqueeze(0)


def _as_rows(image: Tensor) -> Tensor:
    """(1, channels, rows, columns) as (rows, columns, channels)."""
    return image[0].permute(1, 2, 0).contiguous()
