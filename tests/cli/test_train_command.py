"""`tomolens train` on small exams on disk."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from cli_builders import breast
from PIL import Image
from typer.testing import CliRunner, Result

from viewer.cli import app

EXAMS = 6
CONFIG = """
name = "from folders"
[model]
architecture = "gmic"
input_rows = 280
input_columns = 210
global_channels = 8
local_channels = 8
patches = 2
patch_side = 64
attention_units = 8
[data.folders]
paths = ["exams"]
labels = "labels.csv"
[augmentation]
shift_pixels = 4
resize_pixels = 4
[optimisation]
epochs = 1
batch = 4
[run]
workers = 0
tensorboard = {tensorboard}
"""


def _write_exams(folder: Path) -> None:
    for number in range(EXAMS):
        for seed, view in enumerate(("L-CC", "R-CC")):
            pixels = breast(10 * number + seed, slices=1, faces_right=view.startswith("L"))[0]
            path = folder / "exams" / f"exam{number}" / f"{number}_{view}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(path)


def _breast_rows() -> list[tuple[str, str, int, int]]:
    rows = []
    for number in range(EXAMS):
        rows.append((f"exam{number}", "L", number % 2, 0))
        rows.append((f"exam{number}", "R", 0, number % 3 == 0))
    return [(exam, side, int(benign), int(malignant)) for exam, side, benign, malignant in rows]


def _write_labels(folder: Path, rows: list[tuple[str, str, int, int]]) -> None:
    with (folder / "labels.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["exam", "laterality", "benign", "malignant"])
        table.writerows(rows)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Exams, a label table and a configuration."""
    _write_exams(tmp_path)
    _write_labels(tmp_path, _breast_rows())
    (tmp_path / "my.toml").write_text(CONFIG.format(tensorboard="false"))
    return tmp_path


def _train(here: Path, *more: str) -> Result:
    arguments = ["train", str(here / "my.toml"), "--output", str(here / "run"), "--device", "cpu"]
    return CliRunner().invoke(app, [*arguments, *more])


def test_folders_and_a_table_make_weights_that_predict(here: Path) -> None:
    result = _train(here)
    assert result.exit_code == 0, result.output
    weights = here / "run" / "best.safetensors"
    assert str(weights) in result.output.replace("\n", "")
    assert "AUC malignant" in result.output
    output = here / "scores"
    exam = here / "exams" / "exam0"
    arguments = ["predict", str(exam), "--weights", str(weights), "--output", str(output)]
    predicted = CliRunner().invoke(app, [*arguments, "--device", "cpu"])
    assert predicted.exit_code == 0, predicted.output
    with (output / "predictions.csv").open(newline="") as file:
        scores = [float(row["malignant"]) for row in csv.DictReader(file)]
    assert len(scores) == 2
    assert all(0 < score < 1 for score in scores)
    assert np.isfinite(scores).all()


def test_images_without_a_row_are_left_out_and_counted(here: Path) -> None:
    _write_labels(here, _breast_rows()[:-1])
    result = _train(here)
    assert result.exit_code == 0, result.output
    assert "1 images have no row in labels.csv" in result.output


def test_a_second_run_in_the_folder_needs_resume(here: Path) -> None:
    assert _train(here).exit_code == 0
    again = _train(here)
    assert again.exit_code == 2
    assert "holds another run" in again.output
    assert "Hint: add --resume" in again.output
    assert _train(here, "--resume").exit_code == 0


def test_tensorboard_gets_the_curves(here: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    (here / "my.toml").write_text(CONFIG.format(tensorboard="true"))
    assert _train(here).exit_code == 0
    events = EventAccumulator(str(here / "run" / "tensorboard")).Reload()
    tags = events.Tags()["scalars"]
    assert {"training/loss of a step", "training/validation loss"} <= set(tags)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [("exam99", "L", 0, 1)],
            "labels.csv: a breast that is not in the folders is named in row",
        ),
        ([("exam0", "L", 1, 1)], "rows 2 and 14 give exam0 L two different labels"),
        ([("exam0", "L", 0, 0)], "rows 2 and 14 both name exam0 L"),
    ],
)
def test_bad_rows_are_named(
    here: Path, rows: list[tuple[str, str, int, int]], message: str
) -> None:
    _write_labels(here, [*_breast_rows(), *rows])
    result = _train(here)
    assert result.exit_code == 2
    assert message in result.output.replace("\n", " ")
    assert "Hint:" in result.output
    assert not (here / "run").exists()


def test_no_positives_are_said(here: Path) -> None:
    _write_labels(here, [(exam, side, benign, 0) for exam, side, benign, _ in _breast_rows()])
    result = _train(here)
    assert result.exit_code == 2
    assert "the training part holds no FFDM images with a malignant finding" in result.output
    assert not (here / "run").exists()


def test_a_folder_or_device_that_is_not_there_is_said(here: Path) -> None:
    text = (here / "my.toml").read_text()
    (here / "my.toml").write_text(text.replace('["exams"]', '["gone"]'))
    result = _train(here)
    assert result.exit_code == 2
    assert "gone is not there" in result.output.replace("\n", "")
    (here / "my.toml").write_text(text.replace("[run]", "[runs]"))
    result = _train(here)
    assert result.exit_code == 2
    assert 'has no key "runs"' in result.output
    assert 'did you mean "run"?' in result.output


def test_a_labelled_image_that_cannot_be_read_is_said(here: Path) -> None:
    damaged = here / "exams" / "exam2" / "2_L-CC.png"
    content = damaged.read_bytes()
    damaged.write_bytes(content[: len(content) // 2])
    result = _train(here)
    assert result.exit_code == 2
    text = result.output.replace("\n", " ")
    assert "1 file skipped" in text
    assert "named in row 6 (exam2 L)" in text
