"""One score list, such as an AI's, against many readers of the same cases.

The readers are a random sample, the model is fixed: the differences of model and reader are
analysed as one modality of random readers and cases (1T-RRRC).
Sources: Hillis 2014 (Stat Med 33:330); Obuchowski 1995 for the model as a fixed competitor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from viewer.statistics.auc import PairedComparison, auc_of_all, paired_comparison
from viewer.statistics.mrmc_covariance import CovarianceMethod, auc_covariance
from viewer.statistics.or_tests import MeanEstimate, frrc_mean, rrrc_mean, t_above
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanDifference:
    """Model minus the mean reader, tested; difference.df is infinite for fixed readers.

    p: two-sided, that they do not differ. non_inferiority_p: one-sided, that the model is worse
    by margin or more. superiority_p: one-sided, that the model is no better.
    """

    difference: MeanEstimate
    t: float
    p: float
    margin: float
    non_inferiority_p: float
    superiority_p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAgainstReaders:
    """The model's figure of merit beside the readers'."""

    model: float
    reader_mean: float
    random_readers: MeanDifference | Refusal
    fixed_readers: MeanDifference | Refusal
    readers: tuple[PairedComparison, ...]
    """Model minus each reader, with random cases."""


def model_against_readers(
    model_scores: ArrayLike,
    reader_scores: ArrayLike,
    truth: ArrayLike,
    *,
    margin: float = 0.05,
    method: CovarianceMethod = CovarianceMethod.DELONG,
    alpha: float = 0.05,
) -> ModelAgainstReaders | Refusal:
    """Compare areas under the ROC curve. model_scores: (case,); reader_scores: (reader, case)."""
    together = np.vstack(
        [np.asarray(model_scores, np.float64), np.asarray(reader_scores, np.float64)]
    )
    return compare_model(
        auc_of_all(together, truth),
        auc_covariance(together, truth, method),
        margin=margin,
        alpha=alpha,
    )


def compare_model(
    fom: ArrayLike, covariance: ArrayLike, *, margin: float = 0.05, alpha: float = 0.05
) -> ModelAgainstReaders | Refusal:
    """Compare any figure of merit: entry 0 is the model's, the others are the readers'.

    fom: (1 + reader,). covariance: (1 + reader, 1 + reader). margin: how much worse still counts
    as not inferior, in units of the figure.
    """
    figures = np.asarray(fom, dtype=np.float64)
    matrix = np.asarray(covariance, dtype=np.float64)
    if figures.size < 2 or matrix.shape != (figures.size, figures.size) or margin < 0:
        raise ValueError(f"need a model, readers and margin >= 0, got {figures.shape}, {margin}")
    if not (np.isfinite(figures).all() and np.isfinite(matrix).all()):
        return Refusal(
            "A figure of merit or its covariance is undefined for the model or a reader.",
            "Compare on cases that the model and every reader scored, two or more of each class.",
        )
    differences = figures[0] - figures[1:]
    with_model = matrix[0, 1:]
    spread = matrix[0, 0] - with_model[:, None] - with_model[None, :] + matrix[1:, 1:]
    errors = np.sqrt(np.where(np.diagonal(spread) > 1e-20, np.diagonal(spread), 0.0))
    return ModelAgainstReaders(
        model=float(figures[0]),
        reader_mean=float(figures[1:].mean()),
        random_readers=_tested(rrrc_mean(differences, spread, alpha), margin),
        fixed_readers=_tested(frrc_mean(differences, spread, alpha), margin),
        readers=tuple(
            paired_comparison(float(d), float(se), alpha)
            for d, se in zip(differences, errors, strict=True)
        ),
    )


def _tested(estimate: MeanEstimate | Refusal, margin: float) -> MeanDifference | Refusal:
    if isinstance(estimate, Refusal):
        return estimate
    t = estimate.mean / estimate.se
    return MeanDifference(
        difference=estimate,
        t=t,
        p=2.0 * t_above(estimate.df, abs(t)),
        margin=margin,
        non_inferiority_p=t_above(estimate.df, (estimate.mean + margin) / estimate.se),
        superiority_p=t_above(estimate.df, t),
    )
