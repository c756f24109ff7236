"""What a trained arm says of phantoms it never saw, image by image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inference.ablations.learning import examples_of
from inference.ablations.phantoms import AblationImage, Place
from inference.networks.gmic3d import Gmic3d, GmicOutput
from inference.networks.two_view import TwoViewNetwork
from inference.training_runs.config import TrainingConfig
from inference.training_runs.draw_window import PLAIN, cut_window
from inference.training_runs.learner import Learner
from inference.types import CLASS_NAMES

Outcome = dict[str, Any]
"""One image or breast: "breast", "labels", and by measure a value for each class, None where the
image has no finding of the class."""
_SLICES_OFF = 1


@torch.inference_mode()
def outcomes(
    learner: Learner, config: TrainingConfig, images: Sequence[AblationImage]
) -> list[Outcome]:
    """Score every image, or every breast, once."""
    learner.eval()
    network = learner.exported()
    if isinstance(network, TwoViewNetwork):
        return _of_breasts(network, config, images)
    assert isinstance(network, Gmic3d), "the arms are of these two kinds"
    return [_of_image(network, image) for image in images]


def _of_breasts(
    network: TwoViewNetwork, config: TrainingConfig, images: Sequence[AblationImage]
) -> list[Outcome]:
    breast_of = {image.prepared.known.key: image.breast for image in images}
    found = []
    for example in examples_of(config, images):
        cc, mlo = (torch.from_numpy(cut_window(one, PLAIN)) for one in example.images)
        found.append(
            {
                "breast": breast_of[example.images[0].known.key],
                "labels": [int(label) for label in example.known.labels],
                "score": _rounded(network(cc, mlo)[0]),
            }
        )
    return found


def _of_image(network: Gmic3d, image: AblationImage) -> Outcome:
    volume = torch.from_numpy(cut_window(image.prepared, PLAIN))
    seen: GmicOutput = network(volume.unsqueeze(0))
    return {
        "breast": image.breast,
        "labels": [int(label) for label in image.prepared.known.labels],
        "score": _rounded(seen.scores[0]),
        "global_score": _rounded(seen.global_scores[0]),
        "local_score": _rounded(seen.local_scores[0]),
        "peak_on_finding": _by_class(image, lambda place: _peaks_on(seen, image, place)),
        "saliency_on_finding": _by_class(image, lambda place: _share_on(seen, image, place)),
        "finding_in_patch": _by_class(image, lambda place: _in_patch(seen, network, place)),
    }


def _rounded(scores: Tensor) -> list[float]:
    # Enough digits that scores close to 0 keep their order.
    return [float(f"{score:.6g}") for score in scores.tolist()]


def _by_class(image: AblationImage, measure: Any) -> list[float | None]:
    values: list[float | None] = []
    for own in range(len(CLASS_NAMES)):
        places = [place for place in image.places if place.finding_class == own]
        values.append(round(float(measure(places[0])), 4) if places else None)
    return values


def _on_finding(seen: GmicOutput, image: AblationImage, place: Place) -> Tensor:
    """Which cells (slices, rows, columns) lie on a finding or touch it."""
    slices, _, rows, columns = seen.saliency.shape[1:]
    height = image.prepared.input_rows / rows
    width = image.prepared.input_columns / columns
    down = np.abs((np.arange(rows) + 0.5) * height - place.row)
    across = np.abs((np.arange(columns) + 0.5) * width - place.column)
    touched = (down < place.radius + height / 2)[:, None] & (across < place.radius + width / 2)
    near = np.abs(np.arange(slices) - place.slice_index) <= _SLICES_OFF
    return torch.from_numpy(near[:, None, None] & touched)


def _peaks_on(seen: GmicOutput, image: AblationImage, place: Place) -> float:
    """1 where the class's strongest cell touches its finding; ties share it."""
    cells = seen.saliency[0, :, place.finding_class]
    strongest = cells == cells.max()
    return float((strongest & _on_finding(seen, image, place)).sum() / strongest.sum())


def _share_on(seen: GmicOutput, image: AblationImage, place: Place) -> float:
    """How much of the class's saliency lies on its finding."""
    cells = seen.saliency[0, :, place.finding_class]
    total = float(cells.sum())
    return float(cells[_on_finding(seen, image, place)].sum()) / total if total > 0 else 0.0


def _in_patch(seen: GmicOutput, network: Gmic3d, place: Place) -> bool:
    """Whether any patch holds the finding's middle."""
    side = network.config.patch_side
    return any(
        0 <= place.row - patch.top < side
        and 0 <= place.column - patch.left < side
        and abs(patch.slice_index - place.slice_index) <= _SLICES_OFF
        for patch in seen.positions[0]
    )
