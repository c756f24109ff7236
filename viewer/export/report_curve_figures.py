"""Figures of discrimination: ROC and precision-recall curves, the sweep over lambda, models."""

from __future__ import annotations

from matplotlib.axes import Axes

from viewer.analysis.results import (
    AiResults,
    Calibration,
    Curve,
    HybridResults,
    ModalityResults,
    StudyResults,
)
from viewer.analysis.words import count, figure
from viewer.export.report_document import Figure
from viewer.export.report_drawing import (
    QUIET,
    colour_of,
    finished,
    new_drawing,
    panels,
    report_style,
    shared_legend,
    unit_square,
)

_ROC = ("1 − specificity", "sensitivity")
_PR = ("recall (sensitivity)", "precision")


@report_style()
def reader_curves(modality: ModalityResults) -> Figure:
    """Every reader's ROC and precision-recall curve with the average reader's."""
    drawing = new_drawing(165, 84)
    roc, pr = panels(drawing, 1, 2)
    unit_square(roc, *_ROC)
    unit_square(pr, *_PR)
    colour = colour_of(modality.name)
    for reader in modality.readers.values():
        _step(roc, reader.roc, QUIET, width=0.6)
        _step(pr, reader.pr, QUIET, width=0.6)
    _step(roc, modality.roc_vertical, colour, label="average reader", width=1.8)
    _step(pr, modality.pr_mean, colour, label="average reader", width=1.8)
    roc.legend(loc="lower right")
    pr.legend(loc="upper right")
    readers = count(len(modality.readers), "reader")
    return finished(
        drawing,
        name=f"curves-{_slug(modality.name)}",
        caption=(
            f"{modality.name}: ROC and precision-recall curves of {readers} (grey) and of the "
            f"average reader. Mean AUC {figure(modality.mean_auc)} "
            f"(SD {figure(modality.sd_auc)}), mean PRAUC {figure(modality.mean_ap)} "
            f"(SD {figure(modality.sd_ap)})."
        ),
        alternative=f"ROC and precision-recall curves of {readers}, {modality.name}",
    )


@report_style()
def average_curves(results: StudyResults) -> Figure:
    """The average reader of every modality beside the models alone."""
    modalities, models = results.by_modality.values(), models_shown(results)
    columns = 2
    lines = -(-(len(modalities) + len(models)) // columns)
    drawing = new_drawing(165, 80 + 5 * lines)
    roc, pr = panels(drawing, 1, 2)
    unit_square(roc, *_ROC)
    unit_square(pr, *_PR)
    for place, modality in enumerate(modalities):
        colour = colour_of(modality.name, place)
        areas = f"AUC {figure(modality.mean_auc)}, PRAUC {figure(modality.mean_ap)}"
        _step(roc, modality.roc_vertical, colour, label=f"{modality.name}: {areas}", width=1.6)
        _step(pr, modality.pr_mean, colour, width=1.6)
    for place, model in enumerate(models):
        style = ("-", "--", ":")[place % 3]
        areas = f"AUC {figure(model.scores.auc)}, PRAUC {figure(model.scores.ap)}"
        label = f"{model.model} alone: {areas}"
        _step(roc, model.scores.roc, colour_of("ai"), label=label, width=1.0, style=style)
        _step(pr, model.scores.pr, colour_of("ai"), width=1.0, style=style)
    shared_legend(drawing, roc, columns)
    return finished(
        drawing,
        name="curves-average",
        caption=(
            "The average reader of each modality, and models alone: ROC curves (left) and "
            "precision-recall curves (right)."
        ),
        alternative="ROC and precision-recall curves of average readers and models",
    )


def models_shown(results: StudyResults) -> list[AiResults]:
    """The model of the hybrid first, then the best others, three at most."""
    chosen = results.hybrid.ai_model if results.hybrid is not None else None
    ranked = sorted(results.ai.values(), key=lambda a: (a.model != chosen, -a.scores.auc))
    return ranked[:3]


@report_style()
def lambda_sweep(hybrid: HybridResults) -> Figure:
    """AUC and PRAUC of every reader's hybrid over the reader's weight."""
    drawing = new_drawing(165, 80)
    for axes, of_auc in zip(panels(drawing, 1, 2), (True, False), strict=True):
        sweep_panel(axes, hybrid, of_auc=of_auc)
    return finished(
        drawing,
        name="lambda-sweep",
        caption=(
            f"Hybrids of each reader with {hybrid.ai_model} over λ, the weight of the reader "
            "(0: the model alone, 1: the reader alone). Diamonds mark each reader's λ*, chosen on "
            "these very cases and therefore optimistic; the bold line is the mean."
        ),
        alternative="Lines of AUC and average precision over lambda for every reader",
    )


def sweep_panel(axes: Axes, hybrid: HybridResults, *, of_auc: bool) -> None:
    """Draw every reader's line over lambda with its highest point, and the mean."""
    sweep = hybrid.auc_sweep if of_auc else hybrid.ap_sweep
    where = hybrid.lambda_star if of_auc else hybrid.lambda_star_ap
    height = hybrid.auc_star if of_auc else hybrid.ap_star
    colour = colour_of("hybrid")
    for row, reader in enumerate(hybrid.readers):
        axes.plot(hybrid.lambdas, sweep[row], color=QUIET, linewidth=0.7)
        axes.plot(where[reader], height[reader], "D", color=colour, markersize=3.2)
    axes.plot(hybrid.lambdas, sweep.mean(axis=0), color=colour, linewidth=1.8)
    up = "AUC" if of_auc else "PRAUC"
    axes.set(xlim=(0, 1), xlabel="λ (weight of the reader)", ylabel=up)
    axes.grid(visible=True, linewidth=0.3, color="#d5d9de")


@report_style()
def calibration(calibrations: dict[str, Calibration]) -> Figure:
    """How often the disease was there, for scores of each height."""
    drawing = new_drawing(100, 84 + 5 * len(calibrations))
    (axes,) = panels(drawing, 1, 1)
    unit_square(axes, "score", "fraction diseased")
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.6, linestyle=":")
    for place, (name, found) in enumerate(calibrations.items()):
        axes.plot(
            found.predicted,
            found.observed,
            "o-",
            markersize=3,
            linewidth=1,
            color=colour_of(name, place),
            label=f"{name} (Brier {figure(found.brier)})",
        )
    shared_legend(drawing, axes, 1)
    return finished(
        drawing,
        name="calibration",
        caption="Observed fraction of diseased cases against the mean score of each bin.",
        alternative="Calibration curves",
        width_mm=100,
    )


def _step(
    axes: Axes,
    curve: Curve,
    colour: str,
    *,
    width: float,
    label: str | None = None,
    style: str = "-",
) -> None:
    axes.plot(curve.x, curve.y, color=colour, linewidth=width, label=label, linestyle=style)


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower())
