"""tomolens predict with two-view weights: a row for each breast, with each view's own score."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from cli_builders import TWO_VIEW, write_mammogram, write_models, write_pair
from typer.testing import CliRunner

from inference.breast import BreastImage
from inference.breast_predictor import BreastPredictor
from inference.checkpoint import load_model
from inference.device import cpu
from inference.errors import Cancelled
from inference.progress import SilentProgress
from viewer.cli import app
from viewer.commands.model_set import load_models
from viewer.commands.predict import RunSummary, predict_paths
from viewer.export.tables import Status
from viewer.loading.find_exams import find_exams
from viewer.loading.model_source import model_input
from viewer.loading.read_predictions import read_predictions
from viewer.loading.scan_progress import SilentScan

Table = list[dict[str, str]]


@pytest.fixture
def pair(tmp_path: Path) -> Path:
    return write_pair(tmp_path / "pair.safetensors")


@pytest.fixture
def exam(tmp_path: Path) -> Path:
    """Four mammograms as pictures in the published layout."""
    folder = tmp_path / "exam"
    folder.mkdir()
    rows, columns = np.mgrid[:300, :220]
    inside = ((rows - 150) / 130) ** 2 + (columns / 150) ** 2 < 1
    for seed, view in enumerate(("L-CC", "R-CC", "L-MLO", "R-MLO")):
        texture = np.random.default_rng(seed).random((300, 220))
        pixels = np.where(inside, 9000 + 3000 * texture, 0).astype(np.uint16)
        mirrored = pixels[:, ::-1] if view.startswith("R") else pixels
        cv2.imwrite(str(folder / f"7_{view}.png"), mirrored)
    return folder


def run(exam: Path, weights: Sequence[Path], output: Path, *more: str) -> tuple[int, str]:
    arguments = ["predict", str(exam), "--output", str(output), "--device", "cpu", *more]
    for file in weights:
        arguments += ["--weights", str(file)]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def read(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_breast_has_a_row_with_the_scores_of_its_two_views(
    exam: Path, pair: Path, tmp_path: Path
) -> None:
    code, said = run(exam, [pair], tmp_path / "out")
    assert code == 0, said
    rows = read(tmp_path / "out" / "breasts.csv")
    assert [row["laterality"] for row in rows] == ["R", "L"]
    predictor = BreastPredictor(model=load_model(pair), device=cpu())
    (located,) = find_exams([exam], SilentScan()).exams
    for row in rows:
        images = [
            BreastImage(
                name=image.name, model_input=model_input(image, located.frames[image.image_id])
            )
            for image in located.exam.images
            if image.view.laterality.value == row["laterality"]
        ]
        expected = predictor.predict(images, SilentProgress())
        assert float(row["malignant"]) == pytest.approx(expected.scores.malignant, abs=1e-6)
        assert float(row["benign"]) == pytest.approx(expected.scores.benign, abs=1e-6)
        assert float(row["malignant_cc"]) == pytest.approx(expected.cc.alone.malignant, abs=1e-6)
        assert float(row["benign_mlo"]) == pytest.approx(expected.mlo.alone.benign, abs=1e-6)
        assert (row["model"], row["images"], row["missing"]) == ("Pair 1", "2", "")
        assert row["status"] == "done"
    (whole,) = read(tmp_path / "out" / "exams.csv")
    assert float(whole["malignant"]) == max(float(row["malignant"]) for row in rows)
    assert whole["breasts"] == "R L"


def test_beside_image_models_both_kinds_of_breast_scores_are_there(
    exam: Path, pair: Path, tmp_path: Path
) -> None:
    pictures = write_models(tmp_path / "weights")[1]
    code, said = run(exam, [pictures, pair], tmp_path / "out")
    assert code == 0, said
    rows = read(tmp_path / "out" / "breasts.csv")
    assert [(row["laterality"], row["model"]) for row in rows] == [
        ("R", "test gmic 1"),
        ("L", "test gmic 1"),
        ("R", "Pair 1"),
        ("L", "Pair 1"),
    ]
    assert [row["malignant_cc"] == "" for row in rows] == [True, True, False, False]


def test_a_missing_view_is_said_in_the_row(exam: Path, pair: Path, tmp_path: Path) -> None:
    (exam / "7_L-MLO.png").unlink()
    code, said = run(exam, [pair], tmp_path / "out")
    assert code == 0, said
    right, left = read(tmp_path / "out" / "breasts.csv")
    assert (right["missing"], left["missing"]) == ("", "MLO")
    assert (left["images"], left["malignant_mlo"]) == ("1", "")
    assert left["malignant"] == left["malignant_cc"]
    assert "No MLO view" in left["reason"]


def test_a_breast_that_fails_is_a_row_with_its_reason_and_the_others_go_on(
    exam: Path, pair: Path, tmp_path: Path
) -> None:
    cv2.imwrite(str(exam / "7_R-CC.png"), np.zeros((300, 220), np.uint16))
    code, said = run(exam, [pair], tmp_path / "out")
    assert code == 1
    rows = {row["laterality"]: row for row in read(tmp_path / "out" / "breasts.csv")}
    assert rows["R"]["status"] == "failed"
    assert rows["R"]["malignant"] == rows["R"]["benign"] == ""
    assert rows["R"]["reason"] in said
    assert rows["L"]["status"] == "done"
    assert [b.laterality for b in read_predictions(tmp_path / "out").breasts] == ["L"]


def test_a_breast_without_the_model_s_kind_of_image_is_not_run(exam: Path, tmp_path: Path) -> None:
    pair = write_pair(tmp_path / "synthetic.safetensors", images=("Synthetic 2D",))
    code, said = run(exam, [pair], tmp_path / "out")
    assert code == 2
    rows = read(tmp_path / "out" / "breasts.csv")
    assert {row["status"] for row in rows} == {"not run"}
    assert {row["reason"] for row in rows} == {"there is no image of the kind Synthetic 2D"}
    assert "nothing was scored" in said


def test_heat_maps_come_from_the_2d_model_given_as_well(exam: Path, tmp_path: Path) -> None:
    pair = write_pair(tmp_path / "heat.safetensors", replace(TWO_VIEW, has_heat_maps=True))
    pictures = write_models(tmp_path / "weights")[1]
    code, said = run(exam, [pair, pictures], tmp_path / "out")
    assert code == 0, said
    rows = [row for row in read(tmp_path / "out" / "breasts.csv") if row["model"] == "Pair 1"]
    assert {row["status"] for row in rows} == {"done"}
    code, said = run(exam, [pair], tmp_path / "alone")
    assert code == 2
    assert "wants the heat maps of a 2D model" in said


class StopsAtBreast:
    """Stops the run at the second image of the second breast."""

    search = SilentScan()

    def __init__(self) -> None:
        self.inference = self
        self.starts = 0

    def image_started(self, name: str, number: int, total: int) -> None:
        """Do nothing."""

    def update(self, done: int, total: int, stage: str) -> None:
        """Count the breasts."""
        if stage == "views" and done == total:
            self.starts += 1
        if self.starts == 1 and stage == "views" and done == 1:
            raise Cancelled


def test_a_stop_keeps_the_breasts_that_are_done_and_names_the_others(
    exam: Path, pair: Path, tmp_path: Path
) -> None:
    summary: RunSummary = predict_paths(
        [exam],
        load_models([pair], device="cpu"),
        tmp_path / "out",
        with_arrays=False,
        progress=StopsAtBreast(),
    )
    assert summary.cancelled
    assert [(row.laterality, row.status) for row in summary.breasts] == [
        ("R", Status.DONE),
        ("L", Status.NOT_RUN),
    ]
    assert summary.breasts[1].reason == "stopped on request before this breast"
    assert (summary.scored, len(read(tmp_path / "out" / "breasts.csv"))) == (1, 2)


def test_two_views_that_are_one_file_given_twice_count_once(
    exam: Path, pair: Path, tmp_path: Path
) -> None:
    code, said = run(exam, [pair, pair], tmp_path / "out")
    assert code == 0
    assert "1 of the weights were given twice" in said
    assert len(read(tmp_path / "out" / "breasts.csv")) == 2


def test_the_names_of_patients_are_in_no_row(pair: Path, tmp_path: Path) -> None:
    write_mammogram(tmp_path / "exam" / "a.dcm", patient="GARBO", view="CC")
    write_mammogram(tmp_path / "exam" / "b.dcm", patient="GARBO", view="MLO")
    code, said = run(tmp_path / "exam", [pair], tmp_path / "out")
    assert code == 0, said
    text = (tmp_path / "out" / "breasts.csv").read_text()
    assert "Pair 1" in text
    assert "GARBO" not in text + said


def test_augmentations_that_a_two_view_model_has_none_of_are_said(
    exam: Path, pair: Path, tmp_path: Path
) -> None:
    code, said = run(exam, [pair], tmp_path / "out", "--augmentations", "2")
    assert code == 0, said
    assert "Pair is run without augmentations" in said
    code, said = run(exam, [pair], tmp_path / "plain")
    assert "without augmentations" not in said


def test_two_view_weights_that_share_a_name_are_one_model_their_mean(
    exam: Path, tmp_path: Path
) -> None:
    pairs = [write_pair(tmp_path / f"pair{n}.safetensors", version=str(n), seed=n) for n in (1, 2)]
    code, said = run(exam, pairs, tmp_path / "together")
    assert code == 0, said
    assert "Pair: the mean of 2 members: 1, 2" in said
    together = read(tmp_path / "together" / "breasts.csv")
    assert [(row["model"], row["members"]) for row in together] == [
        ("Pair ensemble of 2", "2"),
        ("Pair ensemble of 2", "2"),
    ]
    assert together[0]["reason"].startswith("The mean of 2 members: Pair 1, Pair 2.")
    code, said = run(exam, pairs, tmp_path / "apart", "--ensemble", "none")
    assert code == 0, said
    apart = read(tmp_path / "apart" / "breasts.csv")
    assert {row["members"] for row in apart} == {"1"}
    for row in together:
        of_side = [each for each in apart if each["laterality"] == row["laterality"]]
        assert len(of_side) == 2
        for column in ("malignant", "benign", "malignant_cc", "benign_mlo"):
            mean = sum(float(each[column]) for each in of_side) / 2
            assert float(row[column]) == pytest.approx(mean, abs=1e-6)
