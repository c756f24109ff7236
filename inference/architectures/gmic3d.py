"""3D-GMIC: tomosynthesis volumes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from inference import entry_names
from inference.architecture import ArchitectureSpec, PublishedFamily, Takes
from inference.card_key import number_above_zero, one_of, whole_number
from inference.errors import WeightsError

if TYPE_CHECKING:
    from torch import nn

    from inference.model_card import ModelCard
    from inference.networks.gmic3d import Gmic3dConfig
    from inference.weights_entries import WeightsEntries

MOST_PATCHES = 1000

CARD_KEYS = {
    "top_t": number_above_zero(
        example=1.51, comment="cells averaged for the global score, in units of one slice's cells"
    ),
    "patches": whole_number(MOST_PATCHES, example=12),
    "saliency": one_of("relu_tanh", "sigmoid"),
    "patch_side": whole_number(4096, smallest=32, example=256),
    "neighbour_slices": whole_number(4096, smallest=0, example=10),
}


def configured(
    published: Gmic3dConfig, entries: WeightsEntries, card: ModelCard, saliency: str
) -> Gmic3dConfig:
    """A configuration with the sizes of the card and of the entries' shapes.

    saliency: the nonlinearity where the card names none.
    """
    from inference.networks.resnet import Norm
    from inference.networks.saliency import Nonlinearity

    assert card.top_t is not None, "a card of this architecture holds it"
    assert card.patches is not None, "a card of this architecture holds it"
    return replace(
        published,
        top_t=card.top_t,
        patches=card.patches,
        patch_side=card.settings.get("patch_side", published.patch_side),
        neighbour_slices=card.settings.get("neighbour_slices", published.neighbour_slices),
        input_rows=card.input_rows or published.input_rows,
        input_columns=card.input_columns or published.input_columns,
        norm=Norm.BATCH if entry_names.FINAL_NORM_MEAN in entries else Norm.GROUP,
        nonlinearity=Nonlinearity(card.saliency.value if card.saliency else saliency),
        global_channels=entries.width(entry_names.FIRST_CONV),
        local_channels=entries.width(entry_names.LOCAL_FIRST_CONV),
        local_depth=entry_names.local_depth(entries),
        attention_units=entries.outputs(entry_names.ATTENTION_VALUE, dimensions=2),
    )


def _empty_network(entries: WeightsEntries, card: ModelCard) -> nn.Module:
    from inference.networks.gmic3d import Gmic3d, Gmic3dConfig

    if entry_names.FUSION in entries:
        raise WeightsError(
            f'{entries.file_name} holds "{entry_names.FUSION}", so it is a 2D GMIC, '
            'but its card says architecture = "gmic3d".'
        )
    return Gmic3d(configured(Gmic3dConfig(), entries, card, "relu_tanh"))


def _published_network() -> nn.Module:
    from inference.networks.gmic3d import Gmic3d, Gmic3dConfig

    return Gmic3d(Gmic3dConfig())


SPEC = ArchitectureSpec(
    title="3D-GMIC",
    takes=Takes.VOLUME,
    empty_network=_empty_network,
    file_entry=entry_names.file_entry,
    card_keys=CARD_KEYS,
    needs=("top_t", "patches"),
    published=PublishedFamily(
        title="3D-GMIC",
        top_t=(
            1.5108578607685,
            2.0584660301930686,
            1.1336909878403076,
            1.5651680987233705,
            2.293890202354881,
        ),
        patches=(12, 12, 8, 16, 8),
        training_data="Digital breast tomosynthesis of NYU Langone Health",
        licence="Internal non-commercial research use only; see the authors' licence",
    ),
    reference_networks={"3D-GMIC": _published_network},
)
