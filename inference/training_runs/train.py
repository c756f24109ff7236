"""A whole run: prepare the images, pretrain, train, keep the best weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from inference.errors import DeviceUnavailableError
from inference.training_runs.build_network import build_network
from inference.training_runs.check_config import image_types, views_of_a_breast
from inference.training_runs.check_images import check_images
from inference.training_runs.config import ImageType, TrainingConfig
from inference.training_runs.draw_window import margin_pixels
from inference.training_runs.epoch_plan import with_parts
from inference.training_runs.errors import ConfigError
from inference.training_runs.examples import (
    PreparedImage,
    TrainingImage,
    of_whole_breasts,
)
from inference.training_runs.input_sizes import input_size
from inference.training_runs.prepare_images import ImagePreparation
from inference.training_runs.run_folder import RunFolder
from inference.training_runs.run_progress import TrainingProgress
from inference.training_runs.stages import StagesInTurn
from inference.training_runs.team import run_together


def image_kinds(config: TrainingConfig) -> tuple[ImageType, ...]:
    """Every kind of image that any stage needs, each once."""
    wanted = [stage.images for stage in config.pretraining] + list(image_types(config))
    return tuple(dict.fromkeys(wanted))


def train(
    config: TrainingConfig,
    images: Sequence[TrainingImage],
    folder: RunFolder,
    *,
    resume: bool,
    device: str,
    processes: int,
    make_progress: Callable[[], TrainingProgress],
) -> None:
    """Run a configuration on images of the kinds that image_kinds tells.

    device: "cpu" or "cuda". make_progress: called in the process that reports; can be pickled
    when there are several. Raises TrainingError by its subclasses, WeightsError, and what the
    progress raises.
    """
    share = config.optimisation.images_at_once * processes
    if config.optimisation.batch % share:
        raise ConfigError(
            f"a batch of {config.optimisation.batch} cannot be shared by {processes} processes "
            f"with {config.optimisation.images_at_once} images at once",
            f"make [optimisation] batch a multiple of {share}",
        )
    if device == "cuda" and processes > torch.cuda.device_count():
        raise ConfigError(
            f"{processes} processes want a GPU each, and {torch.cuda.device_count()} are there",
            "give --processes as many as there are GPUs",
        )
    of_kind = _by_kind(config, images)
    build_network(config)
    folder.begin(config, resume=resume)
    progress = make_progress()
    try:
        prepared = {kind: _prepare(config, own, folder, progress) for kind, own in of_kind.items()}
    finally:
        progress.close()
    work = StagesInTurn(
        config=config, folder=folder, prepared=prepared, make_progress=make_progress
    )
    run_together(work, processes=processes, device=device)


def _by_kind(
    config: TrainingConfig, images: Sequence[TrainingImage]
) -> dict[ImageType, Sequence[TrainingImage]]:
    """The images of every kind with their parts, checked; raises TrainingDataError."""
    known = [image.known for image in images]
    parts = with_parts(known, validation_share=config.data.validation_share, seed=config.seed)
    placed = [
        replace(image, known=replace(image.known, part=part))
        for image, part in zip(images, parts, strict=True)
    ]
    found: dict[ImageType, Sequence[TrainingImage]] = {}
    for kind in image_kinds(config):
        own: Sequence[TrainingImage] = [one for one in placed if one.known.kind is kind]
        views = views_of_a_breast(config)
        if views and kind in image_types(config):
            own = of_whole_breasts(own, views)
        check_images([image.known for image in own], kind.value)
        found[kind] = own
    return found


def training_device(preference: str) -> str:
    """The device for a preference of auto, cpu or cuda; raises DeviceUnavailableError."""
    if preference != "cpu" and torch.cuda.is_available():
        return "cuda"
    if preference == "cuda":
        raise DeviceUnavailableError(
            "No CUDA GPU can be used here (none found, or this torch was built without CUDA); "
            "choose auto or cpu."
        )
    return "cpu"


def _prepare(
    config: TrainingConfig,
    images: Sequence[TrainingImage],
    folder: RunFolder,
    progress: TrainingProgress,
) -> tuple[PreparedImage, ...]:
    """Prepare images of one kind, each for the window of its view."""
    kept = config.data.prepared
    by_size: dict[tuple[int, int], list[TrainingImage]] = {}
    for image in images:
        size = input_size(config, image.known.kind, image.known.view)
        by_size.setdefault(size, []).append(image)
    prepared: list[PreparedImage] = []
    for (rows, columns), own in by_size.items():
        preparation = ImagePreparation(
            folder=folder.prepared if kept is None else Path(kept),
            input_rows=rows,
            input_columns=columns,
            margin_pixels=margin_pixels(config.augmentation),
        )
        prepared += preparation.prepare_all(
            own, threads=max(2, config.run.workers), progress=progress
        )
    return tuple(prepared)
