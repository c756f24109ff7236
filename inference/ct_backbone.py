"""Public video weights as the start of a CT classifier: the backbone, with a new head."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from torch import nn

from inference.architectures.ct_windows import head_of, is_video_network, network_of
from inference.errors import WeightsError
from inference.weights_entries import read_entries


@dataclass(frozen=True, slots=True, kw_only=True)
class CtBackbone:
    """A network of one output whose body is taken from a file; its head knows nothing yet."""

    network: nn.Module
    sha256: str
    """Of the file."""
    dropped_outputs: int | None
    """Of the head the file came with, 400 for Kinetics; None where it had none."""


def load_backbone(path: Path) -> CtBackbone:
    """Take the body of an R(2+1)D-18 or Swin3D-T file and give it a head of one output.

    Names and shapes are torchvision's. Raises WeightsError naming what is missing or misshaped.
    """
    entries = replace(read_entries(path), expected="R(2+1)D or Swin3D video")
    if not is_video_network(entries):
        raise entries.missing("stem.0.weight")
    head = head_of(entries)
    outputs = entries.outputs(head, dimensions=2) if head in entries else None
    network = network_of(entries, outputs=1)
    own_head = {head, head.replace(".weight", ".bias")}
    state = network.state_dict()
    for name, value in state.items():
        if name not in own_head:
            state[name] = entries.of_shape(name, tuple(value.shape)).to(value.dtype)
    for name in entries:
        if name not in state:
            raise WeightsError(
                f'{path.name} holds the entry "{name}", which this backbone does not have.'
            )
    network.load_state_dict(state)
    return CtBackbone(network=network, sha256=entries.sha256, dropped_outputs=outputs)
