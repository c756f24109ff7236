"""`tomolens predict` on a real exam, against the reference numbers."""

from __future__ import annotations

import csv
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from typer.testing import CliRunner

from viewer.cli import app

pytestmark = pytest.mark.shared

CARD = """\
architecture = "gmic"
top_t = 0.03
patches = 6
name = "GMIC reference"
version = "1"
training_data = "none"
intended_use = "tests"
licence = "Apache-2.0"
"""


def write_reference_weights(golden: Path, folder: Path) -> Path:
    """Weights from the reference generator, seed 11, as our own format."""
    spec = importlib.util.spec_from_file_location("deterministic", golden / "deterministic.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    shapes = json.loads((golden / "gmic_state_dict.json").read_text())
    entries = {
        name: torch.from_numpy(np.asarray(module.array_for(name, tuple(shape), 11)))
        for name, shape in shapes.items()
    }
    path = folder / "reference.safetensors"
    save_file(entries, path)
    path.with_suffix(".toml").write_text(CARD)
    return path


def test_a_real_exam_gets_the_reference_scores_and_its_labels(tmp_path: Path, shared: Path) -> None:
    weights = write_reference_weights(shared / "golden", tmp_path)
    exam = shared / "data" / "exams" / "gmic_exam0"
    output = tmp_path / "out"
    result = CliRunner().invoke(
        app,
        ["predict", str(exam), "--weights", str(weights), "--output", str(output)]
        + ["--device", "cpu", "--arrays"],
    )
    assert result.exit_code == 0, result.output
    with (output / "predictions.csv").open(newline="") as file:
        rows = {row["image"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"0_L-CC", "0_R-CC", "0_L-MLO", "0_R-MLO"}
    assert {
        name: row["benign_label"] for name, row in rows.items() if row["laterality"] == "R"
    } == {
        "0_R-CC": "1",
        "0_R-MLO": "1",
    }
    assert all(row["malignant_label"] == "0" for row in rows.values())
    with np.load(shared / "golden" / "gmic_pipeline.npz") as reference:
        for view in ("L-CC", "R-MLO"):
            row = rows[f"0_{view}"]
            for part, suffix in (("fusion", ""), ("global", "_global"), ("local", "_local")):
                scores = [float(row[f"{name}{suffix}"]) for name in ("benign", "malignant")]
                assert scores == pytest.approx(reference[f"{view}/y_{part}"], abs=1e-4)
            with np.load(output / "arrays" / f"0_{view}.npz") as kept:
                expected = reference[f"{view}/saliency"]
                assert np.abs(kept["saliency"][0] - expected.reshape(2, 46, 30)).max() < 5e-4
                corners = {tuple(corner) for corner in kept["patch_top_left"].tolist()}
                assert corners == {tuple(c) for c in reference[f"{view}/patch_top_left"].tolist()}
