"""The best weights of a stage as files that are used at once."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from safetensors.torch import load as load_safetensors
from safetensors.torch import save as save_safetensors
from torch import nn

from inference.architecture import Architecture
from inference.architectures.two_view import card_settings
from inference.atomic_file import write_atomically
from inference.checkpoint import save_model
from inference.model_card import ModelCard, SaliencyKind
from inference.networks.gmic3d import Gmic3d
from inference.networks.two_view import TwoViewNetwork
from inference.training_runs.check_config import image_types
from inference.training_runs.config import TrainingConfig
from inference.training_runs.errors import RunFolderError
from inference.training_runs.run_folder import BEST, RunFolder
from inference.training_runs.standing import Standing
from inference.training_runs.validate import Validation
from inference.types import CLASS_NAMES


def keep_model(
    folder: RunFolder,
    config: TrainingConfig,
    network: Gmic3d | TwoViewNetwork,
    standing: Standing,
    found: Validation,
    training_images: int,
) -> None:
    """Write the weights and their card; `tomolens predict --weights` takes them."""
    card = ModelCard(
        architecture=Architecture(config.model.architecture.value),
        name=config.name,
        version=f"epoch {standing.best_epoch + 1}",
        training_data=_training_data(config, training_images),
        intended_use="Research use only, not for diagnosis",
        licence="That of its training data",
        images=tuple(kind.value for kind in image_types(config)),
        further={"validation": _measures(standing, found)},
        **_sizes(network),
    )
    folder.keep(BEST, lambda path: save_model(path, network, card))


def _sizes(network: Gmic3d | TwoViewNetwork) -> dict[str, Any]:
    """What a card says of its network."""
    if isinstance(network, TwoViewNetwork):
        return {"settings": card_settings(network.config)}
    sizes = network.config
    return {
        "top_t": sizes.top_t,
        "patches": sizes.patches,
        "input_rows": sizes.input_rows,
        "input_columns": sizes.input_columns,
        "saliency": SaliencyKind(sizes.nonlinearity.value),
        "settings": {
            "patch_side": sizes.patch_side,
            "neighbour_slices": sizes.neighbour_slices,
        },
    }


def _measures(standing: Standing, found: Validation) -> dict[str, Any]:
    measures: dict[str, Any] = {"epoch": standing.best_epoch + 1, "loss": found.loss}
    for name, area in zip(CLASS_NAMES, found.areas, strict=True):
        if not math.isnan(area):
            measures[f"auc_{name}"] = area
    return measures


def _training_data(config: TrainingConfig, images: int) -> str:
    phantoms = config.data.phantoms
    if phantoms is None:
        return f"{images} images of a user's own folders"
    size = f"{phantoms.rows} x {phantoms.columns} pixels"
    return f"{images} images of computer-made phantoms, seed {phantoms.seed}, {size}"


def keep_pretrained(folder: RunFolder, stage: int, network: nn.Module) -> None:
    """Write the whole-slice network of a pretraining stage."""
    state = {
        name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()
    }
    content = save_safetensors(state)
    folder.keep(folder.pretrained(stage).name, lambda path: write_atomically(path, content))


def load_pretrained(path: Path, network: nn.Module) -> None:
    """Put what keep_pretrained wrote into a whole-slice network."""
    try:
        network.load_state_dict(load_safetensors(path.read_bytes()))
    except Exception as error:  # noqa: BLE001 - a damaged file may fail in many ways
        raise RunFolderError(
            f"{path.name} cannot be read ({type(error).__name__})",
            "begin the run again in another folder",
        ) from error
