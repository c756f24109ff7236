"""Areas by subgroup of cases (density, lesion kind) and of readers (experience)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.options import AnalysisOptions
from viewer.analysis.results import SubgroupResult
from viewer.analysis.study_table import StudyTable
from viewer.statistics.auc import auc

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ScoresOfModality:
    """Named score lists of one modality: readers', or models'."""

    modality: str
    names: tuple[str, ...]
    scores: Floats
    """(name, case)."""
    are_readers: bool = True


def subgroups_of_table(
    table: StudyTable, modalities: Sequence[ScoresOfModality], options: AnalysisOptions
) -> tuple[SubgroupResult, ...]:
    """Every wanted attribute with every value; cases or readers of unknown value are left out."""
    return tuple(
        found
        for found in (*_by_case(table, modalities), *_by_reader(table, modalities))
        if options.subgroups is None or found.attribute in options.subgroups
    )


def _by_case(table: StudyTable, modalities: Sequence[ScoresOfModality]) -> Iterator[SubgroupResult]:
    for attribute, values in table.case_groups.items():
        everyone = _normal_cases(table, values)
        for value in _values(values):
            chosen = np.array([own == value for own in values], dtype=np.bool_) | everyone
            yield _result(table, modalities, attribute, value, chosen, None)


def _normal_cases(table: StudyTable, values: Sequence[str]) -> Bools:
    """Normal cases that belong to every value: all, where only diseased ones have a value."""
    normal = ~table.ratings.truth
    known = np.array([bool(value) for value in values], dtype=np.bool_)
    is_of_diseased_only = not bool((known & normal).any())
    return normal if is_of_diseased_only else np.zeros_like(normal)


def _by_reader(
    table: StudyTable, modalities: Sequence[ScoresOfModality]
) -> Iterator[SubgroupResult]:
    everything = np.ones(len(table.ratings.cases), dtype=np.bool_)
    for attribute, values in table.reader_groups.items():
        for value in _values(values):
            readers = {
                reader
                for reader, own in zip(table.ratings.readers, values, strict=True)
                if own == value
            }
            yield _result(table, modalities, attribute, value, everything, readers)


def _result(
    table: StudyTable,
    modalities: Sequence[ScoresOfModality],
    attribute: str,
    value: str,
    chosen: Bools,
    readers: set[str] | None,
) -> SubgroupResult:
    truth = table.ratings.truth[chosen]
    cases, positives = int(chosen.sum()), int(truth.sum())
    kept = tuple(name for name in table.ratings.readers if readers is None or name in readers)
    refusal = None
    auc_by: dict[str, dict[str, float]] = {}
    if positives in (0, cases):
        refusal = f"{positives} diseased and {cases - positives} normal cases: no area"
    else:
        auc_by = {
            one.modality: dict(_areas(one, kept, chosen, truth))
            for one in modalities
            if readers is None or one.are_readers
        }
    return SubgroupResult(
        attribute=attribute,
        value=value,
        of_readers=readers is not None,
        cases=cases,
        positives=positives,
        readers=kept,
        auc=auc_by,
        mean_auc=_means(auc_by),
        refusal=refusal,
    )


def _areas(
    one: ScoresOfModality, kept: Sequence[str], chosen: Bools, truth: Bools
) -> Iterator[tuple[str, float]]:
    for name, scores in zip(one.names, one.scores, strict=True):
        if one.are_readers and name not in kept:
            continue
        own = scores[chosen]
        read = ~np.isnan(own)
        area = auc(own[read], truth[read])
        if not np.isnan(area):
            yield name, area


def _means(auc_by: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    return {
        modality: float(np.mean(list(areas.values())))
        for modality, areas in auc_by.items()
        if areas
    }


def _values(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))
