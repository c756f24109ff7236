"""A whole run: prepare the images, pretrain, train, keep the best weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from inference.errors import DeviceUnavailableError
from inference.networks.gmic3d import Gmic3d
from inference.process import keep_freed_memory
from inference.training_runs.arithmetic import arithmetic_for
from inference.training_runs.birads_learner import BiradsLearner
from inference.training_runs.build_network import build_network, first_weights, network_config
from inference.training_runs.check_config import image_types
from inference.training_runs.check_images import check_images
from inference.training_runs.config import ImageType, OptimisationSettings, TrainingConfig
from inference.training_runs.draw_window import margin_pixels
from inference.training_runs.epoch_plan import with_parts
from inference.training_runs.errors import ConfigError
from inference.training_runs.examples import Part, PreparedImage, TrainingImage
from inference.training_runs.export_best import keep_model, keep_pretrained, load_pretrained
from inference.training_runs.gmic_learner import GmicLearner
from inference.training_runs.learner import Learner
from inference.training_runs.prepare_images import ImagePreparation
from inference.training_runs.run_folder import RunFolder
from inference.training_runs.run_progress import SilentTrainingProgress, TrainingProgress
from inference.training_runs.stage import Stage, StagePlan
from inference.training_runs.standing import Standing, Unpacked, unpacked
from inference.training_runs.team import Team, run_together
from inference.training_runs.tensorboard_log import TensorBoardProgress, has_tensorboard
from inference.training_runs.validate import Validation

MAIN_STAGE = "training"
_ROWS_OF = {ImageType.FFDM: (2866, 1814)}
_OTHER_ROWS = (2116, 1339)
"""The window of every kind of image, which shows the same field of view."""


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
    known = [image.known for image in images]
    parts = with_parts(known, validation_share=config.data.validation_share, seed=config.seed)
    placed = [
        replace(image, known=replace(image.known, part=part))
        for image, part in zip(images, parts, strict=True)
    ]
    of_kind = {
        kind: [image for image in placed if image.known.kind is kind]
        for kind in image_kinds(config)
    }
    for kind, own in of_kind.items():
        check_images(
            [image.known for image in own],
            [image.known.part or Part.TRAINING for image in own],
            kind.value,
        )
    build_network(config)
    folder.begin(config, resume=resume)
    progress = make_progress()
    try:
        prepared = {
            kind: _prepare(config, kind, own, folder, progress) for kind, own in of_kind.items()
        }
    finally:
        progress.close()
    work = _Work(config=config, folder=folder, prepared=prepared, make_progress=make_progress)
    run_together(work, processes=processes, device=device)


def training_device(preference: str) -> str:
    """ "cpu" or "cuda" for "auto", "cpu" or "cuda"; raises DeviceUnavailableError."""
    import torch

    if preference != "cpu" and torch.cuda.is_available():
        return "cuda"
    if preference == "cuda":
        raise DeviceUnavailableError(
            "No CUDA GPU can be used here (none found, or this torch was built without CUDA); "
            "choose auto or cpu."
        )
    return "cpu"


def input_size(config: TrainingConfig, kind: ImageType) -> tuple[int, int]:
    """Rows and columns of the window on a kind of image.

    The network's own size for the kinds it is trained on; for others that of the same field of
    view, as the published sizes have it.
    """
    sizes = network_config(config)
    own_kind = image_types(config)[0]
    if kind in image_types(config):
        return sizes.input_rows, sizes.input_columns
    theirs, own = _ROWS_OF.get(kind, _OTHER_ROWS), _ROWS_OF.get(own_kind, _OTHER_ROWS)
    return (
        round(sizes.input_rows * theirs[0] / own[0]),
        round(sizes.input_columns * theirs[1] / own[1]),
    )


def _prepare(
    config: TrainingConfig,
    kind: ImageType,
    images: Sequence[TrainingImage],
    folder: RunFolder,
    progress: TrainingProgress,
) -> tuple[PreparedImage, ...]:
    rows, columns = input_size(config, kind)
    kept = config.data.prepared
    preparation = ImagePreparation(
        folder=folder.prepared if kept is None else Path(kept),
        input_rows=rows,
        input_columns=columns,
        margin_pixels=margin_pixels(config.augmentation),
    )
    return preparation.prepare_all(images, threads=config.run.workers, progress=progress)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What every process does; an object, so that it can be pickled."""

    config: TrainingConfig
    folder: RunFolder
    prepared: Mapping[ImageType, tuple[PreparedImage, ...]]
    make_progress: Callable[[], TrainingProgress]

    def __call__(self, team: Team) -> None:
        """Go through the stages, from where the checkpoint stands."""
        keep_freed_memory()
        progress = self._progress() if team.is_first else SilentTrainingProgress()
        content = self.folder.read_checkpoint()
        resumed = None if content is None else unpacked(content)
        team.wait()
        try:
            self._stages(team, resumed, progress)
        finally:
            progress.close()

    def _progress(self) -> TrainingProgress:
        told = self.make_progress()
        if self.config.run.tensorboard and has_tensorboard():
            return TensorBoardProgress(self.folder.tensorboard, told)
        return told

    def _stages(self, team: Team, resumed: Unpacked | None, progress: TrainingProgress) -> None:
        config = self.config
        arithmetic = arithmetic_for(team.device, config.optimisation.precision)
        standing = Standing(stage=0) if resumed is None else resumed.standing
        last = len(config.pretraining)
        for number in range(standing.stage, last + 1):
            plan, learner = self._stage(number)
            stage = Stage(
                plan=plan,
                learner=learner,
                team=team,
                arithmetic=arithmetic,
                folder=self.folder,
                progress=progress,
            )
            standing = stage.run(standing, resumed)
            resumed = None
            standing = Standing(stage=number + 1, rows=standing.rows)
            team.wait()

    def _stage(self, number: int) -> tuple[StagePlan, Learner]:
        is_main = number == len(self.config.pretraining)
        return self._main_stage(number) if is_main else self._pretraining(number)

    def _pretraining(self, number: int) -> tuple[StagePlan, Learner]:
        config, own = self.config, self.config.pretraining[number]
        network = build_network(config).global_network
        if number:
            load_pretrained(self.folder.pretrained(number - 1), network)
        with first_weights(config.seed + number):
            learner = BiradsLearner(network, slices_at_once=config.optimisation.slices_at_once)
        optimisation = replace(
            config.optimisation,
            learning_rate=own.learning_rate,
            epochs=own.epochs,
            patience=own.patience,
        )

        def keep(learner: Learner, standing: Standing, found: Validation) -> None:
            keep_pretrained(self.folder, number, learner.exported())

        name = f"pretraining {number + 1}, {own.images.value}"
        return self._plan(number, name, self.prepared[own.images], optimisation, keep), learner

    def _main_stage(self, number: int) -> tuple[StagePlan, Learner]:
        config = self.config
        network = build_network(config)
        if number:
            load_pretrained(self.folder.pretrained(number - 1), network.global_network)
        is_2d = ImageType.DBT not in image_types(config)
        turned = config.augmentation.rotate_patches
        learner = GmicLearner(
            network,
            beta=config.optimisation.beta,
            slices_at_once=config.optimisation.slices_at_once,
            rotate_patches=is_2d if turned is None else turned,
        )
        images = tuple(image for kind in image_types(config) for image in self.prepared[kind])
        training = sum(image.known.part is Part.TRAINING for image in images)

        def keep(learner: Learner, standing: Standing, found: Validation) -> None:
            network = learner.exported()
            assert isinstance(network, Gmic3d)
            keep_model(self.folder, config, network, standing, found, training)

        return self._plan(number, MAIN_STAGE, images, config.optimisation, keep), learner

    def _plan(
        self,
        number: int,
        name: str,
        images: Sequence[PreparedImage],
        optimisation: OptimisationSettings,
        keep_best: Callable[[Learner, Standing, Validation], None],
    ) -> StagePlan:
        return StagePlan(
            number=number,
            name=name,
            seed=self.config.seed + 1000 * number,
            training=[one for one in images if one.known.part is Part.TRAINING],
            validation=[one for one in images if one.known.part is Part.VALIDATION],
            augmentation=self.config.augmentation,
            optimisation=optimisation,
            run=self.config.run,
            keep_best=keep_best,
        )
