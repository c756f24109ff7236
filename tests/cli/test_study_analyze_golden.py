"""Published numbers through the whole command: results.json and the tables beside it."""

from __future__ import annotations

import csv
import json
import statistics
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from viewer.cli import app

pytestmark = pytest.mark.shared


def analysed(table: Path, output: Path, *options: str) -> tuple[dict[str, Any], str]:
    arguments = ["study", "analyze", str(table), "--output", str(output), "--no-report", *options]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return json.loads((output / "results.json").read_text()), result.output


def prints_as(value: float, printed: str) -> None:
    """The published number to 1e-6 of itself, or to its last digit where fewer stand."""
    half_unit = 0.5 * 10.0 ** int(Decimal(printed).as_tuple().exponent)
    tolerance = max(half_unit * 1.000001, 1e-6 * abs(float(printed)))
    assert abs(value - float(printed)) <= tolerance, f"{value!r} is not {printed}"


def print_as(values: list[float], printed: str) -> None:
    assert len(values) == len(printed.split())
    for value, word in zip(values, printed.split(), strict=True):
        prints_as(value, word)


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data/reader_studies"


@pytest.fixture(
    scope="module", params=["vandyke.imrmc", "vandyke_mrmc.csv"], ids=["imrmc", "mrmcaov"]
)
def van_dyke(
    request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    output = tmp_path_factory.mktemp("vandyke")
    return analysed(folder / request.param, output, "--bootstraps", "0")[0]


def test_van_dyke_areas(van_dyke: dict[str, Any]) -> None:
    first, second = van_dyke["modalities"]
    assert (first, second) in (("0", "1"), ("1", "2"))
    assert len(van_dyke["readers"]) == 5
    areas = [[r["auc"] for r in van_dyke["auc"][m].values()] for m in (first, second)]
    print_as(areas[0], ".91964573 .85877617 .90386473 .97310789 .82979066")
    print_as(areas[1], ".94782609 .90531401 .92173913 .99935588 .92995169")
    means = [van_dyke["means"][m]["auc"] for m in (first, second)]
    print_as(means, ".89703704 .94083736")
    errors = [next(iter(van_dyke["auc"][m].values()))["se_delong"] for m in (first, second)]
    print_as(errors, ".02993528 .02200073")
    own = next(iter(van_dyke["auc"][first].values()))["ci_delong"]
    print_as([own["low"], own["high"]], ".86097367 .97831781")
    reader = van_dyke["reader_differences"][0]
    print_as([reader["z"], reader["p"]], "-1.1110813 .26653335")


@pytest.mark.parametrize(
    ("method", "covariances", "variances"),
    [
        ("unbiased", ".0007883925 .0003416706 .0003390650 .0002356148", ".0015365290 .0002077588"),
        (
            "jackknife",
            ".0008022883 .0003466137 .0003440748 .0002390284",
            ".0015349993 .0002004025",
        ),
        ("delong", ".0007921325 .0003420090 .0003395265 .0002358497", ".0015364254 .0002045840"),
    ],
)
def test_van_dyke_components(
    van_dyke: dict[str, Any], method: str, covariances: str, variances: str
) -> None:
    c = van_dyke["mrmc"][method]["components"]
    print_as([c["ms_t"], c["ms_r"], c["ms_tr"]], ".00479617 .00383620 .00055103")
    print_as([c["var"], c["cov1"], c["cov2"], c["cov3"]], covariances)
    print_as([c["var_r"], c["var_tr"]], variances)
    assert van_dyke["mrmc"]["reason"] is None


@pytest.mark.parametrize(
    ("method", "denominator", "rrrc", "interval"),
    [
        ("jackknife", ".0010762629", "4.456319 15.25967 .0516657", "-.08795950 .00035885"),
        ("delong", ".0010694150", "4.484854 15.06611 .0512330", "-.0878672 .0002666"),
        ("unbiased", ".0010682810", "4.489614 15.03418 .0511618", "-.0878519 .0002513"),
    ],
)
def test_van_dyke_random_readers_and_cases(
    van_dyke: dict[str, Any], method: str, denominator: str, rrrc: str, interval: str
) -> None:
    (pair,) = van_dyke["mrmc"][method]["pairs"]
    assert [pair["a"], pair["b"]] == van_dyke["modalities"]
    prints_as(pair["difference"], "-.04380032")
    test = pair["rrrc"]
    print_as([test["f"], test["df2"], test["p"]], rrrc)
    assert test["df1"] == 1.0
    prints_as(test["se"] ** 2 * 5 / 2, denominator)
    print_as([test["ci_low"], test["ci_high"]], interval)


@pytest.mark.parametrize(
    ("method", "frrc"),
    [("jackknife", "5.475953 .01927984"), ("delong", "5.545789 .0185252")],
)
def test_van_dyke_fixed_readers_and_fixed_cases(
    van_dyke: dict[str, Any], method: str, frrc: str
) -> None:
    (pair,) = van_dyke["mrmc"][method]["pairs"]
    print_as([pair["frrc"]["f"], pair["frrc"]["p"]], frrc)
    assert pair["frrc"]["df2"] is None
    print_as([pair["rrfc"]["f"], pair["rrfc"]["p"]], "8.704 .04195875")
    assert (pair["rrfc"]["df1"], pair["rrfc"]["df2"]) == (1.0, 4.0)


@pytest.mark.parametrize(
    ("method", "first", "second"),
    [
        ("jackknife", ".82522360 .96885048 12.74", ".89413783 .98753689 12.71"),
        ("delong", ".8253461 .9687280 12.596", ".8942155 .9874592 12.565"),
    ],
)
def test_van_dyke_single_modalities(
    van_dyke: dict[str, Any], method: str, first: str, second: str
) -> None:
    singles = van_dyke["mrmc"][method]["singles"]
    for single, printed in zip(singles, (first, second), strict=True):
        print_as([single["ci_low"], single["ci_high"], single["df"]], printed)


def test_van_dyke_components_of_pseudo_values(van_dyke: dict[str, Any]) -> None:
    dbm = van_dyke["mrmc"]["jackknife"]["dbm"]
    names = ("case", "modality_case", "reader_case", "error")
    print_as([dbm[name] for name in names], ".02724923 .01197530 .01226473 .03997160")


def test_van_dyke_standard_error_of_the_difference(van_dyke: dict[str, Any]) -> None:
    prints_as(van_dyke["mrmc"]["jackknife"]["pairs"][0]["rrrc"]["se"], ".02074862")


def test_what_does_not_apply_is_null_with_a_reason(van_dyke: dict[str, Any]) -> None:
    hybrid = van_dyke["hybrid"]
    assert (hybrid["lambda"], hybrid["auc"], hybrid["lambda_star"]) == (None, None, None)
    assert "no scores of an AI" in hybrid["reason"]
    assert van_dyke["endpoints"]["wafroc"] is None
    assert "no marks" in van_dyke["endpoints"]["reason"]


def test_tony_wafroc(folder: Path, tmp_path: Path) -> None:
    found, _ = analysed(folder / "tony_dbt_vs_dm_froc_marks.csv", tmp_path, "--bootstraps", "0")
    wafroc = found["endpoints"]["wafroc"]
    merits = wafroc["merits"]
    print_as(list(merits["BT"].values()), ".76027037 .84061915 .81715239 .81530899 .82783240")
    print_as(list(merits["DM"].values()), ".64258544 .70499766 .75184340 .77244265 .68369616")
    c = wafroc["components"]
    print_as([c["ms_t"], c["ms_tr"]], ".0255649540 .0009988829")
    print_as(
        [c["cov1"], c["cov2"], c["cov3"], c["var"]],
        ".0002992351 .0005718211 .0002751342 .0011080434",
    )
    (pair,) = wafroc["pairs"]
    test = pair["rrrc"]
    print_as([test["f"], test["df2"], test["p"]], "10.298825 24.702758 .00366858")
    print_as([pair["difference"], test["ci_low"], test["ci_high"]], ".10112360 .03618638 .16606081")


@pytest.fixture(scope="module")
def nyu(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    output = tmp_path_factory.mktemp("nyu")
    return analysed(folder / "nyu_reader_study_1440breasts.csv", output)[0]


def test_nyu_readers(nyu: dict[str, Any]) -> None:
    assert nyu["modalities"] == ["unaided", "hybrid", "ai"]
    assert nyu["readers"] == [f"Reader{n:02d}" for n in range(1, 15)]
    readers = list(nyu["auc"]["unaided"].values())
    printed = (
        ".725555 .782641 .809371 .859021 .704550 .735809 .771770 "
        ".761451 .792003 .753373 .788490 .803600 .859794 .755715"
    )
    # Some of these are printed cut off, not rounded.
    for reader, word in zip(readers, printed.split(), strict=True):
        assert abs(reader["auc"] - float(word)) < 1e-6
    means = nyu["means"]["unaided"]
    prints_as(means["auc"], ".7787959")
    prints_as(means["sd_auc"], ".0436")
    precisions = [reader["ap"] for reader in readers]
    print_as([means["ap"], means["sd_ap"]], ".3241175 .0496")
    print_as([min(precisions), max(precisions)], ".2438 .4528")


def test_nyu_models(nyu: dict[str, Any]) -> None:
    found = {name: (m["auc"], m["ap"]) for name, m in nyu["auc"]["ai"].items()}
    published = {
        "GMIC_top5": ".881174 .406983",
        "GMIC_top1": ".856655 .352903",
        "GLAM": ".853244 .236232",
        "DMVCNN": ".778754 .166737",
        "frcnn": ".714488 .231219",
        "end2end_inbreast": ".585991 .122650",
        "end2end_ddsm": ".454047 .039199",
    }
    assert list(found) == list(published)
    for name, printed in published.items():
        print_as(list(found[name]), printed)
    gmic = nyu["auc"]["ai"]["GMIC_top5"]
    prints_as(gmic["se_delong"], ".0212818")
    print_as([gmic["ci_delong"]["low"], gmic["ci_delong"]["high"]], ".839463 .922886")
    print_as([gmic["ci_logit"]["low"], gmic["ci_logit"]["high"]], ".832748 .916977")
    assert abs(gmic["ci_bootstrap"]["low"] - 0.838) < 0.002
    assert abs(gmic["ci_bootstrap"]["high"] - 0.919) < 0.002


def test_nyu_hybrid(nyu: dict[str, Any]) -> None:
    hybrid = nyu["hybrid"]
    assert (hybrid["lambda"], hybrid["ai"], hybrid["reason"]) == (0.5, "GMIC_top5", None)
    areas = list(hybrid["auc"].values())
    prints_as(statistics.fmean(areas), ".8870524")
    prints_as(statistics.pstdev(areas), ".0098")
    assert hybrid["auc"] == {name: r["auc"] for name, r in nyu["auc"]["hybrid"].items()}
    precisions = list(hybrid["ap"].values())
    prints_as(statistics.fmean(precisions), ".4562")
    prints_as(statistics.pstdev(precisions), ".0352")
    assert all(0.0 <= weight < 1.0 for weight in hybrid["lambda_star"].values())
    for reader, star in hybrid["auc_star"].items():
        sweep = hybrid["sweep"]["auc"][reader]
        assert star == max(sweep)
        assert hybrid["lambda_star"][reader] == hybrid["sweep"]["lambda"][sweep.index(star)]
        assert abs(sweep[50] - hybrid["auc"][reader]) < 1e-12
    assert hybrid["mrmc"]["pairs"][0]["rrrc"]["p"] < 0.001


def test_nyu_operating_points(nyu: dict[str, Any]) -> None:
    readers = [reader["at_recall"] for reader in nyu["auc"]["unaided"].values()]
    print_as(
        [reader["sensitivity"] for reader in readers],
        ".540984 .655738 .622951 .819672 .475410 .475410 .606557 "
        ".606557 .622951 .590164 .704918 .606557 .737705 .639344",
    )
    assert nyu["recall_threshold"] == 0.02
    means = nyu["means"]["unaided"]
    print_as([means["sensitivity"], means["specificity"]], ".62178 .852740")
    gmic = nyu["auc"]["ai"]["GMIC_top5"]
    point = gmic["at_mean_sensitivity"]
    print_as(
        [point["threshold"], point["sensitivity"], point["specificity"]], ".10995 .62295 .893401"
    )
    interval = point["specificity_ci"]
    print_as([interval["low"], interval["high"]], ".8760 .9086")
    hybrids = [r["at_mean_sensitivity"]["specificity"] for r in nyu["auc"]["hybrid"].values()]
    print_as([statistics.fmean(hybrids), statistics.pstdev(hybrids)], ".9083 .0184")
    high = gmic["at_90_sensitivity"]
    print_as([high["specificity"], high["threshold"], high["matthews"]], ".640319 .03685 .224588")
    consensus = means["consensus_mean_score"]
    print_as([consensus["auc"], consensus["ap"]], ".894566 .514739")
    majority = means["consensus_majority"]
    print_as([majority["sensitivity"], majority["specificity"]], ".689 .898")


def test_nyu_has_one_modality_with_readers_so_the_hybrid_is_its_only_pair(
    nyu: dict[str, Any],
) -> None:
    for method in ("delong", "jackknife"):
        (pair,) = nyu["mrmc"][method]["pairs"]
        assert (pair["a"], pair["b"]) == ("hybrid", "unaided")
        means = nyu["means"]
        assert pair["difference"] == pytest.approx(
            means["hybrid"]["auc"] - means["unaided"]["auc"], rel=1e-12
        )
        assert pair["rrrc"]["p"] < 0.001
    assert "one modality" in nyu["mrmc"]["reason"]
    assert nyu["mrmc"]["delong"]["components"]["ms_t"] is None


def test_another_ai_and_lambda_are_mixed_on_request(folder: Path, tmp_path: Path) -> None:
    options = ("--ai", "DMVCNN", "--lambda", "1", "--bootstraps", "0")
    found, _ = analysed(folder / "nyu_reader_study_1440breasts.csv", tmp_path, *options)
    assert found["hybrid"]["ai"] == "DMVCNN"
    unaided = {name: reader["auc"] for name, reader in found["auc"]["unaided"].items()}
    assert found["hybrid"]["auc"] == unaided


def test_imrmcs_example_gives_imrmcs_table(folder: Path, tmp_path: Path) -> None:
    analysed(folder / "imrmc/input.imrmc", tmp_path, "--bootstraps", "0")
    with (tmp_path / "imrmc.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    wanted = []
    for name in ("Ustat", "MLEstat"):
        with (folder / f"imrmc/expected_saveResult_{name}.csv").open(newline="") as file:
            wanted += list(csv.DictReader(file))
    assert len(found) == len(wanted)
    for row, expected in zip(found, wanted, strict=True):
        assert list(row) == list(expected)
        for column, cell in expected.items():
            try:
                number = float(cell)
            except ValueError:
                assert row[column] == cell, column
            else:
                assert float(row[column]) == pytest.approx(number, rel=1e-8), column


def test_viper_is_refused_with_the_way_out(folder: Path, tmp_path: Path) -> None:
    found, said = analysed(folder / "viper_screeningLowP.imrmc.csv", tmp_path, "--bootstraps", "0")
    assert (found["mrmc"]["delong"], found["mrmc"]["jackknife"]) == (None, None)
    assert "unbalanced" in found["mrmc"]["reason"]
    assert "U-statistics of iMRMC" in found["mrmc"]["reason"]
    assert "U-statistics of iMRMC" in said
    row = found["u_statistics"]["u_statistics"][-1]
    print_as([row["AUCA"], row["AUCB"]], ".679768 .689311")
    assert (tmp_path / "imrmc.csv").is_file()
    assert found["means"]["FFDM"]["auc"] == pytest.approx(row["AUCA"])
