"""`tomolens study analyze`: a study or a table of ratings, analysed and reported."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from viewer.cli_errors import UserError, errors_said

if TYPE_CHECKING:
    from viewer.analysis.options import AnalysisOptions
    from viewer.analysis.results import StudyResults
    from viewer.analysis.study_table import StudyTable


def analyze(
    study: Path = typer.Argument(
        ..., metavar="STUDY|TABLE", exists=True, help="A study's folder, or a table of ratings."
    ),
    output: Path = typer.Option(..., "--output", metavar="DIR", help="Where the results go."),
    ai: str | None = typer.Option(
        None, "--ai", metavar="MODEL", help="The AI to mix with the readers; the first otherwise."
    ),
    weight: float | None = typer.Option(
        None, "--lambda", min=0.0, max=1.0, help="The reader's weight in the hybrid; 0.5 otherwise."
    ),
    bootstraps: int | None = typer.Option(
        None, "--bootstraps", min=0, help="Resamples of patients; 2000 otherwise, 0 for none."
    ),
    seed: int | None = typer.Option(None, "--seed", min=0, help="Of the bootstrap."),
    threshold: float | None = typer.Option(
        None,
        "--threshold",
        help="A score above it counts as a recall, in the scores' own units. Otherwise the recalls "
        "as recorded; without them 0.02 for probabilities, nothing for other scores.",
    ),
    with_amendments: bool = typer.Option(
        False, "--with-amendments", help="Amended answers in the place of the locked ones."
    ),
    only_complete: bool = typer.Option(
        False, "--complete-cases", help="Leave out cases that some reader has not read."
    ),
    subgroups: list[str] | None = typer.Option(
        None, "--subgroup", metavar="ATTRIBUTE", help="Analyse only by this; repeat for several."
    ),
    truth: Path | None = typer.Option(
        None, "--truth", exists=True, dir_okay=False, help="Truth of a CSV of answers."
    ),
    marks: Path | None = typer.Option(
        None, "--marks", exists=True, dir_okay=False, help="Marks of a CSV of answers."
    ),
    report: bool = typer.Option(
        True, "--report/--no-report", help="Write report.html and report.pdf too."
    ),
) -> None:
    """Analyse a study, or a table of ratings; write results.json, CSV tables and the report.

    A study's plan (lambda, bootstraps, comparison, threshold) comes from its frozen protocol;
    options here go first.

    Tables are recognised by their content: iMRMC, MRMCaov and OR-DBM CSV
    (`reader,treatment,case,truth,rating`), JAFROC workbooks, rated marks with their truth beside
    them, our own CSV of answers with truth.csv beside it, and the wide layout
    (`case_ID,side,label,Reader.._POM,AI_.._POM`). Readers, cases and modalities keep the names of
    the file. In the wide layout the readers' columns are the modality "unaided"; "hybrid" is each
    reader mixed with one AI (the first AI column unless --ai names another), and "ai" lists every
    AI column.

    In results.json `mrmc` compares the modalities as read; the comparison of hybrid and readers
    is `hybrid.mrmc`. What does not apply is null, with the reason beside it. Readings that are
    missing make the data unbalanced: then iMRMC's U-statistics stand for Obuchowski-Rockette,
    unless --complete-cases leaves only what everybody read.

    Exit code: 0 when the results are written, also where parts are refused; 2 otherwise.
    """
    with errors_said():
        from viewer.analysis.analyse import analyse
        from viewer.analysis.complete_cases import complete_cases
        from viewer.commands.analysis_source import read_source
        from viewer.export.atomic_write import make_folder
        from viewer.export.result_tables import write_tables
        from viewer.export.results_json import write_results

        make_folder(output)
        source = read_source(
            study, truth_file=truth, marks_file=marks, with_amendments=with_amendments
        )
        options = _options(
            source.plan,
            ai=ai,
            weight=weight,
            bootstraps=bootstraps,
            seed=seed,
            threshold=threshold,
            subgroups=tuple(subgroups) if subgroups else None,
        )
        table = complete_cases(source.table) if only_complete else source.table
        _check(table, options)
        results = analyse(table, options)
        write_results(output / "results.json", results)
        write_tables(output, results)
        if report:
            from viewer.export.report import write_report

            write_report(results, source.record, output)
    _tell(results, output)


def _options(
    plan: AnalysisOptions,
    *,
    ai: str | None,
    weight: float | None,
    bootstraps: int | None,
    seed: int | None,
    threshold: float | None,
    subgroups: tuple[str, ...] | None,
) -> AnalysisOptions:
    """The plan, with what the command line says in its place."""
    return replace(
        plan,
        ai_model=plan.ai_model if ai is None else ai,
        hybrid_lambda=plan.hybrid_lambda if weight is None else weight,
        bootstraps=plan.bootstraps if bootstraps is None else bootstraps,
        seed=plan.seed if seed is None else seed,
        recall_threshold=plan.recall_threshold if threshold is None else threshold,
        subgroups=plan.subgroups if subgroups is None else subgroups,
    )


def _check(table: StudyTable, options: AnalysisOptions) -> None:
    if options.ai_model is not None and options.ai_model not in table.ai:
        raise UserError(
            f"there is no AI called {options.ai_model}",
            f"choose one of {', '.join(table.ai)}" if table.ai else "there are no scores of an AI",
        )
    known = (*table.case_groups, *table.reader_groups)
    unknown = [name for name in options.subgroups or () if name not in known]
    if unknown:
        raise UserError(
            f"there is no attribute called {', '.join(unknown)}",
            f"choose of {', '.join(known)}" if known else "nothing is known to group by",
        )


def _tell(results: StudyResults, output: Path) -> None:
    typer.echo(
        f"{len(results.readers)} readers, {results.cases} cases ({results.positives} diseased), "
        f"modalities: {', '.join(results.modalities)}"
    )
    for name, found in results.by_modality.items():
        typer.echo(f"{name}: mean AUC {found.mean_auc:.4f} (SD {found.sd_auc:.4f})")
    for refusal in results.refusals:
        typer.echo(f"Not given: {refusal.analysis}: {refusal.words}", err=True)
    for note in results.notes:
        typer.echo(f"Note: {note}", err=True)
    typer.echo(f"results.json: {output}")
