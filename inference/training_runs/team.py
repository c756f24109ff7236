"""The processes that train together: one, or several by torch's DistributedDataParallel."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import distributed, nn
from torch.multiprocessing.spawn import ProcessException, spawn

from inference.training_runs.errors import TrainingError

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """One process's place among them."""

    rank: int
    size: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Whether this one writes files and reports."""
        return self.rank == 0

    def mean(self, value: float) -> float:
        """The mean of every process's value; NaN where one is."""
        if self.size == 1:
            return value
        total = torch.tensor([value], dtype=torch.float64, device=self.device)
        distributed.all_reduce(total)
        return float(total) / self.size

    def gathered(self, values: Sequence[_Value]) -> list[_Value]:
        """Every process's values, those of the first process first."""
        if self.size == 1:
            return list(values)
        parts: list[Any] = [None] * self.size
        distributed.all_gather_object(parts, list(values))
        return [value for part in parts for value in part]

    def with_shared_statistics(self, module: nn.Module) -> nn.Module:
        """A module whose BatchNorm measures the patches of all GPUs, as 3D-GMIC was trained.

        On CPUs, where torch cannot, every process measures its own.
        """
        if self.size == 1 or self.device.type != "cuda":
            return module
        shared: nn.Module = nn.SyncBatchNorm.convert_sync_batchnorm(  # type: ignore[no-untyped-call]
            module
        )
        return shared

    def together(self, module: nn.Module) -> nn.Module:
        """A module whose gradients are averaged over the processes."""
        if self.size == 1:
            return module
        return nn.parallel.DistributedDataParallel(module)

    def share_buffers(self, module: nn.Module) -> None:
        """Give every process the running statistics of the first."""
        if self.size > 1:
            for buffer in module.buffers():
                distributed.broadcast(buffer, 0)

    def wait(self) -> None:
        """Go on when all have come here."""
        if self.size > 1:
            distributed.barrier()


ALONE_ON_CPU = Team(rank=0, size=1, device=torch.device("cpu"))


def without_averaging(module: nn.Module) -> AbstractContextManager[object]:
    """Add gradients up here alone: a later piece of the batch averages them."""
    if isinstance(module, nn.parallel.DistributedDataParallel):
        return module.no_sync()
    return nullcontext()


def run_together(work: Callable[[Team], None], *, processes: int, device: str) -> None:
    """Call `work` in every process of a team, and wait for them.

    work: can be pickled when there are several. device: "cuda" gives each a GPU of its own.
    Raises the TrainingError of any of them.
    """
    if processes == 1:
        work(Team(rank=0, size=1, device=_device(device, 0)))
        return
    with tempfile.TemporaryDirectory() as folder:
        meeting = Path(folder)
        try:
            spawn(  # type: ignore[no-untyped-call]
                _member, (work, processes, device, str(meeting)), nprocs=processes
            )
        except ProcessException as error:
            raise _told(meeting) or error from error


def _member(
    rank: int, work: Callable[[Team], None], processes: int, device: str, meeting: str
) -> None:
    with _joined(rank, processes, device, f"file://{meeting}/store") as team:
        try:
            work(team)
        except TrainingError as error:
            # Spawned processes hand on a traceback only; the error itself goes through a file.
            told = {"kind": type(error).__name__, "message": error.message, "hint": error.hint}
            Path(meeting, f"error-{rank}").write_text(json.dumps(told), encoding="utf-8")
            raise


def _told(meeting: Path) -> TrainingError | None:
    """The error that a process left behind."""
    for path in sorted(meeting.glob("error-*")):
        told = json.loads(path.read_text(encoding="utf-8"))
        kinds: list[type[TrainingError]] = [*TrainingError.__subclasses__(), TrainingError]
        (kind,) = [one for one in kinds if one.__name__ == told["kind"]]
        return kind(told["message"], told["hint"])
    return None


@contextmanager
def _joined(rank: int, size: int, device: str, meeting: str) -> Iterator[Team]:
    own = _device(device, rank)
    backend = "nccl" if own.type == "cuda" else "gloo"
    if own.type == "cuda":
        torch.cuda.set_device(own)
    distributed.init_process_group(backend, init_method=meeting, rank=rank, world_size=size)
    try:
        yield Team(rank=rank, size=size, device=own)
    finally:
        distributed.destroy_process_group()


def _device(kind: str, rank: int) -> torch.device:
    return torch.device(kind, rank) if kind == "cuda" else torch.device(kind)
