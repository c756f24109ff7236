"""`tomolens study export`: a study or a table as other programs read it, de-identified."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from viewer.cli_errors import errors_said

if TYPE_CHECKING:
    from viewer.commands.analysis_source import AnalysisSource


class ExportFormat(Enum):
    """What is written."""

    IMRMC = "imrmc"
    MRMCAOV = "mrmcaov"
    JAFROC = "jafroc"
    WIDE = "wide"
    LONG = "long"
    MARKS = "marks"
    TRUTH = "truth"
    GC = "gc"


def export(
    study: Path = typer.Argument(
        ..., metavar="STUDY|TABLE", exists=True, help="A study's folder, or a table of ratings."
    ),
    kind: ExportFormat = typer.Option(..., "--format", help="See below."),
    output: Path = typer.Option(..., "--output", metavar="FILE", help="The file to write."),
    modality: str | None = typer.Option(
        None, "--modality", help="For wide: which modality; unaided, else the first."
    ),
    with_amendments: bool = typer.Option(
        False, "--with-amendments", help="Amended answers in the place of the locked ones."
    ),
    truth: Path | None = typer.Option(
        None, "--truth", exists=True, dir_okay=False, help="Truth of a CSV of answers."
    ),
    marks: Path | None = typer.Option(
        None, "--marks", exists=True, dir_okay=False, help="Marks of a CSV of answers."
    ),
) -> None:
    """Write a study or a table for another program; a file that is there is replaced.

    imrmc: the .imrmc text of iMRMC and RJafroc. mrmcaov: CSV reader,treatment,case,truth,rating.
    jafroc: an Excel workbook (TP, FP, TRUTH), FROC where there are marks, else ROC. wide: a row a
    breast, a column a reader and AI. long, marks, truth: our own CSV of answers, marks and truth
    (amended answers are rows of their own). gc: JSON with the fields of Grand Challenge's answers.

    Cases go by aliases (studies) or by numbers in the table's order (tables); patients, paths and
    dates of exams never leave. The truth goes where it is asked for: keep it from readers.
    """
    with errors_said():
        from viewer.commands.analysis_source import read_source

        source = read_source(
            study, truth_file=truth, marks_file=marks, with_amendments=with_amendments
        )
        if kind is ExportFormat.JAFROC:
            from viewer.export.jafroc_workbook import write_jafroc

            write_jafroc(output, source.table, marks=source.marks)
        else:
            from viewer.export.csv_rows import write_text

            write_text(output, _text(kind, source, modality, with_amendments=with_amendments))
    typer.echo(f"{kind.value}: {output}")


def _text(
    kind: ExportFormat, source: AnalysisSource, modality: str | None, *, with_amendments: bool
) -> str:
    from viewer.analysis.hybrid import base_modality
    from viewer.analysis.study_rows import LongRow, MarkRow, TruthRow
    from viewer.analysis.table_of_rows import counted_answers
    from viewer.export import rating_tables
    from viewer.export.answers_json import answers_json
    from viewer.export.csv_rows import csv_of

    table, rows = source.table, source.rows
    if kind is ExportFormat.IMRMC:
        return rating_tables.imrmc_text(table)
    if kind is ExportFormat.MRMCAOV:
        return rating_tables.mrmcaov_text(table)
    if kind is ExportFormat.WIDE:
        return rating_tables.wide_text(table, modality or base_modality(table, source.plan))
    if kind is ExportFormat.LONG:
        return csv_of(LongRow, rows.answers)
    if kind is ExportFormat.MARKS:
        return csv_of(MarkRow, rows.marks)
    if kind is ExportFormat.TRUTH:
        return csv_of(TruthRow, rows.truth)
    return answers_json(counted_answers(rows, with_amendments=with_amendments))
