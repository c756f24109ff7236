"""Self-attention within boxes of cells, with a learned bias for each relative position.

Source: Liu et al. 2021, "Video Swin Transformer", section 3.2 (3D shifted windows).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

Box3d = tuple[int, int, int]
"""Slices, rows, columns."""
_BOXES_AT_ONCE = 32
"""Bounds the memory of the attention matrices, 0.6 MB a box and head at published size."""
_OTHER_REGION = -100.0
"""Added to the attention between cells that only the shift made neighbours."""


def relative_positions(box: Box3d, *, within: Box3d) -> Tensor:
    """For each pair of a box's cells, the row of the bias table, (cells, cells), int64.

    within: the box that the table is for; `box` is it or a smaller one.
    """
    places = torch.tensor(list(itertools.product(*(range(size) for size in box))))
    apart = places.unsqueeze(1) - places.unsqueeze(0)  # (cells, cells, 3)
    deep, high, wide = (apart[..., axis] + within[axis] - 1 for axis in range(3))
    return (deep * (2 * within[1] - 1) + high) * (2 * within[2] - 1) + wide


class BoxAttention(nn.Module):
    """Attention of every cell to those of its box; shifted: boxes begin half a box further."""

    relative_position_index: Tensor

    def __init__(self, *, channels: int, heads: int, box: Box3d, shifted: bool) -> None:
        super().__init__()
        if channels % heads:
            raise ValueError(f"{channels} channels do not divide into {heads} heads")
        self.heads = heads
        self.box = box
        self.shifted = shifted
        positions = (2 * box[0] - 1) * (2 * box[1] - 1) * (2 * box[2] - 1)
        self.relative_position_bias_table = nn.Parameter(torch.zeros(positions, heads))
        self.register_buffer("relative_position_index", relative_positions(box, within=box))
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)
        nn.init.trunc_normal_(self.relative_position_bias_table, std=0.02)

    def forward(self, cells: Tensor) -> Tensor:
        """Map (windows, slices, rows, columns, channels) to the same shape."""
        size = cells.shape[1:4]
        # A box is no larger than the cells there are, and what it spans whole is not shifted.
        box = _triple(min(b, s) for b, s in zip(self.box, size, strict=True))
        shift = _triple(
            b // 2 if self.shifted and b < s else 0 for b, s in zip(self.box, size, strict=True)
        )
        deep, high, wide = (-s % b for s, b in zip(size, box, strict=True))
        padded = functional.pad(cells, (0, 0, 0, wide, 0, high, 0, deep))
        rolled = padded.roll([-by for by in shift], dims=(1, 2, 3)) if any(shift) else padded
        chunks = torch.split(_into_boxes(rolled, box), _BOXES_AT_ONCE)
        apart: Sequence[Tensor | None] = [None] * len(chunks)
        if any(shift):
            regions = _regions(_triple(padded.shape[1:4]), box, shift).to(cells.device)
            apart = torch.split(regions.repeat(len(cells), 1), _BOXES_AT_ONCE)
        bias = self._bias(box)
        attended = [
            self._attend(boxes, bias, regions) for boxes, regions in zip(chunks, apart, strict=True)
        ]
        whole = _out_of_boxes(torch.cat(attended), padded.shape, box)
        if any(shift):
            whole = whole.roll(shift, dims=(1, 2, 3))
        return whole[:, : size[0], : size[1], : size[2]].contiguous()

    def _attend(self, boxes: Tensor, bias: Tensor, regions: Tensor | None) -> Tensor:
        """Attend within boxes (boxes, cells, channels); regions: (boxes, cells), None: one."""
        count, cells, channels = boxes.shape
        qkv = self.qkv(boxes).view(count, cells, 3, self.heads, channels // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)  # (boxes, heads, cells, channels of a head)
        attention = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2) + bias
        if regions is not None:
            apart = regions.unsqueeze(1) != regions.unsqueeze(2)
            attention = attention + apart.unsqueeze(1) * _OTHER_REGION
        joined = (attention.softmax(dim=-1) @ value).transpose(1, 2).reshape(count, cells, channels)
        projected: Tensor = self.proj(joined)
        return projected

    def _bias(self, box: Box3d) -> Tensor:
        """The bias of each head and pair, (heads, cells, cells)."""
        index = self.relative_position_index
        if box != self.box:
            index = relative_positions(box, within=self.box).to(index.device)
        return self.relative_position_bias_table[index].permute(2, 0, 1)


def _into_boxes(cells: Tensor, box: Box3d) -> Tensor:
    """Cut (windows, slices, rows, columns, channels) into (boxes, cells of a box, channels)."""
    windows, slices, rows, columns, channels = cells.shape
    deep, high, wide = box
    cut = cells.view(
        windows, slices // deep, deep, rows // high, high, columns // wide, wide, channels
    )
    return cut.permute(0, 1, 3, 5, 2, 4, 6, 7).reshape(-1, deep * high * wide, channels)


def _out_of_boxes(boxes: Tensor, shape: torch.Size, box: Box3d) -> Tensor:
    """Put (boxes, cells of a box, channels) together again to a shape like the cut one's."""
    windows, slices, rows, columns, _ = shape
    deep, high, wide = box
    laid = boxes.view(
        windows, slices // deep, rows // high, columns // wide, deep, high, wide, boxes.shape[-1]
    )
    return laid.permute(0, 1, 4, 2, 5, 3, 6, 7).reshape(*shape[:-1], boxes.shape[-1])


def _regions(size: Box3d, box: Box3d, shift: Box3d) -> Tensor:
    """Number what belongs together in each box after the shift, (boxes, cells of a box)."""
    numbered = torch.zeros(size, dtype=torch.int64)
    for axis, (length, by) in enumerate(zip(size, shift, strict=True)):
        part = torch.zeros(length, dtype=torch.int64)
        if by:
            # The last box holds its own end, and behind it what the roll brought from the front.
            part[length - box[axis] :] = 1
            part[length - by :] = 2
        shape = [1, 1, 1]
        shape[axis] = length
        numbered = numbered * 3 + part.view(shape)
    return _into_boxes(numbered.view(1, *size, 1), box).squeeze(-1)


def _triple(numbers: Iterable[int]) -> Box3d:
    first, second, third = numbers
    return first, second, third
