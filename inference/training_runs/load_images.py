"""Loading batches in worker processes; the same batches whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from inference.training_runs.config import AugmentationSettings, RunSettings
from inference.training_runs.draw_window import PLAIN, cut_window, draw_change
from inference.training_runs.epoch_plan import Draw
from inference.training_runs.examples import Example, PreparedImage


class Batch(NamedTuple):
    """Some examples on their way through the network together."""

    volumes: list[Tensor]
    """Each (slices, rows, columns), standardised; 2D images have one slice. Of breasts the views
    one after the other."""
    labels: Tensor
    """(examples, classes), 0 or 1."""
    birads: Tensor
    """(examples,): class numbers of pretraining."""
    seeds: list[int]
    """For what is drawn later on, in the network."""
    items: list[int]

    def to(self, device: torch.device) -> Batch:
        """Move to a device; from pinned memory without waiting."""
        return self._replace(
            volumes=[volume.to(device, non_blocking=True) for volume in self.volumes],
            labels=self.labels.to(device, non_blocking=True),
            birads=self.birads.to(device, non_blocking=True),
        )


class ImageDataset(Dataset[Batch]):
    """Examples by draw; a draw without augmentation shows the plain window of every slice."""

    def __init__(
        self,
        examples: Sequence[Example],
        *,
        seed: int,
        augmentation: AugmentationSettings | None,
        slices_per_volume: int = 0,
        half: bool = False,
    ) -> None:
        """half: hand images out as float16, for a GPU that computes in it anyway."""
        self._examples = examples
        self._seed = seed
        self._augmentation = augmentation
        self._slices = slices_per_volume
        self._half = half

    def __getitem__(self, draw: Draw) -> Batch:
        """Load one example."""
        example = self._examples[draw.item]
        generator = np.random.default_rng([self._seed, 3, draw.epoch, draw.position])
        volumes = [self._volume(image, generator) for image in example.images]
        return Batch(
            volumes=[volume.half() if self._half else volume for volume in volumes],
            labels=torch.tensor([example.known.labels]),
            birads=torch.tensor([example.known.birads.value]),
            seeds=[int(generator.integers(2**62))],
            items=[draw.item],
        )

    def _volume(self, image: PreparedImage, generator: np.random.Generator) -> Tensor:
        change, chosen = PLAIN, None
        if self._augmentation is not None:
            change = draw_change(generator, self._augmentation, is_cc=image.known.view == "CC")
            chosen = _drawn_slices(generator, image, self._slices)
        return torch.from_numpy(cut_window(image, change, chosen))


def _drawn_slices(
    generator: np.random.Generator, image: PreparedImage, wanted: int
) -> list[int] | None:
    """Some slices in order, or None for all."""
    if not wanted:
        return None
    slices = len(np.load(image.path, mmap_mode="r"))
    if slices <= wanted:
        return None
    return sorted(generator.choice(slices, wanted, replace=False).tolist())


def joined(batches: Sequence[Batch]) -> Batch:
    """Put single examples together."""
    return Batch(
        volumes=[volume for batch in batches for volume in batch.volumes],
        labels=torch.cat([batch.labels for batch in batches]),
        birads=torch.cat([batch.birads for batch in batches]),
        seeds=[seed for batch in batches for seed in batch.seeds],
        items=[item for batch in batches for item in batch.items],
    )


def image_loader(
    dataset: ImageDataset,
    pieces: Iterable[Sequence[Draw]],
    run: RunSettings,
    *,
    pin_memory: bool,
) -> DataLoader[Batch]:
    """Load the pieces in order, ahead of use when there are workers.

    Its workers live as long as it does.
    """
    return DataLoader(
        dataset,
        batch_sampler=_Pieces(pieces),
        collate_fn=joined,
        num_workers=run.workers,
        prefetch_factor=run.prefetch if run.workers else None,
        persistent_workers=run.workers > 0,
        pin_memory=pin_memory,
        worker_init_fn=_one_thread,
        # A forked process hangs in OpenCV when its parent has used threads there.
        multiprocessing_context="spawn" if run.workers else None,
    )


class _Pieces(Sampler[list[Draw]]):
    """Pieces as torch wants them: lists, made when they are asked for."""

    def __init__(self, pieces: Iterable[Sequence[Draw]]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[list[Draw]]:
        return (list(piece) for piece in self._pieces)


def _one_thread(worker: int) -> None:
    """The cores are shared among the workers already."""
    cv2.setNumThreads(1)
