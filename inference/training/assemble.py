"""The demonstration networks put together from their separately trained parts."""

from __future__ import annotations

from inference.architecture import Architecture
from inference.networks.gmic import Gmic, GmicConfig
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from inference.networks.resnet import Norm
from inference.networks.saliency import Nonlinearity
from inference.training.close import LOCAL_CHANNELS, PatchClassifier
from inference.training.coarse import CellClassifier

PATCHES = 6
TOP_T = {Architecture.GMIC3D: 0.006, Architecture.GMIC: 0.0022}
"""Four and three cells a score: phantom findings cover few cells, in few slices."""
_ATTENTION_UNITS = 64


def assemble(architecture: Architecture, coarse: CellClassifier, close: PatchClassifier) -> Gmic3d:
    """Make a network of trained parts; its attention is still untrained.

    The 2D network has relu(tanh) and no fusion layer, as in the 3D-GMIC paper. Both have
    BatchNorm, since they learned on crops; the published 3D-GMIC has GroupNorm.
    """
    if architecture is Architecture.GMIC3D:
        network = Gmic3d(
            Gmic3dConfig(
                top_t=TOP_T[architecture],
                patches=PATCHES,
                norm=Norm.BATCH,
                local_channels=LOCAL_CHANNELS,
                attention_units=_ATTENTION_UNITS,
            )
        )
    else:
        network = Gmic(
            GmicConfig(
                top_t=TOP_T[architecture],
                patches=PATCHES,
                norm=Norm.BATCH,
                nonlinearity=Nonlinearity.RELU_TANH,
                local_channels=LOCAL_CHANNELS,
                attention_units=_ATTENTION_UNITS,
                fusion=False,
            )
        )
    network.global_network.load_state_dict(coarse.network.state_dict())
    network.saliency_head.conv.load_state_dict(coarse.conv.state_dict())
    network.local_network.load_state_dict(close.network.state_dict())
    network.local_classifier.load_state_dict(close.classifier.state_dict())
    return network.eval()
