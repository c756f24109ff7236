"""results.json and its tables: documented keys, exact floats, null for what is not."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

from viewer.analysis.analyse import analyse
from viewer.analysis.options import AnalysisOptions
from viewer.analysis.results import StudyResults
from viewer.analysis.study_table import StudyTable
from viewer.export.result_tables import write_tables
from viewer.export.results_json import plain, results_text, results_value, write_results
from viewer.statistics.ratings import Ratings

DOCUMENT = Path(__file__).parents[2] / "docs" / "results-json.md"


def make_results(*, with_ai: bool) -> StudyResults:
    chance = np.random.default_rng(2)
    truth = np.arange(40) % 2 == 0
    ratings = Ratings(
        modalities=("unaided", "aided"),
        readers=("R1", "R2", "R3"),
        cases=tuple(f"E{n}" for n in range(40)),
        truth=truth,
        scores=np.clip(0.3 * truth + chance.uniform(0, 0.7, (2, 3, 40)), 0, 1),
        patients=tuple(f"E{n}" for n in range(40)),
    )
    ai = {"net": chance.uniform(0, 1, 40)} if with_ai else {}
    table = StudyTable(title="made", ratings=ratings, ai=ai)
    return analyse(table, AnalysisOptions(bootstraps=20))


@pytest.fixture(scope="module")
def results() -> StudyResults:
    return make_results(with_ai=True)


def test_every_key_is_documented(results: StudyResults) -> None:
    documented = set(re.findall(r"`([a-z_0-9]+)`", DOCUMENT.read_text(encoding="utf-8")))
    value = results_value(results)
    assert set(value) <= documented
    for name in ("hybrid", "mrmc", "endpoints"):
        part = value[name]
        assert isinstance(part, dict)
        assert set(part) <= documented | {"lambda_star_ap", "ap_star"}


def test_floats_are_kept_to_the_last_bit(results: StudyResults, tmp_path: Path) -> None:
    write_results(tmp_path / "results.json", results)
    found = json.loads((tmp_path / "results.json").read_text())
    for modality, own in results.by_modality.items():
        for reader, figures in own.readers.items():
            assert found["auc"][modality][reader]["auc"] == figures.auc
            assert found["auc"][modality][reader]["se_delong"] == figures.se_delong
    analysis = results.mrmc_of("auc", "jackknife")
    assert analysis is not None
    assert found["mrmc"]["jackknife"]["components"]["cov3"] == analysis.components.cov3


def test_the_same_table_gives_the_same_file() -> None:
    assert results_text(make_results(with_ai=True)) == results_text(make_results(with_ai=True))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_null(value: float) -> None:
    assert plain({"a": [value, 1.5]}) == {"a": [None, 1.5]}


def test_without_an_ai_the_hybrid_is_null_with_a_reason() -> None:
    value = results_value(make_results(with_ai=False))
    assert value["modalities"] == ["unaided", "aided"]
    hybrid = value["hybrid"]
    assert isinstance(hybrid, dict)
    assert hybrid["auc"] is None
    assert hybrid["reason"]


def test_tables_of_an_earlier_analysis_do_not_stay(results: StudyResults, tmp_path: Path) -> None:
    first = {path.name for path in write_tables(tmp_path, results)}
    assert {"auc.csv", "operating_points.csv", "mrmc.csv", "hybrid.csv", "agreement.csv"} <= first
    write_tables(tmp_path, make_results(with_ai=False))
    assert not (tmp_path / "hybrid.csv").exists()
    assert (tmp_path / "auc.csv").is_file()
