"""A report as a web page and as a PDF: complete, escaped, readable without a network."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import pytest
from matplotlib.figure import Figure as Drawing
from pypdf import PdfReader

from viewer.export.atomic_write import CannotWrite
from viewer.export.report_document import (
    Caution,
    Figure,
    Heading,
    Items,
    Paragraph,
    Report,
    Table,
)
from viewer.export.report_html import html_of, write_html
from viewer.export.report_pdf import write_pdf


def drawn(kind: str) -> bytes:
    drawing = Drawing(figsize=(4, 3))
    drawing.subplots().plot([0, 1], [0, 1])
    buffer = io.BytesIO()
    drawing.savefig(buffer, format=kind)
    return buffer.getvalue()


@pytest.fixture
def report() -> Report:
    return Report(
        title="A study <of> readers",
        subtitle="Version 1 & no more",
        blocks=(
            Heading("Methods"),
            Paragraph("Readers scored λ from 0 to 1; <script>alert(1)</script> is text."),
            Heading("Cases", 2),
            Items(("one", "two")),
            Caution("Two readers only: no generalisation to readers."),
            Heading("Results"),
            Table(
                caption="Areas under the curve",
                header=("Reader", "AUC"),
                rows=tuple((f"R{number:02}", f"{0.7 + number / 1000:.3f}") for number in range(90)),
                note="95 % intervals.",
            ),
            Figure(
                name="roc",
                caption="Curves of every reader",
                alternative="One diagonal line",
                svg=drawn("svg"),
                png=drawn("png"),
            ),
        ),
    )


def test_the_page_needs_no_other_file_and_no_network(report: Report) -> None:
    page = html_of(report)
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert "url(" not in page


def test_words_of_the_report_are_text_never_markup(report: Report) -> None:
    page = html_of(report)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "A study &lt;of&gt; readers" in page


def test_every_contents_entry_leads_to_its_section(report: Report) -> None:
    page = html_of(report)
    targets = re.findall(r'href="#([^"]*)"', page)
    assert targets == ["section-1", "section-2"]
    assert all(f'id="{target}"' in page for target in targets)


def test_the_page_is_well_formed(report: Report) -> None:
    class Balance(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag not in ("meta", "img"):
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    balance = Balance()
    balance.feed(html_of(report))
    assert balance.open == []


def test_the_pdf_holds_every_word_and_repeats_table_heads(report: Report, tmp_path: Path) -> None:
    write_pdf(report, tmp_path / "report.pdf")
    pages = [page.extract_text() for page in PdfReader(tmp_path / "report.pdf").pages]
    text = "\n".join(pages)
    for words in ("A study <of> readers", "λ from 0 to 1", "R00", "R89", "Curves of every reader"):
        assert words in text
    assert sum("AUC" in page for page in pages) >= 2
    assert all("research use" in page for page in pages)


def test_sections_are_bookmarks_of_the_pdf(report: Report, tmp_path: Path) -> None:
    write_pdf(report, tmp_path / "report.pdf")
    outline = PdfReader(tmp_path / "report.pdf").outline
    assert [entry.title for entry in outline] == ["Methods", "Results"]


def test_the_same_report_is_the_same_pdf(report: Report, tmp_path: Path) -> None:
    write_pdf(report, tmp_path / "first.pdf")
    write_pdf(report, tmp_path / "second.pdf")
    assert (tmp_path / "first.pdf").read_bytes() == (tmp_path / "second.pdf").read_bytes()


def test_a_row_with_too_few_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="1 cells under 2 heads"):
        Table(caption="AUC", header=("Reader", "AUC"), rows=(("R1",),))


def test_a_folder_that_is_not_there_is_named(report: Report, tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match=r"report\.html"):
        write_html(report, tmp_path / "absent" / "report.html")
