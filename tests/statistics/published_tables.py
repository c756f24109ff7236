"""Small readers of the published tables, apart from the program's own."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from viewer.statistics.froc import FrocMarks
from viewer.statistics.ratings import Ratings


def assert_prints_as(value: float, printed: str) -> None:
    """The value is the published one to 1e-6 of itself, or to its last digit where fewer stand."""
    half_unit = 0.5 * 10.0 ** int(Decimal(printed).as_tuple().exponent)
    tolerance = max(half_unit * 1.000001, 1e-6 * abs(float(printed)))
    assert abs(value - float(printed)) <= tolerance, f"{value!r} is not {printed}"


def assert_print_as(values: NDArray[np.float64] | list[float], printed: str) -> None:
    """Each value is the published one; printed is separated by blanks."""
    words = printed.split()
    assert len(values) == len(words)
    for value, word in zip(values, words, strict=True):
        assert_prints_as(float(value), word)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _ratings(
    truth: dict[str, bool], reads: list[tuple[str, str, str, float]], modalities: tuple[str, ...]
) -> Ratings:
    """reads: reader, case, modality, score."""
    cases = tuple(truth)
    readers = tuple(dict.fromkeys(r[0] for r in reads))
    row = {name: i for i, name in enumerate(cases)}
    scores = np.full((len(modalities), len(readers), len(cases)), np.nan)
    for reader, case, modality, score in reads:
        scores[modalities.index(modality), readers.index(reader), row[case]] = score
    return Ratings(
        modalities=modalities,
        readers=readers,
        cases=cases,
        truth=np.array(list(truth.values())),
        scores=scores,
        patients=cases,
    )


def van_dyke(folder: Path) -> Ratings:
    """2 modalities, 5 readers, 114 cases."""
    rows = _rows(folder / "vandyke_mrmc.csv")
    truth = {r["case"]: r["truth"] == "1" for r in rows}
    reads = [(r["reader"], r["case"], r["treatment"], float(r["rating"])) for r in rows]
    return _ratings(truth, reads, ("1", "2"))


def viper(folder: Path) -> Ratings:
    """VIPER's low prevalence screening: split-plot, most reads missing."""
    lines = (folder / "viper_screeningLowP.imrmc.csv").read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("BEGIN DATA"))
    rows = [line.split(",") for line in lines[start + 1 :] if line.strip()]
    truth = {case: score == "1" for reader, case, _, score in rows if reader in ("truth", "-1")}
    reads = [(r, c, m, float(s)) for r, c, m, s in rows if r not in ("truth", "-1")]
    return _ratings(truth, reads, tuple(sorted({r[2] for r in reads})))


@dataclass(frozen=True)
class NyuTable:
    """truth (1440,), readers (14, 1440), ai: name -> (1440,), patients: of two breasts each."""

    truth: NDArray[np.bool_]
    readers: NDArray[np.float64]
    ai: dict[str, NDArray[np.float64]]
    patients: tuple[str, ...]


def nyu(folder: Path) -> NyuTable:
    """The 14-reader study of 1,440 breasts."""
    rows = _rows(folder / "nyu_reader_study_1440breasts.csv")

    def column(name: str) -> NDArray[np.float64]:
        return np.array([float(r[name]) for r in rows])

    models = [n.removeprefix("AI_").removesuffix("_POM") for n in rows[0] if n.startswith("AI_")]
    return NyuTable(
        truth=column("label") > 0,
        readers=np.stack([column(f"Reader{j:02d}_POM") for j in range(1, 15)]),
        ai={name: column(f"AI_{name}_POM") for name in models},
        patients=tuple(r["case_ID"] for r in rows),
    )


def tony(folder: Path) -> FrocMarks:
    """Tomosynthesis (0) against mammography (1), 5 readers, 185 cases with marks."""
    cases = _rows(folder / "tony_dbt_vs_dm_froc_truth.csv")
    row = {r["case"]: i for i, r in enumerate(cases)}
    lesions = dict(_lesions(cases))
    lesion_case = np.array([row[case] for case, _ in lesions], dtype=np.intp)
    lesion_ratings = np.full((2, 5, len(lesions)), -np.inf)
    highest_false = np.full((2, 5, len(cases)), -np.inf)
    for r in _rows(folder / "tony_dbt_vs_dm_froc_marks.csv"):
        place = ("BT", "DM").index(r["modality"]), int(r["reader"]) - 1
        if r["mark"] == "LL":
            lesion_ratings[place][lesions[r["case"], r["lesion"]]] = float(r["rating"])
        else:
            best = highest_false[place][row[r["case"]]]
            highest_false[place][row[r["case"]]] = max(best, float(r["rating"]))
    return FrocMarks(
        lesion_ratings=lesion_ratings,
        lesion_case=lesion_case,
        lesion_weight=1.0 / np.bincount(lesion_case)[lesion_case],
        highest_false=highest_false,
        truth=np.array([r["truth"] == "1" for r in cases]),
    )


def _lesions(cases: list[dict[str, str]]) -> Iterator[tuple[tuple[str, str], int]]:
    index = 0
    for r in cases:
        for lesion in range(int(r["n_lesions"])):
            yield (r["case"], str(lesion + 1)), index
            index += 1
