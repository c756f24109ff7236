"""The network that looks at whole slices: a slim pre-activation ResNet-22.

Sources: He et al., "Identity mappings in deep residual networks"; the GMIC papers.
"""

from __future__ import annotations

from enum import Enum
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.networks.banded_pass import see_slice
from inference.networks.slice_workers import map_slices
from inference.networks.winograd import KeptKernels

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


def _is_plain_cpu(slices: Tensor) -> bool:
    is_plain = slices.device.type == "cpu" and slices.dtype is torch.float32
    return is_plain and not torch.is_autocast_enabled("cpu")


class ResNet22(nn.Module):
    """Whole slices to feature maps 64 times smaller; slices do not see each other.

    A 2116 x 1339 slice gives 33 x 21 cells of `out_channels` (256 as published).
    """

    def __init__(
        self, *, first_channels: int = 16, norm: Norm = Norm.GROUP, in_channels: int = 1
    ) -> None:
        super().__init__()
        if norm is Norm.GROUP and first_channels % NORM_GROUPS:
            raise ValueError(f"first_channels must be a multiple of {NORM_GROUPS}")
        self.first_conv = nn.Conv2d(in_channels, first_channels, 7, stride=2, padding=3, bias=False)
        widths = [first_channels * 2**stage for stage in range(STAGES)]
        stages = [self._stage(first_channels, first_channels, stride=1, norm=norm)]
        stages += [
            self._stage(narrow, wide, stride=2, norm=norm) for narrow, wide in pairwise(widths)
        ]
        self.stages = nn.ModuleList(stages)
        self.out_channels = widths[-1]
        self.final_norm = norm.layer(self.out_channels)
        self._kept_kernels = KeptKernels()

    @staticmethod
    def _stage(in_channels: int, out_channels: int, *, stride: int, norm: Norm) -> nn.Sequential:
        return nn.Sequential(
            PreActivationBlock(in_channels, out_channels, stride=stride, norm=norm, first=True),
            PreActivationBlock(out_channels, out_channels, stride=1, norm=norm, first=False),
        )

    def forward(self, slices: Tensor) -> Tensor:
        """Map (slices, in_channels, rows, columns) to (slices, out_channels, cell rows, ...)."""
        if self.training or torch.is_grad_enabled() or not _is_plain_cpu(slices):
            return self.layer_by_layer(slices)
        kernels = self._kept_kernels.of(self)
        return map_slices(lambda image: see_slice(self, image, kernels), slices)

    def layer_by_layer(self, slices: Tensor) -> Tensor:
        """Do the same with all slices together: for training, and for a GPU."""
        features: Tensor = functional.max_pool2d(self.first_conv(slices), 3, stride=2)
        for stage in self.stages:
            features = stage(features)
        return functional.relu(self.final_norm(features), inplace=True)
