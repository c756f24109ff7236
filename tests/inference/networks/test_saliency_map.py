"""Saliency maps and the pooling of their strongest cells."""

from __future__ import annotations

import torch

from inference.networks.saliency import Nonlinearity, SaliencyHead, pool_top_cells


def test_relu_tanh_is_exactly_zero_against_a_class() -> None:
    evidence = torch.tensor([-3.0, 0.0, 1.0])
    saliency = Nonlinearity.RELU_TANH(evidence)
    assert saliency[:2].tolist() == [0.0, 0.0]
    assert saliency[2] == torch.tanh(torch.tensor(1.0))


def test_the_head_gives_one_map_a_class() -> None:
    head = SaliencyHead(4, Nonlinearity.SIGMOID)
    assert head(torch.zeros(3, 4, 5, 6)).shape == (3, 2, 5, 6)


def test_the_strongest_cells_are_taken_over_all_slices_together() -> None:
    saliency = torch.zeros(3, 2, 2, 2)
    saliency[0, 0] = 0.8
    saliency[2, 1, 0, 0] = 0.4
    # Half of one slice's four cells: the two strongest.
    torch.testing.assert_close(pool_top_cells(saliency, 0.5), torch.tensor([0.8, 0.2]))


def test_t_is_counted_in_cells_of_one_slice_whatever_the_number_of_slices() -> None:
    saliency = torch.zeros(5, 2, 2, 2)
    saliency[:, 0] = 1.0
    saliency[1, 1] = 1.0
    torch.testing.assert_close(pool_top_cells(saliency, 2.0), torch.tensor([1.0, 0.5]))


def test_a_volume_with_fewer_cells_than_t_asks_for_is_averaged_whole() -> None:
    saliency = torch.tensor([0.0, 0.2, 0.4, 0.6]).view(1, 1, 2, 2)
    torch.testing.assert_close(pool_top_cells(saliency, 2.5), torch.tensor([0.3]))


def test_at_least_one_cell_is_averaged() -> None:
    saliency = torch.tensor([0.0, 0.2, 0.4, 0.6]).view(1, 1, 2, 2)
    torch.testing.assert_close(pool_top_cells(saliency, 0.01), torch.tensor([0.6]))


def test_volumes_of_a_batch_are_pooled_apart() -> None:
    saliency = torch.rand(2, 3, 2, 4, 4, generator=torch.Generator().manual_seed(0))
    both = pool_top_cells(saliency, 1.5)
    each = torch.stack([pool_top_cells(one, 1.5) for one in saliency])
    torch.testing.assert_close(both, each)
