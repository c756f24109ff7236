"""Figures of comparisons: readers before and after, intervals of differences, time."""

from __future__ import annotations

from viewer.analysis.gain import endpoint_words, gain
from viewer.analysis.mrmc_results import MrmcAnalysis, MrmcPair, MrmcTest
from viewer.analysis.results import StudyResults, SwitchCounts, TimeSummary
from viewer.analysis.words import figure
from viewer.export.report_document import Figure
from viewer.export.report_drawing import (
    QUIET,
    colour_of,
    finished,
    new_drawing,
    panels,
    report_style,
)

_BETTER, _WORSE = "#009e73", "#d55e00"


@report_style()
def reader_changes(results: StudyResults, first: str, second: str) -> Figure:
    """Every reader's AUC in two modalities, joined by a line, and the means."""
    before, after = results.by_modality[first], results.by_modality[second]
    drawing = new_drawing(92, 92)
    (axes,) = panels(drawing, 1, 1)
    for reader in results.readers:
        if reader not in before.readers or reader not in after.readers:
            continue
        values = (before.readers[reader].auc, after.readers[reader].auc)
        colour = _BETTER if values[1] >= values[0] else _WORSE
        axes.plot((0, 1), values, "o-", color=colour, linewidth=0.9, markersize=3)
        axes.annotate(reader, (1.03, values[1]), fontsize=6, color=QUIET, va="center")
    means = (before.mean_auc, after.mean_auc)
    axes.plot((0, 1), means, "s-", color="#1d2126", linewidth=2, markersize=5)
    axes.set_xticks((0, 1), (first, second))
    axes.set(xlim=(-0.15, 1.25), ylabel="AUC")
    return finished(
        drawing,
        name=f"readers-{first}-{second}",
        caption=(
            f"AUC of every reader, {first} and {second}: green where it rose, orange where it "
            f"fell. Bold: mean, {figure(means[0])} and {figure(means[1])}."
        ),
        alternative=f"Lines from {first} to {second} for every reader",
        width_mm=92,
    )


@report_style()
def differences(analysis: MrmcAnalysis) -> Figure:
    """The differences of every pair with their intervals, readers random and fixed."""
    rows = [
        (f"{pair.a} − {pair.b}", name, pair.difference, test.ci_low, test.ci_high)
        for pair in map(gain, analysis.pairs)
        for name, test in _tests(pair)
    ]
    drawing = new_drawing(120, 16 + 8 * len(rows))
    (axes,) = panels(drawing, 1, 1)
    for place, (_, _, middle, low, high) in enumerate(reversed(rows)):
        axes.plot((low, high), (place, place), color="#1d2126", linewidth=1.2)
        axes.plot(middle, place, "s", color=colour_of("aided"), markersize=4)
    axes.set_yticks(
        range(len(rows)), [f"{pair}, {name}" for pair, name, *_ in reversed(rows)], fontsize=7
    )
    axes.axvline(0, color=QUIET, linewidth=0.7, linestyle=":")
    axes.set(
        xlabel=f"difference of mean {endpoint_words(analysis.endpoint)}",
        ylim=(-0.7, len(rows) - 0.3),
    )
    return finished(
        drawing,
        name=f"differences-{analysis.endpoint}-{analysis.method}",
        caption=(
            f"Differences of the mean {endpoint_words(analysis.endpoint)} over readers with their "
            f"intervals ({analysis.method} covariances)."
        ),
        alternative="Intervals of differences between modalities",
        width_mm=120,
    )


@report_style()
def reading_times(times: tuple[TimeSummary, ...]) -> Figure:
    """Median active time and quartiles for every reader and modality."""
    shown = [summary for summary in times if summary.reader]
    readers = list(dict.fromkeys(summary.reader for summary in shown))
    modalities = list(dict.fromkeys(summary.modality for summary in shown))
    drawing = new_drawing(120, 20 + 6 * len(readers))
    (axes,) = panels(drawing, 1, 1)
    for summary in shown:
        place = modalities.index(summary.modality)
        height = readers.index(summary.reader) + 0.22 * (place - (len(modalities) - 1) / 2)
        colour = colour_of(summary.modality, place)
        axes.plot((summary.quartile_low_s, summary.quartile_high_s), (height, height), color=colour)
        axes.plot(summary.median_s, height, "o", color=colour, markersize=4)
    for place, modality in enumerate(modalities):
        axes.plot([], [], "o-", color=colour_of(modality, place), label=modality, markersize=4)
    axes.set_yticks(range(len(readers)), readers)
    axes.set(xlabel="active time for a case (s)")
    axes.set_xlim(left=0)
    axes.invert_yaxis()
    axes.legend(loc="best")
    return finished(
        drawing,
        name="times",
        caption="Active reading time of a case: median (dot) and quartiles (line) of each reader.",
        alternative="Reading times by reader and modality",
        width_mm=120,
    )


@report_style()
def switches(counts: tuple[SwitchCounts, ...]) -> Figure:
    """What the second modality changed for better and worse, for every reader."""
    shown = [count for count in counts if count.reader]
    drawing = new_drawing(150, 24 + 6 * len(shown))
    for axes, diseased in zip(panels(drawing, 1, 2), (True, False), strict=True):
        for place, count in enumerate(shown):
            better = count.positives_gained if diseased else count.negatives_gained
            worse = count.positives_lost if diseased else count.negatives_lost
            axes.barh(place, better, color=_BETTER, height=0.65)
            axes.barh(place, -worse, color=_WORSE, height=0.65)
        axes.set_yticks(range(len(shown)), [count.reader for count in shown])
        axes.axvline(0, color="#1d2126", linewidth=0.7)
        axes.invert_yaxis()
        axes.set(
            title="diseased" if diseased else "normal",
            xlabel="worse   ←   decisions changed   →   better",
        )
    return finished(
        drawing,
        name="switches",
        caption=(
            f"Decisions that changed from {shown[0].first} to {shown[0].second}: to the right "
            "(green) those put right, to the left (orange) those that became wrong."
        ),
        alternative="Bars of decisions changed for better and worse by reader",
        width_mm=150,
    )


def _tests(pair: MrmcPair) -> list[tuple[str, MrmcTest]]:
    tests = [
        ("readers and cases random", pair.rrrc),
        ("readers fixed", pair.frrc),
        ("cases fixed", pair.rrfc),
    ]
    return [(name, test) for name, test in tests if test is not None]
