"""The primary comparison in sentences a paper could carry."""

from __future__ import annotations

from viewer.analysis.mrmc_results import MrmcAnalysis, MrmcPair, MrmcTest
from viewer.analysis.results import StudyResults
from viewer.ui.analysis.figures import between, counted, number, p_words, signed
from viewer.ui.analysis.modality_look import modality_words

ENDPOINTS = {
    "auc": "AUC",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "wafroc": "wAFROC area",
    "wafroc1": "wAFROC1 area",
    "pcl": "PCL",
}
_METHODS = {"delong": "DeLong covariances", "jackknife": "jackknife covariances"}


def study_words(results: StudyResults) -> str:
    """What was analysed: readers, cases, patients."""
    return ", ".join(
        (
            counted(len(results.readers), "reader"),
            f"{counted(results.cases, 'case')} of {counted(results.patients, 'patient')}",
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
        refusal = results.refusal_of("mrmc")
        if refusal is not None:
            return f"{_sentence(refusal.reason)} {_sentence(refusal.instead)}".strip()
        return "There is one modality with readers: nothing to compare."
    return pair_words(analysis, pair, 1 - results.options.alpha)


def pair_words(analysis: MrmcAnalysis, pair: MrmcPair, confidence: float) -> str:
    """One pair of modalities, with the widest generalisation that holds."""
    first, second = pair.b, pair.a
    means = {name: _mean(analysis, name) for name in (first, second)}
    endpoint = ENDPOINTS.get(analysis.endpoint, analysis.endpoint)
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
        f"{between(test.ci_low, test.ci_high)}, {p_words(test.p)} "
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


def _sentence(text: str) -> str:
    if not text:
        return ""
    text = text[0].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."
