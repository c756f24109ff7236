"""Several processes that share every batch learn what one would."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import torch
from training_builders import learnt, run_tiny, tiny_config

from inference.training_runs.errors import ConfigError, RunFolderError


def _losses(folder: Path) -> list[float]:
    with (folder / "log.csv").open(newline="") as file:
        return [float(row["loss"]) for row in csv.DictReader(file)]


@pytest.mark.slow
def test_two_processes_equal_one_with_the_whole_batch(tmp_path: Path) -> None:
    # Adam turns tiny gradients into whole steps: a larger epsilon is not to be had, so few steps.
    config = tiny_config(optimisation="batch = 4\nepochs = 2\nlearning_rate = 1e-4")
    run_tiny(config, tmp_path / "one")
    run_tiny(config, tmp_path / "two", processes=2)
    assert _losses(tmp_path / "two") == pytest.approx(_losses(tmp_path / "one"), rel=1e-5)
    one, two = learnt(tmp_path / "one"), learnt(tmp_path / "two")
    assert one.keys() == two.keys()
    for name, value in one.items():
        if "running_" not in name and "num_batches" not in name:
            torch.testing.assert_close(two[name], value, atol=2e-5, rtol=0, msg=name)
    assert (tmp_path / "two" / "best.safetensors").exists()


@pytest.mark.slow
def test_an_error_of_a_process_comes_back_as_itself(tmp_path: Path) -> None:
    config = tiny_config(optimisation="epochs = 1")
    run_tiny(config, tmp_path)
    (tmp_path / "checkpoint.pt").write_bytes(b"nothing")
    with pytest.raises(RunFolderError, match="checkpoint.pt cannot be read") as caught:
        run_tiny(config, tmp_path, resume=True, processes=2)
    assert caught.value.hint


def test_a_batch_that_cannot_be_shared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="batch of 2 cannot be shared by 3 processes"):
        run_tiny(tiny_config(), tmp_path, processes=3)
