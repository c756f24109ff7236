"""What happens when memory runs out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import pytest
import torch
from inference_builders import SMALL_3D, make_network
from torch import Tensor

from inference.chunks import ChunkedRun, PlacedNetwork, place_network
from inference.device import Device, cpu
from inference.errors import DeviceMemoryError
from inference.networks.gmic3d import CloseLook, CoarseLook, Gmic3d
from inference.networks.patch_resnet import go_on

REORDERED = 2e-5
"""What sums in another order may change."""

SMALL_GPU = Device(kind="cpu", name="a small GPU")


Result = TypeVar("Result")


@dataclass
class SmallMemory:
    """A GPU's memory: so much is free, and any work takes so much."""

    free: int
    taken: int
    measured: list[int] = field(default_factory=list)

    def free_bytes(self) -> int:
        return self.free

    def peak_bytes(self, work: Callable[[], Result]) -> tuple[Result, int]:
        self.measured.append(self.taken)
        return work(), self.taken

    def release(self) -> None:
        """Nothing is kept."""


class HungryNetwork(Gmic3d):
    """Runs out of memory above so many slices, or always on patches."""

    most_slices = 0
    refuses_patches = False
    error: RuntimeError = torch.OutOfMemoryError("out of memory")

    def look_at_slices(self, slices: Tensor) -> CoarseLook:
        if len(slices) > self.most_slices:
            raise self.error
        return super().look_at_slices(slices)

    def look_at_patches(self, patches: Tensor, *, between: Callable[[], None] = go_on) -> CloseLook:
        if self.refuses_patches:
            raise torch.OutOfMemoryError("out of memory")
        return super().look_at_patches(patches, between=between)


def _hungry(most_slices: int, *, refuses_patches: bool = False) -> HungryNetwork:
    network = HungryNetwork(SMALL_3D)
    network.load_state_dict(make_network().state_dict())
    network.most_slices = most_slices
    network.refuses_patches = refuses_patches
    return network.requires_grad_(False).eval()


def _slices(count: int) -> Tensor:
    return torch.randn(count, 300, 280, generator=torch.Generator().manual_seed(0))


@torch.inference_mode()
@pytest.mark.parametrize("chunk", [1, 2, 5, 7, 100])
def test_any_chunk_gives_the_same_maps(chunk: int) -> None:
    run = ChunkedRun(place_network(make_network(), cpu()), chunk)
    expected = make_network().look_at_slices(_slices(7))
    torch.testing.assert_close(run.look_at_slices(_slices(7)), expected, atol=REORDERED, rtol=0)
    assert run.notices == []


@torch.inference_mode()
def test_chunks_are_halved_until_they_fit() -> None:
    run = ChunkedRun([PlacedNetwork(_hungry(2), SMALL_GPU)], 8)
    look = run.look_at_slices(_slices(7))
    assert run.slices_per_chunk == 2
    assert look.saliency.shape[0] == 7
    assert run.notices == ["Memory ran out on a small GPU; went on with smaller chunks of slices."]


@torch.inference_mode()
def test_when_one_slice_does_not_fit_the_next_device_goes_on() -> None:
    placed = [PlacedNetwork(_hungry(0), SMALL_GPU), PlacedNetwork(make_network(), cpu(2))]
    run = ChunkedRun(placed, 2)
    expected = make_network().look_at_slices(_slices(3))
    torch.testing.assert_close(run.look_at_slices(_slices(3)), expected, atol=REORDERED, rtol=0)
    assert run.device.name == "CPU, 2 threads"
    assert run.notices[-1] == "Memory ran out on a small GPU; went on with CPU, 2 threads."


@torch.inference_mode()
def test_patches_that_do_not_fit_go_to_the_next_device() -> None:
    hungry = _hungry(100, refuses_patches=True)
    run = ChunkedRun([PlacedNetwork(hungry, SMALL_GPU), PlacedNetwork(make_network(), cpu(2))], 4)
    patches = _slices(3)[:, :256, :256]
    expected = make_network().look_at_patches(patches.unsqueeze(0))
    torch.testing.assert_close(run.look_at_patches(patches), expected)
    assert run.notices == ["Memory ran out on a small GPU; went on with CPU, 2 threads."]


@torch.inference_mode()
def test_the_last_device_out_of_memory_is_an_error_with_a_way_out() -> None:
    run = ChunkedRun([PlacedNetwork(_hungry(0), cpu(2))], 4)
    with pytest.raises(DeviceMemoryError, match="even for one slice at a time; close other"):
        run.look_at_slices(_slices(3))


@torch.inference_mode()
@pytest.mark.parametrize(
    "message",
    ["DefaultCPUAllocator: not enough memory", "cuDNN error: CUDNN_STATUS_ALLOC_FAILED"],
)
def test_memory_is_known_to_have_run_out_by_other_errors_too(message: str) -> None:
    network = _hungry(2)
    network.error = RuntimeError(message)
    run = ChunkedRun([PlacedNetwork(network, SMALL_GPU)], 4)
    assert run.look_at_slices(_slices(4)).saliency.shape[0] == 4


@torch.inference_mode()
def test_an_error_that_is_not_about_memory_is_not_hidden() -> None:
    network = _hungry(0)
    network.error = RuntimeError("shapes do not match")
    run = ChunkedRun([PlacedNetwork(network, SMALL_GPU), PlacedNetwork(make_network(), cpu())], 4)
    with pytest.raises(RuntimeError, match="shapes do not match"):
        run.look_at_slices(_slices(4))


@torch.inference_mode()
def test_chunks_are_as_large_as_the_memory_holds_once_a_slice_was_measured() -> None:
    memory = SmallMemory(free=10_000_000, taken=1_000_000)
    placed = PlacedNetwork(make_network(), SMALL_GPU, memory)
    run = ChunkedRun([placed], None)
    assert run.fit_chunk(300, 280) == 1
    run.look_at_slices(_slices(1))
    # A slice is 336,000 bytes; with its preparation it takes 1,672,000 of eight million.
    assert run.fit_chunk(300, 280) == 4
    run.look_at_slices(_slices(4))
    assert memory.measured == [1_000_000]
    # The next image of that size starts with it, another size is measured anew.
    assert ChunkedRun([placed], None).fit_chunk(300, 280) == 4
    assert ChunkedRun([placed], None).fit_chunk(300, 281) == 1


@torch.inference_mode()
def test_chunks_grow_no_further_than_keeps_a_gpu_busy() -> None:
    memory = SmallMemory(free=80_000_000_000, taken=99_328_000)
    run = ChunkedRun([PlacedNetwork(make_network(), SMALL_GPU, memory)], None)
    run.look_at_slices(_slices(1))
    assert run.fit_chunk(300, 280) == 10


@torch.inference_mode()
def test_a_chunk_that_was_asked_for_is_kept_to_whatever_the_memory() -> None:
    memory = SmallMemory(free=80_000_000_000, taken=1)
    run = ChunkedRun([PlacedNetwork(make_network(), SMALL_GPU, memory)], 3)
    run.look_at_slices(_slices(3))
    assert run.fit_chunk(300, 280) == 3


@torch.inference_mode()
def test_after_memory_ran_out_chunks_do_not_grow_again() -> None:
    memory = SmallMemory(free=80_000_000_000, taken=99_328_000)
    run = ChunkedRun([PlacedNetwork(_hungry(4), SMALL_GPU, memory)], None)
    run.look_at_slices(_slices(1))
    assert run.fit_chunk(300, 280) == 10
    assert len(run.look_at_slices(_slices(10)).saliency) == 10
    assert run.fit_chunk(300, 280) == 2


@torch.inference_mode()
def test_a_device_is_given_up_only_after_all_that_can_be_let_go_is() -> None:
    network = _hungry(0)

    def let_go() -> bool:
        was_short = network.most_slices == 0
        network.most_slices = 1
        return was_short

    run = ChunkedRun(
        [PlacedNetwork(network, SMALL_GPU), PlacedNetwork(make_network(), cpu(2))],
        2,
        let_go=let_go,
    )
    assert len(run.look_at_slices(_slices(3)).saliency) == 3
    assert run.device is SMALL_GPU
    assert run.notices == ["Memory ran out on a small GPU; went on with smaller chunks of slices."]
