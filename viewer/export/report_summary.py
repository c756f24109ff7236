"""The report's first page: what was compared, what came out, what was not done and why."""

from __future__ import annotations

from viewer.analysis.gain import endpoint_words, gain
from viewer.analysis.mrmc_results import MrmcAnalysis, MrmcPair
from viewer.analysis.results import StudyResults
from viewer.analysis.words import count, figure, interval, listed, with_p
from viewer.export.report_document import Block, Caution, Heading, Items, Paragraph, Table

LIMITED = 40
"""Notes shown in the report; the tables hold all of them."""


def summary(results: StudyResults) -> list[Block]:
    """Sentences with the main figures, then what was refused."""
    blocks: list[Block] = [Heading("Summary"), Items(tuple(_sentences(results)))]
    blocks.extend(
        Caution(f"{r.analysis}: {r.reason}. {_instead(r.instead)}".strip())
        for r in results.refusals
    )
    if results.notes:
        blocks.append(Heading("Notes on the data", 2))
        blocks.append(Items(results.notes[:LIMITED]))
        if len(results.notes) > LIMITED:
            more = count(len(results.notes) - LIMITED, "more note")
            blocks.append(Paragraph(f"And {more}, in results.json."))
    return blocks


def primary_pair(results: StudyResults) -> tuple[MrmcAnalysis, MrmcPair] | None:
    """The analysis and pair that were fixed as primary; None where it could not be done."""
    endpoint = results.options.primary_endpoint
    analysis = results.mrmc_of(endpoint, "delong") or results.mrmc_of(endpoint, "jackknife")
    if analysis is None or not analysis.pairs:
        return None
    wanted = results.options.comparison
    for pair in analysis.pairs:
        if wanted is not None and {pair.a, pair.b} == set(wanted):
            return analysis, pair
    return analysis, analysis.pairs[0]


def average_table(results: StudyResults) -> Table:
    """Mean over readers of every modality, and models alone."""
    rows = [
        (
            modality.name,
            str(len(modality.readers)),
            f"{figure(modality.mean_auc)} ({figure(modality.sd_auc)})",
            interval(modality.mean_auc_ci_bootstrap),
            f"{figure(modality.mean_ap)} ({figure(modality.sd_ap)})",
        )
        for modality in results.by_modality.values()
    ]
    rows += [
        (
            f"AI alone: {model.model}",
            "–",
            figure(model.scores.auc),
            interval(model.scores.ci_bootstrap or model.scores.ci_delong),
            figure(model.scores.ap),
        )
        for model in results.ai.values()
    ]
    return Table(
        caption="Discrimination by modality",
        header=("Modality", "Readers", "AUC, mean (SD)", "Interval", "PRAUC, mean (SD)"),
        rows=tuple(rows),
        note=(
            "SD: population standard deviation over readers. Intervals of means: readers and "
            "patients resampled; of models: patients resampled (DeLong without bootstraps)."
        ),
    )


def _sentences(results: StudyResults) -> list[str]:
    modalities = listed(tuple(results.by_modality)) or "no modality with readers"
    sentences = [
        f"{count(len(results.readers), 'reader')}, {count(results.cases, 'case')} "
        f"({results.positives:,} diseased) of {count(results.patients, 'patient')}; modalities: "
        f"{modalities}."
    ]
    primary = primary_pair(results)
    if primary is not None:
        sentences.append(_comparison(*primary))
    for modality in results.by_modality.values():
        sentences.append(
            f"{modality.name}: mean AUC {figure(modality.mean_auc)} "
            f"(bootstrap {interval(modality.mean_auc_ci_bootstrap)})."
            if modality.mean_auc_ci_bootstrap is not None
            else f"{modality.name}: mean AUC {figure(modality.mean_auc)}."
        )
    for model in results.ai.values():
        sentences.append(
            f"{model.model} alone: AUC {figure(model.scores.auc)} "
            f"({interval(model.scores.ci_delong)})."
        )
    return sentences


def _comparison(analysis: MrmcAnalysis, pair: MrmcPair) -> str:
    pair = gain(pair)
    test = pair.rrrc or pair.frrc
    endpoint = endpoint_words(analysis.endpoint)
    if test is None:
        return f"Primary comparison, {endpoint}: no test holds for these data."
    scope = (
        "readers and cases random" if pair.rrrc else "readers fixed: holds for these readers only"
    )
    return (
        f"Primary comparison, {endpoint}: {pair.a} minus {pair.b} "
        f"{figure(pair.difference, 4)} ({figure(test.ci_low, 4)} to "
        f"{figure(test.ci_high, 4)}), {with_p(test.p)} ({scope}; {analysis.method} covariances)."
    )


def _instead(instead: str) -> str:
    return f"Instead: {instead}." if instead else ""
