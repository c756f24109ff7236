"""Fourth stage: the two-view model learns from the labels of breasts.

Its column begins as GMIC's network of whole images. The lower stages stay as they are, so each
image passes them once; only what lies above learns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.breast import BreastView
from inference.networks.gmic3d import Gmic3d
from inference.networks.resnet import ResNet22
from inference.networks.two_view import TwoViewNetwork
from inference.training.image_batches import on_device
from inference.training.image_kinds import ImageKind
from inference.training.learn_looks import short_floats
from inference.training.learning import Rates
from inference.training.measures import area_under_curve
from inference.training.stored_images import read_stored
from inference.types import CLASS_NAMES

_SMALLEST_DEVIATION = 1e-6
_HEADS = 3.0
"""How many times faster the layers above the column learn."""


@dataclass(frozen=True, slots=True)
class SeenBreasts:
    """What the lower stages make of many breasts.

    views: for CC and for MLO, (breasts, channels, rows, columns), float16. labels: (breasts,
    classes).
    """

    views: tuple[Tensor, Tensor]
    labels: Tensor


def column_of(network: TwoViewNetwork) -> ResNet22:
    """The one column of a shared model."""
    (column,) = network.columns.values()
    assert isinstance(column, ResNet22)
    return column


def start_from_gmic(network: TwoViewNetwork, gmic: Gmic3d) -> None:
    """Let the column begin as GMIC's network of whole images."""
    column_of(network).load_state_dict(gmic.global_network.state_dict())


@torch.no_grad()
def lower_stages(column: ResNet22, slices: Tensor) -> Tensor:
    """All stages but the last: (images, rows, columns) to (images, channels, ...)."""
    with short_floats(slices.device):
        images = slices.unsqueeze(1).contiguous(memory_format=torch.channels_last)
        features: Tensor = functional.max_pool2d(column.first_conv(images), 3, stride=2)
        for stage in column.stages[:-1]:
            features = stage(features)
    return features


def upper_stage(column: ResNet22, features: Tensor) -> Tensor:
    """The last stage, averaged over the image: (images, channels)."""
    seen: Tensor = column.stages[-1](features)
    return functional.relu(column.final_norm(seen)).mean(dim=(2, 3))


def see_breasts(
    folder: Path, column: ResNet22, kinds: Sequence[ImageKind], device: torch.device
) -> SeenBreasts:
    """Pass all stored breasts of a folder through the lower stages; each kind counts apart.

    The statistics of normalisation stay those of the column, whatever mode it was in.
    """
    column.eval()
    seen: tuple[list[Tensor], list[Tensor]] = ([], [])
    labels = []
    for path in sorted(folder.glob("*_CC.safetensors")):
        for kind in kinds:
            stored = read_stored(path, kind)
            other = read_stored(path.with_name(path.name.replace("_CC", "_MLO")), kind)
            for features, one in zip(seen, (stored, other), strict=True):
                image = on_device(one, device, None)
                features.append(lower_stages(column, image.slices)[0].half())
            labels.append(torch.tensor(stored.labels, dtype=torch.float32, device=device))
    return SeenBreasts((torch.stack(seen[0]), torch.stack(seen[1])), torch.stack(labels))


class TwoViewHead(nn.Module):
    """The part of a two-view model that learns, with averages brought to a common scale.

    An average over a whole image hardly moves when one finding appears: each channel is measured
    once over the training breasts, and learning sees it in units of its own deviation.
    """

    means: Tensor
    deviations: Tensor

    def __init__(self, network: TwoViewNetwork, breasts: SeenBreasts) -> None:
        super().__init__()
        self.column = column_of(network)
        self.hidden = nn.ModuleDict({view.value: network.hidden[view.value] for view in BreastView})
        (self.output,) = network.outputs.values()
        averages = [_averages(self.column, features) for features in breasts.views]
        self.means = nn.Buffer(torch.stack([one.mean(dim=0) for one in averages]))
        deviations = torch.stack([one.std(dim=0) for one in averages])
        self.deviations = nn.Buffer(deviations.clamp(min=_SMALLEST_DEVIATION))

    def rates(self, peak: float) -> Rates:
        """What learns: the last stage slowly, the heads faster."""
        heads = _HEADS * peak
        return [
            (self.column.stages[-1], peak),
            (self.column.final_norm, peak),
            (self.hidden, heads),
            (self.output, heads),
        ]

    def forward(self, views: Sequence[Tensor], kept: Sequence[Tensor] | None = None) -> Tensor:
        """Log-odds of breasts from what the lower stages made of their views.

        kept: (breasts, 1) for each view, 0 where it is dropped. Returns (breasts, classes).
        """
        vectors = []
        for own, (view, features) in enumerate(zip(BreastView, views, strict=True)):
            average = (upper_stage(self.column, features) - self.means[own]) / self.deviations[own]
            vector = self.hidden[view.value](average)
            vectors.append(vector if kept is None else vector * kept[own])
        logits: Tensor = self.output(vectors[0] + vectors[1])
        return logits

    @torch.no_grad()
    def write_into(self, network: TwoViewNetwork) -> None:
        """Write what was learned into a model, whose averages are on their own scale."""
        column_of(network).load_state_dict(self.column.state_dict())
        for own, view in enumerate(BreastView):
            learned, layer = (one.hidden[view.value] for one in (self, network))
            assert isinstance(learned, nn.Linear)
            assert isinstance(layer, nn.Linear)
            weight = learned.weight / self.deviations[own]
            bias = learned.bias - weight @ self.means[own]
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
        (output,) = network.outputs.values()
        output.load_state_dict(self.output.state_dict())


class TwoViewLearner:
    """Losses of a batch of breasts; now and then a view is dropped, as when it is missing."""

    def __init__(
        self, head: TwoViewHead, breasts: SeenBreasts, *, size: int, dropout: Sequence[float]
    ) -> None:
        """size: breasts a step. dropout: how often CC and MLO are dropped."""
        self._head = head
        self._breasts = breasts
        self._size = size
        self._dropout = dropout

    def losses(self, step: int) -> Mapping[str, Tensor]:
        """Draw a batch."""
        self._head.eval()
        generator = torch.Generator().manual_seed(step)
        chosen = torch.randint(len(self._breasts.labels), (self._size,), generator=generator)
        kept = [
            (torch.rand(self._size, 1, generator=generator) >= share).float()
            for share in self._dropout
        ]
        labels = self._breasts.labels[chosen]
        logits = self._head(
            [features[chosen].float() for features in self._breasts.views],
            [one.to(labels.device) for one in kept],
        )
        return {"breasts": functional.binary_cross_entropy_with_logits(logits, labels)}


@torch.no_grad()
def _averages(column: ResNet22, features: Tensor) -> Tensor:
    return torch.cat([upper_stage(column, part.float()) for part in torch.split(features, 16)])


@torch.no_grad()
def measure_two_views(head: nn.Module, breasts: SeenBreasts) -> dict[str, float]:
    """AUC of the scores of breasts that are not learned from."""
    pairs = zip(*(torch.split(features, 16) for features in breasts.views), strict=True)
    logits = torch.cat([head([one.float() for one in pair]) for pair in pairs]).cpu()
    labels = breasts.labels.cpu()
    return {
        f"auc_{name}": area_under_curve(logits[:, own], labels[:, own])
        for own, name in enumerate(CLASS_NAMES)
    }
