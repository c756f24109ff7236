"""The examples that are shipped can be run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from training_builders import RecordingTraining

import resources
from inference.checkpoint import load_model
from inference.training_runs.check_config import image_types
from inference.training_runs.config import ModelKind, PhantomSettings
from inference.training_runs.phantom_examples import phantom_images
from inference.training_runs.read_config import read_config
from inference.training_runs.run_folder import RunFolder
from inference.training_runs.train import image_kinds, train

FOLDER = Path(resources.__file__).parent / "training"
EXAMPLES = sorted(FOLDER.glob("*.toml"))


def test_there_is_one_for_every_model() -> None:
    assert {read_config(path).model.architecture for path in EXAMPLES} == set(ModelKind)


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_trains_a_step_or_two(tmp_path: Path, path: Path) -> None:
    config = read_config(path)
    phantoms = PhantomSettings(seed=3, exams=8, rows=160, columns=130, slices=2)
    rows, columns = 138, 88
    config = replace(
        config,
        model=replace(
            config.model,
            input_rows=rows,
            input_columns=columns,
            global_channels=8,
            local_channels=8,
            patches=2,
            patch_side=32,
        ),
        data=replace(config.data, phantoms=phantoms, folders=None),
        optimisation=replace(config.optimisation, epochs=1, batch=8),
        pretraining=tuple(replace(stage, epochs=1) for stage in config.pretraining),
        augmentation=replace(config.augmentation, shift_pixels=4, resize_pixels=4),
        run=replace(config.run, workers=0, tensorboard=False),
    )
    told = RecordingTraining()
    train(
        config,
        phantom_images(phantoms, image_kinds(config)),
        RunFolder(tmp_path / "run"),
        resume=False,
        device="cpu",
        processes=1,
        make_progress=lambda: told,
    )
    assert len(told.epochs) == 1 + len(config.pretraining)
    card = load_model(tmp_path / "run" / "best.safetensors").card
    assert card.images == tuple(kind.value for kind in image_types(config))
    assert "computer-made phantoms" in card.training_data
