"""The page of an evaluation: what was measured, what was not and why."""

from __future__ import annotations

from collections.abc import Sequence

from viewer.analysis.evaluation_results import (
    AUC,
    MEAN_SENSITIVITY,
    PIXEL_PRECISION,
    SPECIFICITY,
    Difference,
    EvaluationResults,
    Measure,
)
from viewer.analysis.evaluation_table import LESION_IN_PATCH, PATCH_ON_LESION
from viewer.analysis.words import MISSING, count, figure, interval, p_value
from viewer.export.evaluation_figures import (
    MapPicture,
    calibration,
    example_maps,
    froc,
    score_curves,
)
from viewer.export.report_document import (
    Block,
    Caution,
    Figure,
    Heading,
    Items,
    Paragraph,
    Report,
    Table,
)

_LEVELS = (
    ("breast", "Breasts", "One score a breast: the mean of its views, as in the papers."),
    ("image", "Images", "One score an image."),
    ("map", "Maps", ""),
    ("patch", "Patches", ""),
    ("volume", "Detections", ""),
)
_LISTED = 20
LONG_NAME = 30
_RESEARCH = (
    "For research use only, not for diagnosis. The page holds no names, dates or patient numbers; "
    "exams are called by the codes that the tables of predictions use."
)


def evaluation_report(
    results: EvaluationResults, pictures: Sequence[MapPicture] = (), *, title: str = "Evaluation"
) -> Report:
    """Put the page together; sections without a measure are absent."""
    blocks: list[Block] = [Heading("Summary"), Paragraph(_RESEARCH), *_summary(results)]
    for level, heading, words in _LEVELS:
        measures = results.measures_at(level)
        if measures:
            blocks.append(Heading(heading))
            blocks += [Paragraph(words)] if words else []
            blocks += _section(results, level, measures, pictures)
    blocks += [Heading("Left out"), *_left_out(results), Heading("Methods")]
    blocks += [Paragraph(text) for text in _methods(results)]
    series = tuple(dict.fromkeys(measure.series for measure in results.measures))
    return Report(
        title=title,
        subtitle=f"Evaluation of {count(len(series), 'series', 'series')} of scores by Tomolens",
        blocks=tuple(blocks),
    )


def _summary(results: EvaluationResults) -> list[Block]:
    wanted = (AUC, PIXEL_PRECISION, PATCH_ON_LESION, LESION_IN_PATCH, MEAN_SENSITIVITY)
    main = [
        m
        for m in results.measures
        if m.value is not None
        and (m.name in wanted or (m.name == SPECIFICITY and m.level == "breast"))
    ]
    blocks: list[Block] = [Items(results.notes)] if results.notes else []
    if main:
        blocks.append(
            Table(
                caption="Main figures",
                header=("Series", "Each", "Finding", "Measure", "Value", "95 % interval", "Cases"),
                rows=tuple(
                    (
                        _unbroken(m.series),
                        m.level,
                        m.finding,
                        m.name,
                        figure(m.value),
                        interval(m.interval),
                        f"{m.cases:,} ({m.positives:,})",
                    )
                    for m in main
                ),
                text_columns=frozenset({0, 1, 2, 3}),
                note="Cases: in brackets those with the finding, or lesions. Where an interval is "
                "missing, the sections below say why.",
            )
        )
    else:
        blocks.append(Caution("No main figure holds for these data; the reasons are below."))
    refused = _grouped(
        [(f"{m.level}, {m.finding}, {m.series}: {m.name}", m.reason) for m in results.refusals()]
    )
    return [*blocks, *(Caution(f"Not given, because {why}: {what}.") for why, what in refused)]


def _section(
    results: EvaluationResults,
    level: str,
    measures: Sequence[Measure],
    pictures: Sequence[MapPicture],
) -> list[Block]:
    figures: list[Figure | None] = []
    if level in ("breast", "image"):
        figures = [score_curves(results, level), calibration(results, level)]
    if level == "map":
        figures = [example_maps(pictures)]
    if level == "volume":
        figures = [froc(results.froc)]
    blocks: list[Block] = [_measures_table(measures, results)]
    blocks += [found for found in figures if found is not None]
    differences = [d for d in results.differences if d.level == level]
    if differences:
        blocks.append(_differences_table(differences))
    return blocks


def _measures_table(measures: Sequence[Measure], results: EvaluationResults) -> Table:
    dropped = any(m.dropped for m in measures)
    resamples = results.options.bootstraps
    note = f"95 % intervals: percentiles of {resamples:,} resamples of patients."
    if not resamples:
        note = "No resamples were asked for, so there are no intervals."
    if dropped:
        note += (
            " Dropped: resamples with one class only, and for points at 90 % sensitivity those "
            "that attain none within 0.025 of it."
        )
    reasons = dict.fromkeys(m.reason for m in measures if m.reason)
    marks = {reason: str(number) for number, reason in enumerate(reasons, start=1)}
    for reason, mark in marks.items():
        note += f" [{mark}] {reason[0].upper()}{reason[1:]}."
    return Table(
        caption="Measures",
        header=("Series", "Finding", "Measure", "Value", "95 % interval", "Cases", "With finding",
                "Dropped", "Rests on"),
        rows=tuple(
            (
                _unbroken(m.series),
                m.finding,
                m.name,
                figure(m.value) + (f" [{marks[m.reason]}]" if m.reason else ""),
                interval(m.interval),
                f"{m.cases:,}",
                f"{m.positives:,}",
                f"{m.dropped:,}" if m.interval is not None else MISSING,
                m.detail or MISSING,
            )
            for m in measures
        ),
        text_columns=frozenset({0, 1, 2, 8}),
        note=note,
    )  # fmt: skip


def _differences_table(differences: Sequence[Difference]) -> Table:
    return Table(
        caption="Differences of two series on the cases both scored",
        header=("Difference", "Finding", "Measure", "Estimate", "95 % interval", "p", "Cases"),
        rows=tuple(
            (
                f"{d.a} − {d.b}",
                d.finding,
                d.name,
                figure(d.value, 4),
                interval(d.interval, 4),
                p_value(d.p),
                f"{d.cases:,}",
            )
            for d in differences
        ),
        text_columns=frozenset({0, 1, 2}),
        note="Paired: both series see the same resamples of patients. Not corrected for how many "
        "differences are shown.",
    )


def _unbroken(name: str) -> str:
    """A name that a narrow column does not break, if it is short."""
    return name.replace(" ", "\N{NO-BREAK SPACE}") if len(name) < LONG_NAME else name


def _left_out(results: EvaluationResults) -> list[Block]:
    if not results.left_out:
        return [Paragraph("Nothing was left out.")]
    rows = _grouped([(entry.what, entry.reason) for entry in results.left_out])
    return [
        Table(
            caption="What took no part, and why",
            header=("What", "Why"),
            rows=tuple((what, why) for why, what in rows),
            text_columns=frozenset({0, 1}),
            note="All of them stand in left_out.csv.",
        )
    ]


def _grouped(entries: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Reasons with what they hold for; long lists are cut."""
    groups: dict[str, list[str]] = {}
    for what, why in entries:
        groups.setdefault(why, []).append(what)
    found = []
    for why, things in groups.items():
        more = f" and {len(things) - _LISTED} more" if len(things) > _LISTED else ""
        found.append((why, "; ".join(things[:_LISTED]) + more))
    return found


def _methods(results: EvaluationResults) -> list[str]:
    options = results.options
    texts = [
        "Patients are resampled with replacement and bring all their images and breasts "
        f"({options.bootstraps:,} resamples, seed {options.seed}); every series sees the same "
        "resamples. Intervals are percentiles; p is twice the smaller share of resampled "
        "differences on either side of 0. Intervals need five patients with the finding and five "
        "without.",
        "Specificity and Matthews correlation are taken at the attainable threshold whose "
        "sensitivity is nearest to 90 %; resamples that attain none within 0.025 are dropped, and "
        "where the data themselves attain none within 0.05 nothing is given. Average precision is "
        "the step sum of precision over recall.",
    ]
    levels = {measure.level for measure in results.measures}
    if "map" in levels:
        texts.append(
            "Maps: saliency and masks are projected over the slices by their maximum, the map "
            "enlarged to the network's window by its nearest cell; each measure is the mean over "
            "images whose mask marks something. Dice of the map is 2 Σ(s m) / (Σ s² + Σ m) of the "
            "saliency s as it is and the mask m; the other one counts pixels from "
            f"{options.saliency_threshold:g} on. The papers do not print the formula they use. "
            "Marked pixels outside the window count as missed."
        )
    if "patch" in levels:
        texts.append(
            "Patches: the highest patch of a breast, over its images of one kind, must lie "
            "within 3 "
            "slices of a lesion of the class, and have its centre in the lesion's box (on the "
            "finding) or the box's centre in itself (finding in the patch). A patch's "
            "score is the image's score of the class times the strongest saliency of the class "
            "under it (times its attention where there are no arrays); a breast without any counts "
            "as missed."
        )
    if "volume" in levels:
        texts.append(
            "Detections, by the rules of the BCS-DBT challenge: a hit has its centre within half "
            "of the box's diagonal or 100 pixels, whichever is more, and within a quarter of the "
            "volume's slices; of several lesions the nearest counts; further hits on a lesion are "
            "neither found again nor false. Sensitivity at 1, 2, 3 and 4 false positives a volume "
            "is read from volumes with a lesion, on lines between the thresholds of hits; the last "
            "one uses all volumes."
        )
    return texts
