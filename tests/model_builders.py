"""Small weights files, and weights that are none but serve where nothing loads them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from inference.architecture import Architecture
from inference.checkpoint import save_model
from inference.model_card import ModelCard, card_path, write_card
from inference.networks.gmic import Gmic, GmicConfig
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from viewer.storage.model_library import CheckedFile
from viewer.storage.model_record import file_sha256

SMALL = {"input_rows": 384, "input_columns": 256, "global_channels": 8, "local_channels": 8}


def card_of(**changes: Any) -> ModelCard:
    """A complete card."""
    plain = ModelCard(
        architecture=Architecture.GMIC3D,
        top_t=1.0,
        patches=4,
        name="Small",
        version="1",
        training_data="none",
        intended_use="tests",
        licence="Research only",
        input_rows=384,
        input_columns=256,
    )
    return replace(plain, **changes)


def save_small(path: Path, card: ModelCard, *, seed: int = 1) -> Path:
    """A small random network of the card's architecture, with its card."""
    save_model(path, _network(card, seed), card)
    return path


def save_published(path: Path, *, seed: int = 1) -> Path:
    """A small 3D-GMIC as the published files are: a pickle without a card."""
    entry = Architecture.GMIC3D.spec.file_entry
    state = _network(card_of(), seed).state_dict()
    torch.save({entry(name): value for name, value in state.items()}, path)
    return path


def checked_file(path: Path, card: ModelCard | None = None, *, bytes_: bytes = b"w") -> CheckedFile:
    """A file with a card, as if it had been loaded."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes_)
    card = card or card_of()
    write_card(card_path(path), card)
    return CheckedFile(weights=path, sha256=file_sha256(path), card=card, has_card_file=True)


def _network(card: ModelCard, seed: int) -> Gmic3d:
    is_3d = card.architecture is Architecture.GMIC3D
    sizes = SMALL | {"patches": card.patches, "top_t": card.top_t}
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = (
            Gmic3d(replace(Gmic3dConfig(), **sizes))
            if is_3d
            else Gmic(replace(GmicConfig(), **sizes))
        )
        torch.nn.init.normal_(network.saliency_head.conv.weight, std=0.05)
    return network.eval()
