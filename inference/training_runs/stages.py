"""The stages of a run one after the other: pretraining, then the network itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from inference.networks.gmic3d import Gmic3d
from inference.networks.two_view import TwoViewNetwork
from inference.process import keep_freed_memory
from inference.training_runs.arithmetic import arithmetic_for
from inference.training_runs.birads_learner import BiradsLearner
from inference.training_runs.build_network import (
    build_network,
    first_weights,
    whole_image_networks,
)
from inference.training_runs.check_config import image_types, views_of_a_breast
from inference.training_runs.config import (
    ImageType,
    OptimisationSettings,
    TrainingConfig,
)
from inference.training_runs.examples import (
    Example,
    Part,
    PreparedImage,
    breast_examples,
    image_examples,
)
from inference.training_runs.export_best import keep_model, keep_pretrained, load_pretrained
from inference.training_runs.gmic_learner import GmicLearner
from inference.training_runs.learner import Learner
from inference.training_runs.run_folder import RunFolder
from inference.training_runs.run_progress import SilentTrainingProgress, TrainingProgress
from inference.training_runs.stage import Stage, StagePlan
from inference.training_runs.standing import Standing, Unpacked, unpacked
from inference.training_runs.team import Team
from inference.training_runs.tensorboard_log import TensorBoardProgress, has_tensorboard
from inference.training_runs.two_view_learner import TwoViewLearner
from inference.training_runs.validate import Validation

MAIN_STAGE = "training"


@dataclass(frozen=True, slots=True, kw_only=True)
class StagesInTurn:
    """What every process of a team does; an object, so that it can be pickled."""

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
        for number in range(standing.stage, len(config.pretraining) + 1):
            is_main = number == len(config.pretraining)
            plan, learner = self._main_stage(number) if is_main else self._pretraining(number)
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

    def _pretraining(self, number: int) -> tuple[StagePlan, Learner]:
        config, own = self.config, self.config.pretraining[number]
        network = whole_image_networks(build_network(config))[0]
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
        examples = image_examples(self.prepared[own.images])
        return self._plan(number, name, examples, optimisation, keep), learner

    def _main_stage(self, number: int) -> tuple[StagePlan, Learner]:
        config = self.config
        network = build_network(config)
        if number:
            for part in whole_image_networks(network):
                load_pretrained(self.folder.pretrained(number - 1), part)
        images = [image for kind in image_types(config) for image in self.prepared[kind]]
        views = views_of_a_breast(config)
        examples = breast_examples(images, views) if views else image_examples(images)
        shown = sum(len(one.images) for one in examples if one.known.part is Part.TRAINING)

        def keep(learner: Learner, standing: Standing, found: Validation) -> None:
            keep_model(self.folder, config, network, standing, found, shown)

        plan = self._plan(number, MAIN_STAGE, examples, config.optimisation, keep)
        return plan, self._learner(network)

    def _learner(self, network: Gmic3d | TwoViewNetwork) -> Learner:
        config = self.config
        if isinstance(network, TwoViewNetwork):
            return TwoViewLearner(network)
        turned = config.augmentation.rotate_patches
        is_2d = ImageType.DBT not in image_types(config)
        return GmicLearner(
            network,
            beta=config.optimisation.beta,
            slices_at_once=config.optimisation.slices_at_once,
            rotate_patches=is_2d if turned is None else turned,
        )

    def _plan(
        self,
        number: int,
        name: str,
        examples: Sequence[Example],
        optimisation: OptimisationSettings,
        keep_best: Callable[[Learner, Standing, Validation], None],
    ) -> StagePlan:
        return StagePlan(
            number=number,
            name=name,
            seed=self.config.seed + 1000 * number,
            training=[one for one in examples if one.known.part is Part.TRAINING],
            validation=[one for one in examples if one.known.part is Part.VALIDATION],
            augmentation=self.config.augmentation,
            optimisation=optimisation,
            run=self.config.run,
            keep_best=keep_best,
        )
