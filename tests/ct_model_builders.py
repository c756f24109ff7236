"""Small window classifiers and series for the tests of CT."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from inference.architecture import Architecture
from inference.checkpoint import LoadedModel, load_model, save_model
from inference.model_card import ModelCard
from inference.networks.swin3d import Swin3d, Swin3dConfig
from inference.networks.video_resnet import VideoResNet, VideoResNetConfig

SMALL_SETTINGS: dict[str, Any] = {"window_slices": 8, "stride": 4, "resized_to": 36}


def small_resnet(outputs: int = 1) -> VideoResNet:
    """A narrow R(2+1)D-18 with random weights."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = VideoResNet(VideoResNetConfig(channels=4, stem_channels=3, outputs=outputs))
    return network.requires_grad_(False).eval()


def small_swin(outputs: int = 1) -> Swin3d:
    """A narrow Swin3D with random weights and the published boxes."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = Swin3d(Swin3dConfig(channels=8, depths=(2, 2), heads=(2, 4), outputs=outputs))
    return network.requires_grad_(False).eval()


def ct_card(**settings: Any) -> ModelCard:
    """A complete card of a small window classifier."""
    return ModelCard(
        architecture=Architecture.CT_WINDOWS,
        name="small CT",
        version="1",
        training_data="none",
        intended_use="tests",
        licence="Apache-2.0",
        input_rows=32,
        input_columns=32,
        settings=SMALL_SETTINGS | settings,
    )


def save_ct_model(folder: Path, network: nn.Module | None = None, **settings: Any) -> Path:
    """Write a small window classifier with its card."""
    path = folder / "ct.safetensors"
    save_model(path, network or small_resnet(), ct_card(**settings))
    return path


def ct_model(folder: Path, network: nn.Module | None = None, **settings: Any) -> LoadedModel:
    """A small window classifier, loaded from a file."""
    return load_model(save_ct_model(folder, network, **settings))


@dataclass
class CountingSource:
    """An ImageSource that counts how often each slice is read."""

    volume: NDArray[np.float32]
    reads: list[int] = field(default_factory=list)

    @property
    def slices(self) -> int:
        return int(self.volume.shape[0])

    @property
    def rows(self) -> int:
        return int(self.volume.shape[1])

    @property
    def columns(self) -> int:
        return int(self.volume.shape[2])

    def read_slice(self, slice_index: int) -> NDArray[np.float32]:
        self.reads.append(slice_index)
        view: NDArray[np.float32] = self.volume[slice_index]
        return view


def chest_series(slices: int, rows: int = 48, columns: int = 48) -> CountingSource:
    """Air, a body, two lungs and a dense ball in the lower third, in Hounsfield units."""
    down, across = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    volume = np.full((slices, rows, columns), -1000.0, np.float32)
    volume[:, (across / 0.9) ** 2 + (down / 0.7) ** 2 < 1] = 40.0
    for side in (-0.4, 0.4):
        volume[:, ((across - side) / 0.3) ** 2 + (down / 0.5) ** 2 < 1] = -850.0
    noise = np.random.default_rng(0).normal(0.0, 20.0, volume.shape)
    ball = np.zeros((slices, 1, 1), np.float32)
    ball[2 * slices // 3 : 2 * slices // 3 + 3] = 1.0
    volume += ball * 900.0 * ((across + 0.4) ** 2 + down**2 < 0.02)
    return CountingSource((volume + noise).astype(np.float32))
