"""Figures of an evaluation: ROC and precision-recall, calibration, FROC, example maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from viewer.analysis.evaluation_results import (
    AUC,
    AVERAGE_PRECISION,
    EvaluationResults,
    FrocCurves,
    Measure,
    SeriesCurves,
)
from viewer.analysis.words import figure, interval
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

_FINDINGS = ("malignant", "benign")
_STYLES = ("-", "--", ":", "-.")
LEAST_CALIBRATED = 50
"""Cases below which ten groups of them hold next to nothing."""
MOST_RATES = 5.0
"""False positives a volume up to which FROC curves are drawn."""
_MASK_COLOUR = "#d55e00"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPicture:
    """One max-projected map with its mask, in the network's window, facing right."""

    title: str
    saliency: NDArray[np.float32]
    """(rows, columns) cells."""
    marked: NDArray[np.bool_]
    """(rows, columns) pixels, thinned alike both ways."""
    seen: NDArray[np.bool_]
    """Where the image is."""


@report_style()
def score_curves(results: EvaluationResults, level: str) -> Figure | None:
    """ROC and precision-recall curves of all series, a row for each class; None without any."""
    curves = [found for found in results.curves if found.level == level]
    findings = [name for name in _FINDINGS if any(c.finding == name for c in curves)]
    if not findings:
        return None
    places = _places(curves)
    drawing = new_drawing(165, (84 + 5 * len(places)) * len(findings))
    axes = panels(drawing, len(findings), 2)
    for row, finding in enumerate(findings):
        own = [found for found in curves if found.finding == finding]
        _roc_panel(axes[2 * row], own, results, places)
        _precision_panel(axes[2 * row + 1], own, results, places)
    return finished(
        drawing,
        name=f"curves-{level}",
        caption=(
            f"ROC (left) and precision-recall curves (right), one score a{_an(level)}. In brackets "
            "95 % intervals of resampled patients, where they hold. Dotted: chance, and the share "
            "of cases with the finding."
        ),
        alternative=f"ROC and precision-recall curves, {level} by {level}",
    )


@report_style()
def calibration(results: EvaluationResults, level: str) -> Figure | None:
    """Scores against how often the finding was there; None with too few cases for ten groups."""
    curves = [
        found
        for found in results.curves
        if found.level == level
        and found.calibration is not None
        and found.calibration.counts.sum() >= LEAST_CALIBRATED
    ]
    findings = [name for name in _FINDINGS if any(c.finding == name for c in curves)]
    if not findings:
        return None
    places = _places(curves)
    drawing = new_drawing(165 if len(findings) == 2 else 90, 84 + 5 * len(places))
    for axes, finding in zip(panels(drawing, 1, len(findings)), findings, strict=True):
        unit_square(axes, "mean score", "share with the finding", finding)
        axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.6, linestyle=":")
        for found in curves:
            if found.finding == finding and found.calibration is not None:
                _calibration_line(axes, found, places[found.series])
        _legend_below(axes)
    return finished(
        drawing,
        name=f"calibration-{level}",
        caption=(
            f"Mean score and observed share with the finding, in ten groups of {level}s by their "
            "score. Bars: Wilson's 95 % interval, cases taken as independent."
        ),
        alternative=f"Calibration curves, {level} by {level}",
        width_mm=165.0 if len(findings) == 2 else 90.0,
    )


@report_style()
def froc(curves: Sequence[FrocCurves]) -> Figure | None:
    """FROC curves of volumes with a lesion and of all volumes; None without any."""
    if not curves:
        return None
    names = list(dict.fromkeys((c.series, c.finding) for c in curves))
    drawing = new_drawing(165, 78 + 5 * -(-len(names) // 2))
    positive, everything = panels(drawing, 1, 2)
    for axes, title in ((positive, "volumes with a lesion"), (everything, "all volumes")):
        axes.set(
            xlim=(0, MOST_RATES), ylim=(0, 1.02), xlabel="false positives a volume",
            ylabel="sensitivity", title=title,
        )  # fmt: skip
        axes.grid(visible=True, linewidth=0.3, color="#d5d9de")
        axes.set_axisbelow(True)
    for place, found in enumerate(curves):
        colour, style = colour_of(found.series, place), _STYLES[place % len(_STYLES)]
        label = f"{found.series}, {found.finding}"
        drawn = ((positive, found.positive_volumes), (everything, found.all_volumes))
        for axes, curve in drawn:
            # The curve stays at its last point: nothing more is marked.
            across = np.append(curve.x, max(MOST_RATES, float(curve.x[-1])))
            up = np.append(curve.y, curve.y[-1])
            axes.plot(across, up, color=colour, linestyle=style, linewidth=1.5, label=label)
    for rate in (1, 2, 3, 4):
        positive.axvline(rate, color=QUIET, linewidth=0.5, linestyle=":")
    everything.axvline(2, color=QUIET, linewidth=0.5, linestyle=":")
    shared_legend(drawing, positive, 2)
    return finished(
        drawing,
        name="froc",
        caption=(
            "Share of lesions found against false positives a volume, by the rules of the BCS-DBT "
            "detection challenge. Dotted: where sensitivities are read."
        ),
        alternative="FROC curves",
    )


@report_style()
def example_maps(pictures: Sequence[MapPicture]) -> Figure | None:
    """Maps in grey with the finding's outline; None without any."""
    if not pictures:
        return None
    columns = min(4, len(pictures))
    rows = -(-len(pictures) // columns)
    drawing = new_drawing(165, 68 * rows + 4)
    axes = panels(drawing, rows, columns)
    for one in axes:
        one.set_axis_off()
    for one, picture in zip(axes, pictures, strict=False):
        _map_panel(one, picture)
    return finished(
        drawing,
        name="maps",
        caption=(
            "Saliency projected over all slices (black 0, white 1, linear) in the network's "
            "window, every breast facing right; in orange the known finding. Hatched: padding. "
            "For each series and class the best, the middle and the worst Dice of the map."
        ),
        alternative="Max-projected saliency maps with outlines of findings",
    )


def _roc_panel(
    axes: Axes,
    curves: Sequence[SeriesCurves],
    results: EvaluationResults,
    places: Mapping[str, int],
) -> None:
    unit_square(axes, "1 − specificity", "sensitivity", curves[0].finding)
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=0.6, linestyle=":")
    for found in curves:
        label = f"{found.series}: AUC {_with_interval(_measure(results, found, AUC))}"
        _line(axes, found.roc.x, found.roc.y, places[found.series], label)
    _legend_below(axes)


def _precision_panel(
    axes: Axes,
    curves: Sequence[SeriesCurves],
    results: EvaluationResults,
    places: Mapping[str, int],
) -> None:
    unit_square(axes, "recall (sensitivity)", "precision", curves[0].finding)
    for found in curves:
        measure = _measure(results, found, AVERAGE_PRECISION)
        label = f"{found.series}: AP {_with_interval(measure)}"
        _line(axes, found.precision_recall.x, found.precision_recall.y, places[found.series], label)
    first = _measure(results, curves[0], AVERAGE_PRECISION)
    if first is not None and first.cases:
        share = first.positives / first.cases
        axes.axhline(share, color=QUIET, linewidth=0.6, linestyle=":")
    _legend_below(axes)


def _legend_below(axes: Axes) -> None:
    """Below the panel, where it hides no curve."""
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, -0.16), borderaxespad=0.0)


def _line(
    axes: Axes, across: NDArray[np.float64], up: NDArray[np.float64], place: int, label: str
) -> None:
    axes.plot(
        across, up, color=colour_of("", place), linestyle=_STYLES[place % len(_STYLES)],
        linewidth=1.4, label=label,
    )  # fmt: skip


def _calibration_line(axes: Axes, found: SeriesCurves, place: int) -> None:
    fit = found.calibration
    if fit is None:
        return
    below = np.maximum(fit.observed - fit.observed_low, 0.0)
    above = np.maximum(fit.observed_high - fit.observed, 0.0)
    axes.errorbar(
        fit.predicted, fit.observed, yerr=np.stack([below, above]), fmt="o-", markersize=3,
        linewidth=1.0, elinewidth=0.6, color=colour_of("", place),
        label=f"{found.series} (Brier {figure(fit.brier)})",
    )  # fmt: skip


def _map_panel(axes: Axes, picture: MapPicture) -> None:
    rows, columns = picture.seen.shape
    extent = (0.0, float(columns), float(rows), 0.0)
    axes.imshow(
        picture.saliency, cmap="gray", vmin=0.0, vmax=1.0, extent=extent, interpolation="nearest"
    )
    if not picture.seen.all():
        axes.contourf(
            np.arange(columns) + 0.5, np.arange(rows) + 0.5, ~picture.seen, levels=[0.5, 1.5],
            colors="none", hatches=["////"],
        )  # fmt: skip
    if picture.marked.any() and not picture.marked.all():
        axes.contour(
            np.arange(columns) + 0.5, np.arange(rows) + 0.5, picture.marked.astype(float),
            levels=[0.5], colors=_MASK_COLOUR, linewidths=1.1,
        )  # fmt: skip
    axes.set_title(picture.title, fontsize=6.5, fontweight="normal")


def _places(curves: Sequence[SeriesCurves]) -> dict[str, int]:
    return {name: place for place, name in enumerate(dict.fromkeys(c.series for c in curves))}


def _measure(results: EvaluationResults, found: SeriesCurves, name: str) -> Measure | None:
    wanted = (found.series, found.level, found.finding, name)
    for measure in results.measures:
        if (measure.series, measure.level, measure.finding, measure.name) == wanted:
            return measure
    return None


def _with_interval(measure: Measure | None) -> str:
    if measure is None:
        return figure(None)
    ends = f" ({interval(measure.interval)})" if measure.interval is not None else ""
    return f"{figure(measure.value)}{ends}"


def _an(noun: str) -> str:
    return f"n {noun}" if noun[0] in "aeiou" else f" {noun}"
