"""`tomolens predict` on CT series: one score a series, its windows in a table of their own."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from cli_builders import write_models, write_picture_exam
from ct_builders import CORONAL, Series, ct_exam, write_series
from ct_model_builders import ct_model, save_ct_model, small_resnet, small_swin
from typer.testing import CliRunner

from inference.ct_windows import CtWindowPredictor
from inference.device import cpu
from inference.progress import SilentProgress
from viewer.cli import app
from viewer.commands.headless_exam import HeadlessExam
from viewer.commands.model_set import load_models
from viewer.domain.ai_state import NotRun, SeriesDone
from viewer.loading.ct_source import ct_source


def run(path: Path, output: Path, *weights: Path) -> tuple[int, str]:
    arguments = ["predict", str(path), "--output", str(output), "--device", "cpu"]
    for file in weights:
        arguments += ["--weights", str(file)]
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_series_is_a_row_and_its_windows_are_a_table(tmp_path: Path) -> None:
    write_series(tmp_path / "ct", Series(slices=14, first_mm=-70.0))
    weights = save_ct_model(tmp_path)
    code, output = run(tmp_path / "ct", tmp_path / "out", weights)
    assert code == 0, output
    assert "given twice" not in output
    (row,) = read(tmp_path / "out" / "predictions.csv")
    windows = read(tmp_path / "out" / "windows.csv")
    assert (row["kind"], row["slices"], row["status"]) == ("CT", "14", "done")
    assert (row["laterality"], row["view"], row["malignant"], row["benign"]) == ("", "", "", "")
    assert [(w["first_slice"], w["last_slice"]) for w in windows] == [
        ("0", "7"),
        ("4", "11"),
        ("6", "13"),
    ]
    assert float(row["series_score"]) == max(float(window["score"]) for window in windows)
    assert {window["image"] for window in windows} == {row["image"]}

    located = ct_exam(tmp_path / "ct")
    image = located.exam.images[0]
    source = ct_source(image, located.frames[image.image_id])
    predictor = CtWindowPredictor(model=ct_model(tmp_path), device=cpu())
    expected = predictor.predict(source, SilentProgress())
    np.testing.assert_allclose(
        [float(window["score"]) for window in windows],
        [window.score for window in expected.windows],
        atol=1e-6,
    )


def test_mammography_models_are_not_given_ct_and_ct_models_no_mammograms(tmp_path: Path) -> None:
    write_series(tmp_path / "exams" / "ct")
    write_picture_exam(tmp_path / "exams" / "mammograms", views=("L-CC",))
    volume_weights, image_weights = write_models(tmp_path)
    code, _ = run(tmp_path / "exams", tmp_path / "a", volume_weights, image_weights)
    assert code == 0
    rows = {row["kind"]: row for row in read(tmp_path / "a" / "predictions.csv")}
    assert rows["CT"]["status"] == "not run"
    assert rows["CT"]["reason"] == "none of the weights serves images of the kind CT"
    assert rows["FFDM"]["malignant"] != ""
    assert not (tmp_path / "a" / "windows.csv").exists()

    code, _ = run(tmp_path / "exams", tmp_path / "b", save_ct_model(tmp_path))
    assert code == 0
    rows = {row["kind"]: row for row in read(tmp_path / "b" / "predictions.csv")}
    assert rows["CT"]["series_score"] != ""
    assert rows["FFDM"]["status"] == "not run"
    assert read(tmp_path / "b" / "breasts.csv") == []


def test_series_that_no_model_takes_are_rows_with_the_reason(tmp_path: Path) -> None:
    write_series(tmp_path / "exams" / "axial", SeriesInstanceUID="1.1")
    coronal = Series(plane=CORONAL, slices=5)
    write_series(tmp_path / "exams" / "coronal", coronal, SeriesInstanceUID="1.2")
    write_series(tmp_path / "exams" / "torn", skip=[5], SeriesInstanceUID="1.3")
    code, output = run(tmp_path / "exams", tmp_path / "out", save_ct_model(tmp_path))
    assert code == 1
    assert "slices are missing" in output
    rows = read(tmp_path / "out" / "predictions.csv")
    found = sorted((row["status"], row["reason"][:40]) for row in rows)
    assert [status for status, _ in found] == ["done", "failed", "not run"]
    assert found[1][1].startswith("1 of 12 slices are missing")
    assert found[2][1].startswith("The AI does not take this series")


def test_two_ct_models_are_two_rows(tmp_path: Path) -> None:
    write_series(tmp_path / "ct")
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    first = save_ct_model(tmp_path / "one")
    second = save_ct_model(tmp_path / "two", small_swin())
    assert run(tmp_path / "ct", tmp_path / "out", first, second)[0] == 0
    rows = read(tmp_path / "out" / "predictions.csv")
    # Cards of one name and version are told apart by their weights.
    assert len({row["model"] for row in rows}) == 2
    assert len(read(tmp_path / "out" / "windows.csv")) == 4


def test_video_weights_without_a_score_head_are_refused_before_any_work(tmp_path: Path) -> None:
    write_series(tmp_path / "ct")
    torch.save(small_resnet(outputs=400).state_dict(), tmp_path / "kinetics.pth")
    code, output = run(tmp_path / "ct", tmp_path / "out", tmp_path / "kinetics.pth")
    assert code != 0
    assert "not trained for CT" in " ".join(output.split())


def test_a_ct_exam_without_a_window_is_scored_too(tmp_path: Path) -> None:
    located = ct_exam(write_series(tmp_path / "ct"))
    image = located.exam.images[0]
    models = load_models([save_ct_model(tmp_path)], device="cpu")
    with HeadlessExam(located) as exam:
        assert isinstance(exam.ai_of(image, models, SilentProgress()), SeriesDone)
        unlike = load_models(list(write_models(tmp_path)), device="cpu")
        assert isinstance(exam.ai_of(image, unlike, SilentProgress()), NotRun)


@pytest.mark.parametrize("slices", [1, 3])
def test_a_short_series_says_so_in_its_row(tmp_path: Path, slices: int) -> None:
    write_series(tmp_path / "ct", Series(slices=slices))
    assert run(tmp_path / "ct", tmp_path / "out", save_ct_model(tmp_path))[0] == 0
    (row,) = read(tmp_path / "out" / "predictions.csv")
    assert f"The series has {slices} slices, a window 8" in row["reason"]
