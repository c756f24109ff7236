"""GMIC: 2D mammograms, real or synthetic; with and without the fusion layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from inference import entry_names
from inference.architecture import ArchitectureSpec, PublishedFamily, Takes
from inference.architectures.gmic3d import CARD_KEYS, configured

if TYPE_CHECKING:
    from torch import nn

    from inference.model_card import ModelCard
    from inference.weights_entries import WeightsEntries


def _empty_network(entries: WeightsEntries, card: ModelCard) -> nn.Module:
    from inference.networks.gmic import Gmic, GmicConfig

    is_fused = entry_names.FUSION in entries
    saliency = "sigmoid" if is_fused else "relu_tanh"
    config = configured(GmicConfig(fusion=is_fused), entries, card, saliency)
    assert isinstance(config, GmicConfig)
    return Gmic(config)


def _published(local_depth: int) -> Callable[[], nn.Module]:
    def network() -> nn.Module:
        from inference.networks.gmic import Gmic, GmicConfig
        from inference.networks.patch_resnet import Depth

        return Gmic(GmicConfig(local_depth=Depth(local_depth)))

    return network


def _of_3d_paper(kind: str) -> Callable[[], nn.Module]:
    def network() -> nn.Module:
        from inference.networks.gmic import FFDM_CONFIG, SYNTHETIC_2D_CONFIG, Gmic

        return Gmic(FFDM_CONFIG if kind == "FFDM" else SYNTHETIC_2D_CONFIG)

    return network


SPEC = ArchitectureSpec(
    title="GMIC",
    takes=Takes.IMAGE,
    empty_network=_empty_network,
    file_entry=entry_names.file_entry,
    card_keys=CARD_KEYS,
    needs=("top_t", "patches"),
    published=PublishedFamily(
        title="GMIC",
        top_t=(0.02, 0.03, 0.03, 0.05, 0.1),
        patches=(6, 6, 6, 6, 6),
        training_data="Screening mammograms of NYU Langone Health",
        licence="AGPL-3.0; see the authors' licence",
    ),
    reference_networks={
        "GMIC, ResNet-18": _published(18),
        "GMIC, ResNet-34": _published(34),
        "GMIC, ResNet-50": _published(50),
        "GMIC of the 3D paper, FFDM": _of_3d_paper("FFDM"),
        "GMIC of the 3D paper, synthetic 2D": _of_3d_paper("synthetic 2D"),
    },
)
