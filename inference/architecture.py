"""The architectures there are; reading this needs no torch.

A new one is a member of Architecture and a module of its name in inference/architectures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from inference.card_key import CardKey
    from inference.model_card import ModelCard
    from inference.weights_entries import WeightsEntries


class Takes(Enum):
    """What a model scores at a time."""

    VOLUME = "volume"
    IMAGE = "2D image"
    BREAST = "breast"
    SERIES = "CT series"


class Architecture(Enum):
    """Which network a file's entries belong to; the value is what model cards say."""

    GMIC3D = "gmic3d"
    """3D-GMIC: tomosynthesis volumes."""
    GMIC = "gmic"
    """GMIC: 2D mammograms, real or synthetic."""
    TWO_VIEW = "two_view"
    """The CC and the MLO mammogram of one breast together."""
    CT_WINDOWS = "ct_windows"
    """A video network that scores windows of CT slices."""

    @property
    def spec(self) -> ArchitectureSpec:
        """What is known of it."""
        found: ArchitectureSpec = import_module(f"inference.architectures.{self.value}").SPEC
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFamily:
    """The five published members of one architecture, sample_model_1.p to sample_model_5.p."""

    title: str
    top_t: tuple[float, ...]
    patches: tuple[int, ...]
    training_data: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchitectureSpec:
    """What tells one architecture from another."""

    title: str
    """For people; error messages say "is no ... network"."""
    takes: Takes
    empty_network: Callable[[WeightsEntries, ModelCard], nn.Module]
    """Makes the network that a file's entries and its card describe, without their values.

    Raises WeightsError when they describe none.
    """
    file_entry: Callable[[str], str] = str
    """The name in a file of one of the network's state entries; by default its own."""
    card_keys: Mapping[str, CardKey] = field(default_factory=dict)
    """Keys its model cards may hold besides those of every card; other keys are free text."""
    needs: tuple[str, ...] = ()
    """Those of `card_keys` that its cards must hold."""
    published: PublishedFamily | None = None
    reference_networks: Mapping[str, Callable[[], nn.Module]]
    """Its networks at published size by name, without weights: what their cost is counted on."""
