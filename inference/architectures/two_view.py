"""Two views: the CC and the MLO mammogram of one breast, scored together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from inference.architecture import ArchitectureSpec, Takes
from inference.breast import BreastView
from inference.card_key import one_of, whole_numbers

if TYPE_CHECKING:
    from torch import nn

    from inference.model_card import ModelCard
    from inference.networks.two_view import InputSize, TwoViewConfig
    from inference.weights_entries import WeightsEntries

VARIANTS = ("shared", "joint", "split", "cc", "mlo")
LARGEST_INPUT = 20_000


def config_of(entries: WeightsEntries, card: ModelCard) -> TwoViewConfig:
    """The sizes and choices that a file's entries and its card describe. Raises WeightsError."""
    from inference.networks.resnet import Norm
    from inference.networks.two_view import TwoViewConfig, Variant

    variant = Variant(card.settings["variant"])
    view = variant.views[0]
    column = f"columns.{variant.column_of(view)}"
    first_channels = entries.width(f"{column}.first_conv.weight")
    image_channels = entries.tensors[f"{column}.first_conv.weight"].shape[1]
    return TwoViewConfig(
        variant=variant,
        cc_input=_input_size(card, BreastView.CC),
        mlo_input=_input_size(card, BreastView.MLO),
        has_heat_maps=image_channels > 1,
        norm=Norm.BATCH if f"{column}.final_norm.running_mean" in entries else Norm.GROUP,
        first_channels=first_channels,
        hidden_units=entries.outputs(f"hidden.{view.value}.weight", dimensions=2),
    )


def card_settings(config: TwoViewConfig) -> dict[str, object]:
    """What the card of a network says that its entries do not."""
    return {
        "variant": config.variant.value,
        "cc_input": list(config.cc_input),
        "mlo_input": list(config.mlo_input),
    }


def _input_size(card: ModelCard, view: BreastView) -> InputSize:
    from inference.networks.two_view import InputSize, TwoViewConfig

    given = card.settings.get(f"{view.value}_input")
    return InputSize(*given) if given else TwoViewConfig().input_size(view)


def _empty_network(entries: WeightsEntries, card: ModelCard) -> nn.Module:
    from inference.networks.two_view import TwoViewNetwork

    return TwoViewNetwork(config_of(entries, card))


def _published(variant: str, *, has_heat_maps: bool = False) -> Callable[[], nn.Module]:
    def network() -> nn.Module:
        from inference.networks.two_view import TwoViewConfig, TwoViewNetwork, Variant

        return TwoViewNetwork(TwoViewConfig(variant=Variant(variant), has_heat_maps=has_heat_maps))

    return network


SPEC = ArchitectureSpec(
    title="two-view",
    takes=Takes.BREAST,
    empty_network=_empty_network,
    card_keys={
        "variant": one_of(*VARIANTS, comment=", ".join(VARIANTS)),
        "cc_input": whole_numbers(2, LARGEST_INPUT, example=[2677, 1942]),
        "mlo_input": whole_numbers(2, LARGEST_INPUT, example=[2974, 1748]),
    },
    needs=("variant",),
    reference_networks={
        "Two views, shared": _published("shared"),
        "Two views, joint": _published("joint"),
        "Two views, split": _published("split"),
        "One view, CC": _published("cc"),
        "One view, MLO": _published("mlo"),
        "Two views, shared, heat maps": _published("shared", has_heat_maps=True),
    },
)
