"""The whole report of a study: what it consists of, and its files."""

from __future__ import annotations

from pathlib import Path

from viewer.analysis.checklists import checklists
from viewer.analysis.methods_text import design_text, statistics_text
from viewer.analysis.results import StudyResults
from viewer.analysis.study_record import StudyRecord
from viewer.analysis.words import MISSING, count
from viewer.export import report_people, report_sections
from viewer.export.atomic_write import make_folder, replacing
from viewer.export.report_document import Block, Heading, Paragraph, Report, Table
from viewer.export.report_html import write_html
from viewer.export.report_pdf import write_pdf
from viewer.export.report_summary import summary


def report_of(results: StudyResults, record: StudyRecord | None) -> Report:
    """Put the report together; record: of our own studies, None for tables from elsewhere."""
    blocks = [
        *summary(results),
        *_methods(results, record),
        *report_sections.discrimination(results),
        *report_sections.comparison(results),
        *report_sections.operating_points(results),
        *report_sections.hybrid(results),
        *report_people.agreement(results),
        *report_people.influence(results),
        *report_people.time(results),
        *report_people.subgroups(results),
        *_conduct(record),
        *_checklists(results, record),
    ]
    source = "a reader study of Tomolens" if record else "a table of ratings"
    return Report(
        title=results.title or "Reader study",
        subtitle=f"Analysis of {source}, {count(len(results.readers), 'reader')}, "
        f"{count(results.cases, 'case')}",
        blocks=tuple(blocks),
    )


def write_report(results: StudyResults, record: StudyRecord | None, folder: Path) -> list[Path]:
    """Write report.html, report.pdf and figures/ (SVG, PNG); returns the files.

    Raises CannotWrite; files written before stay.
    """
    return write_document(report_of(results, record), folder, "report")


def write_document(report: Report, folder: Path, name: str) -> list[Path]:
    """Write a report's page, PDF and figures."""
    figures = folder / "figures"
    make_folder(figures)
    page, paper = folder / f"{name}.html", folder / f"{name}.pdf"
    write_html(report, page)
    write_pdf(report, paper)
    written = [page, paper]
    for figure in report.figures:
        for suffix, content in ((".svg", figure.svg), (".png", figure.png)):
            path = figures / f"{figure.name}{suffix}"
            with replacing(path) as temporary:
                temporary.write_bytes(content)
            written.append(path)
    return written


def _methods(results: StudyResults, record: StudyRecord | None) -> list[Block]:
    blocks: list[Block] = [Heading("Methods")]
    if record is not None:
        blocks.append(Heading("Design and reading", 2))
        blocks += [Paragraph(text) for text in design_text(record)]
        if record.protocol.analysis.text:
            blocks.append(Heading("Analysis plan, as fixed beforehand", 2))
            blocks.append(Paragraph(record.protocol.analysis.text))
    blocks.append(Heading("Statistics", 2))
    blocks += [Paragraph(text) for text in statistics_text(results) if text]
    return blocks


def _conduct(record: StudyRecord | None) -> list[Block]:
    if record is None or not (record.excluded or len(record.versions) > 1):
        return []
    blocks: list[Block] = [Heading("Conduct of the study")]
    if len(record.versions) > 1:
        blocks.append(
            Table(
                caption="Versions of the protocol",
                header=("Version", "Adopted (UTC)", "SHA-256", "Reason"),
                rows=tuple(
                    (str(v.version), v.utc[:16], v.sha256[:16], v.reason or MISSING)
                    for v in record.versions
                ),
                text_columns=frozenset({0, 1, 2, 3}),
            )
        )
    if record.excluded:
        blocks.append(
            Table(
                caption="Excluded readings",
                header=("Reader", "Session", "Case", "Reason"),
                rows=tuple((e.reader_id, e.session_id, e.alias, e.reason) for e in record.excluded),
                text_columns=frozenset({0, 1, 2, 3}),
            )
        )
    return blocks


def _checklists(results: StudyResults, record: StudyRecord | None) -> list[Block]:
    if record is None:
        return []
    blocks: list[Block] = [
        Heading("Reporting checklists"),
        Paragraph(
            "Answered from the frozen protocol, the events and the results; what they cannot know "
            "is left to the authors."
        ),
    ]
    for checklist in checklists(record, results):
        blocks.append(
            Table(
                caption=checklist.name,
                header=("Item", "Topic", "Answer"),
                rows=tuple((i.item, i.topic, i.answer) for i in checklist.items),
                text_columns=frozenset({0, 1, 2}),
            )
        )
    return blocks
