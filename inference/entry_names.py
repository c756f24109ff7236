"""The one place where the names in weights files meet the names in our modules.

Files, published and own, carry the published names.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inference.networks.patch_resnet import Depth

_FILE_PREFIXES = {
    "global_network.first_conv": "ds_net.first_conv",
    "global_network.stages": "ds_net.layer_list",
    "global_network.final_norm": "ds_net.final_bn",
    "saliency_head.conv": "left_postprocess_net.gn_conv_last",
    "local_network": "dn_resnet",
    "attention.value": "mil_attn_V",
    "attention.gate": "mil_attn_U",
    "attention.score": "mil_attn_w",
    "local_classifier": "classifier_linear",
    "fusion": "fusion_dnn",
}

FIRST_CONV = "ds_net.first_conv.weight"
FINAL_NORM_MEAN = "ds_net.final_bn.running_mean"
LOCAL_FIRST_CONV = "dn_resnet.conv1.weight"
ATTENTION_VALUE = "mil_attn_V.weight"
FUSION = "fusion_dnn.weight"
_THIRD_CONV = "dn_resnet.layer1.0.conv3.weight"
_THIRD_BLOCK = "dn_resnet.layer1.2.conv1.weight"


def local_depth(entries: Container[str]) -> Depth:
    """How deep a file's patch network is, told by the entries that only deeper ones have."""
    from inference.networks.patch_resnet import Depth

    if _THIRD_CONV in entries:
        return Depth.RESNET50
    return Depth.RESNET34 if _THIRD_BLOCK in entries else Depth.RESNET18


def file_entry(module_entry: str) -> str:
    """The name in a file of one of our modules' state entries."""
    for ours, published in _FILE_PREFIXES.items():
        if module_entry.startswith(f"{ours}."):
            rest = module_entry[len(ours) :]
            if ours == "global_network.stages":
                rest = re.sub(r"\.norm([12])\.", r".bn\1.", rest)
                rest = rest.replace(".shortcut.", ".downsample.0.")
            return published + rest
    raise KeyError(module_entry)
