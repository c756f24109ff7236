"""Makes docs/ablations.md and its figure from docs/ablations/results.json.gz.

Run it as `python docs/make_ablations.py`; `python -m inference.ablations.run` makes the results.
"""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import asdict
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from inference.ablations.arms import Size
from inference.ablations.claims import CLAIMS, hold
from inference.ablations.kept_runs import OtherSettings, read_earlier
from inference.ablations.phantoms import FINDINGS
from inference.ablations.remarks import filled, seeds_told, verdicts
from inference.ablations.summary import Estimate, Measure, Results
from inference.training.breast import View
from inference.types import BENIGN, MALIGNANT

HERE = Path(__file__).resolve().parent
KEPT = HERE / "ablations"
NAMES = {
    "score": "AUC",
    "global_score": "AUC of the global score",
    "local_score": "AUC of the local score",
    "peak_on_finding": "peaks on the mass",
    "saliency_on_finding": "share of saliency on the mass",
    "finding_in_patch": "masses inside a patch",
}


def _of_malignant(column: str) -> Measure:
    return Measure(column=column, finding_class=MALIGNANT)


def claims_table(results: Results) -> str:
    """What the papers say against what came out, in Markdown."""
    lines = [
        "| | The paper | Measured | First | Second | Difference (95 %) | Agrees? |",
        "|---|---|---|---|---|---|---|",
    ]
    for claim in CLAIMS:
        if (held := hold(claim, results)) is not None:
            cells = (
                f"**{claim.topic}**",
                f"{claim.says} ({claim.source})",
                f"{_named(claim.measure)}: {claim.arm}, then {claim.other}",
                f"{held.first.value:.3f}",
                f"{held.second.value:.3f}",
                held.difference.text(signed=True),
                held.answer,
            )
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _named(measure: Measure) -> str:
    name = NAMES[measure.column]
    return f"{name} (benign)" if measure.finding_class == BENIGN else name


def arms_table(results: Results) -> str:
    """Every arm's own numbers, in Markdown."""
    header = ("Arm", "Malignant AUC", "Benign AUC", "Local, malignant", "Peaks on malignant masses")
    lines = [f"| {' | '.join(header)} |", "|---|---|---|---|---|"]
    measures = (
        _of_malignant("score"),
        Measure(column="score", finding_class=BENIGN),
        _of_malignant("local_score"),
        _of_malignant("peak_on_finding"),
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
            for column in NAMES:
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
        ("Malignant AUC", _of_malignant("score")),
        ("Malignant AUC, local score", _of_malignant("local_score")),
        ("Malignant peaks on the mass", _of_malignant("peak_on_finding")),
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


def page(template: str, remarks: str, results: Results) -> str:
    """The whole page: tables, verdicts and the numbers that its texts ask for."""
    size = results.size
    breasts, test_breasts = size["breasts"], size["test_breasts"]
    volumes = breasts * len(FINDINGS)
    told = {
        "claims": claims_table(results),
        "arms": arms_table(results),
        "verdicts": verdicts(results),
        "remarks": filled(remarks.strip(), results),
        "seeds": seeds_told(results),
        "minutes": f"{results.cpu_seconds / 60:.0f}",
        "breasts": breasts,
        "test_breasts": test_breasts,
        "images": volumes * len(View),
        "test_images": test_breasts * len(FINDINGS) * len(View),
        "volumes": volumes,
        "test_volumes": test_breasts * len(FINDINGS),
        "trunk_epochs": size["trunk_epochs"],
        "epochs": size["epochs"],
        # The 2D arms' batches of four images; the volumes' of two come to as many.
        "steps": volumes * len(View) // 4,
        "volume_trunk_epochs": size["volume_trunk_epochs"],
    }
    return template.format_map(told)


def main() -> None:
    """Write the page, the figure and the summary."""
    try:
        # The page tells of the settings of now, so results of others have no place in it.
        runs = read_earlier(KEPT / "results.json.gz", Size())
    except OtherSettings as error:
        sys.exit(str(error))
    results = Results(runs, asdict(Size()))
    (KEPT / "summary.csv").write_text(summary_csv(results), encoding="utf-8")
    draw_figure(results, KEPT)
    template = (KEPT / "page.template.md").read_text(encoding="utf-8")
    remarks = (KEPT / "remarks.md").read_text(encoding="utf-8")
    (HERE / "ablations.md").write_text(page(template, remarks, results), encoding="utf-8")


if __name__ == "__main__":
    main()
