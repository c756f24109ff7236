"""`tomolens study ...`: reader studies, from the design to the report."""

from __future__ import annotations

import typer

from viewer.cli_study_analyze import analyze
from viewer.cli_study_check import check
from viewer.cli_study_database import database
from viewer.cli_study_design import design
from viewer.cli_study_export import export
from viewer.cli_study_export_events import export_events
from viewer.cli_study_new import new
from viewer.cli_study_paper import paper
from viewer.cli_study_plan import plan
from viewer.cli_study_power import power
from viewer.cli_study_read import read
from viewer.cli_study_replay import replay
from viewer.cli_study_seal import seal
from viewer.cli_study_status import status
from viewer.cli_study_templates import templates
from viewer.cli_study_verify import verify
from viewer.cli_study_window import window

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


study.command("new")(new)
study.command("templates")(templates)
study.command("check")(check)
study.command("plan")(plan)
study.command("power")(power)
study.command("seal")(seal)
study.command("status")(status)
study.command("paper")(paper)
study.command("analyze")(analyze)
study.command("export")(export)
study.command("window")(window)
study.command("read")(read)
study.command("verify")(verify)
study.command("replay")(replay)
study.command("export-events")(export_events)
study.command("database")(database)
study.command("design")(design)
