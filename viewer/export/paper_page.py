"""One page that sets the published reader study of GMIC beside its public table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from viewer.analysis.paper import DMV, GMIC, beside_the_paper
from viewer.analysis.results import Curve, Discrimination, HybridResults, StudyResults
from viewer.export.report import write_document
from viewer.export.report_curve_figures import sweep_panel
from viewer.export.report_document import Figure, Heading, Paragraph, Report, Table
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
_PR = ("recall", "precision")
_SOURCE = (
    "Shen, Wu, Phang, Park, Liu, Tyagi, Heacock, Kim, Moy, Cho and Geras: An interpretable "
    "classifier for high-resolution breast cancer screening images utilizing weakly supervised "
    "localization (2020), section 3.4."
)


def write_paper_page(gmic: StudyResults, dmv: StudyResults, folder: Path) -> list[Path]:
    """Write paper.html, paper.pdf and the figures; gmic, dmv: analyses with either model.

    Returns the files. Raises CannotWrite.
    """
    return write_document(paper_report(gmic, dmv), folder, "paper")


def paper_report(gmic: StudyResults, dmv: StudyResults) -> Report:
    """Figures 4, 5 and 6 and every number of the section, with differences explained."""
    mixed, mixed_dmv = _hybrid(gmic), _hybrid(dmv)
    numbers = beside_the_paper(gmic, dmv)
    return Report(
        title="The published reader study, computed again",
        subtitle="14 readers, 1,440 breasts: the paper's figures from its public table",
        blocks=(
            Heading("Source"),
            Paragraph(_SOURCE),
            Paragraph(
                "The readers' probabilities in the public table are the study's own. Its model "
                "scores come from the released weights, not from the paper's models, so figures "
                "with a model differ; every difference is named in the last column."
            ),
            Heading("Numbers"),
            Table(
                caption="Printed in the paper and computed from the table",
                header=("Quantity", "Paper", "Here", "Remark"),
                rows=tuple((n.quantity, n.printed, n.computed, n.remark) for n in numbers),
                text_columns=frozenset({0, 3}),
            ),
            Heading("Figure 4: curves"),
            _figure_4(gmic, mixed),
            Heading("Figure 5: hybrids over λ"),
            _figure_5(mixed, mixed_dmv),
            Heading("Figure 6: best hybrids"),
            _figure_6(mixed, mixed_dmv),
        ),
    )


def _hybrid(results: StudyResults) -> HybridResults:
    if results.hybrid is None:
        raise ValueError("the published table gives a hybrid")
    return results.hybrid


@report_style()
def _figure_4(results: StudyResults, mixed: HybridResults) -> Figure:
    readers, hybrids = results.by_modality[mixed.base], mixed.results
    gmic, dmv = results.ai[GMIC].scores, results.ai[DMV].scores
    drawing = new_drawing(170, 124)
    axes = panels(drawing, 2, 3)
    for place, title in enumerate(("(a) readers", "(b) hybrids, λ = 0.5", "(c) averages")):
        unit_square(axes[place], *_ROC, title=title)
        unit_square(axes[place + 3], *_PR)
    blue, green = colour_of("unaided"), colour_of("hybrid")
    for column, modality, colour in ((0, readers, blue), (1, hybrids, green)):
        _each(axes[column], axes[column + 3], list(modality.readers.values()))
        _line(axes[column], modality.roc_vertical, colour)
        _line(axes[column + 3], modality.pr_mean, colour)
    for name, roc, pr, colour, style in (
        ("average reader", readers.roc_vertical, readers.pr_mean, blue, "-"),
        ("average hybrid", hybrids.roc_vertical, hybrids.pr_mean, green, "-"),
        ("GMIC", gmic.roc, gmic.pr, colour_of("ai"), "-"),
        ("DMV-CNN", dmv.roc, dmv.pr, colour_of("ai"), "--"),
    ):
        _line(axes[2], roc, colour, name, style)
        _line(axes[5], pr, colour, None, style)
    shared_legend(drawing, axes[2], 4)
    return finished(
        drawing,
        name="paper-figure-4",
        caption=(
            "ROC curves (top) and precision-recall curves (bottom): (a) the 14 readers (grey) and "
            "their average, (b) the 14 hybrids and their average, (c) averages and models."
        ),
        alternative="Six panels of ROC and precision-recall curves",
        width_mm=170,
    )


@report_style()
def _figure_5(gmic: HybridResults, dmv: HybridResults) -> Figure:
    drawing = new_drawing(165, 130)
    axes = panels(drawing, 2, 2)
    for column, (name, hybrid) in enumerate((("GMIC", gmic), ("DMV-CNN", dmv))):
        sweep_panel(axes[column], hybrid, of_auc=True)
        sweep_panel(axes[column + 2], hybrid, of_auc=False)
        axes[column].set_title(name)
    return finished(
        drawing,
        name="paper-figure-5",
        caption=(
            "AUC (top) and PRAUC (bottom) of every reader's hybrid over λ, with GMIC (left) and "
            "DMV-CNN (right). Diamonds: λ*."
        ),
        alternative="Four panels of lines over lambda",
    )


@report_style()
def _figure_6(gmic: HybridResults, dmv: HybridResults) -> Figure:
    drawing = new_drawing(165, 110)
    axes = panels(drawing, 2, 2)
    for panel, attribute, across in zip(
        axes,
        ("auc_star", "ap_star", "lambda_star", "lambda_star_ap"),
        ("highest AUC", "highest PRAUC", "λ* (AUC)", "λ* (PRAUC)"),
        strict=True,
    ):
        values = [list(getattr(hybrid, attribute).values()) for hybrid in (gmic, dmv)]
        both = [*values[0], *values[1]]
        low, high = (0.0, 1.0) if "λ" in across else (min(both), max(both))
        bins = [float(edge) for edge in np.linspace(low, high, 21)]
        for name, found, colour in zip(
            ("GMIC", "DMV-CNN"), values, (colour_of("hybrid"), colour_of("aided")), strict=True
        ):
            panel.hist(found, bins=bins, color=colour, alpha=0.6, label=name)
        panel.set(xlabel=across, ylabel="readers")
        panel.legend()
    return finished(
        drawing,
        name="paper-figure-6",
        caption=(
            "Distribution over the 14 readers of the highest AUC and PRAUC of their hybrids (top) "
            "and of the λ* that gives it (bottom)."
        ),
        alternative="Four histograms",
    )


def _each(roc: Axes, pr: Axes, readers: list[Discrimination]) -> None:
    for found in readers:
        roc.plot(found.roc.x, found.roc.y, color=QUIET, linewidth=0.5)
        pr.plot(found.pr.x, found.pr.y, color=QUIET, linewidth=0.5)


def _line(
    axes: Axes, curve: Curve, colour: str, label: str | None = None, style: str = "-"
) -> None:
    axes.plot(curve.x, curve.y, color=colour, linewidth=1.6, label=label, linestyle=style)
