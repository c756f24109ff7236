"""`tomolens study seal` with two-view models and augmentations."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from cli_builders import TWO_VIEW, write_models, write_pair, write_picture_exam
from seal_builders import VIEWS, check_overlays, keys_of, new_study, protocol_of, run
from typer.testing import CliRunner

from inference.networks.two_view import Variant
from viewer.cli import app
from viewer.storage.open_seals import open_ai_scores
from viewer.storage.places import HOME_VARIABLE
from viewer.storage.sealed_ai import ai_from_bytes
from viewer.storage.sealing import SealedItems, ai_item
from viewer.storage.study_folder import StudyFolder


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_models(tmp_path_factory.mktemp("weights"))


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StudyFolder:
    """Two cases of two pictures each."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    for number in range(2):
        write_picture_exam(tmp_path / "exams" / f"exam{number}", number, VIEWS)
    return new_study(tmp_path, tmp_path / "exams")


def test_a_two_view_model_is_sealed_beside_models_of_images(
    study: StudyFolder, weights: tuple[Path, Path], tmp_path: Path
) -> None:
    pair = write_pair(tmp_path / "pair.safetensors")
    code, said = run("seal", study.path, "--weights", pair, "--weights", weights[1])
    assert code == 0, said
    of_images, of_breasts, mean = open_ai_scores(study, keys_of(study))
    assert (of_images.model, of_breasts.model, mean.model) == (
        "test gmic",
        "Pair",
        "mean of models",
    )
    result = CliRunner().invoke(
        app,
        ["predict", str(tmp_path / "exams"), "--weights", str(pair), "--output",
         str(tmp_path / "out")],
    )  # fmt: skip
    assert result.exit_code == 0
    with (tmp_path / "out" / "breasts.csv").open() as file:
        predicted = [float(row["malignant"]) for row in csv.DictReader(file)]
    assert sorted(of_breasts.malignant.values()) == pytest.approx(sorted(predicted), abs=1e-6)
    for breast, score in mean.malignant.items():
        both = of_images.malignant[breast] + of_breasts.malignant[breast]
        assert score == pytest.approx(both / 2)
    assert len(protocol_of(study).sealed.ai_models) == 2
    check_overlays(study)
    code, said = run("seal", study.path, "--weights", weights[1], "--weights", pair)
    assert "AI: 0 cases sealed, 2 kept from before" in said
    code, said = run("seal", study.path, "--weights", weights[1])
    assert "AI: 2 cases sealed Model" in said, "another run without the pair"


def test_a_two_view_model_alone_is_sealed_without_anything_to_overlay(
    study: StudyFolder, tmp_path: Path
) -> None:
    pair = write_pair(tmp_path / "pair.safetensors")
    code, said = run("seal", study.path, "--weights", pair)
    assert code == 0, said
    (scores,) = open_ai_scores(study, keys_of(study))
    assert len(scores.malignant) == 4
    result = ai_from_bytes(SealedItems(study.sealed, keys_of(study)).open(ai_item("case0001")))
    assert result.predictions == ()


def test_a_breast_that_a_two_view_model_cannot_score_leaves_the_case_unsealed(
    study: StudyFolder, tmp_path: Path
) -> None:
    config = replace(TWO_VIEW, variant=Variant.MLO_ONLY)
    pair = write_pair(tmp_path / "pair.safetensors", config)
    code, said = run("seal", study.path, "--weights", pair)
    assert code == 1
    assert "breast R by Pair 1" in said
    assert "looks at the MLO view, and this breast has none" in said
    assert open_ai_scores(study, keys_of(study)) == ()


def test_augmented_results_say_so_wherever_they_are_read(
    study: StudyFolder, weights: tuple[Path, Path]
) -> None:
    code, said = run("seal", study.path, "--weights", weights[1])
    assert code == 0, said
    (plain,) = open_ai_scores(study, keys_of(study))
    code, said = run(
        "seal", study.path, "--weights", weights[1], "--augmentations", "2", "--seed", "3"
    )
    assert code == 0, said
    assert "AI: 2 cases sealed Model" in said, "results without are none of this run's"
    (augmented,) = open_ai_scores(study, keys_of(study))
    assert augmented.malignant.keys() == plain.malignant.keys()
    assert augmented.malignant != plain.malignant
    words = "mean of 2 augmented passes, seed 3"
    assert words in augmented.version
    assert (plain.passes, augmented.passes) == ("", words)
    assert words in protocol_of(study).sealed.ai_models[0]
    result = ai_from_bytes(SealedItems(study.sealed, keys_of(study)).open(ai_item("case0001")))
    assert {prediction.model.passes for _, prediction in result.predictions} == {words}
    check_overlays(study)
