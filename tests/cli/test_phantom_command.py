"""`tomolens phantom` from the command line."""

from __future__ import annotations

from pathlib import Path

import typer
from typer.testing import CliRunner

from viewer.cli_phantom import phantom

app = typer.Typer()
app.command()(phantom)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_it_makes_an_exam_and_says_where(tmp_path: Path) -> None:
    code, said = run(str(tmp_path), "--slices", "3", "--rows", "205", "--seed", "2")
    assert code == 0
    assert "12 images" in said
    assert (tmp_path / "truth.csv").is_file()


def test_a_size_unlike_a_detector_is_explained(tmp_path: Path) -> None:
    code, said = run(str(tmp_path), "--rows", "205", "--columns", "20")
    assert code == 2
    assert "columns" in said


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    code, said = run(str(tmp_path / "file"), "--slices", "2", "--rows", "205")
    assert code == 1
    assert "Hint" in said
