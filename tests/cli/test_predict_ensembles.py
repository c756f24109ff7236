"""`tomolens predict` with ensembles, augmentations and several kinds of image."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from cli_builders import (
    INPUT_COLUMNS,
    INPUT_ROWS,
    SMALL,
    write_models,
    write_picture_exam,
    write_volume,
)
from typer.testing import CliRunner

from inference.architecture import Architecture
from inference.checkpoint import save_model
from inference.ensemble_groups import EnsembleError, Grouping
from inference.model_card import ModelCard
from inference.networks.gmic import Gmic, GmicConfig
from inference.networks.gmic3d import Gmic3d, Gmic3dConfig
from viewer.cli import app
from viewer.commands.model_set import load_models
from viewer.domain.view import ImageKind
from viewer.loading.read_predictions import read_predictions

Table = list[dict[str, str]]


def _write_member(folder: Path, version: int, **changes: Any) -> Path:
    """A 2D model with weights of its own, of the name "family"."""
    folder.mkdir(parents=True, exist_ok=True)
    facts: dict[str, Any] = {
        "name": "family",
        "images": (),
        "input_rows": INPUT_ROWS,
        "architecture": Architecture.GMIC,
    } | changes
    torch.manual_seed(version)
    size: dict[str, Any] = SMALL | {
        "input_rows": facts["input_rows"],
        "input_columns": INPUT_COLUMNS,
    }
    if facts["architecture"] is Architecture.GMIC:
        network: torch.nn.Module = Gmic(GmicConfig(patches=3, top_t=0.1, **size))
    else:
        network = Gmic3d(Gmic3dConfig(patches=3, top_t=0.1, **size))
    card = ModelCard(
        top_t=0.1,
        patches=3,
        version=f"member {version}",
        training_data="none: random weights",
        intended_use="tests",
        licence="Apache-2.0",
        input_columns=INPUT_COLUMNS,
        **facts,
    )
    path = folder / f"{facts['name']}_{version}.safetensors"
    save_model(path, network.eval(), card)
    return path


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("members")
    return [_write_member(folder, version) for version in (1, 2)]


@pytest.fixture(scope="module")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_picture_exam(tmp_path_factory.mktemp("exam"), views=("R-CC",))


def _run(paths: list[Path], weights: list[Path], output: Path, *more: str) -> tuple[int, str]:
    arguments = ["predict", *map(str, paths), "--output", str(output), "--device", "cpu", *more]
    for file in weights:
        arguments += ["--weights", str(file)]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def _read(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _malignant(path: Path) -> list[float]:
    return [float(row["malignant"]) for row in _read(path)]


def test_weights_that_share_a_name_are_one_row_their_mean(
    tmp_path: Path, exam: Path, members: list[Path]
) -> None:
    code, said = _run([exam], members, tmp_path / "together")
    assert code == 0, said
    assert "family: the mean of 2 members: member 1, member 2" in said
    (row,) = _read(tmp_path / "together" / "predictions.csv")
    assert (row["model"], row["members"], row["augmentations"]) == (
        "family ensemble of 2",
        "2",
        "0",
    )
    code, _ = _run([exam], members, tmp_path / "apart", "--ensemble", "none")
    apart = _read(tmp_path / "apart" / "predictions.csv")
    assert [(row["model"], row["members"]) for row in apart] == [
        ("family member 1", "1"),
        ("family member 2", "1"),
    ]
    mean = np.mean(_malignant(tmp_path / "apart" / "predictions.csv"))
    assert float(row["malignant"]) == pytest.approx(mean, abs=1e-12)
    attention = [float(row["attention"]) for row in _read(tmp_path / "together" / "patches.csv")]
    assert sum(attention) == pytest.approx(1, abs=1e-5)
    (breast,) = _read(tmp_path / "together" / "breasts.csv")
    assert (breast["members"], breast["missing"]) == ("2", "MLO")
    (scored,) = _read(tmp_path / "together" / "exams.csv")
    assert (scored["breasts"], scored["missing"]) == ("R", "left breast; R MLO")
    assert scored["malignant"] == row["malignant"]


def test_a_file_given_twice_counts_once_and_is_said(
    tmp_path: Path, exam: Path, members: list[Path]
) -> None:
    code, said = _run([exam], [*members, members[0]], tmp_path / "out")
    assert code == 0, said
    assert "1 of the weights were given twice and count once" in said
    (row,) = _read(tmp_path / "out" / "predictions.csv")
    assert row["members"] == "2"


def test_unrelated_models_keep_rows_of_their_own_unless_all_are_averaged(
    tmp_path: Path, members: list[Path]
) -> None:
    other = _write_member(tmp_path, 7, name="other")
    apart = load_models([*members, other], device="cpu")
    assert [model.identity.members for model in apart.models] == [2, 1]
    together = load_models([*members, other], device="cpu", grouping=Grouping.ALL)
    (model,) = together.models
    assert (model.identity.name, model.identity.members) == ("family + other", 3)


def test_members_of_different_sizes_are_refused_with_the_way_out(
    tmp_path: Path, exam: Path, members: list[Path]
) -> None:
    smaller = _write_member(tmp_path, 3, input_rows=480)
    code, said = _run([exam], [members[0], smaller], tmp_path / "out")
    assert code == 2
    assert "512 x 384 and 480 x 384 pixels" in said
    assert "--ensemble none" in said
    assert "Traceback" not in said
    with pytest.raises(EnsembleError):
        load_models([members[0], smaller], device="cpu")
    assert len(load_models([members[0], smaller], grouping=Grouping.NONE).models) == 2


def test_one_name_in_two_architectures_is_two_models(tmp_path: Path, members: list[Path]) -> None:
    volumes = _write_member(tmp_path, 9, architecture=Architecture.GMIC3D)
    loaded = load_models([*members, volumes], device="cpu")
    assert [model.identity.name for model in loaded.models] == ["family", "family"]
    assert [len(loaded.serving(kind)) for kind in (ImageKind.DBT, ImageKind.FFDM)] == [1, 1]


def test_a_model_scores_only_the_kinds_of_image_its_card_names(tmp_path: Path) -> None:
    plain = _write_member(tmp_path, 1, name="plain", images=("FFDM",))
    synthetic = _write_member(tmp_path, 2, name="synthetic", images=("Synthetic 2D",))
    loaded = load_models([plain, synthetic], device="cpu")
    served = {kind: [model.identity.name for model in loaded.serving(kind)] for kind in ImageKind}
    assert served[ImageKind.FFDM] == ["plain"]
    assert served[ImageKind.SYNTHETIC_2D] == ["synthetic"]
    assert served[ImageKind.SECONDARY_CAPTURE] == ["plain"]
    assert served[ImageKind.DBT] == []


def test_augmented_scores_are_seeded_and_said(
    tmp_path: Path, exam: Path, members: list[Path]
) -> None:
    scores = {}
    for name, seed in (("a", 3), ("again", 3), ("other", 4)):
        code, said = _run(
            [exam], members[:1], tmp_path / name, "--augmentations", "2", "--seed", str(seed)
        )
        assert code == 0, said
        (row,) = _read(tmp_path / name / "predictions.csv")
        joined = ("exam", "model", "augmentations", "seed")
        for table in ("breasts.csv", "exams.csv"):
            (other,) = _read(tmp_path / name / table)
            assert [other[column] for column in joined] == [row[column] for column in joined]
        assert (row["augmentations"], row["seed"]) == ("2", str(seed))
        scores[name] = row["malignant"]
    assert scores["a"] == scores["again"]
    assert scores["a"] != scores["other"]


@pytest.mark.parametrize("count", ["-1", "1000000"])
def test_impossible_augmentations_are_refused_before_any_work(
    tmp_path: Path, exam: Path, members: list[Path], count: str
) -> None:
    code, said = _run([exam], members[:1], tmp_path / "out", "--augmentations", count)
    assert code == 2
    assert f"{count} augmentations cannot be made" in said
    assert "the papers average 10" in said
    assert not (tmp_path / "out").exists()


def test_several_kinds_of_image_have_combined_rows_beside_their_own(tmp_path: Path) -> None:
    models = write_models(tmp_path / "weights")
    folder = tmp_path / "exam"
    write_picture_exam(folder, number=7, views=("R-CC", "R-MLO", "L-CC"))
    write_volume(folder / "7_R-CC.nii.gz", 5, slices=2)
    code, said = _run([folder], list(models), tmp_path / "out")
    assert code == 0, said
    images = {
        (row["kind"], row["laterality"], row["view"]): float(row["malignant"])
        for row in _read(tmp_path / "out" / "predictions.csv")
    }
    by_place = {
        (row["laterality"], row["modality"]): row for row in _read(tmp_path / "out" / "breasts.csv")
    }
    assert set(by_place) == {
        ("R", "FFDM"),
        ("R", "DBT"),
        ("R", "combined"),
        ("L", "FFDM"),
        ("L", "combined"),
    }
    right = by_place["R", "combined"]
    expected = (
        (images["DBT", "R", "CC"] + images["FFDM", "R", "CC"]) / 2 + images["FFDM", "R", "MLO"]
    ) / 2
    assert float(right["malignant"]) == pytest.approx(expected)
    assert right["missing"] == "DBT MLO"
    assert by_place["L", "combined"]["missing"] == "DBT; FFDM MLO"
    assert {row["modality"] for row in _read(tmp_path / "out" / "exams.csv")} == {
        "FFDM",
        "DBT",
        "combined",
    }


def test_the_tables_read_back_tell_the_rows_of_a_breast_apart(tmp_path: Path) -> None:
    models = write_models(tmp_path / "weights")
    folder = write_picture_exam(tmp_path / "exam", number=7, views=("R-CC",))
    write_volume(folder / "7_R-CC.nii.gz", 5, slices=2)
    _run([folder], list(models), tmp_path / "out")
    assert [breast.model for breast in read_predictions(tmp_path / "out").breasts] == [
        "test gmic 1",
        "test gmic3d 1",
        "test gmic 1 + test gmic3d 1, combined",
    ]
