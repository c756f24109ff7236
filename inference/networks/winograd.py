"""3x3 convolutions of stride 1 with half the multiplications: Winograd's F(4, 3) along the rows.

Four rows of a convolution's output need 12 products of a row of input with a row of the kernel.
Toom and Cook's way needs 6: the six rows of input and the three rows of the kernel are taken as
polynomials, evaluated at 0, 1, -1, 2, -2 and infinity, multiplied there, and the product is
interpolated. Along the columns the convolution stays direct, so that each of the six products is
an ordinary convolution with a kernel of one row, which the library computes near the peak. (Along
both it would need a quarter of the multiplications, as matrix products that reach half the speed
and with three times the transforms: no gain.)

The results differ from the direct ones by rounding only, some 5e-6 of their scale; but a value
that is not finite makes NaN of all the rows that share its six, not only of its neighbours.

Source: Lavin and Gray, "Fast algorithms for convolutional neural networks" (CVPR 2016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.networks.workspace import Workspace

TILE_ROWS = 4
"""Rows of output that are computed together."""
_POINTS = 6
LEAST_CHANNELS = 64
"""With fewer, the transforms cost what the multiplications save."""

RowKernels = Mapping[nn.Conv2d, Sequence[Tensor]]
"""Six kernels of one row for each convolution that has them."""


def pays(conv: nn.Conv2d) -> bool:
    """Whether this way is possible for a convolution, and faster than the direct one."""
    is_plain = conv.kernel_size == (3, 3) and conv.padding == (1, 1) and conv.bias is None
    is_dense = conv.stride == conv.dilation == (1, 1) and conv.groups == 1
    return is_plain and is_dense and min(conv.in_channels, conv.out_channels) >= LEAST_CHANNELS


def row_kernels(weight: Tensor) -> list[Tensor] | None:
    """Transform a weight (out, in, 3, 3) to six of (out, in, 1, 3).

    None where they are not all finite: then only the direct convolution gives what it should.
    """
    # Channels last, (3, out, 3 columns, in), is how convolutions read them fastest.
    rows = weight.detach().permute(2, 0, 3, 1).contiguous()
    first, middle, last = rows
    even, even_2 = (first + last) / 6, first / 24 + last / 6
    # At 0, 1, -1, 2, -2 and infinity, with the divisors of the interpolation, so that the input
    # is only multiplied by whole numbers. Not as a matrix product, whose rounding depends on the
    # number of threads.
    at = (
        first / 4,
        -even - middle / 6,
        middle / 6 - even,
        even_2 + middle / 12,
        even_2 - middle / 12,
        last,
    )
    if not all(kernel.isfinite().all() for kernel in at):
        return None
    return [kernel.permute(0, 2, 1).unsqueeze(2) for kernel in at]


class KeptKernels:
    """The row kernels of a network's convolutions, made again when weights have changed."""

    def __init__(self) -> None:
        self._made: dict[nn.Conv2d, tuple[Tensor, list[Tensor] | None]] = {}

    def of(self, network: nn.Module) -> RowKernels:
        """Those of every convolution for which they pay and are finite."""
        made = {}
        for conv in network.modules():
            if isinstance(conv, nn.Conv2d) and pays(conv):
                kept = self._made.get(conv)
                # Compared by value: torch's version counters miss changes through `.data`.
                if kept is None or not torch.equal(kept[0], conv.weight):
                    kept = conv.weight.detach().clone(), row_kernels(conv.weight)
                made[conv] = kept
        # Set at once, because several threads may run the same network.
        self._made = made
        return {conv: kernels for conv, (_, kernels) in made.items() if kernels is not None}


def convolve(frame: Tensor, kernels: Sequence[Tensor], workspace: Workspace) -> Tensor:
    """Convolve (rows + 2, columns, in channels) to (rows, columns, out channels).

    The rows beyond the ends are there already; columns beyond the ends are 0. Fastest where rows
    is a multiple of TILE_ROWS.
    """
    height, columns, _ = frame.shape
    rows = height - 2
    tiles = -(-rows // TILE_ROWS)
    missing = tiles * TILE_ROWS - rows
    if missing:
        frame = functional.pad(frame, (0, 0, 0, 0, 0, missing))
    out_channels = kernels[0].shape[0]
    products = [
        functional.conv2d(points.permute(2, 0, 1).unsqueeze(0), kernel, None, 1, (0, 1))
        for points, kernel in zip(_evaluated(frame, tiles, workspace), kernels, strict=True)
    ]
    convolved = frame.new_empty((tiles, TILE_ROWS, columns, out_channels))
    _interpolate([product[0].permute(1, 2, 0) for product in products], convolved, workspace)
    return convolved.view(-1, columns, out_channels)[:rows]


def _evaluated(frame: Tensor, tiles: int, workspace: Workspace) -> Tensor:
    """The input's polynomials at the six points: (points, tiles, columns, channels)."""
    _, columns, channels = frame.shape
    length = columns * channels
    # The rows 0 to 5 of every tile; tiles share two: (row, tile, columns * channels).
    row = frame.as_strided((_POINTS, tiles, length), (length, TILE_ROWS * length, 1))
    at = workspace.take("points", _POINTS, tiles, length)
    even, odd = workspace.take("halves", 2, tiles, length)
    # 1 and -1: the even powers and the odd ones, added and subtracted.
    torch.add(row[4], row[2], alpha=-4, out=even)
    torch.add(row[3], row[1], alpha=-4, out=odd)
    torch.add(even, odd, out=at[1])
    torch.sub(even, odd, out=at[2])
    # 2 and -2.
    torch.sub(row[4], row[2], out=even)
    torch.sub(row[3], row[1], out=odd)
    torch.add(even, odd, alpha=2, out=at[3])
    torch.sub(even, odd, alpha=2, out=at[4])
    # 0 and infinity, both: 4 a - 5 b + c.
    ends = torch.add(row[4:6], row[2:4], alpha=-5, out=workspace.take("ends", 2, tiles, length))
    torch.add(ends, row[0:2], alpha=4, out=at[::5])
    return at.view(_POINTS, tiles, columns, channels)


def _interpolate(products: list[Tensor], convolved: Tensor, workspace: Workspace) -> None:
    """From the products (tiles, columns, channels) at each point to four rows a tile.

    convolved: (tiles, TILE_ROWS, columns, channels). The products are overwritten.
    """
    at_0, at_1, at_minus_1, at_2, at_minus_2, at_infinity = products
    odd = torch.sub(at_1, at_minus_1, out=workspace.take("odd", *at_1.shape))
    odd_2 = torch.sub(at_2, at_minus_2, out=workspace.take("odd_2", *at_1.shape))
    even, even_2 = at_1.add_(at_minus_1), at_2.add_(at_minus_2)
    torch.add(odd, odd_2, alpha=2, out=convolved[:, 1])
    torch.add(even, even_2, alpha=4, out=convolved[:, 2])
    torch.add(even.add_(even_2), at_0, out=convolved[:, 0])
    torch.add(odd.add_(odd_2, alpha=8), at_infinity, out=convolved[:, 3])
