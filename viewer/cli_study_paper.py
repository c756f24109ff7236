"""`tomolens study paper`: the published reader study, computed again from its public table."""

from __future__ import annotations

from pathlib import Path

import typer

from viewer.cli_errors import UserError, errors_said


def paper(
    table: Path = typer.Argument(
        ...,
        metavar="TABLE",
        exists=True,
        dir_okay=False,
        help="The public table: 1,440 breasts, 14 readers.",
    ),
    output: Path = typer.Option(..., "--output", metavar="DIR", help="Where the page goes."),
) -> None:
    """Reproduce figures 4, 5 and 6 of the published study and set its numbers beside the table's.

    Writes paper.html, paper.pdf and figures/. Differences are explained on the page.
    """
    with errors_said():
        from viewer.analysis.analyse import analyse
        from viewer.analysis.options import AnalysisOptions
        from viewer.analysis.paper import DMV, GMIC, why_not_published
        from viewer.export.atomic_write import make_folder
        from viewer.export.paper_page import write_paper_page
        from viewer.loading.read_study_table import read_study_table

        make_folder(output)
        found = read_study_table(table)
        reason = why_not_published(found)
        if reason is not None:
            raise UserError(
                f"{table.name} is not the published table: {reason}",
                "tomolens study analyze takes any table",
            )
        # Bootstraps would take time, and nothing of them stands on the page.
        gmic, dmv = (
            analyse(found, AnalysisOptions(ai_model=model, bootstraps=0)) for model in (GMIC, DMV)
        )
        written = write_paper_page(gmic, dmv, output)
        typer.echo(f"{written[0].name} and {len(written) - 1} more files: {output}")
