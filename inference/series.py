"""What a model says of a whole CT series: a score for each window, the highest for the study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.types import ModelIdentity


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowScore:
    """The score of neighbouring slices, both ends included, counted as displayed from 0."""

    first_slice: int
    last_slice: int
    score: float
    """0..1, higher is more suspicious."""

    def __post_init__(self) -> None:
        if not 0 <= self.first_slice <= self.last_slice:
            raise ValueError(f"no window: slices {self.first_slice} to {self.last_slice}")
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"score must be 0..1, got {self.score}")

    @property
    def middle(self) -> int:
        """The slice in the middle; the earlier of two."""
        return (self.first_slice + self.last_slice) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPrediction:
    """What a window classifier says of one series."""

    model: ModelIdentity
    windows: tuple[WindowScore, ...]
    """From the first to the last slice as displayed; never empty."""
    slices: int
    """Of the series."""
    repeated_slices: int
    """How often an edge slice was repeated because the series is shorter than a window."""
    seconds: float
    device: str
    notices: tuple[str, ...] = ()
    """What a reader should know of how it came about."""

    def __post_init__(self) -> None:
        if not self.windows:
            raise ValueError("a series has at least one window")
        if max(window.last_slice for window in self.windows) >= self.slices:
            raise ValueError(f"a window lies outside the {self.slices} slices")

    @property
    def score(self) -> float:
        """Of the study: the highest window (papers/004, B.2)."""
        return self.peak.score

    @property
    def peak(self) -> WindowScore:
        """The window with the highest score; the first of equals."""
        return max(self.windows, key=lambda window: window.score)

    @property
    def highest_first(self) -> tuple[WindowScore, ...]:
        """The windows from the highest score to the lowest."""
        return tuple(sorted(self.windows, key=lambda window: -window.score))

    @property
    def slice_scores(self) -> NDArray[np.float32]:
        """The highest window that holds each slice, (slices,); NaN where none does."""
        highest = np.full(self.slices, np.nan, np.float32)
        for window in self.windows:
            held = highest[window.first_slice : window.last_slice + 1]
            np.fmax(held, np.float32(window.score), out=held)
        return highest
