"""What a reader says of a breast, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from inference.types import Laterality


class BiRads(Enum):
    """An assessment category (ACR BI-RADS); the value is what buttons and tables say."""

    INCOMPLETE = "0"
    NEGATIVE = "1"
    BENIGN = "2"
    PROBABLY_BENIGN = "3"
    SUSPICIOUS_LOW = "4A"
    SUSPICIOUS_MODERATE = "4B"
    SUSPICIOUS_HIGH = "4C"
    HIGHLY_SUGGESTIVE = "5"


class FindingClass(Enum):
    """What a mark is of; the value is what the screen says."""

    MASS = "mass"
    CALCIFICATION = "calcification"
    DISTORTION = "architectural distortion"
    ASYMMETRY = "asymmetry"


class PomSource(Enum):
    """With what the reader placed the probability last."""

    SLIDER = "slider"
    KEYBOARD = "keyboard"
    BIRADS = "birads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place the reader points at, in pixels of the displayed image.

    row_mm and column_mm are from the image's top left corner; None where the spacing is unknown.
    """

    mark_id: str
    image_id: str
    view: str
    """The view's abbreviation, such as RCC."""
    slice_index: int
    row: float
    column: float
    row_mm: float | None
    column_mm: float | None
    confidence_percent: float
    finding: FindingClass

    def __post_init__(self) -> None:
        if not 0.0 <= self.confidence_percent <= 100.0:
            raise ValueError(f"confidence must be 0 to 100, got {self.confidence_percent}")
        if self.slice_index < 0:
            raise ValueError(f"slice_index must not be negative, got {self.slice_index}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastAnswer:
    """One breast in one phase; None where the protocol does not ask or the reader left it open."""

    laterality: Laterality
    pom_percent: float | None = None
    """Probability of malignancy, 0 to 100."""
    pom_source: PomSource | None = None
    birads: BiRads | None = None
    recall: bool | None = None
    marks: tuple[Mark, ...] = ()
    text: str = ""

    def __post_init__(self) -> None:
        if self.pom_percent is not None and not 0.0 <= self.pom_percent <= 100.0:
            raise ValueError(f"probability of malignancy must be 0 to 100, got {self.pom_percent}")
