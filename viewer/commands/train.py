"""Training without a window: a configuration, its images, a folder for the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from inference.training_runs.config import TrainingConfig
from inference.training_runs.errors import ConfigError
from inference.training_runs.examples import TrainingImage
from inference.training_runs.phantom_examples import phantom_images
from inference.training_runs.read_config import read_config
from inference.training_runs.run_folder import RunFolder
from inference.training_runs.run_progress import TrainingProgress
from inference.training_runs.search import drawn_trial
from inference.training_runs.train import image_kinds, train, training_device
from viewer.commands.training_images import labelled_images
from viewer.loading.find_exams import find_exams
from viewer.loading.scan_progress import ScanProgress
from viewer.loading.training_labels import read_training_labels


class TrainingListener(TrainingProgress, ScanProgress, Protocol):
    """Told of the search for exams and of the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRequest:
    """What the command line asks for."""

    config: Path
    output: Path
    resume: bool
    device: str
    """"auto", "cpu" or "cuda"."""
    processes: int
    trial: int | None = None
    """Draw the choices of this trial from the paper's ranges."""


def run_training(
    request: TrainingRequest,
    *,
    make_listener: Callable[[], TrainingListener],
    say: Callable[[str], None],
) -> RunFolder:
    """Train as a configuration says; returns the folder with the best weights.

    make_listener: makes one for each part of the work, in the process that does it.
    say: told of what was left out. Raises TrainingError, LoadingError, WeightsError,
    DeviceUnavailableError, and what the listeners raise.
    """
    config = with_paths(read_config(request.config), request.config.absolute().parent)
    if request.trial is not None:
        config = drawn_trial(config, request.trial)
    device = training_device(request.device)
    folder = RunFolder(request.output)
    train(
        config,
        _images(config, make_listener, say),
        folder,
        resume=request.resume,
        device=device,
        processes=request.processes,
        make_progress=make_listener,
    )
    return folder


def with_paths(config: TrainingConfig, base: Path) -> TrainingConfig:
    """The configuration with its relative paths taken from the file's own folder."""

    def placed(path: str) -> str:
        return str((base / Path(path).expanduser()).resolve())

    model, data = config.model, config.data
    if model.start_from is not None:
        model = replace(model, start_from=placed(model.start_from))
    if data.prepared is not None:
        data = replace(data, prepared=placed(data.prepared))
    if data.folders is not None:
        folders = replace(
            data.folders,
            paths=tuple(placed(path) for path in data.folders.paths),
            labels=placed(data.folders.labels),
        )
        data = replace(data, folders=folders)
    return replace(config, model=model, data=data)


def _images(
    config: TrainingConfig,
    make_listener: Callable[[], TrainingListener],
    say: Callable[[str], None],
) -> Sequence[TrainingImage]:
    kinds = image_kinds(config)
    if config.data.phantoms is not None:
        return phantom_images(config.data.phantoms, kinds)
    folders = config.data.folders
    assert folders is not None, "check_config asks for one of the two"
    paths = [Path(path) for path in folders.paths]
    for path in paths:
        if not path.exists():
            raise ConfigError(f"[data.folders] paths: {path} is not there", "check its spelling")
    table = Path(folders.labels)
    labels = read_training_labels(table)
    search = make_listener()
    try:
        scan = find_exams(paths, search)
    finally:
        search.close()
    say(scan.summary())
    found = labelled_images(scan.exams, labels, kinds, table.name)
    if found.without_label:
        say(f"{found.without_label} images have no row in {table.name} and are left out")
    for reason in found.unusable:
        say(f"left out: {reason}")
    return found.images
