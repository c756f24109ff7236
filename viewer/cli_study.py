"""`tomolens study ...`: reader studies, from the design to the report."""

from __future__ import annotations

import typer

study = typer.Typer(
    name="study",
    help="Reader studies: design, read, verify, analyse.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="markdown",
)


@study.callback()
def _study() -> None:
    """Reader studies: alone, locked, then with the AI."""
