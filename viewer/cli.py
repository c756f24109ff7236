"""The command line: one entry, and a module for each command."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import typer

from inference.process import prepare_process
from viewer.cli_demo import demo
from viewer.cli_evaluate import evaluate
from viewer.cli_models import models
from viewer.cli_open import open_window
from viewer.cli_phantom import phantom
from viewer.cli_predict import predict
from viewer.cli_screenshot import screenshot
from viewer.cli_study import study
from viewer.cli_train import train

app = typer.Typer(
    name="tomolens",
    help="Viewer for mammography and breast tomosynthesis beside an AI that shows its reasons. "
    "Research use only, not for diagnosis.",
    epilog="Without a command the window opens; paths open in it: tomolens PATH...",
    pretty_exceptions_show_locals=False,
    rich_markup_mode="markdown",
    no_args_is_help=True,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tomolens {version('tomolens')}")
        raise typer.Exit


@app.callback()
def _options(
    show_version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Say the version and stop."
    ),
) -> None:
    """Options that stand before a command."""


app.command("open")(open_window)
app.command("demo")(demo)
app.command("predict")(predict)
app.command("evaluate")(evaluate)
app.command("screenshot")(screenshot)
app.command("phantom")(phantom)
app.command("train")(train)
app.add_typer(models)
app.add_typer(study)

COMMANDS = (
    "open",
    "demo",
    "predict",
    "evaluate",
    "screenshot",
    "phantom",
    "train",
    "models",
    "study",
)


def with_command(arguments: Sequence[str]) -> list[str]:
    """Put `open` where no command stands: before nothing at all, and before a path that exists."""
    if not arguments:
        return ["open"]
    first = arguments[0]
    if first not in COMMANDS and not first.startswith("-") and Path(first).exists():
        return ["open", *arguments]
    return list(arguments)


def keep_readers_quiet() -> None:
    """Silence libraries that put values of the file, such as names, into warnings and logs."""
    warnings.simplefilter("ignore")
    for library in ("pydicom", "PIL", "tifffile"):
        logging.getLogger(library).setLevel(logging.CRITICAL + 1)


def main() -> None:
    """Run the program with the arguments it was called with."""
    prepare_process()
    keep_readers_quiet()
    app(args=with_command(sys.argv[1:]), prog_name="tomolens")
