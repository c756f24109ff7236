"""GMIC: the same two looks at a single 2D mammogram, joined by a fusion layer.

Source: the GMIC paper ("globally-aware multiple instance classifier").
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from inference.networks.counted_part import CountedPart
from inference.networks.gmic3d import CloseLook, Gmic3d, Gmic3dConfig
from inference.networks.resnet import Norm
from inference.networks.saliency import CLASSES, Nonlinearity


@dataclass(frozen=True, slots=True, kw_only=True)
class GmicConfig(Gmic3dConfig):
    """Sizes and choices of one 2D network; the defaults are the published member 1."""

    top_t: float = 0.02
    patches: int = 6
    input_rows: int = 2944
    input_columns: int = 1920
    norm: Norm = Norm.BATCH
    nonlinearity: Nonlinearity = Nonlinearity.SIGMOID
    fusion: bool = True
    """False for the variant of the 3D-GMIC paper, which answers with the mean of both looks."""


FFDM_CONFIG = GmicConfig(
    input_rows=2866,
    input_columns=1814,
    norm=Norm.GROUP,
    nonlinearity=Nonlinearity.RELU_TANH,
    fusion=False,
)
"""As the 3D-GMIC paper trained it on FFDM."""
SYNTHETIC_2D_CONFIG = replace(FFDM_CONFIG, input_rows=2116, input_columns=1339)
"""As the 3D-GMIC paper trained it on synthetic 2D."""


class Gmic(Gmic3d):
    """The 2D classifier: a volume of one slice, and its answer from the fusion layer."""

    def __init__(self, config: GmicConfig) -> None:
        super().__init__(config)
        features = self.global_network.out_channels + self.local_network.out_features
        self.fusion = nn.Linear(features, CLASSES) if config.fusion else None

    def counted_parts(self, slices: int) -> tuple[CountedPart, ...]:
        """What one image costs."""
        return super().counted_parts(1)

    def conclude(self, global_scores: Tensor, local: CloseLook, peak_features: Tensor) -> Tensor:
        """Join the coarse and the close look: (volumes, classes), 0..1."""
        if self.fusion is None:
            return super().conclude(global_scores, local, peak_features)
        return torch.sigmoid(self.fusion(torch.cat((peak_features, local.vector), dim=1)))
