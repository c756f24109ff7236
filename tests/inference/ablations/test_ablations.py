"""The ablations at toy size: arms, phantoms, measures, and tables made from what is kept."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from inference.ablations.arms import ARMS, BASE, Arm, Size
from inference.ablations.claims import CLAIMS
from inference.ablations.kept_runs import OtherSettings, read_earlier, read_run, write_results
from inference.ablations.learning import cell_targets, learn, learner_of
from inference.ablations.measuring import outcomes
from inference.ablations.phantoms import FINDINGS, AblationImage, Place, ablation_images
from inference.ablations.remarks import filled, seeds_told, verdicts
from inference.ablations.run import Demand, run_arms
from inference.ablations.steps import Ablations, jobs_for, start_of
from inference.ablations.summary import (
    Estimate,
    Measure,
    Results,
    Verdict,
    columns_of,
    read_results,
    verdict,
)
from inference.training.breast import View
from inference.training_runs.config import ImageType
from inference.types import BENIGN, MALIGNANT

TINY = Size(
    rows=256,
    columns=208,
    breasts=2,
    test_breasts=2,
    epochs=1,
    trunk_epochs=1,
    volume_trunk_epochs=1,
)
DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder, so that the phantoms are made once."""
    return tmp_path_factory.mktemp("ablations")


def arm(name: str) -> Arm:
    return next(one for one in ARMS if one.name == name)


def images_of(work: Path, *views: View) -> list[AblationImage]:
    phantoms = arm(BASE).config(TINY, 1).data.phantoms
    assert phantoms is not None
    return ablation_images(phantoms, ImageType.FFDM, views, work / "phantoms")


@pytest.mark.parametrize("one", ARMS, ids=lambda one: one.name)
def test_every_arm_is_a_configuration_that_training_reads(one: Arm) -> None:
    config = one.config(Size(), seed=2)
    assert config.seed == 2
    assert config.data.phantoms is not None


def test_arms_differ_from_the_base_in_what_they_are_named_for() -> None:
    base = arm(BASE).config(Size(), 1).model
    for one in ARMS:
        if one.family in ("saliency", "pooling", "attention", "patches") and one.name != BASE:
            assert one.config(Size(), 1).model != base, one.name


def test_findings_lie_where_the_image_is_brighter_than_the_same_breast_without(
    work: Path,
) -> None:
    images = images_of(work, View.CC)
    empty = np.load(images[0].prepared.path).astype(float)
    for image in images[1 : len(FINDINGS)]:
        brighter = np.load(image.prepared.path).astype(float)[0] - empty[0]
        for place in image.places:
            row, column = round(place.row), round(place.column)
            around = brighter[row - 3 : row + 4, column - 3 : column + 4]
            assert around.mean() > 3 * abs(brighter).mean()


def test_both_views_of_a_breast_hold_the_same_findings(work: Path) -> None:
    images = images_of(work, View.CC, View.MLO)
    count = len(FINDINGS)
    for cc, mlo in zip(images[:count], images[count : 2 * count], strict=True):
        assert cc.prepared.known.exam == mlo.prepared.known.exam
        classes = [[place.finding_class for place in one.places] for one in (cc, mlo)]
        assert classes[0] == classes[1]


def test_cell_targets_are_one_on_a_finding_and_unknown_beside_it(work: Path) -> None:
    image = images_of(work, View.CC)[2]
    place = image.places[0]
    rows, columns = 6, 3
    targets = cell_targets(image, rows, columns, 1)[0]
    row = int(place.row / image.prepared.input_rows * rows)
    column = int(place.column / image.prepared.input_columns * columns)
    assert targets[MALIGNANT, row, column] == 1
    assert not (targets[BENIGN] != 0).any()
    assert targets[MALIGNANT].isnan().any()


def test_an_arm_trains_is_measured_and_is_not_trained_again(work: Path) -> None:
    ablations = Ablations(work, TINY)
    path = ablations.run(arm(BASE), 1)
    found = json.loads(path.read_text(encoding="utf-8"))
    assert np.isfinite(found["loss"])
    assert len(found["after"]) == TINY.test_breasts * len(FINDINGS) * len(View)
    assert found["before"][3]["score"] != found["after"][3]["score"]
    written = path.stat().st_mtime_ns
    assert ablations.run(arm(BASE), 1).stat().st_mtime_ns == written


def test_arms_run_in_processes_and_what_is_there_is_not_run_again(
    tmp_path: Path,
) -> None:
    pairs = [(arm("K = 1"), 1), (arm("K = 1"), 2)]
    results = tmp_path / "results.json.gz"
    assert run_arms(Ablations(tmp_path / "work", TINY), Demand(pairs=pairs, processes=2), results)
    assert read_results(results).seeds("K = 1") == (1, 2)
    earlier = read_earlier(results, TINY)
    merged = tmp_path / "merged.json.gz"
    elsewhere = Ablations(tmp_path / "elsewhere", TINY)
    assert run_arms(elsewhere, Demand(pairs=pairs, earlier=earlier), merged)
    assert merged.read_bytes() == results.read_bytes()
    assert not list((tmp_path / "elsewhere").rglob("*.npy"))


def test_volumes_begin_from_what_was_learned_on_plain_mammograms(work: Path) -> None:
    ablations = Ablations(work, TINY)
    start = start_of(arm("zeta = 1"))
    assert start.begins_from == start_of(arm(BASE))
    volumes = torch.load(ablations.train_start(start), weights_only=True)
    plain = torch.load(ablations.train_start(start_of(arm(BASE))), weights_only=True)
    assert all((volumes[name] - plain[name]).abs().mean() < 0.1 for name in plain)
    assert any((volumes[name] != plain[name]).any() for name in plain)
    names = [job.name for job in jobs_for(ablations, [(arm("zeta = 1"), 9)])]
    assert names.index("trunk-FFDM-sparse") < names.index("trunk-DBT-sparse") < len(names) - 1


def test_a_run_without_time_starts_nothing_and_keeps_what_it_was_given(
    kept: Path, tmp_path: Path
) -> None:
    earlier = read_earlier(kept, TINY)
    results = tmp_path / "later.json.gz"
    demand = Demand(pairs=[(arm("K = 2"), 1)], earlier=earlier, seconds=0)
    assert not run_arms(Ablations(tmp_path / "work", TINY), demand, results)
    assert read_results(results).arms == read_results(kept).arms


def test_runs_of_other_settings_are_not_merged(kept: Path) -> None:
    with pytest.raises(OtherSettings, match=r"results\.json\.gz was made with other settings"):
        read_earlier(kept, Size())


def test_running_needs_no_module_that_only_the_program_needs() -> None:
    absent = ("tomli_w", "pydicom", "SimpleITK", "PySide6", "typer", "psutil", "platformdirs")
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({absent!r}))\nimport inference.ablations.run"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=DOCS.parent)


def test_a_two_view_arm_scores_breasts(work: Path) -> None:
    config = arm("shared").config(TINY, 1)
    images = images_of(work, View.CC, View.MLO)
    learner = learner_of(config, None)
    before = [value.clone() for value in learner.parameters()]
    learn(learner, config, images)
    assert any((a != b).any() for a, b in zip(before, learner.parameters(), strict=True))
    assert len(outcomes(learner, config, images)) == TINY.breasts * len(FINDINGS)


def test_saliency_that_is_high_on_the_finding_alone_peaks_there(work: Path) -> None:
    config = arm(BASE).config(TINY, 1)
    learner = learner_of(config, None)
    network: Any = learner.exported()
    image = images_of(work, View.CC)[2]

    def measured(place: Place) -> dict[str, Any]:
        row = int(place.row / image.prepared.input_rows * rows)
        column = int(place.column / image.prepared.input_columns * columns)
        saliency = torch.zeros(1, 2, rows, columns)
        saliency[0, MALIGNANT, row, column] = 0.9
        network.saliency_head.forward = lambda features: saliency
        return outcomes(learner, config, [image])[0]

    with torch.no_grad():
        shape = (1, image.prepared.input_rows, image.prepared.input_columns)
        rows, columns = network.global_network(torch.zeros(1, *shape)).shape[2:]
    on = measured(image.places[0])
    assert on["peak_on_finding"] == [None, 1.0]
    assert on["saliency_on_finding"] == [None, 1.0]
    assert on["finding_in_patch"] == [None, 1.0]
    far = Place(finding_class=MALIGNANT, row=1.0, column=1.0, radius=5.0, slice_index=0)
    assert measured(far)["peak_on_finding"] == [None, 0.0]


def fake_run(name: str, family: str, seed: int, shift: float) -> dict[str, Any]:
    """An arm whose scores are `shift` higher on images with a finding."""
    generator = np.random.default_rng(seed)
    rows = []
    for breast in range(12):
        for labels in ((0, 0), (1, 0), (0, 1), (1, 1)):
            score = [float(generator.normal() + shift * label) for label in labels]
            place = [float(shift > 1) if label else None for label in labels]
            row = {"breast": breast, "labels": labels, "score": score, "local_score": score}
            rows.append(row | {"peak_on_finding": place, "saliency_on_finding": place})
    found = {"arm": name, "family": family, "seed": seed, "loss": 1.0, "cpu_seconds": 1.0}
    return found | {"before": rows, "after": rows}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A results file of a good, a bad and a like arm."""
    files = []
    for name, family, shift in (
        (BASE, "saliency", 3.0),
        ("random initialisation", "saliency", 0.0),
        ("K = 8", "patches", 3.0),
        ("zeta = 0", "zeta", 0.0),
        ("zeta = 1", "zeta", 0.0),
    ):
        for seed in (1, 2):
            file = tmp_path / f"{name}-{seed}.json"
            file.write_text(json.dumps(fake_run(name, family, seed, shift)), encoding="utf-8")
            files.append(file)
    path = tmp_path / "results.json.gz"
    write_results([read_run(file) for file in files], TINY, path)
    return path


def test_a_difference_is_taken_on_the_same_breasts(kept: Path) -> None:
    results = read_results(kept)
    measure = Measure(column="score", finding_class=MALIGNANT)
    better = results.difference(BASE, "random initialisation", measure)
    assert verdict(better) is Verdict.HIGHER
    alike = results.difference(BASE, "K = 8", measure)
    assert (alike.value, alike.low, alike.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("low", "high", "by_seed", "expected"),
    [
        (0.01, 0.2, (0.1, 0.1), Verdict.HIGHER),
        (-0.2, -0.01, (-0.1, -0.1), Verdict.LOWER),
        (-0.01, 0.2, (0.1, 0.1), Verdict.NOT_SEPARATED),
        (0.01, 0.2, (0.3, -0.1), Verdict.NOT_SEPARATED),
    ],
)
def test_only_what_leaves_out_zero_in_every_seed_counts(
    low: float, high: float, by_seed: tuple[float, ...], expected: Verdict
) -> None:
    found = Estimate(value=0.1, low=low, high=high, by_seed=by_seed)
    assert verdict(found) is expected


@pytest.fixture
def docs_script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script that makes the page."""
    spec = importlib.util.spec_from_file_location("make_ablations", DOCS / "make_ablations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by its name.
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_the_table_says_what_the_results_file_says(kept: Path, docs_script: ModuleType) -> None:
    table = docs_script.claims_table(read_results(kept))
    rows = {line.split("|")[1].strip(): line for line in table.splitlines()[2:]}
    assert rows["**Initialisation, scores**"].endswith("| yes |")
    assert rows["**K = 8 against 4**"].endswith("| no difference seen |")
    assert rows["**zeta = 1 slice against 0**"].endswith("| both at chance: says nothing |")
    assert not any("Shared" in topic for topic in rows), "arms that were not trained are left out"
    empty = docs_script.claims_table(Results([]))
    assert len(empty.splitlines()) == 2


def test_remarks_say_what_the_results_file_says(kept: Path) -> None:
    results = read_results(kept)
    measure = Measure(column="score", finding_class=MALIGNANT)
    area = results.estimate(BASE, measure)
    assert filled("so [[base, score, malignant]] it is", results) == f"so {area.value:.2f} it is"
    seeds = " and ".join(f"{value:.2f}" for value in area.by_seed)
    assert filled("[[base, score, malignant, seeds]]", results) == seeds
    assert filled("[[K = 8, peak_on_finding, malignant, before]]", results) == "100 %"
    assert filled("[[base - K = 8, score, malignant]]", results) == "+0.000 (+0.000 to +0.000)"
    assert filled("[[mean, score, malignant]]", results) == "(not trained)"
    with pytest.raises(ValueError, match="none of arm, column, class"):
        filled("[[base, score, cancer]]", results)


def test_verdicts_name_every_claim_once(kept: Path) -> None:
    told = verdicts(read_results(kept)).splitlines()
    by_start = {line.split(":**")[0].removeprefix("- **"): line for line in told}
    assert "Initialisation, scores" in by_start["As the papers say"]
    assert "K = 8 against 4" in by_start["No difference seen, and none expected"]
    assert "zeta = 1 slice against 0" in by_start["Open, both arms being at chance"]
    assert "Shared against joint" in by_start["Not trained"]
    for claim in CLAIMS:
        assert (
            sum(bool(re.search(rf"{re.escape(claim.topic)}( \(|;|\.$)", line)) for line in told)
            == 1
        )


def test_who_was_trained_less_is_named(kept: Path, tmp_path: Path) -> None:
    results = read_results(kept)
    assert seeds_told(results) == "Every arm was trained with 2 seeds"
    runs = [run for run in read_earlier(kept, TINY) if (run["arm"], run["seed"]) != ("K = 8", 2)]
    assert seeds_told(Results(runs)) == (
        "The arms were trained with 2 seeds, but `K = 8` with one seed"
    )


def test_the_page_leaves_no_placeholder(kept: Path, docs_script: ModuleType) -> None:
    folder = DOCS / "ablations"
    texts = [(folder / name).read_text("utf-8") for name in ("page.template.md", "remarks.md")]
    text = docs_script.page(*texts, read_results(kept))
    assert f"{TINY.test_breasts} test breasts" in text
    assert "{" not in text
    assert "[[" not in text


def test_columns_keep_every_outcome() -> None:
    rows = [{"breast": 1, "score": [0.1, 0.2]}, {"breast": 2, "score": [0.3, 0.4]}]
    assert columns_of(rows) == {"breast": [1, 2], "score": [[0.1, 0.2], [0.3, 0.4]]}
