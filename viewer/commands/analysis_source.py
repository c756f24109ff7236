"""What is analysed or exported: one of our studies, or a table from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from viewer.analysis.froc_of_marks import RatedMark
from viewer.analysis.options import AnalysisOptions
from viewer.analysis.rows_of_study import StudyAnswers, rows_of_study
from viewer.analysis.rows_of_table import numbered_exams, rows_of_table
from viewer.analysis.study_record import StudyRecord, record_of
from viewer.analysis.study_rows import StudyRows
from viewer.analysis.study_table import StudyTable
from viewer.analysis.table_of_rows import counted_marks, table_of_rows
from viewer.analysis.table_of_study import context_of_study
from viewer.commands.study_answers import answers_of_study
from viewer.loading.read_study_table import read_study_table
from viewer.storage.study_folder import StudyFolder
from viewer.study.protocol_hash import protocol_sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisSource:
    """A table, and where it came from."""

    table: StudyTable
    rows: StudyRows
    """De-identified: aliases, or cases numbered in the table's order."""
    plan: AnalysisOptions
    """Of the frozen protocol; the defaults for tables from elsewhere."""
    record: StudyRecord | None
    """How the study was carried out; None for tables from elsewhere."""
    marks: tuple[RatedMark, ...] | None
    """Every counted mark, where more are known than the table keeps."""


def is_study(path: Path) -> bool:
    """Whether a path is a study (its folder or its study.toml) rather than a table."""
    return path.is_dir() or path.suffix.lower() == ".toml"


def read_source(
    path: Path,
    *,
    truth_file: Path | None = None,
    marks_file: Path | None = None,
    with_amendments: bool = False,
) -> AnalysisSource:
    """Read a study with its opened seals, or a table; raises StudyError or LoadingError."""
    if is_study(path):
        return _of_study(StudyFolder.of(path), with_amendments=with_amendments)
    table = read_study_table(
        path, truth_file=truth_file, marks_file=marks_file, with_amendments=with_amendments
    )
    return AnalysisSource(
        table=table,
        rows=rows_of_table(table, numbered_exams(table)),
        plan=AnalysisOptions(),
        record=None,
        marks=None,
    )


def _of_study(folder: StudyFolder, *, with_amendments: bool) -> AnalysisSource:
    answers, events = answers_of_study(folder)
    rows = rows_of_study(answers)
    context = context_of_study(answers, rows, with_amendments=with_amendments)
    table = table_of_rows(rows, context)
    return AnalysisSource(
        table=table,
        rows=rows,
        plan=_plan(answers),
        record=record_of(answers.protocol, protocol_sha256(answers.protocol), events),
        marks=counted_marks(rows, with_amendments=with_amendments) if table.froc else None,
    )


def _plan(answers: StudyAnswers) -> AnalysisOptions:
    """The protocol's; of several models the mean, which the readers were shown, is mixed."""
    plan = AnalysisOptions.of_plan(answers.protocol.analysis)
    models = answers.models
    return replace(plan, ai_model=models[-1].model) if len(models) > 1 else plan
