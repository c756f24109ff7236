"""Where the networks run: the CPU or a CUDA GPU, in words that can be shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from typing import Literal

import torch

from inference.errors import DeviceUnavailableError

DevicePreference = Literal["auto", "cpu", "cuda", "cuda-exact"]
"""cuda-exact: a GPU in float32, however precision is chosen otherwise."""


class Precision(Enum):
    """How exactly a network computes."""

    EXACT = "exact"
    """float32 everywhere."""
    MIXED = "mixed"
    """float16 in most of the whole-slice network, see networks.mixed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One place to run a network."""

    kind: Literal["cpu", "cuda"]
    name: str
    """For people: "CPU, 2 threads" or the GPU's own name."""
    precision: Precision = Precision.EXACT

    @property
    def description(self) -> str:
        """For people: the name, and whether it computes otherwise than exactly."""
        return f"{self.name}, mixed precision" if self.is_mixed else self.name

    @property
    def is_mixed(self) -> bool:
        """Whether results are those of mixed precision."""
        return self.precision is Precision.MIXED

    @property
    def torch_device(self) -> torch.device:
        """What torch calls it."""
        return torch.device(self.kind)

    @property
    def memory_format(self) -> torch.memory_format:
        """How networks are laid out to run fastest."""
        # A CPU wants channels last. On a GPU convolutions in float16 do too, but the norms between
        # them would lay everything out anew: the plain layout is faster as a whole.
        return torch.channels_last if self.kind == "cpu" else torch.contiguous_format


def cpu(threads: int | None = None) -> Device:
    """The CPU, described with the number of threads it is used with."""
    count = threads or torch.get_num_threads()
    return Device(kind="cpu", name=f"CPU, {count} thread{'s' if count > 1 else ''}")


def choose_device(
    preference: DevicePreference = "auto",
    *,
    threads: int | None = None,
    precision: Precision | None = None,
) -> Device:
    """Choose the GPU when there is one (auto), or what was asked for.

    precision: None is mixed on a GPU and exact on the CPU.
    Raises DeviceUnavailableError when a GPU was asked for and none can be used.
    """
    if preference == "cuda-exact":
        precision = Precision.EXACT
    if preference != "cpu" and torch.cuda.is_available():
        name = torch.cuda.get_device_name()
        return Device(kind="cuda", name=name, precision=precision or Precision.MIXED)
    if preference in ("cuda", "cuda-exact"):
        raise DeviceUnavailableError(
            "No CUDA GPU can be used here (none found, or this torch was built without CUDA); "
            "choose auto or cpu."
        )
    return replace(cpu(threads), precision=precision or Precision.EXACT)


@contextmanager
def thread_count(threads: int | None) -> Iterator[None]:
    """Run torch on so many threads in the calling thread; None leaves it as it is."""
    before = torch.get_num_threads()
    if threads is not None:
        torch.set_num_threads(threads)
    try:
        yield
    finally:
        if threads is not None:
            torch.set_num_threads(before)


@contextmanager
def exact_arithmetic(device: Device) -> Iterator[None]:
    """Keep float32 convolutions float32 on a GPU, where torch would shorten them to TF32."""
    if device.kind == "cpu":
        yield
        return
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        yield
