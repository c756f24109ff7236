"""The entry: commands, version, help, and what stands before them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from viewer.cli import COMMANDS, app, with_command

ROOT = Path(__file__).resolve().parents[2]


def test_no_arguments_open_the_window() -> None:
    assert with_command([]) == ["open"]


def test_a_path_alone_opens_it(tmp_path: Path) -> None:
    assert with_command([str(tmp_path)]) == ["open", str(tmp_path)]


@pytest.mark.parametrize("arguments", [["demo"], ["--version"], ["no-such-thing"]])
def test_everything_else_is_left_alone(arguments: list[str]) -> None:
    assert with_command(arguments) == arguments


def test_every_command_has_help_that_says_what_it_does() -> None:
    for command in COMMANDS:
        result = CliRunner().invoke(app, [command, "--help"])
        assert result.exit_code == 0
        assert len(result.output.splitlines()) > 5


def test_the_version_is_that_of_the_installation() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.output.startswith("tomolens 0.")


def test_an_unknown_command_is_a_usage_error_with_exit_code_2() -> None:
    result = CliRunner().invoke(app, ["predikt"])
    assert result.exit_code == 2
    assert "predict" in result.output


def test_main_py_is_the_command_and_imports_neither_torch_nor_qt() -> None:
    script = (
        "import sys, runpy; sys.argv = ['main.py', '--help'];"
        "\ntry: runpy.run_path('main.py', run_name='__main__')"
        "\nexcept SystemExit as end: code = end.code"
        "\nheavy = {'torch', 'PySide6', 'pyqtgraph', 'SimpleITK'} & set(sys.modules)"
        "\nsys.exit(f'{code} {heavy}' if code or heavy else 0)"
    )
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "screenshot" in done.stdout
    assert time.perf_counter() - started < 10
