"""The named tensors of a weights file, read without running code, and questions about them."""

from __future__ import annotations

import hashlib
import pickle
import struct
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors
from torch import Tensor

from inference.errors import WeightsError
from inference.networks.resnet import NORM_GROUPS

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


@dataclass(frozen=True, slots=True)
class WeightsEntries:
    """Finite tensors by name, floating ones as float32."""

    file_name: str
    tensors: Mapping[str, Tensor]
    sha256: str
    expected: str = "3D-GMIC or GMIC"
    """What network it should hold, for messages; this where no card says so."""

    def __contains__(self, name: object) -> bool:
        return name in self.tensors

    def __iter__(self) -> Iterator[str]:
        return iter(self.tensors)

    def width(self, name: str) -> int:
        """The outputs of a network's first convolution, from which its widths follow."""
        width = self.outputs(name, dimensions=4)
        if width % NORM_GROUPS:
            raise WeightsError(
                f'{self.file_name}: entry "{name}" has {width} outputs, '
                f"expected a multiple of {NORM_GROUPS}."
            )
        return width

    def outputs(self, name: str, *, dimensions: int) -> int:
        """The first dimension of an entry from which the network's sizes follow."""
        if name not in self.tensors:
            raise self.missing(name)
        shape = tuple(self.tensors[name].shape)
        if len(shape) != dimensions or not 0 < shape[0] <= WIDEST_FIRST_LAYER:
            raise WeightsError(
                f'{self.file_name}: entry "{name}" has the shape {shape}, of another network.'
            )
        return shape[0]

    def of_shape(self, name: str, shape: tuple[int, ...]) -> Tensor:
        """The entry, if it has this shape; raises WeightsError."""
        if name not in self.tensors:
            raise self.missing(name)
        found = tuple(self.tensors[name].shape)
        if found != tuple(shape):
            raise WeightsError(
                f'{self.file_name}: entry "{name}" has the shape {found}, expected {tuple(shape)}.'
            )
        return self.tensors[name]

    def missing(self, name: str) -> WeightsError:
        """The error for an entry that a network needs and the file lacks."""
        return WeightsError(
            f'{self.file_name} is no {self.expected} network: the entry "{name}" is missing '
            f'(the file\'s first entry is "{next(iter(self.tensors))}").'
        )


def read_entries(path: Path) -> WeightsEntries:
    """Read a torch pickle of a state dict, or safetensors. Raises WeightsError."""
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
    return WeightsEntries(path.name, _checked(path.name, loaded), sha256)


def _load_pickle(file: BinaryIO) -> object:
    with warnings.catch_warnings():
        # Of foreign pickles; whether they can be read is said by an error.
        warnings.filterwarnings("ignore", message="Detected pickle protocol")
        return torch.load(file, map_location="cpu", weights_only=True)


def _checked(file_name: str, loaded: object) -> dict[str, Tensor]:
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
