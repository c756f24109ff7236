"""Models alone, and against the readers of every modality."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from viewer.analysis.mrmc_results import AiAgainstReaders
from viewer.analysis.options import AnalysisOptions
from viewer.analysis.results import Refusal
from viewer.analysis.study_table import StudyTable
from viewer.statistics.model_against_readers import (
    MeanDifference,
    ModelAgainstReaders,
    model_against_readers,
)
from viewer.statistics.refusal import Refusal as StatisticsRefusal

_NAME = "AI against readers"


def ai_against_readers(
    table: StudyTable, options: AnalysisOptions
) -> tuple[tuple[AiAgainstReaders, ...], tuple[Refusal, ...]]:
    """Every model against the readers of every modality, and why where it does not hold."""
    comparisons: list[AiAgainstReaders] = []
    refusals: dict[str, Refusal] = {}
    for found in _compared(table, options):
        if isinstance(found, Refusal):
            refusals.setdefault(found.key, found)
        else:
            comparisons.append(found)
    return tuple(comparisons), tuple(refusals.values())


def _compared(table: StudyTable, options: AnalysisOptions) -> Iterator[AiAgainstReaders | Refusal]:
    ratings = table.ratings
    for index, modality in enumerate(ratings.modalities):
        readers = ratings.scores[index]
        for model, scores in table.ai.items():
            if np.isnan(readers).any() or np.isnan(scores).any():
                yield Refusal(
                    analysis=_NAME,
                    key="ai_against_readers",
                    reason="a reader or the AI did not score every case",
                    instead="the areas beside each other, each on its own cases",
                )
                continue
            found = model_against_readers(scores, readers, ratings.truth, alpha=options.alpha)
            yield _comparison(found, model, modality)


def _comparison(
    found: ModelAgainstReaders | StatisticsRefusal, model: str, modality: str
) -> AiAgainstReaders | Refusal:
    if isinstance(found, StatisticsRefusal):
        return _refused(found)
    tested, random = found.random_readers, True
    if isinstance(tested, StatisticsRefusal):
        tested, random = found.fixed_readers, False
    if isinstance(tested, StatisticsRefusal):
        return _refused(tested)
    return _row(found, tested, model, modality, random=random)


def _row(
    found: ModelAgainstReaders, tested: MeanDifference, model: str, modality: str, *, random: bool
) -> AiAgainstReaders:
    mean = tested.difference
    return AiAgainstReaders(
        endpoint="auc",
        model=model,
        modality=modality,
        ai=found.model,
        reader_mean=found.reader_mean,
        difference=mean.mean,
        se=mean.se,
        df=mean.df,
        t=tested.t,
        p=tested.p,
        ci_low=mean.ci_low,
        ci_high=mean.ci_high,
        margin=tested.margin,
        non_inferiority_p=tested.non_inferiority_p,
        generalises_to_readers=random,
    )


def _refused(refusal: StatisticsRefusal) -> Refusal:
    return Refusal(
        analysis=_NAME,
        key="ai_against_readers",
        reason=refusal.reason,
        instead=refusal.instead,
    )
