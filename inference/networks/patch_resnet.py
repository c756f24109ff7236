"""The network that looks at patches: ResNet-18, 34 or 50.

Source: He et al., "Deep residual learning for image recognition". In ResNet-50 the 3x3 convolution
carries the stride, as in torchvision, whose ImageNet weights the GMIC papers start from.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from torch import Tensor, nn
from torch.nn import functional

from inference.networks.resnet import conv1x1, conv3x3


def go_on() -> None:
    """Nothing happens between two blocks."""


class Depth(Enum):
    """How deep a patch network is; the value is its customary number of layers."""

    RESNET18 = 18
    RESNET34 = 34
    RESNET50 = 50

    @property
    def blocks(self) -> tuple[int, int, int, int]:
        """Blocks in each of the four layers."""
        return (2, 2, 2, 2) if self is Depth.RESNET18 else (3, 4, 6, 3)

    @property
    def expansion(self) -> int:
        """How many times wider a block's output is than its 3x3 convolutions."""
        return 4 if self is Depth.RESNET50 else 1


class BasicBlock(nn.Module):
    """Convolution, BatchNorm and ReLU, twice, added before the last ReLU."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = conv3x3(in_channels, channels, stride)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = _shortcut(in_channels, channels, stride)

    def forward(self, features: Tensor) -> Tensor:
        """Map (patches, in_channels, rows, columns) to (patches, channels, ...)."""
        carried = features if self.downsample is None else self.downsample(features)
        residual = functional.relu(self.bn1(self.conv1(features)), inplace=True)
        residual = self.bn2(self.conv2(residual))
        return functional.relu(residual.add_(carried), inplace=True)


class Bottleneck(nn.Module):
    """A 3x3 convolution between two 1x1 ones; four times wider outside than inside."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        super().__init__()
        wide = channels * Depth.RESNET50.expansion
        self.conv1 = conv1x1(in_channels, channels)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels, stride)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv3 = conv1x1(channels, wide)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample = _shortcut(in_channels, wide, stride)

    def forward(self, features: Tensor) -> Tensor:
        """Map (patches, in_channels, rows, columns) to (patches, 4 * channels, ...)."""
        carried = features if self.downsample is None else self.downsample(features)
        residual = functional.relu(self.bn1(self.conv1(features)), inplace=True)
        residual = functional.relu(self.bn2(self.conv2(residual)), inplace=True)
        residual = self.bn3(self.conv3(residual))
        return functional.relu(residual.add_(carried), inplace=True)


class PatchResNet(nn.Module):
    """One feature vector a patch; `first_channels` 64 is the published width."""

    def __init__(self, *, depth: Depth = Depth.RESNET18, first_channels: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, first_channels, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(first_channels)
        self.layer1, wide = _layer(depth, 0, first_channels, first_channels)
        self.layer2, wide = _layer(depth, 1, wide, 2 * first_channels)
        self.layer3, wide = _layer(depth, 2, wide, 4 * first_channels)
        self.layer4, wide = _layer(depth, 3, wide, 8 * first_channels)
        self.out_features = wide

    def forward(self, patches: Tensor, between: Callable[[], None] = go_on) -> Tensor:
        """Map (patches, rows, columns) to (patches, out_features).

        between: called after each block for all patches; what it raises ends the work. Patches a
        few at a time might be summed in another order; the whole bag never is.
        """
        three_channels = patches.unsqueeze(1).expand(-1, 3, -1, -1)
        features = functional.relu(self.bn1(self.conv1(three_channels)), inplace=True)
        features = functional.max_pool2d(features, 3, stride=2, padding=1)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            for block in layer:
                between()
                features = block(features)
        between()
        vectors: Tensor = features.mean(dim=(2, 3))
        return vectors


def _layer(depth: Depth, number: int, in_channels: int, channels: int) -> tuple[nn.Sequential, int]:
    """Make layer `number` (0 to 3), and say how wide its output is."""
    make = Bottleneck if depth is Depth.RESNET50 else BasicBlock
    wide = channels * depth.expansion
    blocks: list[nn.Module] = [make(in_channels, channels, stride=1 if number == 0 else 2)]
    blocks += [make(wide, channels) for _ in range(depth.blocks[number] - 1)]
    return nn.Sequential(*blocks), wide


def _shortcut(in_channels: int, out_channels: int, stride: int) -> nn.Module | None:
    if stride == 1 and in_channels == out_channels:
        return None
    return nn.Sequential(conv1x1(in_channels, out_channels, stride), nn.BatchNorm2d(out_channels))
