"""One line of the table of scores."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from inference.types import ClassScores, Laterality

BREAST_TITLES = {Laterality.RIGHT: "Right breast", Laterality.LEFT: "Left breast"}


class LineLook(Enum):
    """How a line is set."""

    MODEL = "model"
    EXAM = "exam"
    BREAST = "breast"
    IMAGE = "image"
    PART = "part"
    """One view of a breast alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    """One line of the table."""

    look: LineLook
    title: str
    scores: ClassScores | None = None
    series_score: float | None = None
    """Of a CT series: one number instead of two."""
    is_series: bool = False
    """Whether it is about a CT series, scored or not."""
    state: str = ""
    """Said instead of scores, or beside them."""
    is_failure: bool = False
    share: float | None = None
    """How much is done, 0..1, while it runs."""
    image_id: str | None = None
    is_active: bool = False

    @property
    def words(self) -> str:
        """The line as a sentence, for assistive technology."""
        if self.series_score is not None:
            return f"{self.title}: score {self.series_score:.2f}"
        if self.scores is None:
            return f"{self.title}: {self.state}" if self.state else self.title
        return (
            f"{self.title}: malignant {self.scores.malignant:.2f}, benign {self.scores.benign:.2f}"
        )
