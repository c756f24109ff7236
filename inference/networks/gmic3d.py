"""3D-GMIC: look at every slice coarsely, then at the most salient patches closely.

Source: the 3D-GMIC paper ("3D globally-aware multiple instance classifier").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from inference.networks.attention import GatedAttention
from inference.networks.counted_part import CountedPart
from inference.networks.patch_resnet import Depth, PatchResNet, go_on
from inference.networks.patches import (
    NEIGHBOUR_SLICES,
    PATCH_SIDE,
    PatchPosition,
    choose_patches,
    crop_patches,
)
from inference.networks.resnet import Norm, ResNet22
from inference.networks.saliency import CLASSES, Nonlinearity, SaliencyHead, pool_top_cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Gmic3dConfig:
    """Sizes and choices of one network; the defaults are the published member 1."""

    top_t: float = 1.5108578607685
    """Cells averaged for the global score, in units of one slice's cell count."""
    patches: int = 12
    """How many patches are looked at closely (K)."""
    patch_side: int = PATCH_SIDE
    """Pixels of the input along each side of a patch."""
    neighbour_slices: int = NEIGHBOUR_SLICES
    """How many slices up and down a found region blanks its place (zeta)."""
    input_rows: int = 2116
    input_columns: int = 1339
    norm: Norm = Norm.GROUP
    nonlinearity: Nonlinearity = Nonlinearity.RELU_TANH
    global_channels: int = 16
    """Channels after the first convolution of the whole-slice network."""
    local_channels: int = 64
    """Channels after the first convolution of the patch network."""
    local_depth: Depth = Depth.RESNET18
    attention_units: int = 128

    def __post_init__(self) -> None:
        if not self.top_t > 0:
            raise ValueError(f"top_t must be above 0, got {self.top_t}")
        if self.patches < 1:
            raise ValueError(f"patches must be at least 1, got {self.patches}")
        if self.patch_side < 32:
            raise ValueError(f"patch_side must be at least 32, got {self.patch_side}")
        if self.neighbour_slices < 0:
            raise ValueError(f"neighbour_slices must be at least 0, got {self.neighbour_slices}")


class CoarseLook(NamedTuple):
    """What the whole-slice network sees in some slices."""

    saliency: Tensor
    """(slices, classes, rows, columns), 0..1."""
    peak_features: Tensor
    """(slices, channels): each channel's maximum over the slice."""


class CloseLook(NamedTuple):
    """What the patch network sees in the patches of some volumes."""

    scores: Tensor
    """(volumes, classes), 0..1."""
    attention: Tensor
    """(volumes, patches), each row sums to 1."""
    vector: Tensor
    """(volumes, features): the attended patch features."""


class GmicOutput(NamedTuple):
    """Everything a network computes for a batch of volumes."""

    scores: Tensor
    """(volumes, classes): the model's answer."""
    global_scores: Tensor
    local_scores: Tensor
    saliency: Tensor
    """(volumes, slices, classes, rows, columns)."""
    attention: Tensor
    """(volumes, patches)."""
    positions: list[list[PatchPosition]]


class Gmic3d(nn.Module):
    """The 3D classifier; its parts can be run one after the other, slices in chunks."""

    def __init__(self, config: Gmic3dConfig) -> None:
        super().__init__()
        self.config = config
        self.global_network = ResNet22(first_channels=config.global_channels, norm=config.norm)
        self.saliency_head = SaliencyHead(self.global_network.out_channels, config.nonlinearity)
        self.local_network = PatchResNet(
            depth=config.local_depth, first_channels=config.local_channels
        )
        self.attention = GatedAttention(self.local_network.out_features, config.attention_units)
        self.local_classifier = nn.Linear(self.local_network.out_features, CLASSES, bias=False)

    def look_at_slices(self, slices: Tensor) -> CoarseLook:
        """See standardised slices (slices, rows, columns) coarsely; each on its own."""
        features = self.global_network(slices.unsqueeze(1))
        return CoarseLook(self.saliency_head(features), features.amax(dim=(2, 3)))

    def look_at_patches(self, patches: Tensor, *, between: Callable[[], None] = go_on) -> CloseLook:
        """See patches (volumes, patches, side, side) closely and weigh them.

        between: as of PatchResNet.
        """
        vectors = self.local_network(patches.flatten(0, 1), between)
        vectors = vectors.view(*patches.shape[:2], -1)
        vector, attention = self.attention(vectors)
        return CloseLook(torch.sigmoid(self.local_classifier(vector)), attention, vector)

    def conclude(self, global_scores: Tensor, local: CloseLook, peak_features: Tensor) -> Tensor:
        """Join the coarse and the close look: (volumes, classes), 0..1.

        peak_features: (volumes, channels), each channel's maximum over the volume.
        """
        return (global_scores + local.scores) / 2

    def counted_parts(self, slices: int) -> tuple[CountedPart, ...]:
        """What a volume of so many slices costs."""
        slice_shape = (1, self.config.input_rows, self.config.input_columns)
        side = self.config.patch_side
        return (
            CountedPart(self.look_at_slices, slice_shape, slices),
            CountedPart(self.look_at_patches, (1, 1, side, side), self.config.patches),
        )

    def forward(
        self, volumes: Tensor, slice_generator: torch.Generator | None = None
    ) -> GmicOutput:
        """Run whole standardised volumes (volumes, slices, rows, columns) at once.

        slice_generator: for training, draws each patch's slice near the most salient one.
        """
        look = self.look_at_slices(volumes.flatten(0, 1))
        saliency = look.saliency.view(*volumes.shape[:2], *look.saliency.shape[1:])
        peak_features = look.peak_features.view(*volumes.shape[:2], -1).amax(dim=1)
        global_scores = pool_top_cells(saliency, self.config.top_t)
        positions = [
            choose_patches(
                one,
                input_rows=volumes.shape[2],
                input_columns=volumes.shape[3],
                count=self.config.patches,
                patch_side=self.config.patch_side,
                neighbour_slices=self.config.neighbour_slices,
                slice_generator=slice_generator,
            )
            for one in saliency
        ]
        patches = [
            crop_patches(*pair, self.config.patch_side)
            for pair in zip(volumes, positions, strict=True)
        ]
        local = self.look_at_patches(torch.stack(patches))
        return GmicOutput(
            scores=self.conclude(global_scores, local, peak_features),
            global_scores=global_scores,
            local_scores=local.scores,
            saliency=saliency,
            attention=local.attention,
            positions=positions,
        )
