"""Fourth stage: the two-view model learns from the labels of breasts.

Its column is GMIC's network of whole images, and stays so: each image passes it once, and what
learns are the layers above the average over the image.
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
from inference.training.measures import area_under_curve
from inference.training.stored_images import read_stored
from inference.types import CLASS_NAMES

_SMALLEST_DEVIATION = 1e-6


@dataclass(frozen=True, slots=True)
class SeenBreasts:
    """What the column makes of many breasts.

    views: for CC and for MLO, (breasts, channels), averages over the image. labels: (breasts,
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
    """Let the column be GMIC's network of whole images."""
    column_of(network).load_state_dict(gmic.global_network.state_dict())


@torch.no_grad()
def averages(column: ResNet22, slices: Tensor) -> Tensor:
    """Map (images, rows, columns) to (images, channels), averaged over each image."""
    with short_floats(slices.device):
        images = slices.unsqueeze(1).contiguous(memory_format=torch.channels_last)
        features: Tensor = column(images)
    return features.float().mean(dim=(2, 3))


def see_breasts(
    folder: Path, column: ResNet22, kinds: Sequence[ImageKind], device: torch.device
) -> SeenBreasts:
    """Pass all stored breasts of a folder through the column; each kind counts apart.

    The statistics of normalisation stay those of the column, whatever mode it was in.
    """
    column.eval()
    seen: tuple[list[Tensor], list[Tensor]] = ([], [])
    labels = []
    for path in sorted(folder.glob("*_CC.safetensors")):
        for kind in kinds:
            stored = read_stored(path, kind)
            other = read_stored(path.with_name(path.name.replace("_CC", "_MLO")), kind)
            for vectors, one in zip(seen, (stored, other), strict=True):
                vectors.append(averages(column, on_device(one, device, None).slices)[0])
            labels.append(torch.tensor(stored.labels, dtype=torch.float32, device=device))
    return SeenBreasts((torch.stack(seen[0]), torch.stack(seen[1])), torch.stack(labels))


class TwoViewHead(nn.Module):
    """The layers that learn, with averages brought to a common scale.

    An average over a whole image hardly moves when one finding appears: each channel is measured
    once over the training breasts, and learning sees it in units of its own deviation.
    """

    means: Tensor
    deviations: Tensor

    def __init__(self, network: TwoViewNetwork, breasts: SeenBreasts) -> None:
        super().__init__()
        self.hidden = nn.ModuleDict({view.value: network.hidden[view.value] for view in BreastView})
        (self.output,) = network.outputs.values()
        self.means = nn.Buffer(torch.stack([view.mean(dim=0) for view in breasts.views]))
        deviations = torch.stack([view.std(dim=0) for view in breasts.views])
        self.deviations = nn.Buffer(deviations.clamp(min=_SMALLEST_DEVIATION))

    def forward(self, views: Sequence[Tensor], kept: Sequence[Tensor] | None = None) -> Tensor:
        """Log-odds of breasts from the averages of their views.

        kept: (breasts, 1) for each view, 0 where it is dropped. Returns (breasts, classes).
        """
        vectors = []
        for own, (view, average) in enumerate(zip(BreastView, views, strict=True)):
            vector = self.hidden[view.value]((average - self.means[own]) / self.deviations[own])
            vectors.append(vector if kept is None else vector * kept[own])
        logits: Tensor = self.output(vectors[0] + vectors[1])
        return logits

    @torch.no_grad()
    def write_into(self, network: TwoViewNetwork) -> None:
        """Write what was learned into a model, whose averages are on their own scale."""
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
        generator = torch.Generator().manual_seed(step)
        chosen = torch.randint(len(self._breasts.labels), (self._size,), generator=generator)
        kept = [
            (torch.rand(self._size, 1, generator=generator) >= share).float()
            for share in self._dropout
        ]
        labels = self._breasts.labels[chosen]
        logits = self._head(
            [view[chosen] for view in self._breasts.views],
            [one.to(labels.device) for one in kept],
        )
        return {"breasts": functional.binary_cross_entropy_with_logits(logits, labels)}


@torch.no_grad()
def measure_two_views(head: nn.Module, breasts: SeenBreasts) -> dict[str, float]:
    """AUC of the scores of breasts that are not learned from."""
    logits, labels = head(breasts.views).cpu(), breasts.labels.cpu()
    return {
        f"auc_{name}": area_under_curve(logits[:, own], labels[:, own])
        for own, name in enumerate(CLASS_NAMES)
    }
