"""One score a breast from its two views: the CC and the MLO mammogram seen together.

Source: Wu et al., "Improving the ability of deep neural networks to use information from
multiple views in breast cancer screening", sections 3, 4 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from inference.breast import BreastView
from inference.networks.counted_part import CountedPart
from inference.networks.resnet import STAGES, Norm, ResNet22
from inference.networks.saliency import CLASSES

HEAT_MAPS = CLASSES
"""Channels behind the image: where another model sees something benign, and malignant."""

_BOTH = "both"


class Variant(Enum):
    """How the two views come together; the value is what model cards say."""

    SHARED = "shared"
    """One column of layers for both views: the paper's best."""
    JOINT = "joint"
    """A column for each view."""
    SPLIT = "split"
    """Two single-view networks; the score is the mean of theirs."""
    CC_ONLY = "cc"
    """A single-view network."""
    MLO_ONLY = "mlo"

    @property
    def views(self) -> tuple[BreastView, ...]:
        """The views it looks at."""
        if self is Variant.CC_ONLY:
            return (BreastView.CC,)
        return (BreastView.MLO,) if self is Variant.MLO_ONLY else tuple(BreastView)

    def column_of(self, view: BreastView) -> str:
        """The name of the layers that see a view."""
        return _BOTH if self is Variant.SHARED else view.value

    def output_of(self, view: BreastView) -> str:
        """The name of the output layer that a view's features enter."""
        return _BOTH if self in (Variant.SHARED, Variant.JOINT) else view.value


class InputSize(NamedTuple):
    """Of a standardised image."""

    rows: int
    columns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoViewConfig:
    """Sizes and choices of one network; the defaults are the paper's."""

    variant: Variant = Variant.SHARED
    cc_input: InputSize = InputSize(2677, 1942)
    mlo_input: InputSize = InputSize(2974, 1748)
    has_heat_maps: bool = False
    """Whether two maps of another model stand behind the image as channels."""
    norm: Norm = Norm.BATCH
    first_channels: int = 16
    """Channels after the first convolution."""
    hidden_units: int = 512
    """Length of a view's vector."""
    cc_dropout: float = 0.0
    """In training, the probability that a breast's CC vector is dropped whole."""
    mlo_dropout: float = 0.0

    def __post_init__(self) -> None:
        for name, probability in (("cc", self.cc_dropout), ("mlo", self.mlo_dropout)):
            if not 0.0 <= probability < 1.0:
                raise ValueError(f"{name}_dropout must be at least 0 and below 1: {probability}")
        if self.hidden_units < 1:
            raise ValueError(f"hidden_units must be at least 1, got {self.hidden_units}")

    @property
    def image_channels(self) -> int:
        """Channels of an input."""
        return 1 + HEAT_MAPS if self.has_heat_maps else 1

    @property
    def features(self) -> int:
        """Channels after the last stage, averaged over the whole image."""
        return self.first_channels << (STAGES - 1)

    def input_size(self, view: BreastView) -> InputSize:
        """Rows and columns of a view's input."""
        return self.cc_input if view is BreastView.CC else self.mlo_input

    def dropout(self, view: BreastView) -> float:
        """How often a view is dropped in training."""
        return self.cc_dropout if view is BreastView.CC else self.mlo_dropout


class TwoViewNetwork(nn.Module):
    """Columns of ResNet-22, a fully connected layer a view, and the output layer."""

    def __init__(self, config: TwoViewConfig) -> None:
        super().__init__()
        self.config = config
        self.columns = nn.ModuleDict()
        self.hidden = nn.ModuleDict()
        self.outputs = nn.ModuleDict()
        for view in config.variant.views:
            column, output = config.variant.column_of(view), config.variant.output_of(view)
            if column not in self.columns:
                self.columns[column] = ResNet22(
                    first_channels=config.first_channels,
                    norm=config.norm,
                    in_channels=config.image_channels,
                )
            self.hidden[view.value] = nn.Linear(config.features, config.hidden_units)
            if output not in self.outputs:
                self.outputs[output] = nn.Linear(config.hidden_units, CLASSES)

    def see(self, view: BreastView, images: Tensor) -> Tensor:
        """Turn a view's images into vectors: (images, hidden units).

        images: standardised (images, rows, columns), or (images, channels, rows, columns) with
        heat maps behind the image.
        """
        if images.dim() == 3:
            images = images.unsqueeze(1)
        if images.shape[1] != self.config.image_channels:
            raise ValueError(
                f"expected {self.config.image_channels} channels, got {images.shape[1]}"
            )
        features = self.columns[self.config.variant.column_of(view)](images)
        vectors: Tensor = self.hidden[view.value](features.mean(dim=(2, 3)))
        return vectors

    def conclude(self, cc: Tensor | None, mlo: Tensor | None) -> Tensor:
        """Score breasts from the vectors of their views: (breasts, classes), 0..1.

        A view that is None is dropped: where the vectors are added it counts as zero, as in
        training with modality dropout; a split network answers with the other view's score.
        Raises ValueError when nothing is left that the network looks at.
        """
        given = {BreastView.CC: cc, BreastView.MLO: mlo}
        there = {
            view: vector
            for view in self.config.variant.views
            if (vector := given[view]) is not None
        }
        if not there:
            raise ValueError(f"a {self.config.variant.value} network needs one of its views")
        entering: dict[str, Tensor] = {}
        for view, vector in there.items():
            name = self.config.variant.output_of(view)
            entering[name] = entering[name] + vector if name in entering else vector
        scores = [torch.sigmoid(self.outputs[name](total)) for name, total in entering.items()]
        return torch.stack(scores).mean(dim=0)

    def forward(self, cc: Tensor | None, mlo: Tensor | None) -> Tensor:
        """Score breasts: (breasts, classes), 0..1; in training with modality dropout.

        cc, mlo: standardised images, (breasts, rows, columns) or with channels; None where there
        is no such view. A view that the variant does not look at is not computed.
        """
        given = {BreastView.CC: cc, BreastView.MLO: mlo}
        vectors: dict[BreastView, Tensor] = {}
        for view in self.config.variant.views:
            images = given[view]
            if images is not None:
                vectors[view] = self._dropped(view, self.see(view, images))
        return self.conclude(vectors.get(BreastView.CC), vectors.get(BreastView.MLO))

    def counted_parts(self, slices: int) -> tuple[CountedPart, ...]:
        """What one breast costs, an image a view."""
        return tuple(
            CountedPart(
                partial(self.see, view),
                (1, self.config.image_channels, *self.config.input_size(view)),
                1,
            )
            for view in self.config.variant.views
        )

    def _dropped(self, view: BreastView, vectors: Tensor) -> Tensor:
        """In training, drop a view's vectors whole, each breast on its own.

        What is kept is not scaled up: a view that is missing later is then what was trained with.
        """
        probability = self.config.dropout(view)
        if not self.training or probability == 0.0:
            return vectors
        kept = torch.rand(len(vectors), 1, device=vectors.device) >= probability
        return vectors * kept
