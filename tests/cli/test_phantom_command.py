"""`tomolens phantom` from the command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
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


def _heed_ctrl_c() -> None:
    """Programs that a shell starts in the background ignore Ctrl+C, and so would their children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C cannot be sent to another process there")
def test_ctrl_c_stops_it_soon_and_leaves_no_half_written_file(tmp_path: Path) -> None:
    command = [sys.executable, "main.py", "phantom", str(tmp_path), "--slices", "500"]
    with subprocess.Popen(
        [*command, "--rows", "205"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        preexec_fn=_heed_ctrl_c,
    ) as making:
        # The volume of 500 slices is the first image of every view.
        while making.poll() is None and not list(tmp_path.glob("exam_0001/.*.part*")):
            time.sleep(0.02)
        making.send_signal(signal.SIGINT)
        stopped = time.monotonic()
        _, said = making.communicate(timeout=30)
    assert making.returncode == 130, said
    assert time.monotonic() - stopped < 5
    assert "stopped on request" in said
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
