"""Video Swin Transformer, tiny: attention within small boxes of a window of slices.

Source: Liu et al. 2021, "Video Swin Transformer" (section 3; Swin-T: 96 channels, depths 2, 2, 6,
2). Entry names and shapes are those of torchvision's swin3d_t, so that public Kinetics weights fit.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from inference.networks.box_attention import Box3d, BoxAttention
from inference.networks.counted_part import CountedPart
from inference.networks.video_resnet import SIDE, WINDOW_SLICES

PATCH: Box3d = (2, 4, 4)
"""Slices, rows and columns that make one cell."""
_MLP_RATIO = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Swin3dConfig:
    """Sizes; the defaults are the published ones but for the single output."""

    channels: int = 96
    depths: tuple[int, ...] = (2, 2, 6, 2)
    heads: tuple[int, ...] = (3, 6, 12, 24)
    box: Box3d = (8, 7, 7)
    """Cells that attend to one another: slices, rows, columns."""
    outputs: int = 1


class Swin3d(nn.Module):
    """Maps (windows, slices, rows, columns) to (windows, outputs), before any sigmoid."""

    def __init__(self, config: Swin3dConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or Swin3dConfig()
        self.patch_embed = _PatchEmbedding(config.channels)
        parts: list[nn.Module] = []
        wide = config.channels
        for stage, (depth, heads) in enumerate(zip(config.depths, config.heads, strict=True)):
            if stage > 0:
                parts.append(_PatchMerging(wide))
                wide *= 2
            # Every second block attends across the borders of the block before.
            blocks = [_Block(wide, heads, config.box, shifted=n % 2 == 1) for n in range(depth)]
            parts.append(nn.Sequential(*blocks))
        self.features = nn.Sequential(*parts)
        self.norm = nn.LayerNorm(wide)
        self.head = nn.Linear(wide, config.outputs)

    def forward(self, windows: Tensor) -> Tensor:
        """Score windows of grey slices, which stand for all three colours."""
        cells = self.patch_embed(windows.unsqueeze(1).expand(-1, 3, -1, -1, -1))
        cells = self.norm(self.features(cells))
        scores: Tensor = self.head(cells.mean(dim=(1, 2, 3)))
        return scores

    def counted_parts(self, slices: int) -> tuple[CountedPart, ...]:
        """What one window costs, however long the series is."""
        return (CountedPart(self, (1, WINDOW_SLICES, SIDE, SIDE), 1),)


class _PatchEmbedding(nn.Module):
    """Cells of PATCH pixels, each a vector."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.proj = nn.Conv3d(3, channels, PATCH, PATCH)
        self.norm = nn.LayerNorm(channels)

    def forward(self, pixels: Tensor) -> Tensor:
        """Map (windows, 3, slices, rows, columns) to (windows, slices, rows, columns, channels)."""
        deep, high, wide = (
            -size % cell for size, cell in zip(pixels.shape[2:], PATCH, strict=True)
        )
        cells = self.proj(functional.pad(pixels, (0, wide, 0, high, 0, deep)))
        normed: Tensor = self.norm(cells.movedim(1, -1))
        return normed


class _PatchMerging(nn.Module):
    """Two by two cells of a slice become one, twice as wide."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.reduction = nn.Linear(4 * channels, 2 * channels, bias=False)
        self.norm = nn.LayerNorm(4 * channels)

    def forward(self, cells: Tensor) -> Tensor:
        """Map (windows, slices, rows, columns, channels) to half the rows and columns."""
        rows, columns = cells.shape[2:4]
        cells = functional.pad(cells, (0, 0, 0, columns % 2, 0, rows % 2))
        windows, slices, rows, columns, channels = cells.shape
        quads = cells.view(windows, slices, rows // 2, 2, columns // 2, 2, channels)
        # The four cells of a quad stand column by column: (column, row, channels).
        joined = quads.permute(0, 1, 2, 4, 5, 3, 6).flatten(4)
        merged: Tensor = self.reduction(self.norm(joined))
        return merged


class _Block(nn.Module):
    """Attention within boxes, then a small network a cell, each added to its input."""

    def __init__(self, channels: int, heads: int, box: Box3d, *, shifted: bool) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(channels)
        self.attn = BoxAttention(channels=channels, heads=heads, box=box, shifted=shifted)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = nn.Sequential(
            nn.Linear(channels, _MLP_RATIO * channels),
            nn.GELU(),
            # Without effect; they keep the places of the published entries.
            nn.Dropout(0.0),
            nn.Linear(_MLP_RATIO * channels, channels),
            nn.Dropout(0.0),
        )

    def forward(self, cells: Tensor) -> Tensor:
        """Map (windows, slices, rows, columns, channels) to the same shape."""
        cells = cells + self.attn(self.norm1(cells))
        refined: Tensor = cells + self.mlp(self.norm2(cells))
        return refined
