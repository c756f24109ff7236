"""The network that a configuration describes, as it is before its first step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from inference.checkpoint import load_model
from inference.networks.gmic import FFDM_CONFIG, SYNTHETIC_2D_CONFIG, Gmic, GmicConfig
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.networks.patch_resnet import Depth
from inference.networks.resnet import Norm, ResNet22
from inference.networks.saliency import Nonlinearity
from inference.networks.two_view import InputSize, TwoViewConfig, TwoViewNetwork, Variant
from inference.training_runs.check_config import image_types
from inference.training_runs.config import (
    AttentionKind,
    ImageType,
    Initialisation,
    ModelKind,
    ModelSettings,
    Pooling,
    TrainingConfig,
)
from inference.training_runs.errors import ConfigError

_POOLED = {Pooling.MAX: 1e-6, Pooling.MEAN: 1e5}
"""As a top_t: at least one cell is pooled, and at most all of them."""
TOP_T_2D = 0.1
"""Within the range of the 3D-GMIC paper, 0.01 to 0.25."""


def network_config(config: TrainingConfig) -> Gmic3dConfig:
    """Sizes and choices of the network; what is not said is as published."""
    model = config.model
    if model.architecture is ModelKind.GMIC3D:
        return Gmic3dConfig(**_choices(model, Gmic3dConfig()))
    published = (
        SYNTHETIC_2D_CONFIG if image_types(config) == (ImageType.SYNTHETIC,) else FFDM_CONFIG
    )
    choices = _choices(model, published)
    if model.top_t is None and model.pooling is Pooling.TOP_T:
        choices["top_t"] = TOP_T_2D
    return GmicConfig(**choices, fusion=model.fusion)


def _choices(model: ModelSettings, published: Gmic3dConfig) -> dict[str, Any]:
    top_t = model.top_t or published.top_t
    return {
        "top_t": _POOLED.get(model.pooling, top_t),
        "patches": model.patches or published.patches,
        "patch_side": model.patch_side,
        "neighbour_slices": model.neighbour_slices,
        "input_rows": model.input_rows or published.input_rows,
        "input_columns": model.input_columns or published.input_columns,
        "norm": Norm(model.norm.value),
        "nonlinearity": Nonlinearity(model.nonlinearity.value),
        "global_channels": model.global_channels,
        "local_channels": model.local_channels,
        "local_depth": Depth(model.local_depth),
        "attention_units": model.attention_units,
    }


def two_view_config(config: TrainingConfig) -> TwoViewConfig:
    """Sizes and choices of a network of two views; what is not said is as published."""
    model, own, published = config.model, config.model.two_view, TwoViewConfig()
    given = InputSize(model.input_rows or 0, model.input_columns or 0)
    cc_input = given if model.input_rows else published.cc_input
    mlo_input = given if model.input_rows else published.mlo_input
    if own.mlo_rows and own.mlo_columns:
        mlo_input = InputSize(own.mlo_rows, own.mlo_columns)
    return TwoViewConfig(
        variant=Variant(own.variant.value),
        cc_input=cc_input,
        mlo_input=mlo_input,
        norm=Norm(model.norm.value),
        first_channels=model.global_channels,
        hidden_units=own.hidden_units,
        cc_dropout=own.cc_dropout,
        mlo_dropout=own.mlo_dropout,
    )


def build_network(config: TrainingConfig) -> Gmic3d | TwoViewNetwork:
    """Make the network with its first weights; the same seed gives the same weights.

    Raises WeightsError or ConfigError when the weights to start from do not fit.
    """
    if config.model.architecture is ModelKind.TWO_VIEW:
        with first_weights(config.seed):
            network = TwoViewNetwork(two_view_config(config))
        if config.model.start_from is not None:
            _start_from(network, Path(config.model.start_from))
        return network
    return _build_gmic(config)


def whole_image_networks(network: Gmic3d | TwoViewNetwork) -> tuple[ResNet22, ...]:
    """Its parts that pretraining is for."""
    if isinstance(network, Gmic3d):
        return (network.global_network,)
    return tuple(column for column in network.columns.values() if isinstance(column, ResNet22))


def _build_gmic(config: TrainingConfig) -> Gmic3d:
    sizes = network_config(config)
    with first_weights(config.seed):
        network = Gmic(sizes) if isinstance(sizes, GmicConfig) else Gmic3d(sizes)
    model = config.model
    if model.start_from is not None:
        _start_from(network, Path(model.start_from))
    elif model.initialisation is Initialisation.CONSTANT:
        nn.init.constant_(network.saliency_head.conv.weight, model.omega)
    if model.attention is AttentionKind.UNIFORM:
        # Equal scores make equal shares, so such a model is used like any other.
        nn.init.zeros_(network.attention.score.weight)
        network.attention.score.requires_grad_(False)
    return network


@contextmanager
def first_weights(seed: int) -> Iterator[None]:
    """Draw weights that follow from a seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _start_from(network: nn.Module, path: Path) -> None:
    loaded = load_model(path).network.state_dict()
    wanted = network.state_dict()
    for name in sorted(set(loaded) | set(wanted)):
        if name not in loaded or name not in wanted or loaded[name].shape != wanted[name].shape:
            raise ConfigError(
                f"[model] start_from: {path.name} does not fit at {name}",
                "the sizes under [model] must be those of that file",
            )
    network.load_state_dict(loaded)
