"""The page of an evaluation: every figure or its reason, and nothing that a page could run."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from viewer.analysis.evaluation import evaluate
from viewer.analysis.evaluation_results import EvaluationOptions, EvaluationResults
from viewer.analysis.evaluation_table import EvaluationTable, LeftOut, Level, ScoredCases
from viewer.export.evaluation_figures import MapPicture, calibration, example_maps
from viewer.export.evaluation_report import evaluation_report
from viewer.export.report_document import Caution, Report, Table
from viewer.export.report_html import html_of


def cases(count: int, seed: int = 1) -> ScoredCases:
    rng = np.random.default_rng(seed)
    truth = np.stack([np.zeros(count), np.arange(count) % 3 == 0]).astype(np.float64)
    scores = np.clip(rng.normal(0.4 + 0.2 * truth[1], 0.2, (1, 2, count)), 0, 1)
    return ScoredCases(
        level=Level.BREAST,
        series=("net <b>1</b>",),
        patients=tuple(f"secret {case}" for case in range(count)),
        scores=scores,
        truth=truth,
    )


@pytest.fixture(scope="module")
def results() -> EvaluationResults:
    table = EvaluationTable(
        cases=(cases(40),),
        notes=("A note.",),
        left_out=tuple(LeftOut(what=f"image {n}", reason="failed: damaged") for n in range(30)),
    )
    return evaluate(table, EvaluationOptions(bootstraps=100))


@pytest.fixture(scope="module")
def report(results: EvaluationResults) -> Report:
    return evaluation_report(results)


def tables(report: Report, caption: str) -> list[Table]:
    return [b for b in report.blocks if isinstance(b, Table) and b.caption == caption]


def test_every_measure_is_a_row_with_a_value_or_a_dash(
    report: Report, results: EvaluationResults
) -> None:
    (measures,) = tables(report, "Measures")
    assert len(measures.rows) == len(results.measures)
    for row, measure in zip(measures.rows, results.measures, strict=True):
        assert row[3].startswith("–" if measure.value is None else f"{measure.value:.3f}")


def test_what_is_not_given_stands_in_the_summary_with_its_reason(report: Report) -> None:
    cautions = [block.text for block in report.blocks if isinstance(block, Caution)]
    (one,) = [text for text in cautions if "one class only" in text]
    assert one.startswith("Not given, because one class only: no case with the finding: ")
    for name in ("AUC", "average precision", "specificity", "Matthews"):
        assert name in one


def test_what_was_left_out_is_grouped_by_reason(report: Report) -> None:
    (left_out,) = tables(report, "What took no part, and why")
    ((what, why),) = left_out.rows
    assert why == "failed: damaged"
    assert what.startswith("image 0; image 1;")
    assert what.endswith("and 10 more")


def test_the_page_escapes_names_and_holds_no_patient(report: Report) -> None:
    page = html_of(report)
    assert "net&nbsp;&lt;b&gt;1" in page or "net\N{NO-BREAK SPACE}&lt;b&gt;1" in page
    assert "<b>1</b>" not in page
    assert "secret" not in page
    assert "not for diagnosis" in page
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)


def test_the_same_results_give_the_same_page(results: EvaluationResults, report: Report) -> None:
    assert html_of(evaluation_report(results)) == html_of(report)


def test_sections_without_a_measure_are_absent(report: Report) -> None:
    page = html_of(report)
    assert "Breasts" in page
    for heading in (">Images<", ">Maps<", ">Patches<", ">Detections<"):
        assert heading not in page


def test_nothing_at_all_is_said_plainly(results: EvaluationResults) -> None:
    nothing = replace(results, measures=(), curves=(), differences=(), left_out=())
    page = html_of(evaluation_report(nothing))
    assert "No main figure holds for these data" in page
    assert "Nothing was left out." in page


def test_few_cases_have_no_calibration_figure(results: EvaluationResults) -> None:
    assert calibration(results, "breast") is None
    more = evaluate(EvaluationTable(cases=(cases(60),)), EvaluationOptions(bootstraps=0))
    assert calibration(more, "breast") is not None


def test_maps_without_a_mask_in_the_window_are_drawn_all_the_same() -> None:
    """Nothing marked, everything marked, and padding: contours would warn of the first two."""
    seen = np.ones((40, 30), dtype=np.bool_)
    padded = seen.copy()
    padded[:, 20:] = False
    maps = np.linspace(0, 1, 12, dtype=np.float32).reshape(4, 3)
    pictures = [
        MapPicture(title="none", saliency=maps, marked=~seen, seen=seen),
        MapPicture(title="all", saliency=maps, marked=seen, seen=seen),
        MapPicture(title="padding", saliency=maps, marked=padded, seen=padded),
    ]
    figure = example_maps(pictures)
    assert figure is not None
    assert figure.png.startswith(b"\x89PNG")
    assert example_maps([]) is None
