"""The demonstration networks: their sizes, their cards, their files."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from inference.architecture import Architecture
from inference.architectures.two_view import card_settings
from inference.checkpoint import save_model
from inference.model_card import ModelCard
from inference.networks.gmic import Gmic, GmicConfig
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.networks.resnet import Norm
from inference.networks.saliency import Nonlinearity
from inference.networks.two_view import InputSize, TwoViewConfig, TwoViewNetwork, Variant

VERSION = "2"
PATCHES = 6
TOP_T = {Architecture.GMIC3D: 0.006, Architecture.GMIC: 0.0022}
"""Four and three cells a score: phantom findings cover few cells, in few slices."""
_LOCAL_CHANNELS = 32
_ATTENTION_UNITS = 64
TWO_VIEW_CONFIG = TwoViewConfig(
    variant=Variant.SHARED,
    cc_input=InputSize(2944, 1920),
    mlo_input=InputSize(2944, 1920),
    cc_dropout=0.1,
    mlo_dropout=0.1,
)
"""GMIC's input in both views, since its column begins as GMIC's."""
_INTENDED_USE = (
    "Demonstration of the program on phantom exams. It has never seen a patient: its scores on "
    "real images mean nothing. Research use only, not for diagnosis."
)


def demo_gmic3d() -> Gmic3d:
    """A 3D-GMIC with BatchNorm and a patch network of half the width, untrained."""
    return Gmic3d(
        Gmic3dConfig(
            top_t=TOP_T[Architecture.GMIC3D],
            patches=PATCHES,
            norm=Norm.BATCH,
            local_channels=_LOCAL_CHANNELS,
            attention_units=_ATTENTION_UNITS,
        )
    )


def demo_gmic() -> Gmic:
    """A GMIC of the 3D paper's kind: relu(tanh), no fusion layer; BatchNorm; untrained."""
    return Gmic(
        GmicConfig(
            top_t=TOP_T[Architecture.GMIC],
            patches=PATCHES,
            norm=Norm.BATCH,
            nonlinearity=Nonlinearity.RELU_TANH,
            local_channels=_LOCAL_CHANNELS,
            attention_units=_ATTENTION_UNITS,
            fusion=False,
        )
    )


def demo_two_view() -> TwoViewNetwork:
    """A shared two-view model that takes GMIC's input, untrained."""
    return TwoViewNetwork(TWO_VIEW_CONFIG)


def weights_path(folder: Path, name: str) -> Path:
    """Where a demonstration network lies."""
    return folder / f"demo_{name}.safetensors"


def save_demo(folder: Path, name: str, network: nn.Module, measures: Mapping[str, Any]) -> None:
    """Write a network's weights, in half precision, and its card."""
    save_model(weights_path(folder, name), network, demo_card(name, measures), half=True)


def demo_card(name: str, measures: Mapping[str, Any]) -> ModelCard:
    """The model card of a demonstration network."""
    architecture = Architecture(name)
    training_data = (
        "Computer-made phantoms only, made while it was trained (inference/training/train_demo). "
        "No image of a person."
    )
    shared: dict[str, Any] = {
        "architecture": architecture,
        "version": VERSION,
        "training_data": training_data,
        "intended_use": _INTENDED_USE,
        "licence": "Apache-2.0",
        "further": {"measures": dict(measures)} if measures else {},
    }
    if architecture is Architecture.TWO_VIEW:
        return ModelCard(
            name="Tomolens demo two-view",
            images=("FFDM", "Synthetic 2D"),
            settings=card_settings(TWO_VIEW_CONFIG),
            **shared,
        )
    title = "Tomolens demo 3D-GMIC" if architecture is Architecture.GMIC3D else "Tomolens demo GMIC"
    return ModelCard(name=title, top_t=TOP_T[architecture], patches=PATCHES, **shared)


def write_curves(work: Path, output: Path) -> None:
    """Lay the learning curves beside the weights."""
    for path in sorted(work.glob("curve_*.json")):
        shutil.copyfile(path, output / path.name)
