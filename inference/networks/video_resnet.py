"""R(2+1)D-18: a ResNet over windows of slices, its 3D convolutions split into 2D and 1D ones.

Source: Tran et al. 2018, "A closer look at spatiotemporal convolutions for action recognition".
Entry names and shapes are those of torchvision's r2plus1d_18, so that public Kinetics weights fit.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from inference.networks.counted_part import CountedPart

WINDOW_SLICES, SIDE = 32, 224
"""Of a window as the CT paper gives it."""
BLOCKS_PER_LAYER = 2
LAYERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoResNetConfig:
    """Sizes; the defaults are the published ones but for the single output."""

    channels: int = 64
    """Of the first layer; each of the four doubles it."""
    stem_channels: int = 45
    """Between the two convolutions of the stem."""
    outputs: int = 1


def factored_channels(in_channels: int, channels: int) -> int:
    """Channels between the 2D and the 1D part, so that a pair has a 3x3x3 kernel's parameters.

    Source: Tran et al. 2018, section 3.5.
    """
    return in_channels * channels * 27 // (in_channels * 9 + channels * 3)


class VideoResNet(nn.Module):
    """Maps (windows, slices, rows, columns) to (windows, outputs), before any sigmoid."""

    def __init__(self, config: VideoResNetConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or VideoResNetConfig()
        self.stem = nn.Sequential(
            nn.Conv3d(3, config.stem_channels, (1, 7, 7), (1, 2, 2), (0, 3, 3), bias=False),
            nn.BatchNorm3d(config.stem_channels),
            nn.ReLU(inplace=True),
            nn.Conv3d(config.stem_channels, config.channels, (3, 1, 1), 1, (1, 0, 0), bias=False),
            nn.BatchNorm3d(config.channels),
            nn.ReLU(inplace=True),
        )
        wide = [config.channels * 2**layer for layer in range(LAYERS)]
        self.layer1 = _layer(wide[0], wide[0], stride=1)
        self.layer2 = _layer(wide[0], wide[1], stride=2)
        self.layer3 = _layer(wide[1], wide[2], stride=2)
        self.layer4 = _layer(wide[2], wide[3], stride=2)
        self.fc = nn.Linear(wide[3], config.outputs)

    def forward(self, windows: Tensor) -> Tensor:
        """Score windows of grey slices, which stand for all three colours."""
        features = self.stem(windows.unsqueeze(1).expand(-1, 3, -1, -1, -1))
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            features = layer(features)
        scores: Tensor = self.fc(features.mean(dim=(2, 3, 4)))
        return scores

    def counted_parts(self, slices: int) -> tuple[CountedPart, ...]:
        """What one window costs, however long the series is."""
        return (CountedPart(self, (1, WINDOW_SLICES, SIDE, SIDE), 1),)


class _Block(nn.Module):
    """Two factored convolutions, added before the last ReLU."""

    def __init__(self, in_channels: int, channels: int, stride: int) -> None:
        super().__init__()
        between = factored_channels(in_channels, channels)
        self.conv1 = nn.Sequential(
            _factored(in_channels, between, channels, stride),
            nn.BatchNorm3d(channels),
            nn.ReLU(inplace=True),
        )
        self.conv2 = nn.Sequential(
            _factored(channels, between, channels, 1), nn.BatchNorm3d(channels)
        )
        self.relu = nn.ReLU(inplace=True)
        self.downsample: nn.Module | None = None
        if stride != 1 or in_channels != channels:
            self.downsample = nn.Sequential(
                nn.Conv3d(in_channels, channels, 1, stride, bias=False), nn.BatchNorm3d(channels)
            )

    def forward(self, features: Tensor) -> Tensor:
        """Map (windows, in_channels, slices, rows, columns) to (windows, channels, ...)."""
        carried = features if self.downsample is None else self.downsample(features)
        residual = self.conv2(self.conv1(features))
        summed: Tensor = self.relu(residual.add_(carried))
        return summed


def _factored(in_channels: int, between: int, channels: int, stride: int) -> nn.Sequential:
    """A 3x3 convolution within slices, then one of 3 across them."""
    return nn.Sequential(
        nn.Conv3d(in_channels, between, (1, 3, 3), (1, stride, stride), (0, 1, 1), bias=False),
        nn.BatchNorm3d(between),
        nn.ReLU(inplace=True),
        nn.Conv3d(between, channels, (3, 1, 1), (stride, 1, 1), (1, 0, 0), bias=False),
    )


def _layer(in_channels: int, channels: int, *, stride: int) -> nn.Sequential:
    first = _Block(in_channels, channels, stride)
    return nn.Sequential(
        first, *(_Block(channels, channels, 1) for _ in range(BLOCKS_PER_LAYER - 1))
    )
