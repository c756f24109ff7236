"""Processes that keep making phantom breasts while networks learn from those already made."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from types import TracebackType

from inference.training.breast import View
from inference.training.image_kinds import ImageKind
from inference.training.stored_images import store_view


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Breasts to be made into a folder; every view of a breast is a piece of work."""

    folder: Path
    seed: int
    breasts: int
    finding_sets: int
    """Sets of findings whose crops are stored."""
    whole_sets: int
    """Sets of findings whose whole images are stored."""
    kinds: tuple[ImageKind, ...] = tuple(ImageKind)

    def pieces(self) -> list[tuple[int, View]]:
        """What is to be made, in order."""
        return [(number, view) for number in range(self.breasts) for view in View]


class Supply:
    """Fills folders with training views in the background, one order after the other.

    Use it as a context; leaving it stops the processes.
    """

    def __init__(self, orders: Sequence[Order], *, processes: int) -> None:
        context = multiprocessing.get_context("spawn")
        for order in orders:
            order.folder.mkdir(parents=True, exist_ok=True)
        self._stop = context.Event()
        self._processes = [
            context.Process(
                target=_make, args=(tuple(orders), own, processes, self._stop), daemon=True
            )
            for own in range(processes)
        ]

    def __enter__(self) -> Supply:
        for process in self._processes:
            process.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def is_making(self) -> bool:
        """Whether any breast is still to come."""
        return any(process.is_alive() for process in self._processes)

    def finish(self) -> None:
        """Wait until everything is made. Raises RuntimeError when a process failed."""
        for process in self._processes:
            process.join()
            if process.exitcode:
                raise RuntimeError("a process that makes phantoms failed; its error stands above")

    def stop(self) -> None:
        """Stop making breasts; what is being made is dropped."""
        self._stop.set()
        for process in self._processes:
            if process.pid is not None:
                process.terminate()
                process.join()


def _make(orders: Sequence[Order], own: int, processes: int, stop: Event) -> None:
    # The processes share the cores among themselves; threads within each would only wait.
    os.environ["OMP_NUM_THREADS"] = "1"
    import cv2

    cv2.setNumThreads(1)
    for order in orders:
        for number, view in order.pieces()[own::processes]:
            if stop.is_set():
                return
            store_view(
                order.folder,
                order.seed,
                number,
                view,
                finding_sets=order.finding_sets,
                whole_sets=order.whole_sets,
                kinds=order.kinds,
            )
