"""Readers mixed with a model: results at the primary lambda, and over all lambdas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.mrmc import areas_analysis
from viewer.analysis.mrmc_results import MrmcAnalysis
from viewer.analysis.options import AnalysisOptions
from viewer.analysis.results import HYBRID, HybridResults, ModalityResults, Refusal
from viewer.analysis.study_table import StudyTable
from viewer.statistics.ai_scaling import AiScale, rescale
from viewer.statistics.auc import auc
from viewer.statistics.hybrid import mix, sweep, why_not_mixed
from viewer.statistics.mrmc_covariance import CovarianceMethod
from viewer.statistics.ratings import Ratings
from viewer.statistics.refusal import Refusal as StatisticsRefusal

Floats = NDArray[np.float64]

_NAME = "Hybrid of readers and AI"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """What is mixed: a model with the readers of one modality."""

    model: str
    base: str
    ai: Floats
    """(case,)."""
    readers: Floats
    """(reader, case) of the base modality."""
    scores: Floats
    """(reader, case) of the hybrid at the primary lambda."""


def base_modality(table: StudyTable, options: AnalysisOptions) -> str:
    """The modality mixed with the AI: as told, else "unaided", else the first."""
    names = table.ratings.modalities
    wanted = options.hybrid_base or "unaided"
    return wanted if wanted in names else names[0]


def mixture_of(table: StudyTable, options: AnalysisOptions) -> Mixture | Refusal:
    """Mix, or say why not: no AI, or scores that are no probabilities."""
    if not table.ai:
        return Refusal(
            analysis=_NAME,
            key="hybrid",
            reason="the table has no scores of an AI",
            instead="the readers alone",
        )
    model = options.ai_model or next(iter(table.ai))
    if model not in table.ai:
        return Refusal(
            analysis=_NAME,
            key="hybrid",
            reason=f"the table has no AI called {model}",
            instead=f"choose one of {', '.join(table.ai)}",
        )
    base = base_modality(table, options)
    readers = table.ratings.scores[table.ratings.modalities.index(base)]
    ai = table.ai[model]
    refusal = why_not_mixed(readers, ai)
    if refusal is not None:
        return Refusal(analysis=_NAME, key="hybrid", reason=refusal.reason, instead=refusal.instead)
    return Mixture(
        model=model,
        base=base,
        ai=ai,
        readers=readers,
        scores=mix(readers, ai, options.hybrid_lambda),
    )


def hybrid_results(
    mixture: Mixture, results: ModalityResults, table: StudyTable, options: AnalysisOptions
) -> HybridResults | Refusal:
    """The sweep over lambda beside the results at the primary one."""
    ratings = table.ratings
    swept = sweep(mixture.readers, mixture.ai, ratings.truth, ratings.patients)
    if isinstance(swept, StatisticsRefusal):
        return Refusal(analysis=_NAME, key="hybrid", reason=swept.reason, instead=swept.instead)
    best, best_ap = swept.best_auc, swept.best_average_precision
    return HybridResults(
        ai_model=mixture.model,
        base=mixture.base,
        weight=options.hybrid_lambda,
        results=results,
        lambdas=swept.weights,
        auc_sweep=swept.auc,
        ap_sweep=swept.average_precision,
        readers=ratings.readers,
        lambda_star=_by_reader(best.weight, ratings),
        auc_star=_by_reader(best.value, ratings),
        lambda_star_ap=_by_reader(best_ap.weight, ratings),
        ap_star=_by_reader(best_ap.value, ratings),
        auc_left_out=_by_reader(best.left_out, ratings),
        optimism=_by_reader(best.optimism, ratings),
        mean_auc_by_scale=_by_scale(mixture, ratings, options),
        mrmc=_against_base(mixture, ratings, CovarianceMethod.DELONG, options),
        mrmc_jackknife=_against_base(mixture, ratings, CovarianceMethod.JACKKNIFE, options),
    )


def _by_reader(values: Floats, ratings: Ratings) -> dict[str, float]:
    return {
        reader: float(value)
        for reader, value in zip(ratings.readers, values, strict=True)
        if not np.isnan(value)
    }


def _by_scale(mixture: Mixture, ratings: Ratings, options: AnalysisOptions) -> dict[str, float]:
    """Mean AUC of the hybrids when the AI is put on another scale before mixing."""
    means = {}
    for scale in AiScale:
        ai = rescale(mixture.ai, ratings.truth, ratings.patients, scale, seed=options.seed)
        mixed = mix(mixture.readers, ai, options.hybrid_lambda)
        areas = [_area(row, ratings.truth) for row in mixed]
        means[str(scale)] = float(np.mean(areas)) if areas else float("nan")
    return means


def _area(scores: Floats, truth: NDArray[np.bool_]) -> float:
    read = ~np.isnan(scores)
    return auc(scores[read], truth[read])


def _against_base(
    mixture: Mixture, ratings: Ratings, method: CovarianceMethod, options: AnalysisOptions
) -> MrmcAnalysis | None:
    """Hybrid minus base; None where it does not hold."""
    both = Ratings(
        modalities=(HYBRID, mixture.base),
        readers=ratings.readers,
        cases=ratings.cases,
        truth=ratings.truth,
        scores=np.stack([mixture.scores, mixture.readers]),
        patients=ratings.patients,
    )
    found = areas_analysis(both, method, options)
    return None if isinstance(found, Refusal) else found[0]
