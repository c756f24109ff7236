"""Slices on several threads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from inference.networks.resnet import ResNet22
from inference.networks.slice_workers import map_slices, slices_at_once


@pytest.fixture(autouse=True)
def kept_thread_count() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def _features(threads: int, slices: Tensor) -> Tensor:
    torch.set_num_threads(threads)
    with torch.random.fork_rng(), torch.inference_mode():
        torch.manual_seed(0)
        features: Tensor = ResNet22(first_channels=8).eval()(slices)
    return features


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_and_neighbours_do_not_change_a_slice(threads: int) -> None:
    slices = torch.randn(4, 1, 200, 150, generator=torch.Generator().manual_seed(1))
    together = _features(threads, slices)
    assert torch.get_num_threads() == threads
    for one, features in zip(slices, together, strict=True):
        torch.testing.assert_close(_features(1, one.unsqueeze(0))[0], features, atol=0, rtol=0)


def test_results_keep_the_order_of_the_slices() -> None:
    torch.set_num_threads(3)
    slices = torch.arange(12.0).view(6, 2)
    assert torch.equal(map_slices(lambda one: one.unsqueeze(0) + 1, slices), slices + 1)


def test_workers_share_the_threads_and_work_in_the_callers_mode() -> None:
    torch.set_num_threads(2)

    def see(_: Tensor) -> Tensor:
        return torch.tensor([[torch.get_num_threads(), torch.is_inference_mode_enabled()]])

    with torch.inference_mode():
        assert map_slices(see, torch.zeros(2, 1)).tolist() == [[1, 1], [1, 1]]
    with torch.no_grad():
        assert map_slices(see, torch.zeros(2, 1)).tolist() == [[1, 0], [1, 0]]


def test_an_error_in_a_worker_reaches_the_caller_and_the_thread_count_stays() -> None:
    torch.set_num_threads(2)

    def see(one: Tensor) -> Tensor:
        raise RuntimeError(f"slice {int(one)}")

    with pytest.raises(RuntimeError, match="slice 0"):
        map_slices(see, torch.arange(2.0).view(2, 1))
    assert torch.get_num_threads() == 2


def test_many_cores_share_slices_so_that_memory_stays_small() -> None:
    assert [slices_at_once(threads) for threads in (1, 2, 8, 64)] == [1, 2, 8, 8]
