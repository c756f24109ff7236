"""`tomolens study paper` on the published table, and on one that is not it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from viewer.cli import app


@pytest.mark.shared
def test_the_published_study_is_reproduced_on_one_page(shared: Path, tmp_path: Path) -> None:
    table = shared / "data" / "reader_studies" / "nyu_reader_study_1440breasts.csv"
    result = CliRunner().invoke(app, ["study", "paper", str(table), "--output", str(tmp_path)])
    assert result.exit_code == 0, result.output
    text = " ".join(
        " ".join(page.extract_text().split()) for page in PdfReader(tmp_path / "paper.pdf").pages
    )
    # The readers' own numbers agree with the paper to its digits.
    for quantity in (
        "Readers' AUC, mean .778 0.7788",
        "Readers' AUC, SD .0435 0.0436",
        "Readers' AUC, range .705 to .860 0.705 to 0.860",
        "Readers' PRAUC, range .244 to .453 0.244 to 0.453",
        "Average sensitivity (SD) 62.1 % (9) 62.2 % (8.9 %)",
        "Average specificity (SD) 85.2 % (5.5) 85.3 % (5.5 %)",
    ):
        assert quantity in text
    # Those of the models differ, and the page says why.
    assert "0.8871 (0.0098)" in text
    assert "misprint" in text
    assert "Not reproducible" in text
    for number in (4, 5, 6):
        for suffix in ("svg", "png"):
            assert (tmp_path / "figures" / f"paper-figure-{number}.{suffix}").stat().st_size > 5000
    page = (tmp_path / "paper.html").read_text(encoding="utf-8")
    assert page.count("data:image/svg+xml;base64,") == 3


def test_another_table_is_refused_with_what_it_has(tmp_path: Path) -> None:
    table = tmp_path / "small.csv"
    rows = ["case_ID,side,label,Reader01_POM,AI_GMIC_top5_POM", "1,L,1,0.9,0.8", "2,L,0,0.1,0.2"]
    table.write_text("\n".join(rows), encoding="utf-8")
    result = CliRunner().invoke(app, ["study", "paper", str(table), "--output", str(tmp_path)])
    assert result.exit_code == 2
    assert "1 readers, 2 breasts and 1 malignant ones" in result.output
    assert not (tmp_path / "paper.html").exists()
