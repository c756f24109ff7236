"""How good a network is on stored views it does not learn from: the points of a learning curve."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from inference.networks.gmic3d import Gmic3d
from inference.networks.patches import choose_patches, crop_patches
from inference.networks.saliency import pool_top_cells
from inference.training.image_batches import LabelledImage, on_device
from inference.training.image_kinds import ImageKind
from inference.training.learn_looks import evidence_of, short_floats
from inference.training.measures import area_under_curve
from inference.training.stored_images import read_stored
from inference.types import CLASS_NAMES


class Watch:
    """Measures a network on the views of a folder."""

    def __init__(
        self, folder: Path, kinds: Sequence[ImageKind], device: torch.device, *, most: int = 64
    ) -> None:
        self._folder = folder
        self._most = most
        self._kinds = kinds
        self._device = device

    @torch.inference_mode()
    def measure(self, network: nn.Module) -> dict[str, float]:
        """AUC of the global, local and joint scores, and how often saliency peaks on findings."""
        assert isinstance(network, Gmic3d)
        labels, scores, hits = [], [], []
        for path in sorted(self._folder.glob("*.safetensors"))[: self._most]:
            for kind in self._kinds:
                image = on_device(read_stored(path, kind), self._device, None)
                saliency = self._saliency(network, image)
                scores.append(_scores(network, image, saliency))
                labels.append(image.labels.tolist())
                hits.append(_hits(image, saliency))
        measured = {}
        of_all, truth = np.array(scores), np.array(labels)
        for index, name in enumerate(CLASS_NAMES):
            for part, which in enumerate(("global", "local", "joint")):
                area = area_under_curve(of_all[:, part, index], truth[:, index])
                measured[f"auc_{name}_{which}"] = area
            found = [hit for one in hits if (hit := one[index]) is not None]
            measured[f"peak_on_{name}"] = sum(found) / len(found) if found else float("nan")
        return measured

    def _saliency(self, network: Gmic3d, image: LabelledImage) -> Tensor:
        with short_floats(self._device):
            evidence = evidence_of(network, image.slices)
        return network.saliency_head.nonlinearity(evidence.float())


def _scores(network: Gmic3d, image: LabelledImage, saliency: Tensor) -> list[list[float]]:
    pooled = pool_top_cells(saliency, network.config.top_t)
    places = choose_patches(
        saliency,
        input_rows=image.slices.shape[1],
        input_columns=image.slices.shape[2],
        count=network.config.patches,
    )
    with short_floats(image.slices.device):
        local = network.look_at_patches(crop_patches(image.slices, places)[None]).scores[0]
    return [part.float().tolist() for part in (pooled, local, (pooled + local) / 2)]


def _hits(image: LabelledImage, saliency: Tensor) -> list[bool | None]:
    """Whether each class's strongest cell lies on its finding, 3 mm deep; None without one."""
    hits: list[bool | None] = [None, None]
    rows, columns = saliency.shape[2:]
    for finding, off_mm in zip(image.findings, image.off_focus_mm.T, strict=True):
        own = int(finding[0])
        place = int(saliency[:, own].argmax())
        slice_index, cell = divmod(place, rows * columns)
        row = (cell // columns + 0.5) / rows * image.slices.shape[1]
        column = (cell % columns + 0.5) / columns * image.slices.shape[2]
        away = float(torch.hypot(finding[1] - row, finding[2] - column))
        hits[own] = away <= float(finding[3]) + 64 and abs(float(off_mm[slice_index])) <= 3
    return hits
