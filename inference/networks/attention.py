"""How much each patch counts: gated attention.

Source: Ilse, Tomczak, Welling, "Attention-based deep multiple instance learning".
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn


class Attended(NamedTuple):
    """A bag of patches as one vector, and each patch's share in it."""

    vector: Tensor
    """(bags, features)."""
    attention: Tensor
    """(bags, patches), each bag sums to 1."""


class GatedAttention(nn.Module):
    """alpha = softmax over patches of w (tanh(V h) * sigmoid(U h)); the vector is sum alpha h."""

    def __init__(self, features: int, units: int = 128) -> None:
        super().__init__()
        self.value = nn.Linear(features, units, bias=False)
        self.gate = nn.Linear(features, units, bias=False)
        self.score = nn.Linear(units, 1, bias=False)

    def forward(self, vectors: Tensor) -> Attended:
        """Weigh (bags, patches, features)."""
        gated = torch.tanh(self.value(vectors)) * torch.sigmoid(self.gate(vectors))
        attention = torch.softmax(self.score(gated).squeeze(-1), dim=-1)
        return Attended((attention.unsqueeze(-1) * vectors).sum(dim=-2), attention)
