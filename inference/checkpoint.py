"""Reading weights files safely, published and own, and writing our own.

A file is untrusted: nothing in it is executed, and every entry is checked by name and shape
before a network is made of it.
"""

from __future__ import annotations

import hashlib
import pickle
import struct
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors
from safetensors.torch import save as save_safetensors
from torch import Tensor

from inference import entry_names
from inference.atomic_file import write_atomically
from inference.errors import WeightsError
from inference.model_card import (
    Architecture,
    ModelCard,
    card_path,
    published_card,
    read_card,
    write_card,
)
from inference.networks.gmic import Gmic, GmicConfig
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.networks.resnet import NORM_GROUPS, Norm
from inference.networks.saliency import Nonlinearity
from inference.types import ModelIdentity

WIDEST_FIRST_LAYER = 512
"""More channels than this after a first convolution are a broken file, not a network."""

# What torch's restricted unpickler raises on files that are damaged, foreign or hostile.
_UNREADABLE = (
    pickle.UnpicklingError,
    SafetensorError,
    RuntimeError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    MemoryError,
    struct.error,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedModel:
    """A network with its weights, ready to predict, and what is known of it."""

    network: Gmic3d
    """A Gmic for 2D images, else a Gmic3d."""
    card: ModelCard
    identity: ModelIdentity


def load_model(path: Path) -> LoadedModel:
    """Load a weights file with its card, or a published file by its member number.

    Raises WeightsError that names the file and its first missing, misshaped or unknown entry,
    or the key that its card lacks.
    """
    entries, sha256 = _read_entries(path)
    card_file = card_path(path)
    if card_file.is_file():
        card = read_card(card_file)
    else:
        is_fused = entry_names.FUSION in entries
        _first_conv(path.name, entries, entry_names.FIRST_CONV)
        card = published_card(path, Architecture.GMIC if is_fused else Architecture.GMIC3D)
    network = _network(path.name, entries, card)
    identity = ModelIdentity(
        name=card.name,
        version=card.version,
        architecture=card.architecture.value,
        sha256=sha256,
    )
    return LoadedModel(network=network, card=card, identity=identity)


def save_model(path: Path, network: Gmic3d, card: ModelCard, *, half: bool = False) -> None:
    """Write a network as safetensors and its card beside it.

    half: store the convolutions as float16, half the size; loading gives float32 again.
    """
    stored = {}
    for name, value in network.state_dict().items():
        # Norms and biases are few and keep their precision.
        is_halved = half and value.ndim > 1
        tensor = value.detach().to("cpu", torch.float16 if is_halved else value.dtype)
        stored[entry_names.file_entry(name)] = tensor.contiguous()
    write_atomically(path, save_safetensors(stored))
    write_card(card_path(path), card)


def _read_entries(path: Path) -> tuple[dict[str, Tensor], str]:
    """Read the named tensors of a file, and its SHA-256."""
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            if path.suffix == ".safetensors":
                loaded: object = load_safetensors(file.read())
            else:
                loaded = _load_pickle(file)
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except pickle.UnpicklingError as error:
        raise WeightsError(
            f"{path.name} was not opened: it is damaged, no weights file, or would run code. "
            "Only tensors are accepted from a weights file."
        ) from error
    except _UNREADABLE as error:
        raise WeightsError(
            f"{path.name} is damaged, cut short, or no weights file "
            "(expected a torch pickle of a state dict, or safetensors)."
        ) from error
    return _checked_entries(path.name, loaded), sha256


def _load_pickle(file: BinaryIO) -> object:
    with warnings.catch_warnings():
        # Of foreign pickles; whether they can be read is said by an error.
        warnings.filterwarnings("ignore", message="Detected pickle protocol")
        return torch.load(file, map_location="cpu", weights_only=True)


def _checked_entries(file_name: str, loaded: object) -> dict[str, Tensor]:
    """Check that what was read is names and finite tensors."""
    if not isinstance(loaded, Mapping) or not loaded:
        raise WeightsError(f"{file_name} holds no named tensors, so it is no weights file.")
    entries: dict[str, Tensor] = {}
    for name, value in loaded.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise WeightsError(f"{file_name}: entry {name!r:.80} is not a tensor with a name.")
        if value.layout is not torch.strided or value.is_quantized or value.is_complex():
            raise WeightsError(f'{file_name}: entry "{name}" is no plain tensor of numbers.')
        if value.is_floating_point():
            value = value.to(torch.float32)
            if not value.isfinite().all():
                raise WeightsError(f'{file_name}: entry "{name}" holds values that are not finite.')
        entries[name] = value
    return entries


def _network(file_name: str, entries: Mapping[str, Tensor], card: ModelCard) -> Gmic3d:
    """Make the network that the entries and the card describe, with these weights."""
    if entry_names.FUSION in entries and card.architecture is Architecture.GMIC3D:
        raise WeightsError(
            f'{file_name} holds "{entry_names.FUSION}", so it is a 2D GMIC, '
            'but its card says architecture = "gmic3d".'
        )
    # Without storage: a wrong file must not cost memory, a right one no initialisation.
    with torch.device("meta"):
        network = _empty_network(file_name, entries, card)
    wanted = {
        entry_names.file_entry(name): (name, value) for name, value in network.state_dict().items()
    }
    for name, (_, value) in wanted.items():
        _require(file_name, entries, name, value.shape)
    for name in entries:
        if name not in wanted:
            raise WeightsError(
                f'{file_name} holds the entry "{name}", '
                f"which a {card.architecture.value} network does not have."
            )
    state = {ours: entries[name].to(value.dtype) for name, (ours, value) in wanted.items()}
    network.load_state_dict(state, strict=True, assign=True)
    return network.requires_grad_(False).eval()


def _empty_network(file_name: str, entries: Mapping[str, Tensor], card: ModelCard) -> Gmic3d:
    """Make a network whose sizes are the card's and those of the entries' shapes."""
    is_fused = entry_names.FUSION in entries
    saliency = "sigmoid" if is_fused else "relu_tanh"
    if card.saliency is not None:
        saliency = card.saliency.value
    is_2d = card.architecture is Architecture.GMIC
    published = GmicConfig(fusion=is_fused) if is_2d else Gmic3dConfig()
    config = replace(
        published,
        top_t=card.top_t,
        patches=card.patches,
        input_rows=card.input_rows or published.input_rows,
        input_columns=card.input_columns or published.input_columns,
        norm=Norm.BATCH if entry_names.FINAL_NORM_MEAN in entries else Norm.GROUP,
        nonlinearity=Nonlinearity(saliency),
        global_channels=_first_conv(file_name, entries, entry_names.FIRST_CONV),
        local_channels=_first_conv(file_name, entries, entry_names.LOCAL_FIRST_CONV),
        attention_units=_outputs(file_name, entries, entry_names.ATTENTION_VALUE, dimensions=2),
    )
    return Gmic(config) if isinstance(config, GmicConfig) else Gmic3d(config)


def _first_conv(file_name: str, entries: Mapping[str, Tensor], name: str) -> int:
    """The width of a network, from the outputs of its first convolution."""
    width = _outputs(file_name, entries, name, dimensions=4)
    if width % NORM_GROUPS:
        raise WeightsError(
            f'{file_name}: entry "{name}" has {width} outputs, '
            f"expected a multiple of {NORM_GROUPS}."
        )
    return width


def _outputs(file_name: str, entries: Mapping[str, Tensor], name: str, *, dimensions: int) -> int:
    """The first dimension of an entry from which the network's sizes follow."""
    if name not in entries:
        raise _missing(file_name, entries, name)
    shape = tuple(entries[name].shape)
    if len(shape) != dimensions or not 0 < shape[0] <= WIDEST_FIRST_LAYER:
        raise WeightsError(
            f'{file_name}: entry "{name}" has the shape {shape}, of another network.'
        )
    return shape[0]


def _require(
    file_name: str, entries: Mapping[str, Tensor], name: str, shape: tuple[int, ...]
) -> None:
    if name not in entries:
        raise _missing(file_name, entries, name)
    found = tuple(entries[name].shape)
    if found != tuple(shape):
        raise WeightsError(
            f'{file_name}: entry "{name}" has the shape {found}, expected {tuple(shape)}.'
        )


def _missing(file_name: str, entries: Mapping[str, Tensor], name: str) -> WeightsError:
    return WeightsError(
        f'{file_name} is not a 3D-GMIC or GMIC network: the entry "{name}" is missing '
        f'(the file\'s first entry is "{next(iter(entries))}").'
    )
