"""The report's sections on discrimination, comparison, operating points and hybrids."""

from __future__ import annotations

from viewer.analysis.gain import endpoint_words, gain, gain_of_reader
from viewer.analysis.mrmc_results import MrmcAnalysis, MrmcTest
from viewer.analysis.results import (
    Discrimination,
    HybridResults,
    ModalityResults,
    OperatingPoint,
    StudyResults,
)
from viewer.analysis.words import MISSING, figure, interval, p_value, percent, percent_interval
from viewer.export.report_comparison_figures import differences, reader_changes
from viewer.export.report_curve_figures import (
    average_curves,
    calibration,
    lambda_sweep,
    models_shown,
    reader_curves,
)
from viewer.export.report_document import Block, Heading, Paragraph, Table
from viewer.export.report_summary import average_table, primary_pair

_TESTS = (
    ("rrrc", "readers and cases random"),
    ("frrc", "readers fixed, cases random"),
    ("rrfc", "readers random, cases fixed"),
)


def discrimination(results: StudyResults) -> list[Block]:
    """Curves, areas and average precision of every modality and reader."""
    blocks: list[Block] = [Heading("Discrimination"), average_table(results)]
    blocks.append(average_curves(results))
    for modality in results.by_modality.values():
        blocks.append(Heading(modality.name, 2))
        blocks.append(reader_curves(modality))
        blocks.append(_reader_table(modality))
    found = {m.name: m.calibration for m in results.by_modality.values()}
    found |= {a.model: a.calibration for a in models_shown(results)}
    curves = {name: value for name, value in found.items() if value is not None}
    if curves:
        blocks.append(calibration(curves))
    return blocks


def comparison(results: StudyResults) -> list[Block]:
    """Multi-reader multi-case analyses, each reader's own difference, models against readers."""
    blocks: list[Block] = [Heading("Comparison of modalities")]
    primary = primary_pair(results)
    if primary is not None and {primary[1].a, primary[1].b} <= set(results.by_modality):
        blocks.append(reader_changes(results, primary[1].a, primary[1].b))
    if primary is not None:
        blocks.append(differences(primary[0]))
    for analysis in results.mrmc:
        if analysis.pairs:
            blocks += [_pairs_table(analysis), _components_table(analysis)]
        if analysis.singles:
            blocks.append(_singles_table(analysis))
    if results.hybrid is not None and results.hybrid.mrmc is not None:
        blocks.append(_pairs_table(results.hybrid.mrmc, "hybrid against readers, "))
    if results.reader_differences:
        blocks.append(_differences_table(results))
    if results.ai_against_readers:
        blocks.append(_ai_table(results))
    if len(blocks) == 1:
        blocks.append(Paragraph("No two modalities with readers: nothing to compare."))
    return blocks


def operating_points(results: StudyResults) -> list[Block]:
    """Decisions of readers, of their majority, and of models at matched thresholds."""
    blocks: list[Block] = [Heading("Operating points")]
    for modality in results.by_modality.values():
        rows = [
            _point(name, found.at_recall)
            for name, found in modality.readers.items()
            if found.at_recall is not None
        ]
        if modality.consensus.majority is not None:
            rows.append(_point("majority of readers", modality.consensus.majority))
        if rows:
            note = (
                f"Mean sensitivity {percent(modality.mean_sensitivity)} (SD "
                f"{percent(modality.sd_sensitivity)}), mean specificity "
                f"{percent(modality.mean_specificity)} (SD {percent(modality.sd_specificity)})."
            )
            blocks.append(_points_table(f"{modality.name}: recalls", rows, note))
    matched = list(_matched(results))
    if matched:
        note = "Thresholds are the attainable ones nearest to the wanted sensitivity."
        blocks.append(_points_table("At matched sensitivity", matched, note))
    if len(blocks) == 1:
        blocks.append(Paragraph("The ratings have no recall threshold."))
    return blocks


def hybrid(results: StudyResults) -> list[Block]:
    """The mixture of readers with the model, over all weights."""
    found = results.hybrid
    if found is None:
        return []
    return [
        Heading("Hybrid of reader and AI"),
        Paragraph(
            f"λ = {figure(found.weight, 2)} was fixed beforehand. λ* is the weight that would "
            "have been best on these very cases; left out: the AUC when each patient is scored "
            "with the weight chosen without them. Mean AUC by the AI's scale: "
            + ", ".join(f"{n} {figure(v)}" for n, v in found.mean_auc_by_scale.items())
            + "."
        ),
        lambda_sweep(found),
        _hybrid_table(found, results),
    ]


def _reader_table(modality: ModalityResults) -> Table:
    return Table(
        caption=f"{modality.name}: every reader",
        header=("Reader", "Cases", "AUC", "SE", "DeLong", "Bootstrap", "PRAUC", "Bootstrap"),
        rows=tuple(_reader_row(name, found) for name, found in modality.readers.items()),
    )


def _reader_row(name: str, found: Discrimination) -> tuple[str, ...]:
    return (
        name,
        f"{found.cases} ({found.positives})",
        figure(found.auc),
        figure(found.se_delong, 4),
        interval(found.ci_delong),
        interval(found.ci_bootstrap),
        figure(found.ap),
        interval(found.ap_ci_bootstrap),
    )


def _pairs_table(analysis: MrmcAnalysis, what: str = "") -> Table:
    rows = [
        (
            f"{pair.a} − {pair.b}",
            scope,
            figure(pair.difference, 4),
            f"{figure(test.ci_low, 4)} to {figure(test.ci_high, 4)}",
            figure(test.f),
            _degrees(test),
            p_value(test.p),
        )
        for pair in map(gain, analysis.pairs)
        for name, scope in _TESTS
        if isinstance(test := getattr(pair, name), MrmcTest)
    ]
    return Table(
        caption=(
            f"Obuchowski-Rockette, {what}{endpoint_words(analysis.endpoint)}, "
            f"{analysis.method} covariances"
        ),
        header=("Difference", "Effects", "Estimate", "Interval", "F or χ²", "df", "p"),
        rows=tuple(rows),
        text_columns=frozenset({0, 1}),
        note="Hillis' degrees of freedom. With fixed readers the statistic is χ² (F x df1).",
    )


def _singles_table(analysis: MrmcAnalysis) -> Table:
    return Table(
        caption=(
            f"Mean {endpoint_words(analysis.endpoint)} of each modality, readers and cases random, "
            f"{analysis.method} covariances"
        ),
        header=("Modality", "Mean", "SE", "df", "Interval"),
        rows=tuple(
            (
                found.modality,
                figure(found.estimate, 4),
                figure(found.se, 4),
                figure(found.df, 2),
                f"{figure(found.ci_low, 4)} to {figure(found.ci_high, 4)}",
            )
            for found in analysis.singles
        ),
        note="Each from its own readings alone.",
    )


def _degrees(test: MrmcTest) -> str:
    if test.df2 is None:
        return f"{test.df1:g}"
    return f"{test.df1:g}, {test.df2:.2f}"


def _components_table(analysis: MrmcAnalysis) -> Table:
    found = analysis.components
    names = ("ms_t", "ms_r", "ms_tr", "var", "cov1", "cov2", "cov3", "var_r", "var_tr")
    heads = ("MS(T)", "MS(R)", "MS(TR)", "Var", "Cov1", "Cov2", "Cov3", "Var(R)", "Var(TR)")
    return Table(
        caption=f"Components, {endpoint_words(analysis.endpoint)}, {analysis.method}",
        header=heads,
        rows=(tuple(f"{getattr(found, name):.3e}" for name in names),),
        text_columns=frozenset(),
        note="Var(R) and Var(TR) are derived and may be negative.",
    )


def _differences_table(results: StudyResults) -> Table:
    return Table(
        caption="Each reader's own difference of AUC (DeLong, correlated curves)",
        header=("Reader", "Difference", "Estimate", "Interval", "z", "p"),
        rows=tuple(
            (
                found.reader,
                f"{found.a} − {found.b}",
                figure(found.difference, 4),
                f"{figure(found.ci_low, 4)} to {figure(found.ci_high, 4)}",
                figure(found.z, 2),
                p_value(found.p),
            )
            for found in map(gain_of_reader, results.reader_differences)
        ),
        text_columns=frozenset({0, 1}),
        note="Not corrected for the number of readers.",
    )


def _ai_table(results: StudyResults) -> Table:
    return Table(
        caption="A model alone against the readers (readers and cases random)",
        header=("Model", "Readers", "AI", "Mean reader", "AI − readers", "Interval", "df", "p"),
        rows=tuple(
            (
                found.model,
                found.modality,
                figure(found.ai),
                figure(found.reader_mean),
                figure(found.difference, 4),
                f"{figure(found.ci_low, 4)} to {figure(found.ci_high, 4)}",
                figure(found.df, 1),
                p_value(found.p),
            )
            for found in results.ai_against_readers
        ),
        text_columns=frozenset({0, 1}),
    )


def _matched(results: StudyResults) -> list[tuple[str, ...]]:
    columns = [(f"AI: {a.model}", a.scores) for a in results.ai.values()]
    if results.hybrid is not None:
        mixed = results.hybrid.results.readers.items()
        columns += [(f"hybrid: {name}", found) for name, found in mixed]
    rows = []
    for name, found in columns:
        for point in (found.at_mean_sensitivity, found.at_90_sensitivity):
            if point is not None:
                rows.append(_point(name, point))
    return rows


def _point(name: str, point: OperatingPoint) -> tuple[str, ...]:
    return (
        name,
        point.rule,
        percent(point.sensitivity),
        percent_interval(point.sensitivity_ci),
        percent(point.specificity),
        percent_interval(point.specificity_ci),
        f"{point.true_positive}/{point.false_negative}",
        f"{point.true_negative}/{point.false_positive}",
        MISSING if point.matthews is None else figure(point.matthews),
    )


def _points_table(caption: str, rows: list[tuple[str, ...]], note: str) -> Table:
    return Table(
        caption=caption,
        header=(
            "Who", "Rule", "Sensitivity", "Wilson", "Specificity", "Wilson", "TP/FN", "TN/FP",
            "MCC",
        ),
        rows=tuple(rows),
        text_columns=frozenset({0, 1}),
        note=note,
    )  # fmt: skip


def _hybrid_table(found: HybridResults, results: StudyResults) -> Table:
    base = results.by_modality[found.base]
    return Table(
        caption=f"Hybrids with {found.ai_model}",
        header=(
            "Reader", "AUC alone", "AUC hybrid", "PRAUC hybrid", "λ* (AUC)", "AUC at λ*",
            "AUC left out", "Optimism", "λ* (PRAUC)",
        ),
        rows=tuple(
            (
                name,
                figure(base.readers[name].auc) if name in base.readers else MISSING,
                figure(mixed.auc),
                figure(mixed.ap),
                figure(found.lambda_star.get(name), 2),
                figure(found.auc_star.get(name)),
                figure(found.auc_left_out.get(name)),
                figure(found.optimism.get(name), 4),
                figure(found.lambda_star_ap.get(name), 2),
            )
            for name, mixed in found.results.readers.items()
        ),
    )  # fmt: skip
