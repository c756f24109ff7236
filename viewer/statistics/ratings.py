"""Scores of readers on cases in every modality: what ROC and MRMC analyses start from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """Scores, higher is more suspicious; a case is what is scored once, such as a breast.

    scores: (modality, reader, case) float64, NaN where a reader did not read a case.
    truth: (case,) bool, True for cases with the disease.
    patients: (case,) names of the clusters that bootstraps resample; both breasts share one.
    """

    modalities: tuple[str, ...]
    readers: tuple[str, ...]
    cases: tuple[str, ...]
    truth: NDArray[np.bool_]
    scores: NDArray[np.float64]
    patients: tuple[str, ...]

    def __post_init__(self) -> None:
        wanted = (len(self.modalities), len(self.readers), len(self.cases))
        if self.scores.shape != wanted:
            raise ValueError(f"scores must be {wanted}, got {self.scores.shape}")
        if self.truth.shape != wanted[2:] or len(self.patients) != wanted[2]:
            raise ValueError(f"truth and patients must have {wanted[2]} cases")
        for names in (self.modalities, self.readers, self.cases):
            if len(set(names)) != len(names):
                raise ValueError("modalities, readers and cases must be unique")

    @property
    def is_fully_crossed(self) -> bool:
        """Whether every reader scored every case in every modality."""
        return not bool(np.isnan(self.scores).any())

    @property
    def positives(self) -> int:
        """How many cases have the disease."""
        return int(self.truth.sum())

    @property
    def negatives(self) -> int:
        """How many cases do not."""
        return len(self.cases) - self.positives
