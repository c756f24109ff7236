"""The report's sections on readers: agreement, influence of the AI, time, subgroups."""

from __future__ import annotations

from viewer.analysis.results import StudyResults, SubgroupResult
from viewer.analysis.words import MISSING, figure, interval, p_value
from viewer.export.report_comparison_figures import reading_times, switches
from viewer.export.report_document import Block, Heading, Table


def agreement(results: StudyResults) -> list[Block]:
    """How alike readers answer, and each with themselves."""
    if not results.agreement and not results.intra_reader:
        return []
    blocks: list[Block] = [Heading("Agreement")]
    blocks.append(
        Table(
            caption="Between readers",
            header=(
                "Modality",
                "κ recall (Fleiss)",
                "κ recall (mean pair)",
                "range of pairs",
                "weighted κ BI-RADS",
                "α BI-RADS",
                "ICC(2,1) scores",
            ),
            rows=tuple(
                (
                    found.modality,
                    figure(found.fleiss_kappa_recall),
                    figure(found.mean_cohen_kappa_recall),
                    interval(found.cohen_kappa_range),
                    figure(found.weighted_kappa_birads),
                    figure(found.alpha_birads),
                    figure(found.icc_scores),
                )
                for found in results.agreement
            ),
        )  # fmt: skip
    )
    if results.intra_reader:
        blocks.append(
            Table(
                caption="Readers with themselves (planted repeats)",
                header=("Reader", "Modality", "Repeats", "Mean difference", "Limits", "κ recall"),
                rows=tuple(
                    (
                        found.reader,
                        found.modality,
                        str(found.repeats),
                        figure(found.mean_difference),
                        interval(found.limits_of_agreement),
                        figure(found.kappa_recall),
                    )
                    for found in results.intra_reader
                ),
                text_columns=frozenset({0, 1}),
            )
        )
    return blocks


def influence(results: StudyResults) -> list[Block]:
    """What the second modality changed."""
    if not results.switches:
        return []
    blocks: list[Block] = [Heading("Influence of the AI")]
    if any(count.reader for count in results.switches):
        blocks.append(switches(results.switches))
    blocks.append(
        Table(
            caption="Decisions that changed",
            header=(
                "Reader",
                "Diseased: put right",
                "made wrong",
                "p",
                "Normal: put right",
                "made wrong",
                "p",
                "made wrong with a wrong AI",
                "Δ score diseased",
                "Δ score normal",
            ),
            rows=tuple(
                (
                    found.reader or "all readers",
                    str(found.positives_gained),
                    str(found.positives_lost),
                    p_value(found.p_sensitivity),
                    str(found.negatives_gained),
                    str(found.negatives_lost),
                    p_value(found.p_specificity),
                    MISSING if found.lost_with_wrong_ai is None else str(found.lost_with_wrong_ai),
                    figure(found.mean_score_change_positives),
                    figure(found.mean_score_change_negatives),
                )
                for found in results.switches
            ),
            note=(
                f"From {results.switches[0].first} to {results.switches[0].second}. p: McNemar, "
                "each reader alone; for all readers together decisions are not independent."
            ),
        )  # fmt: skip
    )
    return blocks


def time(results: StudyResults) -> list[Block]:
    """Active reading time."""
    if not results.times:
        return []
    blocks: list[Block] = [Heading("Reading time")]
    if any(summary.reader for summary in results.times):
        blocks.append(reading_times(results.times))
    blocks.append(
        Table(
            caption="Active time of a case (s)",
            header=("Reader", "Modality", "Readings", "Mean", "Median", "Quartiles", "Total (min)"),
            rows=tuple(
                (
                    found.reader or "all readers",
                    found.modality,
                    str(found.readings),
                    figure(found.mean_s, 1),
                    figure(found.median_s, 1),
                    f"{figure(found.quartile_low_s, 1)} to {figure(found.quartile_high_s, 1)}",
                    figure(found.total_s / 60, 1),
                )
                for found in results.times
            ),
            text_columns=frozenset({0, 1}),
            note="Without spans of more than 30 s without input, and without a hidden window.",
        )
    )
    return blocks


def subgroups(results: StudyResults) -> list[Block]:
    """Mean areas in parts of the cases and of the readers."""
    if not results.subgroups:
        return []
    names = tuple(dict.fromkeys(m for s in results.subgroups for m in s.mean_auc))
    return [
        Heading("Subgroups"),
        Table(
            caption="Mean AUC in subgroups",
            header=("Attribute", "Value", "Cases (diseased)", "Readers", *names, "Remark"),
            rows=tuple(_subgroup(found, names) for found in results.subgroups),
            text_columns=frozenset({0, 1, 4 + len(names)}),
            note="Descriptive: not corrected for the number of subgroups.",
        ),
    ]


def _subgroup(found: SubgroupResult, names: tuple[str, ...]) -> tuple[str, ...]:
    return (
        f"{found.attribute} (readers)" if found.of_readers else found.attribute,
        found.value or "not recorded",
        f"{found.cases} ({found.positives})",
        str(len(found.readers)),
        *(figure(found.mean_auc.get(name)) for name in names),
        found.refusal or "",
    )
