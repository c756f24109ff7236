"""What networks cost: multiply-accumulate operations and parameters, counted without running them.

Source of the printed numbers: the 3D-GMIC paper, Table I.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from inference.architecture import Architecture
from inference.networks.baselines import baselines
from inference.networks.counted_part import Counted

PAPER_SLICES = 96
PRINTED_GMAC = {
    "3D-GMIC": 798.0,
    "ResNet-18 per slice": 9_932.0,
    "ResNet-34 per slice": 20_056.0,
    "3D ResNet-18": 9_104.0,
    "3D ResNet-34": 12_192.0,
}
"""The paper extrapolated those of the 3D ResNets from 4, 8 and 16 slices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What scoring one volume, image or breast takes."""

    name: str
    takes: str
    """What is scored."""
    gmac: float
    """Thousand million multiply-accumulate operations of convolutions and matrix products."""
    parameters: int
    printed_gmac: float | None = None
    """What the paper prints for 96 slices."""


def gmac_of(network: nn.Module, slices: int) -> float:
    """Count one volume, image or breast; the network may be without storage (meta device)."""
    device = next(network.parameters()).device
    total = 0.0
    # In evaluation mode, as BatchNorm refuses one value a channel in training.
    was_training = network.training
    network.eval()
    for part in cast(Counted, network).counted_parts(slices):
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            part.run(torch.empty(part.shape, device=device))
        # The counter counts a multiplication and an addition apart.
        total += part.times * counter.get_total_flops() / 2e9
    network.train(was_training)
    return total


def parameters_of(network: nn.Module) -> int:
    """How many numbers training sets."""
    return sum(parameter.numel() for parameter in network.parameters())


def efficiency_table(slices: int = PAPER_SLICES) -> tuple[Cost, ...]:
    """Every architecture at published size, then the paper's baselines."""
    costs = []
    for architecture in Architecture:
        spec = architecture.spec
        with torch.device("meta"):
            networks = {name: make() for name, make in spec.reference_networks.items()}
        costs += [_cost(name, spec.takes.value, net, slices) for name, net in networks.items()]
    volume = Architecture.GMIC3D.spec.takes.value
    costs += [_cost(name, volume, network, slices) for name, network in baselines().items()]
    return tuple(costs)


def _cost(name: str, takes: str, network: nn.Module, slices: int) -> Cost:
    return Cost(
        name=name,
        takes=takes,
        gmac=gmac_of(network, slices),
        parameters=parameters_of(network),
        printed_gmac=PRINTED_GMAC.get(name) if slices == PAPER_SLICES else None,
    )
