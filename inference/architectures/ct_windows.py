"""A classifier of windows of CT slices: R(2+1)D-18 or Swin3D-T with one output (papers/004)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from inference.architecture import ArchitectureSpec, Takes
from inference.card_key import CardKey, number, number_above_zero, one_of, whole_number
from inference.errors import WeightsError

if TYPE_CHECKING:
    from torch import nn

    from inference.model_card import ModelCard
    from inference.weights_entries import WeightsEntries

RESNET_STEM = "stem.0.weight"
SWIN_STEM = "patch_embed.proj.weight"
_RESNET_HEAD, _SWIN_HEAD = "fc.weight", "head.weight"
_LARGEST_HU = 32_768.0

CARD_KEYS: dict[str, CardKey] = {
    "window_slices": whole_number(512, example=32, comment="slices that are scored together"),
    "stride": whole_number(512, example=16, comment="slices from one window to the next"),
    "lowest_hu": number(-_LARGEST_HU, _LARGEST_HU, example=-1350.0, comment="clipped below"),
    "highest_hu": number(-_LARGEST_HU, _LARGEST_HU, example=150.0, comment="clipped above"),
    "mean": number(-1e3, 1e3, example=0.5, comment="of the clipped values as 0 to 1"),
    "deviation": number_above_zero(example=1.0),
    "resized_to": whole_number(4096, example=256, comment="pixels, before the middle is cut out"),
    "slice_order": one_of("head first", "feet first"),
}


def is_video_network(entries: WeightsEntries) -> bool:
    """Whether a file holds one of the two backbones, with whatever head."""
    return RESNET_STEM in entries or SWIN_STEM in entries


def head_of(entries: WeightsEntries) -> str:
    """The name of the weights of the backbone's head."""
    return _RESNET_HEAD if RESNET_STEM in entries else _SWIN_HEAD


def no_score_head(entries: WeightsEntries) -> str | None:
    """Why a backbone's file cannot score CT; None when it has a head of one output."""
    head = head_of(entries)
    if head not in entries:
        found = f'no head (the entry "{head}" is missing)'
    elif (outputs := entries.outputs(head, dimensions=2)) != 1:
        found = f"a head of {outputs} outputs"
    else:
        return None
    return (
        f"{entries.file_name} is a video backbone with {found}: it is not trained for CT and "
        "scores nothing. In Python, inference.ct_backbone.load_backbone makes it the start of a "
        "training, with a head of one output."
    )


def network_of(entries: WeightsEntries, outputs: int) -> nn.Module:
    """The backbone that the entries describe, with so many outputs; without their values."""
    if RESNET_STEM in entries:
        from inference.networks.video_resnet import VideoResNet, VideoResNetConfig

        return VideoResNet(
            VideoResNetConfig(
                channels=entries.outputs("stem.3.weight", dimensions=5),
                stem_channels=entries.outputs(RESNET_STEM, dimensions=5),
                outputs=outputs,
            )
        )
    if SWIN_STEM in entries:
        return _swin(entries, outputs)
    raise entries.missing(RESNET_STEM)


def _swin(entries: WeightsEntries, outputs: int) -> nn.Module:
    from inference.networks.swin3d import Swin3d, Swin3dConfig

    channels = entries.outputs(SWIN_STEM, dimensions=5)
    depths, heads = [], []
    stage = 0
    while _bias_table(stage, 0) in entries:
        depth = 1
        while _bias_table(stage, depth) in entries:
            depth += 1
        depths.append(depth)
        heads.append(_heads(entries, stage, channels * 2**stage))
        stage += 1
    if not depths:
        raise entries.missing(_bias_table(0, 0))
    config = Swin3dConfig(
        channels=channels, depths=tuple(depths), heads=tuple(heads), outputs=outputs
    )
    _require_usual_boxes(entries, config)
    return Swin3d(config)


def _bias_table(stage: int, block: int) -> str:
    return f"features.{2 * stage}.{block}.attn.relative_position_bias_table"


def _heads(entries: WeightsEntries, stage: int, channels: int) -> int:
    shape = tuple(entries.tensors[_bias_table(stage, 0)].shape)
    if len(shape) != 2 or shape[1] < 1 or channels % shape[1]:
        raise WeightsError(
            f'{entries.file_name}: entry "{_bias_table(stage, 0)}" has the shape {shape}, '
            "of another network."
        )
    return shape[1]


def _require_usual_boxes(entries: WeightsEntries, config: object) -> None:
    """Refuse position indices other than those of the 8 x 7 x 7 boxes; they address memory."""
    import torch

    from inference.networks.box_attention import relative_positions
    from inference.networks.swin3d import Swin3dConfig

    assert isinstance(config, Swin3dConfig)
    with torch.device("cpu"):
        usual = relative_positions(config.box, within=config.box)
    for name in entries:
        if name.endswith(".relative_position_index"):
            found = entries.tensors[name]
            if found.shape != usual.shape or not torch.equal(found.to(usual.dtype), usual):
                raise WeightsError(
                    f'{entries.file_name}: entry "{name}" is not that of boxes of '
                    f"{' x '.join(map(str, config.box))} cells."
                )


def _empty_network(entries: WeightsEntries, card: ModelCard) -> nn.Module:
    from inference.ct_preparation import CtPreparation

    if not is_video_network(entries):
        raise entries.missing(RESNET_STEM)
    obstacle = no_score_head(entries)
    if obstacle is not None:
        raise WeightsError(obstacle)
    CtPreparation.of_card(card.settings, rows=card.input_rows, columns=card.input_columns)
    return network_of(entries, outputs=1)


def _published(backbone: str) -> Callable[[], nn.Module]:
    def network() -> nn.Module:
        from inference.networks.swin3d import Swin3d
        from inference.networks.video_resnet import VideoResNet

        return VideoResNet() if backbone == "R(2+1)D" else Swin3d()

    return network


SPEC = ArchitectureSpec(
    title="CT window",
    takes=Takes.SERIES,
    empty_network=_empty_network,
    card_keys=CARD_KEYS,
    reference_networks={
        "R(2+1)D-18, one CT window": _published("R(2+1)D"),
        "Swin3D-T, one CT window": _published("Swin3D"),
    },
)
