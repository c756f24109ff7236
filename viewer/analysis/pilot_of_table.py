"""What sizing needs of a pilot, or of a running study: variances, and nothing of the effect."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.study_table import StudyTable
from viewer.statistics.auc import auc_of_all
from viewer.statistics.hybrid import mix, why_not_mixed
from viewer.statistics.mrmc_covariance import CovarianceMethod, auc_covariance
from viewer.statistics.or_components import or_components
from viewer.statistics.ratings import Ratings
from viewer.statistics.refusal import Refusal
from viewer.statistics.sizing import PilotComponents, pilot_components

HYBRID = "hybrid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pilot:
    """Components, and in words what they rest on; neither tells which modality did better."""

    components: PilotComponents
    modalities: tuple[str, ...]
    notes: tuple[str, ...]


def pilot_of_table(
    table: StudyTable,
    *,
    method: CovarianceMethod = CovarianceMethod.DELONG,
    ai_model: str = "",
    weight: float = 0.5,
) -> Pilot | Refusal:
    """Components of areas under ROC curves from the cases that every reader read in full.

    Where there is one modality and an AI, readers alone are compared with their hybrid:
    ai_model names it (empty: the first), weight is the reader's share.
    """
    ratings = _of_two_modalities(table, ai_model, weight)
    if isinstance(ratings, Refusal):
        return ratings
    crossed = _fully_crossed(ratings)
    refusal = _why_not(crossed)
    if refusal is not None:
        return refusal
    modalities, readers, cases = crossed.scores.shape
    scores = crossed.scores.reshape(modalities * readers, cases)
    areas = auc_of_all(scores, crossed.truth).reshape(modalities, readers)
    components = pilot_components(
        or_components(areas, auc_covariance(scores, crossed.truth, method)),
        cases=cases,
        positives=crossed.positives,
        name=table.title,
    )
    if isinstance(components, Refusal):
        return components
    return Pilot(
        components=components,
        modalities=crossed.modalities,
        notes=tuple(_notes(ratings, crossed)),
    )


def _of_two_modalities(table: StudyTable, ai_model: str, weight: float) -> Ratings | Refusal:
    ratings = table.ratings
    if len(ratings.modalities) > 1:
        return ratings
    if not table.ai or not table.is_probability:
        return Refusal(
            "Sizing needs two modalities, or one and the scores of an AI.",
            "Use a pilot with both, or published components.",
        )
    model = ai_model or next(iter(table.ai))
    if model not in table.ai:
        return Refusal(
            f"The table has no AI called {model}.", f"Choose one of {', '.join(table.ai)}."
        )
    readers, ai = ratings.scores[0], table.ai[model]
    refusal = why_not_mixed(readers, ai)
    if refusal is not None:
        return refusal
    return replace(
        ratings,
        modalities=(ratings.modalities[0], f"{HYBRID} with {model}"),
        scores=np.stack([readers, mix(readers, ai, weight)]),
    )


def _fully_crossed(ratings: Ratings) -> Ratings:
    """Without readers who read nothing of a modality, and without cases that one of them lacks."""
    missing = np.isnan(ratings.scores)
    has_begun = np.asarray(~missing.all(axis=2).any(axis=0), dtype=np.bool_)
    complete = np.asarray(~missing[:, has_begun].any(axis=(0, 1)), dtype=np.bool_)
    return Ratings(
        modalities=ratings.modalities,
        readers=_chosen(ratings.readers, has_begun),
        cases=_chosen(ratings.cases, complete),
        truth=ratings.truth[complete],
        scores=ratings.scores[:, has_begun][:, :, complete],
        patients=_chosen(ratings.patients, complete),
    )


def _chosen(names: tuple[str, ...], wanted: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for name, keep in zip(names, wanted, strict=True) if keep)


def _why_not(crossed: Ratings) -> Refusal | None:
    if len(crossed.readers) < 2:
        return Refusal(
            f"{len(crossed.readers)} readers have read in every modality; two are needed.",
            "Wait for more readings, or use published components.",
        )
    if crossed.positives < 2 or crossed.negatives < 2:
        return Refusal(
            "The cases that all these readers have read in every modality are too few.",
            "Wait for more readings, or use published components.",
        )
    return None


def _notes(ratings: Ratings, crossed: Ratings) -> list[str]:
    notes = []
    cases, readers = len(ratings.cases), len(ratings.readers)
    if len(crossed.readers) < readers:
        notes.append(f"{len(crossed.readers)} of {readers} readers have read in every modality.")
    if len(crossed.cases) < cases:
        notes.append(f"{len(crossed.cases)} of {cases} cases were read by all of them.")
    return notes
