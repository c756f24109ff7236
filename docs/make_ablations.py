"""Makes docs/ablations.md and its figure from docs/ablations/results.json.gz.

Run it as `python docs/make_ablations.py`; `python -m inference.ablations.run` makes the results.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from inference.ablations.arms import BASE
from inference.ablations.summary import Estimate, Measure, Results, Verdict, read_results, verdict
from inference.types import BENIGN, MALIGNANT

HERE = Path(__file__).resolve().parent
KEPT = HERE / "ablations"
_NAMES = {
    "score": "AUC",
    "global_score": "AUC of the global score",
    "local_score": "AUC of the local score",
    "peak_on_finding": "peaks on the mass",
    "saliency_on_finding": "share of saliency on the mass",
    "finding_in_patch": "masses inside a patch",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a paper says of two arms."""

    topic: str
    source: str
    says: str
    arm: str
    other: str
    measure: Measure
    expects: Verdict
    """Of `arm` against `other`."""


def _malignant(column: str, when: str = "after") -> Measure:
    return Measure(column=column, finding_class=MALIGNANT, when=when)


CLAIMS = (
    Claim(
        topic="Initialisation, before training",
        source="3D-GMIC, V-B.4, Fig. 2 and 3",
        says="On a pretrained network a constant makes saliency high on findings; random weights "
        "may make it lower there than elsewhere.",
        arm=BASE,
        other="random initialisation",
        measure=_malignant("peak_on_finding", "before"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Initialisation, after training",
        source="3D-GMIC, V-B.4",
        says="Random weights lead training to highlight the wrong places.",
        arm=BASE,
        other="random initialisation",
        measure=_malignant("peak_on_finding"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Initialisation, scores",
        source="3D-GMIC, V-B.4",
        says="Gives no figures for scores; better ones are what we expect of better places.",
        arm=BASE,
        other="random initialisation",
        measure=_malignant("score"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Nonlinearity, before training",
        source="3D-GMIC, V-B.5, Fig. 4",
        says="With a constant, sigmoid starts at 0.5 on all background, relu(tanh) near 0.",
        arm=BASE,
        other="sigmoid",
        measure=_malignant("saliency_on_finding", "before"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Nonlinearity, after training",
        source="3D-GMIC, V-B.5",
        says="Sigmoid must learn to silence the background; relu(tanh) succeeds.",
        arm=BASE,
        other="sigmoid",
        measure=_malignant("saliency_on_finding"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Nonlinearity, scores",
        source="3D-GMIC, V-B.5",
        says="Gives no figures for scores; better ones are what we expect of the easier start.",
        arm=BASE,
        other="sigmoid",
        measure=_malignant("score"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Top-t against mean",
        source="GMIC, Table 4",
        says="Malignant AUC 0.916 with the top 2 %, 0.903 with the mean.",
        arm=BASE,
        other="mean",
        measure=_malignant("score"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Top-t against mean, localisation",
        source="GMIC, Table 4",
        says="Malignant Dice 0.203 with the top 2 %, 0.065 with the mean.",
        arm=BASE,
        other="mean",
        measure=_malignant("saliency_on_finding"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Top-t against max",
        source="GMIC, Table 4",
        says="Malignant AUC 0.916 with the top 2 %, 0.890 with the maximum.",
        arm=BASE,
        other="max",
        measure=_malignant("score"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Top-t against max, localisation",
        source="GMIC, Table 4",
        says="Malignant Dice 0.203 with the top 2 %, 0.127 with the maximum.",
        arm=BASE,
        other="max",
        measure=_malignant("saliency_on_finding"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="Gated attention against uniform",
        source="GMIC, Table 3",
        says="Malignant AUC of the local score 0.898 gated, 0.874 uniform.",
        arm=BASE,
        other="uniform attention",
        measure=_malignant("local_score"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="K = 4 against 1",
        source="GMIC, Fig. 10",
        says="More patches help the local score while K is small.",
        arm=BASE,
        other="K = 1",
        measure=_malignant("local_score"),
        expects=Verdict.HIGHER,
    ),
    Claim(
        topic="K = 8 against 4",
        source="GMIC, Fig. 10",
        says="Above K = 3 nothing is gained.",
        arm="K = 8",
        other=BASE,
        measure=_malignant("local_score"),
        expects=Verdict.NOT_SEPARATED,
    ),
    Claim(
        topic="zeta = 1 slice against 0",
        source="3D-GMIC, Table VII",
        says="Malignant AUC 0.830 with zeta = 0 and 0.834 with 10 of about 70 slices: "
        "indistinguishable.",
        arm="zeta = 1",
        other="zeta = 0",
        measure=_malignant("score"),
        expects=Verdict.NOT_SEPARATED,
    ),
    Claim(
        topic="zeta = 1 slice against all",
        source="3D-GMIC, Table VII",
        says="0.834 with 10 slices, 0.835 with all.",
        arm="zeta = 1",
        other="zeta = all",
        measure=_malignant("score"),
        expects=Verdict.NOT_SEPARATED,
    ),
    Claim(
        topic="Shared against joint",
        source="Two views, Tables 1 and 3",
        says="Malignant AUC 0.879 shared, 0.872 joint; without heat maps 0.713 and 0.694.",
        arm="shared",
        other="joint",
        measure=_malignant("score"),
        expects=Verdict.HIGHER,
    ),
)


def claims_table(results: Results) -> str:
    """What the papers say against what came out, in Markdown."""
    lines = [
        "| | The paper | Measured | First | Second | Difference (95 %) | Agrees? |",
        "|---|---|---|---|---|---|---|",
    ]
    for claim in CLAIMS:
        if not (results.has(claim.arm, claim.measure) and results.has(claim.other, claim.measure)):
            continue
        seeds = results.common_seeds(claim.arm, claim.other)
        first = results.estimate(claim.arm, claim.measure, seeds)
        second = results.estimate(claim.other, claim.measure, seeds)
        difference = results.difference(claim.arm, claim.other, claim.measure)
        cells = (
            f"**{claim.topic}**",
            f"{claim.says} ({claim.source})",
            f"{_NAMES[claim.measure.column]}: {claim.arm}, then {claim.other}",
            f"{first.value:.3f}",
            f"{second.value:.3f}",
            difference.text(signed=True),
            "both at chance: says nothing"
            if _at_chance(claim.measure, first) and _at_chance(claim.measure, second)
            else _agreement(claim.expects, difference),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _at_chance(measure: Measure, found: Estimate) -> bool:
    return measure.column.endswith("score") and found.low <= 0.5 <= found.high


def _agreement(expected: Verdict, difference: Estimate) -> str:
    found = verdict(difference)
    is_single = len(difference.by_seed) == 1
    if expected is Verdict.NOT_SEPARATED and found is expected:
        text = "no difference seen"
    elif found is Verdict.NOT_SEPARATED:
        text = "not separated"
    elif found is expected:
        text = "same direction" if is_single else "yes"
    else:
        text = found.value if is_single else f"no: {found.value}"
    return f"{text}; trained once" if is_single else text


def arms_table(results: Results) -> str:
    """Every arm's own numbers, in Markdown."""
    header = ("Arm", "Malignant AUC", "Benign AUC", "Local, malignant", "Peaks on malignant masses")
    lines = [f"| {' | '.join(header)} |", "|---|---|---|---|---|"]
    measures = (
        _malignant("score"),
        Measure(column="score", finding_class=BENIGN),
        _malignant("local_score"),
        _malignant("peak_on_finding"),
    )
    for arm in results.arms:
        cells = [
            _with_seeds(results.estimate(arm, measure)) if results.has(arm, measure) else "-"
            for measure in measures
        ]
        lines.append(f"| {arm} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _with_seeds(found: Estimate) -> str:
    seeds = ", ".join(f"{value:.2f}" for value in found.by_seed)
    return f"{found.text()}; {seeds}"


def summary_csv(results: Results) -> str:
    """Every arm and measure, one a line."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["arm", "when", "measure", "class", "mean", "low", "high", "by_seed"])
    for arm in results.arms:
        for when in ("before", "after"):
            for column in _NAMES:
                for name, own in (("benign", BENIGN), ("malignant", MALIGNANT)):
                    measure = Measure(column=column, finding_class=own, when=when)
                    if results.has(arm, measure):
                        found = results.estimate(arm, measure)
                        numbers = [found.value, found.low, found.high]
                        seeds = " ".join(f"{value:.4f}" for value in found.by_seed)
                        row = [arm, when, column, name, *(f"{one:.4f}" for one in numbers), seeds]
                        table.writerow(row)
    return text.getvalue()


def draw_figure(results: Results, folder: Path) -> None:
    """All arms side by side, as PNG and SVG."""
    panels = (
        ("Malignant AUC", _malignant("score")),
        ("Malignant AUC, local score", _malignant("local_score")),
        ("Malignant peaks on the mass", _malignant("peak_on_finding")),
    )
    figure, axes = plt.subplots(1, len(panels), figsize=(11, 5.2), sharey=True)
    for ax, (title, measure) in zip(axes, panels, strict=True):
        _panel(ax, results, measure)
        ax.set_title(title, fontsize=10)
    axes[0].set_yticks(range(len(results.arms)), results.arms)
    axes[0].invert_yaxis()
    figure.tight_layout()
    plt.rcParams["svg.hashsalt"] = "ablations"
    figure.savefig(folder / "ablations.png", dpi=130, metadata={"Software": None})
    figure.savefig(folder / "ablations.svg", metadata={"Date": None})
    plt.close(figure)


def _panel(ax: Axes, results: Results, measure: Measure) -> None:
    for row, arm in enumerate(results.arms):
        if row and results.families[arm] != results.families[results.arms[row - 1]]:
            ax.axhline(row - 0.5, color="0.85", linewidth=0.8)
        if not results.has(arm, measure):
            continue
        found = results.estimate(arm, measure)
        ax.plot([found.low, found.high], [row, row], color="0.45", linewidth=1.5)
        ax.plot(found.by_seed, [row] * len(found.by_seed), "|", color="0.2", markersize=9)
        ax.plot([found.value], [row], "o", color="#0072B2", markersize=5)
    if measure.column != "peak_on_finding":
        ax.axvline(0.5, color="0.6", linestyle=":", linewidth=1)
    ax.set_xlim(0, 1.02)
    ax.grid(axis="x", color="0.92")
    ax.set_axisbelow(True)


def main() -> None:
    """Write the page, the figure and the summary."""
    results = read_results(KEPT / "results.json.gz")
    (KEPT / "summary.csv").write_text(summary_csv(results), encoding="utf-8")
    draw_figure(results, KEPT)
    page = (KEPT / "page.template.md").read_text(encoding="utf-8")
    page = page.replace("{claims}", claims_table(results)).replace("{arms}", arms_table(results))
    remarks = (KEPT / "remarks.md").read_text(encoding="utf-8").strip()
    page = page.replace("{remarks}", remarks).replace(
        "{minutes}", f"{results.cpu_seconds / 60:.0f}"
    )
    (HERE / "ablations.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
