"""A common start for every arm, and so many steps from there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.ablations.phantoms import AblationImage
from inference.networks.resnet import ResNet22
from inference.networks.saliency import CLASSES
from inference.training_runs.build_network import build_network, first_weights, whole_image_networks
from inference.training_runs.check_config import views_of_a_breast
from inference.training_runs.config import ImageType, RunSettings, TrainingConfig
from inference.training_runs.draw_window import PLAIN, cut_window
from inference.training_runs.epoch_plan import Draw, balanced_epoch, steps_of
from inference.training_runs.examples import Example, breast_examples, image_examples
from inference.training_runs.gmic_learner import GmicLearner
from inference.training_runs.learner import Learner
from inference.training_runs.load_images import ImageDataset, image_loader
from inference.training_runs.two_view_learner import TwoViewLearner

TRUNK_RATE = 1e-3
_ON_FINDING = 0.7
_POSITIVE_WEIGHT = 4.0
_SHARE_PRIOR = -4.0
_SPARSITY = 0.02
_SLICES_WITHOUT = 1
NEAR_SLICES = 1
"""As far from a finding's middle it may still be seen."""
CONSTANTS = (TRUNK_RATE, _ON_FINDING, _POSITIVE_WEIGHT, _SHARE_PRIOR, _SPARSITY, _SLICES_WITHOUT)
"""What else decides about a start."""


def learner_of(config: TrainingConfig, trunk: Path | None) -> Learner:
    """The network of a configuration on a whole-slice network that was trained before."""
    network = build_network(config)
    if trunk is not None:
        for part in whole_image_networks(network):
            part.load_state_dict(torch.load(trunk, weights_only=True))
    optimisation = config.optimisation
    if views_of_a_breast(config):
        return TwoViewLearner(network)  # type: ignore[arg-type]
    return GmicLearner(
        network,  # type: ignore[arg-type]
        beta=optimisation.beta,
        slices_at_once=optimisation.slices_at_once,
        rotate_patches=config.data.images != (ImageType.DBT,),
    )


def learn(learner: Learner, config: TrainingConfig, images: Sequence[AblationImage]) -> float:
    """Train for the configured epochs; the mean loss of the last one."""
    own = config.optimisation
    examples = examples_of(config, images)
    dataset = ImageDataset(examples, seed=config.seed, augmentation=config.augmentation)
    pieces = list(_pieces(config, examples))
    loader = image_loader(dataset, pieces, RunSettings(workers=0), pin_memory=False)
    parameters = [one for one in learner.parameters() if one.requires_grad]
    optimiser = torch.optim.Adam(parameters, lr=own.learning_rate)
    learner.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    learner.train()
    losses = []
    for batch in loader:
        loss = learner(batch).loss
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, own.gradient_norm)
        optimiser.step()
        losses.append(loss.item())
    return float(np.mean(losses[-max(1, len(losses) // own.epochs) :]))


def examples_of(config: TrainingConfig, images: Sequence[AblationImage]) -> tuple[Example, ...]:
    """What the network scores at a time."""
    views = views_of_a_breast(config)
    prepared = [image.prepared for image in images]
    return breast_examples(prepared, views) if views else image_examples(prepared)


def _pieces(config: TrainingConfig, examples: Sequence[Example]) -> Iterator[tuple[Draw, ...]]:
    known = [example.known for example in examples]
    for epoch in range(config.optimisation.epochs):
        draws = balanced_epoch(known, seed=config.seed, epoch=epoch)
        yield from steps_of(draws, config.optimisation.batch)


def train_trunk(
    images: Sequence[AblationImage],
    path: Path,
    *,
    channels: int,
    epochs: int,
    batch: int,
    is_sparse: bool,
    begins_from: Path | None = None,
) -> None:
    """Teach a whole-slice network where findings lie, cell by cell, and keep it at `path`.

    is_sparse: let its channels be high on findings and low elsewhere, as the 3D-GMIC paper has
    it of a pretrained network (section V-B.4). Left to itself so short a training comes out the
    other way round: most channels tell what is no finding.
    begins_from: a network taught before on other images; the paper, too, begins volumes from what
    was learned on plain mammograms (section V-D).
    """
    with first_weights(77):
        trunk = ResNet22(first_channels=channels)
        cells = nn.Conv2d(trunk.out_channels, CLASSES, 1)
        if is_sparse:
            # What no channel speaks for is no finding from the first step on.
            nn.init.constant_(cells.bias, _SHARE_PRIOR)  # type: ignore[arg-type]
    if begins_from is not None:
        trunk.load_state_dict(torch.load(begins_from, weights_only=True))
    trunk.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.Adam([*trunk.parameters(), *cells.parameters()], lr=TRUNK_RATE)
    generator = np.random.default_rng(77)
    for _ in range(epochs):
        order = generator.permutation(len(images))
        for first in range(0, len(order) - batch + 1, batch):
            shown = [images[index] for index in order[first : first + batch]]
            slices, chosen = zip(*(_taught_slices(one, generator) for one in shown), strict=True)
            features = trunk(torch.cat(slices).unsqueeze(1))
            evidence = cells(features)
            rows, columns = evidence.shape[2:]
            targets = [
                cell_targets(one, rows, columns, own[-1] + 1)[own]
                for one, own in zip(shown, chosen, strict=True)
            ]
            loss = _cell_loss(evidence, torch.cat(targets))
            if is_sparse:
                loss = loss + _SPARSITY * features.mean()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    torch.save(trunk.state_dict(), path)


def _taught_slices(
    image: AblationImage, generator: np.random.Generator
) -> tuple[Tensor, list[int]]:
    """The middle slices of an image's findings, and some without: (slices, rows, columns), which.

    The whole volume is standardised, so that slices look as they do in it.
    """
    volume = torch.from_numpy(cut_window(image.prepared, PLAIN))
    middles = {place.slice_index for place in image.places}
    others = [
        index
        for index in range(len(volume))
        if all(abs(index - middle) > NEAR_SLICES for middle in middles)
    ]
    wanted = min(len(others), _SLICES_WITHOUT if middles else 2 * _SLICES_WITHOUT)
    chosen = sorted(middles | set(generator.choice(others, wanted, replace=False).tolist()))
    return volume[chosen], chosen


def cell_targets(image: AblationImage, rows: int, columns: int, slices: int) -> Tensor:
    """(slices, classes, rows, columns): 1 on a finding, 0 elsewhere, NaN beside it."""
    height = image.prepared.input_rows / rows
    width = image.prepared.input_columns / columns
    centre_rows = (np.arange(rows) + 0.5) * height
    centre_columns = (np.arange(columns) + 0.5) * width
    targets = np.zeros((slices, CLASSES, rows, columns), np.float32)
    for place in image.places:
        distance = np.hypot(centre_rows[:, None] - place.row, centre_columns - place.column)
        on_finding = (distance < _ON_FINDING * place.radius) | (distance == distance.min())
        beside = distance < place.radius + height
        own = targets[:, place.finding_class]
        for index in range(slices):
            if abs(index - place.slice_index) <= NEAR_SLICES:
                own[index][beside] = np.nan
        own[place.slice_index][on_finding] = 1.0
    return torch.from_numpy(targets)


def _cell_loss(evidence: Tensor, targets: Tensor) -> Tensor:
    known = ~targets.isnan()
    weight = 1 + (_POSITIVE_WEIGHT - 1) * targets[known]
    return functional.binary_cross_entropy_with_logits(evidence[known], targets[known], weight)
