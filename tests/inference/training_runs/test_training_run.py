"""Whole runs of tiny networks on tiny breasts."""

from __future__ import annotations

import csv
import resource
import signal
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from training_builders import (
    BlobImage,
    blob_images,
    learnt,
    run_tiny,
    same_weights,
    tiny_config,
    two_view_images,
)

from inference.checkpoint import load_model
from inference.device import cpu, thread_count
from inference.predictor import Predictor
from inference.progress import SilentProgress
from inference.training_runs.config import ImageType, TrainingConfig
from inference.training_runs.errors import LossNotFinite, RunFolderError, TrainingDataError


@pytest.mark.parametrize(
    ("architecture", "model", "kind"),
    [
        ("gmic3d", "", ImageType.DBT),
        ("gmic", "", ImageType.FFDM),
        ("gmic", 'fusion = true\nnonlinearity = "sigmoid"', ImageType.FFDM),
    ],
)
def test_the_best_weights_predict_at_once(
    tmp_path: Path, architecture: str, model: str, kind: ImageType
) -> None:
    config = tiny_config(architecture, model=model, optimisation="epochs = 1")
    run_tiny(config, tmp_path / "run", images=blob_images(kinds=[kind]))
    loaded = load_model(tmp_path / "run" / "best.safetensors")
    assert loaded.card.images == (kind.value,)
    assert loaded.network.config.patch_side == 32
    slices = 2 if kind is ImageType.DBT else 1
    image = BlobImage(seed=50, slices=slices, benign=False, malignant=True)()
    prediction = Predictor(model=loaded, device=cpu()).predict(image, SilentProgress())
    assert prediction.model.name == "tiny"
    assert 0 < prediction.scores.malignant < 1


@pytest.mark.parametrize("variant", ["shared", "joint", "split", "mlo"])
def test_two_views_of_a_breast_are_trained_together(tmp_path: Path, variant: str) -> None:
    two_view = f'variant = "{variant}"\nhidden_units = 8\ncc_dropout = 0.3\nmlo_rows = 120'
    config = tiny_config(
        "two_view",
        model=f"[model.two_view]\n{two_view}\nmlo_columns = 90",
        optimisation="epochs = 1\nimages_at_once = 2",
    )
    images = two_view_images()
    told = run_tiny(config, tmp_path / "run", images=images)
    assert len(told.epochs) == 1
    loaded = load_model(tmp_path / "run" / "best.safetensors")
    assert loaded.card.settings["variant"] == variant
    assert loaded.card.settings["mlo_input"] == [120, 90]
    # A breast that lacks a view teaches only a network of the other view.
    used = len(list((tmp_path / "run" / "prepared").glob("*/*.npy")))
    assert used == (7 if variant == "mlo" else 14)


def test_two_view_runs_go_on_exactly_with_modality_dropout(tmp_path: Path) -> None:
    def config(epochs: int) -> TrainingConfig:
        return tiny_config(
            "two_view",
            model="[model.two_view]\ncc_dropout = 0.5\nmlo_dropout = 0.5\nhidden_units = 8",
            optimisation=f"epochs = {epochs}",
        )

    run_tiny(config(1), tmp_path / "broken", images=two_view_images())
    run_tiny(config(2), tmp_path / "broken", images=two_view_images(), resume=True)
    run_tiny(config(2), tmp_path / "whole", images=two_view_images())
    assert same_weights(tmp_path / "broken", tmp_path / "whole")


@pytest.mark.slow
def test_it_learns_what_separates_the_images(tmp_path: Path) -> None:
    # Constant weights leave both classes' maps alike for long; small nets learn faster so.
    config = tiny_config(
        model='initialisation = "default"\nnonlinearity = "sigmoid"',
        optimisation="epochs = 12\nlearning_rate = 3e-3",
    )
    # How sums are shared among threads decides which of two small nets this becomes.
    with thread_count(1):
        told = run_tiny(config, tmp_path / "run", images=blob_images(18))
    assert told.epochs[-1].loss < 0.7 * told.epochs[0].loss
    assert max(epoch.watched for epoch in told.epochs) >= 0.9


@pytest.mark.slow
def test_workers_change_no_weight(tmp_path: Path) -> None:
    run_tiny(tiny_config(), tmp_path / "one")
    run_tiny(tiny_config(run="workers = 2\nprefetch = 3"), tmp_path / "two")
    assert same_weights(tmp_path / "one", tmp_path / "two")


def test_another_seed_changes_the_weights(tmp_path: Path) -> None:
    run_tiny(tiny_config(), tmp_path / "one")
    run_tiny(replace(tiny_config(), seed=2), tmp_path / "two")
    assert not same_weights(tmp_path / "one", tmp_path / "two")


def test_the_log_has_a_row_an_epoch(tmp_path: Path) -> None:
    told = run_tiny(tiny_config(), tmp_path / "run")
    with (tmp_path / "run" / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["stage"], row["epoch"]) for row in rows] == [("training", "1"), ("training", "2")]
    assert [float(row["loss"]) for row in rows] == [epoch.loss for epoch in told.epochs]
    assert float(rows[0]["auc_malignant"]) == told.epochs[0].areas[1]


def test_pretraining_goes_from_ffdm_to_dbt_and_into_the_network(tmp_path: Path) -> None:
    stages = (
        '[[pretraining]]\nimages = "FFDM"\nepochs = 1\n[[pretraining]]\nimages = "DBT"\nepochs = 1'
    )
    config = tiny_config(pretraining=stages, optimisation="epochs = 1\nlearning_rate = 1e-8")
    images = blob_images(kinds=[ImageType.FFDM, ImageType.DBT])
    told = run_tiny(config, tmp_path / "run", images=images)
    assert [epoch.stage for epoch in told.epochs] == [
        "pretraining 1, FFDM",
        "pretraining 2, DBT",
        "training",
    ]
    assert told.epochs[0].classes == ("suspicious", "normal", "benign")
    from safetensors.torch import load_file

    pretrained = load_file(tmp_path / "run" / "pretrained-2.safetensors")
    weights = learnt(tmp_path / "run")
    name = "first_conv.weight"
    # So slow a rate moves nothing that matters: what was pretrained is what is there.
    torch.testing.assert_close(
        weights[f"network.global_network.{name}"], pretrained[name], atol=1e-6, rtol=0
    )


def test_it_stops_when_nothing_gets_better(tmp_path: Path) -> None:
    config = tiny_config(optimisation="epochs = 30\npatience = 2\nlearning_rate = 1e-8")
    told = run_tiny(config, tmp_path / "run")
    assert len(told.epochs) == 3
    assert [epoch.is_best for epoch in told.epochs] == [True, False, False]


def test_a_run_goes_on_for_more_epochs_exactly(tmp_path: Path) -> None:
    run_tiny(tiny_config(optimisation="epochs = 1"), tmp_path / "broken")
    run_tiny(tiny_config(optimisation="epochs = 2"), tmp_path / "broken", resume=True)
    run_tiny(tiny_config(optimisation="epochs = 2"), tmp_path / "whole")
    assert same_weights(tmp_path / "broken", tmp_path / "whole")


def test_a_finished_run_resumed_does_nothing(tmp_path: Path) -> None:
    run_tiny(tiny_config(), tmp_path / "run")
    before = (tmp_path / "run" / "checkpoint.pt").read_bytes()
    assert run_tiny(tiny_config(), tmp_path / "run", resume=True).steps == []
    assert (tmp_path / "run" / "checkpoint.pt").read_bytes() == before


def test_a_loss_that_is_no_number_stops_and_keeps_what_was_good(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_tiny(tiny_config(optimisation="epochs = 1"), folder)
    kept = {name: (folder / name).read_bytes() for name in ("checkpoint.pt", "best.safetensors")}
    for pixels in (folder / "prepared").glob("*/*.npy"):
        content = bytearray(pixels.read_bytes())
        pixels.write_bytes(bytes(content[:128]).replace(b"<u2", b"<f2") + b"\x00\x7e" * 200_000)
    with pytest.raises(LossNotFinite, match=r"at epoch 2, step 1 of training.*are kept") as caught:
        run_tiny(tiny_config(optimisation="epochs = 2"), folder, resume=True)
    assert "learning_rate" in caught.value.hint
    assert kept == {name: (folder / name).read_bytes() for name in kept}


def test_a_full_disk_leaves_the_old_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run_tiny(tiny_config(optimisation="epochs = 1"), folder)
    old = (folder / "checkpoint.pt").read_bytes()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(old) // 2, limits[1]))
    try:
        with pytest.raises(RunFolderError, match="cannot be written.*is kept") as caught:
            run_tiny(
                tiny_config(optimisation="epochs = 2", run="checkpoint_steps = 1"),
                folder,
                resume=True,
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "--resume" in caught.value.hint
    assert (folder / "checkpoint.pt").read_bytes() == old
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    run_tiny(tiny_config(optimisation="epochs = 2"), folder, resume=True)
    run_tiny(tiny_config(optimisation="epochs = 2"), tmp_path / "whole")
    assert same_weights(folder, tmp_path / "whole")


def test_a_folder_with_another_run_is_refused(tmp_path: Path) -> None:
    run_tiny(tiny_config(optimisation="epochs = 1"), tmp_path)
    with pytest.raises(RunFolderError, match="holds another run") as caught:
        run_tiny(tiny_config(), tmp_path)
    assert "--resume" in caught.value.hint
    with pytest.raises(RunFolderError, match="begun with another optimisation.beta"):
        run_tiny(tiny_config(optimisation="beta = 0.5"), tmp_path, resume=True)


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="not an empty folder"):
        run_tiny(tiny_config(), tmp_path)
    with pytest.raises(RunFolderError, match="holds no run to resume"):
        run_tiny(tiny_config(), tmp_path, resume=True)


def test_a_damaged_checkpoint_is_said(tmp_path: Path) -> None:
    run_tiny(tiny_config(optimisation="epochs = 1"), tmp_path)
    content = (tmp_path / "checkpoint.pt").read_bytes()
    (tmp_path / "checkpoint.pt").write_bytes(content[: len(content) // 2])
    with pytest.raises(RunFolderError, match="checkpoint.pt cannot be read"):
        run_tiny(tiny_config(), tmp_path, resume=True)


def test_a_part_without_a_class_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    images = [
        replace(image, known=replace(image.known, malignant=False)) for image in blob_images()
    ]
    with pytest.raises(TrainingDataError, match="training part holds no DBT images with a malig"):
        run_tiny(tiny_config(), tmp_path / "run", images=images)
    assert not (tmp_path / "run").exists()


def test_a_batch_larger_than_the_epoch_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match="fewer than the batch of 64"):
        run_tiny(tiny_config(optimisation="batch = 64"), tmp_path / "run")


def test_an_image_that_cannot_be_prepared_is_named(tmp_path: Path) -> None:
    def empty() -> object:
        made = BlobImage(seed=1, slices=1, benign=False, malignant=False)()
        made.source.volume[:] = 0  # type: ignore[attr-defined]
        return made

    images = blob_images()
    images[3] = replace(images[3], open_image=empty)  # type: ignore[arg-type]
    with pytest.raises(TrainingDataError, match="blob 3 DBT cannot be prepared"):
        run_tiny(tiny_config(), tmp_path / "run", images=images)
