"""The two residual networks: a pre-activation ResNet-22 for whole slices, a ResNet-18 for patches.

Sources: He et al., "Identity mappings in deep residual networks" (pre-activation) and "Deep
residual learning for image recognition" (ResNet-18); the slim ResNet-22 of the GMIC papers.
"""

from __future__ import annotations

from enum import Enum
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

NORM_GROUPS = 8
STAGES = 5


class Norm(Enum):
    """How the whole-slice network normalises its channels."""

    GROUP = "group"
    """Every slice on its own, so a chunk of slices gives what the whole volume would."""
    BATCH = "batch"

    def layer(self, channels: int) -> nn.Module:
        """Make a normalisation layer for `channels` channels."""
        if self is Norm.GROUP:
            return SliceGroupNorm(NORM_GROUPS, channels)
        return nn.BatchNorm2d(channels)


class SliceGroupNorm(nn.GroupNorm):
    """GroupNorm that stays exact on a CPU in the channels-last layout, which runs fastest there.

    torch's own kernel adds up a group's values one after the other there and loses up to four
    digits on full-size slices; summing in blocks, as torch.sum does, loses none.
    """

    def forward(self, input: Tensor) -> Tensor:
        """Normalise (slices, channels, rows, columns), each slice and group on its own."""
        is_channels_last = input.is_contiguous(memory_format=torch.channels_last)
        if torch.is_grad_enabled() or input.device.type != "cpu" or not is_channels_last:
            return super().forward(input)
        groups = (len(input), self.num_groups, -1)
        mean = input.mean(dim=(2, 3)).view(groups).double().mean(dim=2, keepdim=True)
        square = (input * input).mean(dim=(2, 3)).view(groups).double().mean(dim=2, keepdim=True)
        deviation = (square - mean**2).clamp(min=0.0).add(self.eps).sqrt()
        scale = self.weight.view(1, self.num_groups, -1) / deviation
        shift = self.bias.view(1, self.num_groups, -1) - mean * scale
        channels = (len(input), -1, 1, 1)
        return torch.addcmul(shift.to(input).view(channels), input, scale.to(input).view(channels))


def conv3x3(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    """A 3x3 convolution that keeps the size at stride 1."""
    return nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)


def conv1x1(in_channels: int, out_channels: int, stride: int = 1) -> nn.Conv2d:
    """A 1x1 convolution."""
    return nn.Conv2d(in_channels, out_channels, 1, stride=stride, bias=False)


class PreActivationBlock(nn.Module):
    """Norm, ReLU and convolution, twice, added to what came in."""

    def __init__(
        self, in_channels: int, out_channels: int, *, stride: int, norm: Norm, first: bool
    ) -> None:
        super().__init__()
        self.norm1 = norm.layer(in_channels)
        self.conv1 = conv3x3(in_channels, out_channels, stride)
        self.norm2 = norm.layer(out_channels)
        self.conv2 = conv3x3(out_channels, out_channels)
        # The first block of every stage has one, also where size and channels stay the same.
        self.shortcut = conv1x1(in_channels, out_channels, stride) if first else None

    def forward(self, features: Tensor) -> Tensor:
        """Map (slices, in_channels, rows, columns) to (slices, out_channels, ...)."""
        activated = functional.relu(self.norm1(features), inplace=True)
        # The shortcut starts from the activated input, not from the raw one.
        carried = features if self.shortcut is None else self.shortcut(activated)
        residual = self.conv1(activated)
        residual = self.conv2(functional.relu(self.norm2(residual), inplace=True))
        added: Tensor = residual.add_(carried)
        return added


class ResNet22(nn.Module):
    """Whole slices to feature maps 64 times smaller; slices do not see each other.

    A 2116 x 1339 slice gives 33 x 21 cells of `out_channels` (256 as published).
    """

    def __init__(self, *, first_channels: int = 16, norm: Norm = Norm.GROUP) -> None:
        super().__init__()
        if norm is Norm.GROUP and first_channels % NORM_GROUPS:
            raise ValueError(f"first_channels must be a multiple of {NORM_GROUPS}")
        self.first_conv = nn.Conv2d(1, first_channels, 7, stride=2, padding=3, bias=False)
        widths = [first_channels * 2**stage for stage in range(STAGES)]
        stages = [self._stage(first_channels, first_channels, stride=1, norm=norm)]
        stages += [
            self._stage(narrow, wide, stride=2, norm=norm) for narrow, wide in pairwise(widths)
        ]
        self.stages = nn.ModuleList(stages)
        self.out_channels = widths[-1]
        self.final_norm = norm.layer(self.out_channels)

    @staticmethod
    def _stage(in_channels: int, out_channels: int, *, stride: int, norm: Norm) -> nn.Sequential:
        return nn.Sequential(
            PreActivationBlock(in_channels, out_channels, stride=stride, norm=norm, first=True),
            PreActivationBlock(out_channels, out_channels, stride=1, norm=norm, first=False),
        )

    def forward(self, slices: Tensor) -> Tensor:
        """Map (slices, 1, rows, columns) to (slices, out_channels, cell rows, cell columns)."""
        features: Tensor = functional.max_pool2d(self.first_conv(slices), 3, stride=2)
        for stage in self.stages:
            features = stage(features)
        return functional.relu(self.final_norm(features), inplace=True)


class BasicBlock(nn.Module):
    """Convolution, BatchNorm and ReLU, twice, added before the last ReLU."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = conv3x3(in_channels, out_channels, stride)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.conv2 = conv3x3(out_channels, out_channels)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.downsample: nn.Module | None = None
        if stride != 1 or in_channels != out_channels:
            self.downsample = nn.Sequential(
                conv1x1(in_channels, out_channels, stride), nn.BatchNorm2d(out_channels)
            )

    def forward(self, features: Tensor) -> Tensor:
        """Map (patches, in_channels, rows, columns) to (patches, out_channels, ...)."""
        carried = features if self.downsample is None else self.downsample(features)
        residual = functional.relu(self.bn1(self.conv1(features)), inplace=True)
        residual = self.bn2(self.conv2(residual))
        return functional.relu(residual.add_(carried), inplace=True)


class ResNet18(nn.Module):
    """One feature vector a patch; `first_channels` 64 is the published width."""

    def __init__(self, *, first_channels: int = 64) -> None:
        super().__init__()
        wide = first_channels
        self.conv1 = nn.Conv2d(3, wide, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(wide)
        self.layer1 = nn.Sequential(BasicBlock(wide, wide), BasicBlock(wide, wide))
        self.layer2 = self._halving_layer(wide)
        self.layer3 = self._halving_layer(2 * wide)
        self.layer4 = self._halving_layer(4 * wide)
        self.out_features = 8 * wide

    @staticmethod
    def _halving_layer(channels: int) -> nn.Sequential:
        return nn.Sequential(
            BasicBlock(channels, 2 * channels, stride=2), BasicBlock(2 * channels, 2 * channels)
        )

    def forward(self, patches: Tensor) -> Tensor:
        """Map (patches, rows, columns) to (patches, out_features)."""
        three_channels = patches.unsqueeze(1).expand(-1, 3, -1, -1)
        features = functional.relu(self.bn1(self.conv1(three_channels)), inplace=True)
        features = functional.max_pool2d(features, 3, stride=2, padding=1)
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            features = layer(features)
        vectors: Tensor = features.mean(dim=(2, 3))
        return vectors
