"""`tomolens study analyze` and `export` on a study that was read, and on bad input."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from read_studies import write_read_study
from study_answers_builders import SECRET
from typer.testing import CliRunner

from viewer.cli import app
from viewer.loading.read_study_table import read_study_table
from viewer.storage.places import HOME_VARIABLE, places

FACTORIAL = "reader,treatment,case,truth,rating\n"


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["study", *map(str, arguments)])
    return result.exit_code, result.output


def results_in(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "results.json").read_text())
    return found


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three readers, seven cases, both phases, sealed truth and AI."""
    place = tmp_path_factory.mktemp("read")
    return write_read_study(place, places({HOME_VARIABLE: str(place / "home")}))


@pytest.fixture(autouse=True)
def own_home(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(study.parent / "home"))


def test_a_study_is_analysed_from_its_events_and_seals(study: Path, tmp_path: Path) -> None:
    code, said = run("analyze", study, "--output", tmp_path)
    assert code == 0, said
    found = results_in(tmp_path)
    assert found["modalities"] == ["unaided", "aided", "hybrid", "ai"]
    assert found["readers"] == ["R1", "R2", "R3"]
    assert found["cases"] == 14
    assert found["options"]["bootstraps"] == 50
    pair, mixed = found["mrmc"]["delong"]["pairs"]
    assert (pair["a"], pair["b"]) == ("unaided", "aided")
    assert (mixed["a"], mixed["b"]) == ("hybrid", "unaided")
    assert pair["rrrc"]["df2"] > 0
    assert found["hybrid"]["ai"] == "gmic"
    assert found["endpoints"]["wafroc"]["merits"]["unaided"].keys() == {"R1", "R2", "R3"}
    assert found["recall_threshold"] is None
    assert len(found["switch"]) == 4
    assert found["time"][0]["readings"] == 7
    assert {row["attribute"] for row in found["subgroups"]} == {
        "density",
        "lesion kind",
        "experience",
        "group",
    }
    assert any("for training" in note for note in found["notes"])
    assert (tmp_path / "report.html").is_file()
    assert (tmp_path / "report.pdf").is_file()
    written = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert SECRET.encode() not in written
    assert SECRET not in said


def test_the_protocols_file_names_the_study_too(study: Path, tmp_path: Path) -> None:
    options = ("--no-report", "--bootstraps", "0", "--subgroup", "density", "--threshold", "0.5")
    code, said = run("analyze", study / "study.toml", "--output", tmp_path, *options)
    assert code == 0, said
    found = results_in(tmp_path)
    assert {row["attribute"] for row in found["subgroups"]} == {"density"}
    assert found["recall_threshold"] == 0.5
    assert found["auc"]["aided"]["R1"]["ci_bootstrap"] is None


@pytest.mark.parametrize("kind", ["imrmc", "mrmcaov", "jafroc", "wide"])
def test_a_study_is_exported_and_read_back(study: Path, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"out.{'xlsx' if kind == 'jafroc' else 'csv'}"
    code, said = run("export", study, "--format", kind, "--output", path)
    assert code == 0, said
    back = read_study_table(path)
    assert back.ratings.readers == ("R1", "R2", "R3")
    assert len(back.ratings.cases) == 14
    assert SECRET.encode() not in path.read_bytes()


def test_exported_answers_give_the_same_areas_as_the_study(study: Path, tmp_path: Path) -> None:
    for kind in ("long", "marks", "truth"):
        assert run("export", study, "--format", kind, "--output", tmp_path / f"{kind}.csv")[0] == 0
    options = ("--no-report", "--bootstraps", "0")
    assert run("analyze", tmp_path / "long.csv", "--output", tmp_path / "a", *options)[0] == 0
    assert run("analyze", study, "--output", tmp_path / "b", *options)[0] == 0
    again, first = results_in(tmp_path / "a"), results_in(tmp_path / "b")
    assert again["auc"] == first["auc"]
    assert again["endpoints"]["wafroc"]["merits"] == first["endpoints"]["wafroc"]["merits"]


def test_answers_leave_as_json_too(study: Path, tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    assert run("export", study, "--format", "gc", "--output", path)[0] == 0
    # 3 readers, 7 cases, 2 breasts, 2 phases, 3 questions.
    assert len(json.loads(path.read_text())) == 252


def test_two_readers_are_not_taken_for_readers_in_general(tmp_path: Path) -> None:
    rows = [
        f"{r},{m},{c},{c % 2},{(c * 7 + r * 3 + (m == 'B') * c) % 11}"
        for r in (1, 2)
        for m in "AB"
        for c in range(12)
    ]
    path = tmp_path / "two.csv"
    path.write_text(FACTORIAL + "\n".join(rows) + "\n")
    code, said = run("analyze", path, "--output", tmp_path / "o", "--no-report")
    assert code == 0, said
    found = results_in(tmp_path / "o")
    (pair,) = found["mrmc"]["delong"]["pairs"]
    assert pair["rrrc"] is None
    assert pair["frrc"]["p"] <= 1.0
    assert "neither generalises to other readers" in found["mrmc"]["reason"]
    assert len(found["reader_differences"]) == 2
    with (tmp_path / "o" / "mrmc.csv").open(newline="") as file:
        assert {row["test"] for row in csv.DictReader(file)} == {"frrc"}


def test_constant_scores_and_ties_are_analysed(tmp_path: Path) -> None:
    rows = [
        f"{r},{m},{c},{c % 2},{3 if r == 1 else (c + r) % 3}"
        for r in (1, 2, 3)
        for m in "AB"
        for c in range(12)
    ]
    path = tmp_path / "ties.csv"
    path.write_text(FACTORIAL + "\n".join(rows) + "\n")
    code, said = run("analyze", path, "--output", tmp_path / "o", "--no-report")
    assert code == 0, said
    reader = results_in(tmp_path / "o")["auc"]["A"]["1"]
    assert reader["auc"] == 0.5
    assert reader["at_90_sensitivity"]["matthews"] is None


def test_a_reader_with_one_class_only_is_named_and_left_out(tmp_path: Path) -> None:
    rows = [f"{r},A,{c},{c % 2},{c}" for r in (1, 2) for c in range(8) if r == 1 or c % 2]
    path = tmp_path / "part.csv"
    path.write_text(FACTORIAL + "\n".join(rows) + "\n")
    code, said = run("analyze", path, "--output", tmp_path / "o", "--no-report")
    assert code == 0, said
    found = results_in(tmp_path / "o")
    assert list(found["auc"]["A"]) == ["1"]
    assert "2, A: the cases read are of one class only" in said


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (FACTORIAL + "1,A,1,0,x\n", (), "row 2, column rating"),
        (FACTORIAL + "1,A,1,0,1\n", (), "all cases are normal"),
        (FACTORIAL + "1,A,1,0,1\n1,A,2,1,2\n", ("--ai", "gmic"), "no AI called gmic"),
        (FACTORIAL + "1,A,1,0,1\n1,A,2,1,2\n", ("--subgroup", "d"), "no attribute called d"),
        ("what,ever\n1,2\n", (), "is no table of ratings that can be read"),
    ],
)
def test_what_cannot_be_analysed_is_said(
    tmp_path: Path, text: str, options: tuple[str, ...], said: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text)
    code, output = run("analyze", path, "--output", tmp_path / "o", *options)
    assert code == 2
    assert said in output
    assert not (tmp_path / "o" / "results.json").exists()


def test_a_folder_that_is_no_study_is_said(tmp_path: Path) -> None:
    code, said = run("analyze", tmp_path, "--output", tmp_path / "o")
    assert code == 2
    assert "there is no study.toml" in said


def test_damaged_seals_are_said(study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "study"
    shutil.copytree(study, copy)
    listed = copy / "sealed" / "seals.json"
    listed.write_text(listed.read_text().replace('"truth"', '"other"', 1))
    code, said = run("analyze", copy, "--output", tmp_path / "o", "--no-report")
    assert code == 2
    assert "Error:" in said
    assert "Traceback" not in said
