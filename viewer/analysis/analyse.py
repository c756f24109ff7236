"""A table of ratings -> everything that can be said of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.ai_results import ai_against_readers
from viewer.analysis.calls import Calls, calls_of_table, mean_sensitivity
from viewer.analysis.discriminate import Column, Columns
from viewer.analysis.hybrid import Mixture, base_modality, hybrid_results, mixture_of
from viewer.analysis.modality import calibration_of, consensus_column, modality_results
from viewer.analysis.mrmc import mrmc_of_table
from viewer.analysis.options import AnalysisOptions
from viewer.analysis.people import agreement_of_table, intra_reader_of_table
from viewer.analysis.results import (
    AI,
    HYBRID,
    AiResults,
    HybridResults,
    ModalityResults,
    Refusal,
    StudyResults,
)
from viewer.analysis.study_table import StudyTable
from viewer.analysis.subgroups import ScoresOfModality, subgroups_of_table
from viewer.analysis.switches import switches_of_table
from viewer.analysis.times import times_of_table

Floats = NDArray[np.float64]


def analyse(table: StudyTable, options: AnalysisOptions | None = None) -> StudyResults:
    """Analyse a table; what does not hold is a refusal in the results, never an error."""
    return _Analysis(table, options or AnalysisOptions()).results()


class _Analysis:
    """One table under one set of options."""

    def __init__(self, table: StudyTable, options: AnalysisOptions) -> None:
        self._table = table
        self._options = options
        self._calls: Calls = calls_of_table(table, options)
        mixture = mixture_of(table, options)
        self._mixture: Mixture | None = None if isinstance(mixture, Refusal) else mixture
        self._refusals: list[Refusal] = [mixture] if isinstance(mixture, Refusal) else []
        self._columns = Columns(
            tuple(self._all_columns()),
            table.ratings.truth,
            table.ratings.patients,
            options,
            mean_sensitivity(table, self._calls, base_modality(table, options)),
        )

    def results(self) -> StudyResults:
        """Everything, in the order of the report."""
        table, options, ratings = self._table, self._options, self._table.ratings
        by_modality = {name: self._read(index) for index, name in enumerate(ratings.modalities)}
        hybrid = self._hybrid()
        if hybrid is not None:
            by_modality[HYBRID] = hybrid.results
        mrmc = mrmc_of_table(table, self._calls.calls, options)
        against, no_comparison = ai_against_readers(table, options)
        self._refusals += [*mrmc.refusals, *no_comparison, *self._unusable()]
        return StudyResults(
            title=table.title,
            options=options,
            readers=ratings.readers,
            modalities=(*by_modality, *((AI,) if table.ai else ())),
            cases=len(ratings.cases),
            positives=ratings.positives,
            patients=len(set(ratings.patients)),
            is_probability=table.is_probability,
            recall_threshold=self._calls.threshold,
            by_modality=MappingProxyType(by_modality),
            ai=MappingProxyType(self._ai()),
            hybrid=hybrid,
            mrmc=mrmc.analyses,
            mrmc_unbiased=mrmc.unbiased,
            reader_differences=mrmc.reader_differences,
            ai_against_readers=against,
            u_statistics=mrmc.u_statistics,
            agreement=agreement_of_table(table, self._calls, options),
            intra_reader=intra_reader_of_table(table, self._calls),
            times=times_of_table(table),
            switches=switches_of_table(table, self._calls, options, self._ai_calls()),
            subgroups=subgroups_of_table(table, self._score_lists(), options),
            refusals=tuple(self._refusals),
            notes=(*table.notes, *_clusters(table)),
        )

    def _all_columns(self) -> Iterator[Column]:
        ratings, calls = self._table.ratings, self._calls
        for i, modality in enumerate(ratings.modalities):
            for j, reader in enumerate(ratings.readers):
                yield Column(
                    modality=modality,
                    name=reader,
                    scores=ratings.scores[i, j],
                    calls=None if calls.calls is None else calls.calls[i, j],
                    calls_rule=calls.rule,
                    threshold=calls.threshold,
                )
            yield from _one(consensus_column(modality, ratings.scores[i]))
        if self._mixture is not None:
            for reader, scores in zip(ratings.readers, self._mixture.scores, strict=True):
                yield Column(modality=HYBRID, name=reader, scores=scores)
            yield from _one(consensus_column(HYBRID, self._mixture.scores))
        for model, scores in self._table.ai.items():
            yield Column(modality=AI, name=model, scores=scores)

    def _read(self, index: int) -> ModalityResults:
        ratings, calls = self._table.ratings, self._calls.calls
        return modality_results(
            ratings.modalities[index],
            self._columns,
            scores=ratings.scores[index],
            calls=None if calls is None else calls[index],
            truth=ratings.truth,
            is_probability=self._table.is_probability,
            options=self._options,
        )

    def _hybrid(self) -> HybridResults | None:
        if self._mixture is None:
            return None
        results = modality_results(
            HYBRID,
            self._columns,
            scores=self._mixture.scores,
            calls=None,
            truth=self._table.ratings.truth,
            is_probability=True,
            options=self._options,
        )
        found = hybrid_results(self._mixture, results, self._table, self._options)
        if isinstance(found, Refusal):
            self._refusals.append(found)
            return None
        return found

    def _ai(self) -> dict[str, AiResults]:
        return {
            model: AiResults(
                model=model,
                scores=self._columns.discrimination(AI, model),
                calibration=calibration_of(
                    self._table.ai[model], self._table.ratings.truth, self._options.alpha
                ),
            )
            for model in self._columns.names_of(AI)
        }

    def _ai_calls(self) -> Floats | None:
        """The AI's own calls, at the average reader's sensitivity: (case,)."""
        if self._mixture is None or self._mixture.model not in self._columns.names_of(AI):
            return None
        point = self._columns.discrimination(AI, self._mixture.model).at_mean_sensitivity
        if point is None or point.threshold is None:
            return None
        scores = self._mixture.ai
        return np.where(np.isnan(scores), np.nan, (scores >= point.threshold).astype(np.float64))

    def _unusable(self) -> Iterator[Refusal]:
        for modality, reader in self._columns.unusable():
            yield Refusal(
                analysis=f"{reader}, {modality}",
                key=f"reader:{modality}:{reader}",
                reason="the cases read are of one class only",
                instead="sensitivity or specificity alone, as far as recalls are known",
            )

    def _score_lists(self) -> Sequence[ScoresOfModality]:
        ratings = self._table.ratings
        found = [
            ScoresOfModality(modality, ratings.readers, ratings.scores[index])
            for index, modality in enumerate(ratings.modalities)
        ]
        if self._mixture is not None:
            found.append(ScoresOfModality(HYBRID, ratings.readers, self._mixture.scores))
        if self._table.ai:
            models = tuple(self._table.ai)
            scores = np.stack(list(self._table.ai.values()))
            found.append(ScoresOfModality(AI, models, scores, are_readers=False))
        return found


def _clusters(table: StudyTable) -> Iterator[str]:
    cases, patients = len(table.ratings.cases), len(set(table.ratings.patients))
    if patients < cases:
        yield (
            f"{cases} cases are of {patients} patients. Bootstrap intervals resample patients; "
            "DeLong, jackknife and Wilson intervals count cases as independent."
        )


def _one(column: Column | None) -> Iterator[Column]:
    if column is not None:
        yield column
