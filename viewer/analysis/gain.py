"""Differences told as a reader expects them: what was added minus what was there before."""

from __future__ import annotations

from dataclasses import replace

from viewer.analysis.mrmc_results import MrmcPair, MrmcTest, ReaderDifference
from viewer.analysis.results import AI, HYBRID

ENDPOINTS = {
    "auc": "AUC",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
    "wafroc": "wAFROC",
    "wafroc1": "wAFROC1",
    "pcl": "PCL",
}


def endpoint_words(endpoint: str) -> str:
    """An endpoint as a report writes it."""
    return ENDPOINTS.get(endpoint, endpoint)


def gain(pair: MrmcPair) -> MrmcPair:
    """The pair as second minus first modality; a hybrid or a model is always what was added."""
    if pair.a in (HYBRID, AI):
        return pair
    return replace(
        pair,
        a=pair.b,
        b=pair.a,
        difference=-pair.difference,
        rrrc=_turned(pair.rrrc),
        frrc=_turned(pair.frrc),
        rrfc=_turned(pair.rrfc),
    )


def gain_of_reader(found: ReaderDifference) -> ReaderDifference:
    """One reader's difference as second minus first modality."""
    if found.a in (HYBRID, AI):
        return found
    return replace(
        found,
        a=found.b,
        b=found.a,
        difference=-found.difference,
        z=-found.z,
        ci_low=-found.ci_high,
        ci_high=-found.ci_low,
    )


def _turned(test: MrmcTest | None) -> MrmcTest | None:
    if test is None:
        return None
    return replace(test, ci_low=-test.ci_high, ci_high=-test.ci_low)
