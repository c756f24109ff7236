"""Making networks of weights files, published and own, and writing our own.

A file is untrusted: nothing in it is executed, and every entry is checked by name and shape
before a network is made of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors.torch import save as save_safetensors
from torch import nn

from inference import entry_names
from inference.architecture import Architecture
from inference.architectures.ct_windows import is_video_network, no_score_head
from inference.atomic_file import write_atomically
from inference.errors import WeightsError
from inference.model_card import (
    ModelCard,
    card_path,
    minimal_card,
    published_card,
    read_card,
    write_card,
)
from inference.types import ModelIdentity
from inference.weights_entries import WeightsEntries, read_entries


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A network with its weights, ready to predict, and what is known of it."""

    network: nn.Module
    """Of the class that its architecture makes."""
    card: ModelCard
    identity: ModelIdentity


def load_model(path: Path | str, *, card_file: Path | None = None) -> LoadedModel:
    """Load a weights file with its card, or a published file by its member number.

    card_file: None is the card beside the weights. Raises WeightsError that names the file and its
    first missing, misshaped or unknown entry, or the key that its card lacks.
    """
    path = Path(path)
    entries = read_entries(path)
    card_file = card_file or card_path(path)
    if card_file.is_file():
        card = read_card(card_file)
    elif is_video_network(entries):
        raise WeightsError(no_score_head(entries) or _without_card(path, Architecture.CT_WINDOWS))
    else:
        is_fused = entry_names.FUSION in entries
        entries.width(entry_names.FIRST_CONV)
        card = published_card(path, Architecture.GMIC if is_fused else Architecture.GMIC3D)
    network = _network(replace(entries, expected=card.architecture.spec.title), card)
    return LoadedModel(network=network, card=card, identity=_identity(entries, card))


def save_model(path: Path, network: nn.Module, card: ModelCard, *, half: bool = False) -> None:
    """Write a network as safetensors and its card beside it.

    half: store the convolutions as float16, half the size; loading gives float32 again.
    """
    stored = {}
    for name, value in network.state_dict().items():
        # Norms and biases are few and keep their precision.
        is_halved = half and value.ndim > 1 and value.is_floating_point()
        tensor = value.detach().to("cpu", torch.float16 if is_halved else value.dtype)
        stored[card.architecture.spec.file_entry(name)] = tensor.contiguous()
    write_atomically(path, save_safetensors(stored))
    write_card(card_path(path), card)


def _without_card(path: Path, architecture: Architecture) -> str:
    return (
        f"{path.name} has no model card. Write {card_path(path).name} beside it:\n"
        f"{minimal_card(architecture)}"
    )


def _identity(entries: WeightsEntries, card: ModelCard) -> ModelIdentity:
    return ModelIdentity(
        name=card.name,
        version=card.version,
        architecture=card.architecture.value,
        sha256=entries.sha256,
    )


def _network(entries: WeightsEntries, card: ModelCard) -> nn.Module:
    """Make the network that the entries and the card describe, with these weights."""
    spec = card.architecture.spec
    # Without storage: a wrong file must not cost memory, a right one no initialisation.
    with torch.device("meta"):
        network = spec.empty_network(entries, card)
    wanted = {spec.file_entry(name): (name, value) for name, value in network.state_dict().items()}
    for name, (_, value) in wanted.items():
        entries.of_shape(name, tuple(value.shape))
    for name in entries:
        if name not in wanted:
            raise WeightsError(
                f'{entries.file_name} holds the entry "{name}", '
                f"which a {spec.title} network does not have."
            )
    state = {ours: entries.tensors[name].to(value.dtype) for name, (ours, value) in wanted.items()}
    network.load_state_dict(state, strict=True, assign=True)
    return network.requires_grad_(False).eval()
