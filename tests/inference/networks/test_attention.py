"""Gated attention over patches."""

from __future__ import annotations

import torch

from inference.networks.attention import GatedAttention


def test_attention_is_the_published_formula() -> None:
    generator = torch.Generator().manual_seed(0)
    attention = GatedAttention(6, 4)
    vectors = torch.randn(1, 3, 6, generator=generator)
    attended = attention(vectors)
    energies = [
        attention.score.weight[0]
        @ (torch.tanh(attention.value.weight @ h) * torch.sigmoid(attention.gate.weight @ h))
        for h in vectors[0]
    ]
    shares = torch.softmax(torch.stack(energies), 0)
    torch.testing.assert_close(attended.attention[0], shares)
    torch.testing.assert_close(attended.vector[0], shares @ vectors[0])


def test_equal_patches_share_the_attention_equally() -> None:
    attended = GatedAttention(6, 4)(torch.ones(2, 5, 6))
    torch.testing.assert_close(attended.attention, torch.full((2, 5), 0.2))
