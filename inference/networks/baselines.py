"""Off-the-shelf networks on whole volumes: what 3D-GMIC is compared with. For counting only.

Sources: the 3D-GMIC paper, Table I; Hara, Kataoka, Satoh, "Can spatiotemporal 3D CNNs retrace the
history of 2D CNNs and ImageNet?" (3D ResNet: 7x7x7 kernel at stride 1, 2, 2, max-pool 3 at
stride 2).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.networks.counted_part import CountedPart
from inference.networks.patch_resnet import Depth, PatchResNet

ROWS, COLUMNS = 2116, 1339
"""Of a tomosynthesis slice as 3D-GMIC takes it."""


class ResNetPerSlice(nn.Module):
    """An ordinary ResNet at full resolution on every slice."""

    def __init__(self, depth: Depth) -> None:
        super().__init__()
        self.network = PatchResNet(depth=depth)

    def forward(self, slices: Tensor) -> Tensor:
        """Map (slices, rows, columns) to (slices, features)."""
        vectors: Tensor = self.network(slices)
        return vectors

    def counted_parts(self, slices: int) -> tuple[CountedPart, ...]:
        """What a volume of so many slices costs."""
        return (CountedPart(self, (1, ROWS, COLUMNS), slices),)


class Block3d(nn.Module):
    """Convolution, BatchNorm and ReLU in three dimensions, twice, added before the last ReLU."""

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(in_channels, channels, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm3d(channels)
        self.conv2 = nn.Conv3d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm3d(channels)
        self.downsample: nn.Module | None = None
        if stride != 1 or in_channels != channels:
            self.downsample = nn.Sequential(
                nn.Conv3d(in_channels, channels, 1, stride=stride, bias=False),
                nn.BatchNorm3d(channels),
            )

    def forward(self, features: Tensor) -> Tensor:
        """Map (volumes, in_channels, slices, rows, columns) to (volumes, channels, ...)."""
        carried = features if self.downsample is None else self.downsample(features)
        residual = functional.relu(self.bn1(self.conv1(features)))
        return functional.relu(self.bn2(self.conv2(residual)) + carried)


class ResNet3d(nn.Module):
    """A 3D ResNet over the whole volume."""

    def __init__(self, depth: Depth) -> None:
        super().__init__()
        if depth.expansion != 1:
            raise ValueError(f"a 3D ResNet of basic blocks has 18 or 34 layers, not {depth.value}")
        self.conv1 = nn.Conv3d(3, 64, 7, stride=(1, 2, 2), padding=3, bias=False)
        self.bn1 = nn.BatchNorm3d(64)
        blocks: list[nn.Module] = []
        wide = 64
        for layer, count in enumerate(depth.blocks):
            channels = 64 * 2**layer
            for number in range(count):
                blocks.append(Block3d(wide, channels, 2 if layer and number == 0 else 1))
                wide = channels
        self.blocks = nn.Sequential(*blocks)

    def forward(self, volumes: Tensor) -> Tensor:
        """Map (volumes, slices, rows, columns) to (volumes, features)."""
        three_channels = volumes.unsqueeze(1).expand(-1, 3, -1, -1, -1)
        features = functional.relu(self.bn1(self.conv1(three_channels)))
        features = functional.max_pool3d(features, 3, stride=2, padding=1)
        vectors: Tensor = self.blocks(features).mean(dim=(2, 3, 4))
        return vectors

    def counted_parts(self, slices: int) -> tuple[CountedPart, ...]:
        """What a volume of so many slices costs."""
        return (CountedPart(self, (1, slices, ROWS, COLUMNS), 1),)


def baselines() -> dict[str, nn.Module]:
    """All of them, by the names of the paper's table; make them where torch has no storage."""
    with torch.device("meta"):
        return {
            "ResNet-18 per slice": ResNetPerSlice(Depth.RESNET18),
            "ResNet-34 per slice": ResNetPerSlice(Depth.RESNET34),
            "3D ResNet-18": ResNet3d(Depth.RESNET18),
            "3D ResNet-34": ResNet3d(Depth.RESNET34),
        }
