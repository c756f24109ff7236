"""What the second reading (with the AI) changed, reader by reader and for all together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.calls import Calls
from viewer.analysis.options import AnalysisOptions
from viewer.analysis.points import known
from viewer.analysis.results import SwitchCounts
from viewer.analysis.study_table import StudyTable
from viewer.statistics.influence import ClassSwitches, score_influence, switch_table

Floats = NDArray[np.float64]


def compared_modalities(table: StudyTable, options: AnalysisOptions) -> tuple[str, str] | None:
    """The primary pair: as told where the table has both, else the first two."""
    names = table.ratings.modalities
    if options.comparison is not None and set(options.comparison) <= set(names):
        return options.comparison
    return (names[0], names[1]) if len(names) > 1 else None


def switches_of_table(
    table: StudyTable, calls: Calls, options: AnalysisOptions, ai_calls: Floats | None
) -> tuple[SwitchCounts, ...]:
    """A row a reader and one of all; empty with one modality or without calls."""
    pair = compared_modalities(table, options)
    if pair is None or calls.calls is None:
        return ()
    first, second = (table.ratings.modalities.index(name) for name in pair)
    ai_scores = table.ai.get(options.ai_model or next(iter(table.ai), ""))
    both = _Pair(
        table=table,
        names=pair,
        calls=(calls.calls[first], calls.calls[second]),
        scores=(table.ratings.scores[first], table.ratings.scores[second]),
        ai_calls=ai_calls,
        ai_scores=ai_scores,
    )
    return tuple(both.rows())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two modalities of the same readers; calls and scores: (reader, case) each."""

    table: StudyTable
    names: tuple[str, str]
    calls: tuple[Floats, Floats]
    scores: tuple[Floats, Floats]
    ai_calls: Floats | None
    ai_scores: Floats | None

    def rows(self) -> Iterator[SwitchCounts]:
        """One a reader with both readings, then all together."""
        readers = self.table.ratings.readers
        missing: NDArray[np.bool_] = np.isnan(self.calls[0] + self.calls[1])
        compared = np.asarray(~missing.all(axis=1))
        for index, reader in enumerate(readers):
            if compared[index]:
                yield self._row(reader, np.array([index]))
        if compared.any():
            yield self._row("", np.flatnonzero(compared))

    def _row(self, name: str, chosen: NDArray[np.intp]) -> SwitchCounts:
        truth = self.table.ratings.truth
        first, second = (calls[chosen] for calls in self.calls)
        found = switch_table(first, second, truth, self.ai_calls)
        before, after = (scores[chosen].ravel() for scores in self.scores)
        ai = None if self.ai_scores is None else np.tile(self.ai_scores, len(chosen))
        moved = score_influence(before, after, np.tile(truth, len(chosen)), ai)
        positives, negatives = found.positives, found.negatives
        return SwitchCounts(
            reader=name,
            first=self.names[0],
            second=self.names[1],
            positives_gained=positives.gained,
            positives_lost=positives.lost,
            positives_kept_right=positives.kept_right,
            positives_kept_wrong=positives.kept_wrong,
            negatives_gained=negatives.gained,
            negatives_lost=negatives.lost,
            negatives_kept_right=negatives.kept_right,
            negatives_kept_wrong=negatives.kept_wrong,
            lost_with_wrong_ai=_sum(positives.lost_with_wrong_ai, negatives.lost_with_wrong_ai),
            gained_with_right_ai=_sum(
                positives.gained_with_right_ai, negatives.gained_with_right_ai
            ),
            p_sensitivity=_p(positives, is_one_reader=bool(name)),
            p_specificity=_p(negatives, is_one_reader=bool(name)),
            mean_score_change_positives=known(moved.mean_change_positives),
            mean_score_change_negatives=known(moved.mean_change_negatives),
            pull=known(moved.pull),
        )


def _p(switches: ClassSwitches, *, is_one_reader: bool) -> float | None:
    """McNemar; the answers of many readers on one case are not independent, so None for all."""
    test = switches.test
    return test.p if test is not None and is_one_reader else None


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second
