"""`tomolens study power`: published numbers, pilots, and nothing of the effect."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from viewer.cli import app


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["study", "power", *map(str, arguments)])
    return result.exit_code, result.output


def pilot_table(
    path: Path, *, gain: float, missing: int = 0, modalities: tuple[str, ...] = ("a", "b")
) -> Path:
    """An iMRMC data frame of four readers and 60 cases; modality b is better by `gain`."""
    chance = np.random.default_rng(3)
    truth = np.arange(60) % 3 == 0
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["readerID", "caseID", "modalityID", "score"])
        for case in range(60):
            table.writerow(["truth", case + 1, "truth", int(truth[case])])
        for number, modality in enumerate(modalities):
            for reader in range(4):
                for case in range(60 - missing * (reader == 3)):
                    score = chance.normal() + truth[case] * (1.0 + gain * number)
                    table.writerow([f"R{reader}", case + 1, modality, round(score, 6)])
    return path


def test_without_a_pilot_the_published_study_is_used() -> None:
    code, said = run("--readers", "5", "--cases", "400")
    assert code == 0
    assert "5 readers, 400 cases, effect 0.05, alpha 0.05: power 0.259" in said


def test_the_golden_sizing_of_van_dyke(shared: Path) -> None:
    table = shared / "data" / "reader_studies" / "vandyke.imrmc"
    code, said = run(
        *(table, "--jackknife", "--effect", "0.043800322", "--readers", "10", "--cases", "165")
    )
    assert code == 0
    assert "power 0.805 (noncentrality 8.210, ddf 62.7)" in said
    assert "readers for 165 cases: 10" in said


def test_the_published_table_gives_the_published_components(shared: Path) -> None:
    table = shared / "data" / "reader_studies" / "nyu_reader_study_1440breasts.csv"
    from_table, shipped = run(table)[1], run("--published", "nyu")[1]
    assert from_table.splitlines()[2:] == shipped.splitlines()[2:]


def test_a_pilot_says_nothing_of_which_modality_did_better(tmp_path: Path) -> None:
    code, said = run(pilot_table(tmp_path / "pilot.csv", gain=0.8), "--cases", "120")
    assert code == 0, said
    code, other = run(pilot_table(tmp_path / "pilot.csv", gain=0.8, modalities=("b", "a")))
    assert code == 0
    first = [line for line in said.splitlines() if "Var(TR)" in line]
    assert first == [line for line in other.splitlines() if "Var(TR)" in line]
    assert "area" not in said.lower()


def test_a_running_pilot_uses_the_cases_that_everybody_read(tmp_path: Path) -> None:
    code, said = run(pilot_table(tmp_path / "pilot.csv", gain=0.2, missing=20))
    assert code == 0, said
    assert "40 of 60 cases were read by all of them." in said


@pytest.mark.parametrize(
    ("modalities", "said"),
    [(("a",), "Sizing needs two modalities, or one and the scores of an AI")],
)
def test_a_pilot_that_cannot_serve_is_refused(
    modalities: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    code, output = run(pilot_table(tmp_path / "pilot.csv", gain=0.2, modalities=modalities))
    assert code == 2
    assert said in " ".join(output.split())


def test_an_unbalanced_study_is_refused_in_words(shared: Path) -> None:
    code, said = run(shared / "data" / "reader_studies" / "viper_screeningLowP.imrmc.csv")
    assert code == 2
    assert "too few" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--effect", "0"), "an effect of 0 is never found"),
        (("--published", "mars"), 'no published components are called "mars"'),
    ],
)
def test_wrong_options_are_explained(options: tuple[str, ...], said: str) -> None:
    code, output = run(*options)
    assert code == 2
    assert said in output
