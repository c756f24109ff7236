"""The two sides of a hybrid, ready to be mixed at any lambda: what a slider moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.analysis.study_table import StudyTable
from viewer.statistics.ai_scaling import AiScale, rescale
from viewer.statistics.hybrid_curves import HybridCurves, HybridMixer, hybrid_mixer
from viewer.statistics.refusal import Refusal

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MixChoice:
    """What is mixed with what."""

    base: str
    """The readers' modality."""
    model: str
    scale: AiScale = AiScale.AS_GIVEN


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedScores:
    """The two sides of a mix, case by case; cases that one side lacks are left out for all."""

    choice: MixChoice
    readers: tuple[str, ...]
    scores: Floats
    """(reader, case)."""
    ai: Floats
    """(case,), on the chosen scale."""
    truth: NDArray[np.bool_]
    patients: tuple[str, ...]
    left_out: int
    """How many cases are left out. Readers who read nothing of the modality are left out, too."""
    at: Callable[[float], HybridCurves]
    """All curves at a lambda."""


def mixed_scores(table: StudyTable, choice: MixChoice) -> MixedScores | Refusal:
    """Prepare a mix; refused where it has no sense. Raises KeyError for unknown names."""
    ratings = table.ratings
    if not table.is_probability:
        return Refusal(
            "The readers' scores are no probabilities: a mix with the AI has no meaning.",
            "Each modality alone.",
        )
    scores = ratings.scores[ratings.modalities.index(choice.base)]
    read = ~np.isnan(scores).all(axis=1)
    scores = scores[read]
    readers = tuple(name for name, any_read in zip(ratings.readers, read, strict=True) if any_read)
    ai = rescale(table.ai[choice.model], ratings.truth, ratings.patients, choice.scale)
    mixer = hybrid_mixer(scores, ai, ratings.truth)
    if not isinstance(mixer, HybridMixer):
        return mixer
    kept = ~(np.isnan(scores).any(axis=0) | np.isnan(ai))
    return MixedScores(
        choice=choice,
        readers=readers,
        scores=scores[:, kept],
        ai=ai[kept],
        truth=ratings.truth[kept],
        patients=tuple(np.asarray(ratings.patients)[kept]),
        left_out=int((~kept).sum()),
        at=mixer.at,
    )
