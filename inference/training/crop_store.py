"""Batches of training crops, turned and scaled at random."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.training.crops import CROP_SIDE


class CropStore:
    """Every crop of a folder in memory; files that appear later are found by `refresh`."""

    def __init__(self, directory: Path, *, held_out_every: int = 12) -> None:
        """Every `held_out_every`-th view, by its file name, is kept for measuring."""
        self._directory = directory
        self._held_out_every = held_out_every
        self._known: set[str] = set()
        self._pixels: list[NDArray[np.float16]] = []
        self._labels: list[NDArray[np.int8]] = []
        self._held_pixels: list[NDArray[np.float16]] = []
        self._held_labels: list[NDArray[np.int8]] = []
        self.refresh()

    def __len__(self) -> int:
        return sum(len(labels) for labels in self._labels)

    def refresh(self) -> None:
        """Read the files that were not there before."""
        for path in sorted(self._directory.glob("*.npz")):
            if path.name in self._known:
                continue
            self._known.add(path.name)
            with np.load(path) as file:
                pixels, labels = file["pixels"], file["labels"]
            number = int(path.stem.split("_")[-1])
            held_out = number % self._held_out_every == self._held_out_every - 1
            (self._held_pixels if held_out else self._pixels).append(pixels)
            (self._held_labels if held_out else self._labels).append(labels)

    def draw(self, generator: np.random.Generator, count: int, side: int) -> tuple[Tensor, Tensor]:
        """Return pixels (count, side, side) and labels (count, classes), NaN where unknown."""
        pixels = np.empty((count, side, side), np.float32)
        labels = np.empty((count, 2), np.float32)
        for index in range(count):
            view = int(generator.integers(len(self._labels)))
            crop = int(generator.integers(len(self._labels[view])))
            pixels[index] = _vary(generator, self._pixels[view][crop], side)
            labels[index] = self._labels[view][crop]
        labels[labels < 0] = np.nan
        return torch.from_numpy(pixels), torch.from_numpy(labels)

    def held_out(self, side: int, at_most: int = 400) -> tuple[Tensor, Tensor]:
        """Return crops of views that are never drawn, cut from the middle, as `draw` does."""
        pixels = np.concatenate(self._held_pixels)[:at_most].astype(np.float32)
        labels = np.concatenate(self._held_labels)[:at_most].astype(np.float32)
        labels[labels < 0] = np.nan
        first = (CROP_SIDE - side) // 2
        middle = pixels[:, first : first + side, first : first + side]
        return torch.from_numpy(np.ascontiguousarray(middle)), torch.from_numpy(labels)


def _vary(
    generator: np.random.Generator, crop: NDArray[np.float16], side: int
) -> NDArray[np.float32]:
    """Cut a square anywhere, turn or mirror it, and change its brightness and contrast a little."""
    spare = CROP_SIDE - side
    row, column = generator.integers(0, spare + 1, 2)
    square = crop[row : row + side, column : column + side].astype(np.float32)
    square = np.rot90(square, int(generator.integers(4)))
    if generator.uniform() < 0.5:
        square = square[:, ::-1]
    contrast, brightness = generator.uniform(0.88, 1.12), generator.normal(0, 0.08)
    varied: NDArray[np.float32] = square * np.float32(contrast) + np.float32(brightness)
    return varied
