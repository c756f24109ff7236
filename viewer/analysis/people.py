"""How alike readers answer: among each other, and each with themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.calls import Calls
from viewer.analysis.options import AnalysisOptions
from viewer.analysis.points import known
from viewer.analysis.results import Agreement, Interval, IntraReader
from viewer.analysis.study_table import StudyTable
from viewer.statistics.agreement import (
    Metric,
    Weighting,
    cohen_kappa,
    fleiss_kappa,
    krippendorff_alpha,
    pairwise_kappas,
)
from viewer.statistics.intraclass import icc_2_1, repeated_readings
from viewer.statistics.operating_points import calls_above
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]


def agreement_of_table(
    table: StudyTable, calls: Calls, options: AnalysisOptions
) -> tuple[Agreement, ...]:
    """One summary a modality; empty with a single reader."""
    if len(table.ratings.readers) < 2:
        return ()
    return tuple(
        _agreement(
            modality,
            table.ratings.scores[index],
            None if calls.calls is None else calls.calls[index],
            None if table.birads is None else table.birads[index],
            options,
        )
        for index, modality in enumerate(table.ratings.modalities)
    )


def _agreement(
    modality: str,
    scores: Floats,
    calls: Floats | None,
    birads: Floats | None,
    options: AnalysisOptions,
) -> Agreement:
    pairs = _known_values(None if calls is None else pairwise_kappas(calls))
    weighted = _known_values(
        None if birads is None else pairwise_kappas(birads, Weighting.QUADRATIC)
    )
    icc = icc_2_1(scores, options.alpha)
    return Agreement(
        modality=modality,
        fleiss_kappa_recall=None if calls is None else known(fleiss_kappa(calls)),
        mean_cohen_kappa_recall=_mean(pairs),
        cohen_kappa_range=Interval(float(pairs.min()), float(pairs.max())) if pairs.size else None,
        weighted_kappa_birads=_mean(weighted),
        alpha_birads=None if birads is None else known(krippendorff_alpha(birads, Metric.ORDINAL)),
        icc_scores=None if isinstance(icc, Refusal) else known(icc.value),
        icc_ci=Interval(icc.ci_low, icc.ci_high)
        if not isinstance(icc, Refusal) and not math.isnan(icc.ci_low)
        else None,
    )


def intra_reader_of_table(table: StudyTable, calls: Calls) -> tuple[IntraReader, ...]:
    """One summary for every reader and modality with planted repeats."""
    return tuple(_intra_readers(table, calls))


def _intra_readers(table: StudyTable, calls: Calls) -> Iterator[IntraReader]:
    repeats: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for modality, reader, _, first, second in table.repeats:
        repeats.setdefault((modality, reader), []).append((first, second))
    for (modality, reader), pairs in sorted(repeats.items()):
        first, second = np.array(pairs, dtype=np.float64).T
        found = repeated_readings(first, second)
        if isinstance(found, Refusal):
            continue
        has_limits = not math.isnan(found.limit_low)
        yield IntraReader(
            reader=table.ratings.readers[reader],
            modality=table.ratings.modalities[modality],
            repeats=found.repeats,
            mean_difference=found.mean_difference,
            mean_absolute_difference=found.mean_absolute_difference,
            limits_of_agreement=Interval(found.limit_low, found.limit_high) if has_limits else None,
            kappa_recall=_kappa(first, second, calls.threshold),
        )


def _kappa(first: Floats, second: Floats, threshold: float | None) -> float | None:
    if threshold is None:
        return None
    return known(cohen_kappa(calls_above(first, threshold), calls_above(second, threshold)))


def _known_values(values: Floats | None) -> Floats:
    return np.empty(0) if values is None else values[~np.isnan(values)]


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if values.size else None
