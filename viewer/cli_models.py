"""`tomolens models`: weights on this computer, what they are, and what they cost."""

from __future__ import annotations

import typer

from viewer.cli_errors import errors_said

models = typer.Typer(
    name="models",
    help="Weights of the AI: list, add, show and remove them; count what networks cost.",
    no_args_is_help=True,
)


@models.command("costs")
def costs(
    slices: int = typer.Option(96, "--slices", min=1, help="Slices of the volume counted for."),
) -> None:
    """Count what every architecture costs, beside the paper's baselines.

    GMAC are thousand million multiply-accumulate operations for one volume, image or breast.
    Nothing is run: it takes seconds and no memory.
    """
    with errors_said():
        from rich.console import Console
        from rich.table import Table

        from inference.costs import efficiency_table

        table = Table()
        for heading in ("network", "scores"):
            table.add_column(heading)
        for heading in ("GMAC", "paper", "million parameters"):
            table.add_column(heading, justify="right")
        for cost in efficiency_table(slices):
            printed = "" if cost.printed_gmac is None else f"{cost.printed_gmac:,.0f}"
            millions = f"{cost.parameters / 1e6:.1f}"
            table.add_row(cost.name, cost.takes, f"{cost.gmac:,.0f}", printed, millions)
        Console().print(table)
        typer.echo(f"Volumes of {slices} slices. Printed: the 3D-GMIC paper's Table I,")
        typer.echo("which extrapolates the 3D ResNets from 4, 8 and 16 slices.")
