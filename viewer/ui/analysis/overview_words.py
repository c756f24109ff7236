"""The primary comparison in sentences a paper could carry."""

from __future__ import annotations

from viewer.analysis.gain import endpoint_words, gain
from viewer.analysis.mrmc_results import MrmcAnalysis, MrmcPair, MrmcTest
from viewer.analysis.results import Refusal, StudyResults
from viewer.ui.analysis.figures import between, count, number, signed, with_p
from viewer.ui.analysis.modality_look import modality_words

COMPARISON_REFUSALS = ("mrmc", "delong", "jackknife", "sensitivity", "specificity", "wafroc")
"""Keys of refusals that concern the comparison of modalities."""
_METHODS = {"delong": "DeLong covariances", "jackknife": "jackknife covariances"}


def study_words(results: StudyResults) -> str:
    """What was analysed: readers, cases, patients."""
    return ", ".join(
        (
            count(len(results.readers), "reader"),
            f"{count(results.cases, 'case')} of {count(results.patients, 'patient')}",
            f"{results.positives:,} with the disease",
        )
    )


def primary_analysis(results: StudyResults) -> MrmcAnalysis | None:
    """The analysis of the primary endpoint, by DeLong's covariances where there is one."""
    endpoint = results.options.primary_endpoint
    for method in ("delong", "jackknife"):
        found = results.mrmc_of(endpoint, method)
        if found is not None:
            return found
    return None


def primary_pair(results: StudyResults, analysis: MrmcAnalysis) -> MrmcPair | None:
    """The pair the plan names; else the first."""
    wanted = results.options.comparison
    for pair in analysis.pairs:
        if wanted is not None and {pair.a, pair.b} == set(wanted):
            return pair
    return analysis.pairs[0] if analysis.pairs else None


def primary_words(results: StudyResults) -> str:
    """The primary comparison; or why there is none."""
    analysis = primary_analysis(results)
    pair = None if analysis is None else primary_pair(results, analysis)
    if analysis is None or pair is None:
        refusals = [r for r in results.refusals if r.key in COMPARISON_REFUSALS]
        if refusals:
            return refusal_words(refusals[0])
        return "There is one modality with readers: nothing to compare."
    return pair_words(analysis, pair, 1 - results.options.alpha)


def hybrid_words(results: StudyResults) -> str:
    """What the mix of readers and AI comes to, against the readers as they read."""
    hybrid = results.hybrid
    if hybrid is None:
        return ""
    start = (
        f"{modality_words(hybrid.base)} mixed with {hybrid.ai_model}, λ {hybrid.weight:.2f}, "
        "computed and not read. "
    )
    if hybrid.mrmc is None or not hybrid.mrmc.pairs:
        return f"{start}Mean AUC {number(hybrid.results.mean_auc)}."
    confidence = 1 - results.options.alpha
    return start + pair_words(hybrid.mrmc, hybrid.mrmc.pairs[0], confidence)


def pair_words(analysis: MrmcAnalysis, pair: MrmcPair, confidence: float) -> str:
    """One pair of modalities, with the widest generalisation that holds."""
    pair = gain(pair)
    first, second = pair.b, pair.a
    means = {name: _mean(analysis, name) for name in (first, second)}
    endpoint = endpoint_words(analysis.endpoint)
    means_words = (
        f"Mean {endpoint} {number(means[first])} ({modality_words(first)}) and "
        f"{number(means[second])} ({modality_words(second)}): difference "
        f"{signed(pair.difference)}"
    )
    test = pair.rrrc or pair.frrc
    if test is None:
        return f"{means_words}; it cannot be tested with these data."
    scope = (
        "readers and cases random"
        if pair.rrrc is not None
        else "these readers only: no generalisation to other readers"
    )
    return (
        f"{means_words}, {100 * confidence:g} % CI "
        f"{between(test.ci_low, test.ci_high)}, {with_p(test.p)} "
        f"({test_words(test)}; Obuchowski-Rockette, "
        f"{_METHODS.get(analysis.method, analysis.method)}, {scope})."
    )


def test_words(test: MrmcTest) -> str:
    """The statistic with its degrees of freedom."""
    if test.df2 is None:
        return f"χ² = {number(test.f, 2)}, df {test.df1:g}"
    return f"F = {number(test.f, 2)}, df {test.df1:g} and {number(test.df2, 1)}"


def _mean(analysis: MrmcAnalysis, modality: str) -> float | None:
    merits = analysis.merits.get(modality, {})
    return sum(merits.values()) / len(merits) if merits else None


def refusal_words(refusal: Refusal) -> str:
    """What does not hold, why, and what serves instead."""
    return f"{refusal.analysis}: {refusal.words}."
