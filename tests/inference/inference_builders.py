"""Small networks, breasts and progress listeners for the tests of `inference`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from inference.architecture import Architecture
from inference.checkpoint import LoadedModel
from inference.errors import Cancelled
from inference.model_card import ModelCard
from inference.networks.gmic import Gmic, GmicConfig
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.networks.two_view import InputSize, TwoViewConfig, TwoViewNetwork
from inference.types import ArraySource, CropRule, Laterality, ModelIdentity, ModelInput

SMALL_3D = Gmic3dConfig(
    top_t=1.0,
    patches=3,
    input_rows=512,
    input_columns=384,
    global_channels=8,
    local_channels=8,
)
SMALL_2D = GmicConfig(
    top_t=0.5,
    patches=3,
    input_rows=512,
    input_columns=384,
    global_channels=8,
    local_channels=8,
)

SMALL_TWO_VIEW = TwoViewConfig(
    cc_input=InputSize(128, 96),
    mlo_input=InputSize(160, 80),
    first_channels=8,
    hidden_units=16,
)


def make_card(architecture: Architecture = Architecture.GMIC3D, **changes: Any) -> ModelCard:
    """A complete card."""
    entries: dict[str, Any] = {
        "architecture": architecture,
        "top_t": 1.0,
        "patches": 3,
        "name": "small",
        "version": "1",
        "training_data": "none",
        "intended_use": "tests",
        "licence": "Apache-2.0",
    }
    return ModelCard(**(entries | changes))


def make_network(config: Gmic3dConfig = SMALL_3D, seed: int = 0) -> Gmic3d:
    """A network with random weights whose maps differ from cell to cell."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = Gmic(config) if isinstance(config, GmicConfig) else Gmic3d(config)
        # Both signs, so that a few cells of either class stand out.
        torch.nn.init.normal_(network.saliency_head.conv.weight, std=0.05)
    return network.requires_grad_(False).eval()


def make_two_view(config: TwoViewConfig = SMALL_TWO_VIEW, seed: int = 0) -> TwoViewNetwork:
    """A two-view network with random weights and, in its norms, statistics of its own."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = TwoViewNetwork(config)
        for name, buffer in network.named_buffers():
            if name.endswith("running_mean"):
                torch.nn.init.normal_(buffer, std=0.1)
    return network.requires_grad_(False).eval()


def make_model(network: Gmic3d | None = None) -> LoadedModel:
    """A model as load_model would give it."""
    network = network or make_network()
    architecture = Architecture.GMIC if isinstance(network, Gmic) else Architecture.GMIC3D
    return LoadedModel(
        network=network,
        card=make_card(architecture, top_t=network.config.top_t, patches=network.config.patches),
        identity=ModelIdentity(
            name="small", version="1", architecture=architecture.value, sha256="0" * 64
        ),
    )


def breast_volume(
    slices: int, rows: int, columns: int, *, seed: int = 0, dtype: type = np.uint16
) -> NDArray[Any]:
    """A half ellipse on the left with texture, air 0: (slices, rows, columns)."""
    rng = np.random.default_rng(seed)
    row = (np.arange(rows)[:, None] - rows / 2) / (0.45 * rows)
    column = np.arange(columns)[None, :] / (0.8 * columns)
    inside = row**2 + column**2 < 1
    coarse = rng.integers(200, 3000, (slices, rows // 16 + 1, columns // 16 + 1))
    texture = coarse.repeat(16, axis=1).repeat(16, axis=2)[:, :rows, :columns]
    return (texture * inside).astype(dtype)


def model_input(
    volume: NDArray[Any],
    laterality: Laterality = Laterality.LEFT,
    crop_rule: CropRule = CropRule.CC,
) -> ModelInput:
    """A request over an array."""
    return ModelInput(source=ArraySource(volume), laterality=laterality, crop_rule=crop_rule)


@dataclass
class RecordingProgress:
    """Remembers every report; cancels at the one asked for."""

    cancel_at: tuple[str, int] | None = None
    reports: list[tuple[str, int, int]] = field(default_factory=list)

    def update(self, done: int, total: int, stage: str) -> None:
        """Remember, and cancel when stage and count are the ones asked for."""
        self.reports.append((stage, done, total))
        if self.cancel_at == (stage, done):
            raise Cancelled


def make_two_view_model(network: TwoViewNetwork | None = None) -> LoadedModel:
    """A two-view model as load_model would give it."""
    return LoadedModel(
        network=network or make_two_view(),
        card=make_card(Architecture.TWO_VIEW, name="pair", settings={"variant": "shared"}),
        identity=ModelIdentity(name="pair", version="1", architecture="two_view", sha256="1" * 64),
    )
