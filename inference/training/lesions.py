"""Findings of a phantom breast: what they are, where they lie, how they are drawn at random."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from inference.training.breast import Breast, Point
from inference.types import BENIGN, CLASS_NAMES, MALIGNANT


class LesionKind(Enum):
    """What a finding looks like."""

    SPICULATED_MASS = "spiculated mass"
    IRREGULAR_MASS = "irregular mass"
    ROUND_MASS = "round mass"
    LOBULATED_MASS = "lobulated mass"
    DISTORTION = "architectural distortion"
    PLEOMORPHIC_CALCIFICATIONS = "pleomorphic calcifications"
    COARSE_CALCIFICATIONS = "coarse calcifications"
    ROUND_CALCIFICATIONS = "round calcifications"

    @property
    def finding_class(self) -> int:
        """BENIGN or MALIGNANT."""
        return MALIGNANT if self in _MALIGNANT else BENIGN

    @property
    def is_calcification(self) -> bool:
        """True when the finding is made of calcium."""
        return "calcifications" in self.value


_MALIGNANT = frozenset(
    {
        LesionKind.SPICULATED_MASS,
        LesionKind.IRREGULAR_MASS,
        LesionKind.DISTORTION,
        LesionKind.PLEOMORPHIC_CALCIFICATIONS,
    }
)

# (kind, weight within its class, smallest and largest size in mm)
_DISTRIBUTION = (
    (LesionKind.SPICULATED_MASS, 0.42, 7.0, 22.0),
    (LesionKind.IRREGULAR_MASS, 0.18, 6.0, 20.0),
    (LesionKind.DISTORTION, 0.10, 12.0, 24.0),
    (LesionKind.PLEOMORPHIC_CALCIFICATIONS, 0.30, 5.0, 18.0),
    (LesionKind.ROUND_MASS, 0.40, 6.0, 20.0),
    (LesionKind.LOBULATED_MASS, 0.25, 8.0, 25.0),
    (LesionKind.COARSE_CALCIFICATIONS, 0.15, 4.0, 9.0),
    (LesionKind.ROUND_CALCIFICATIONS, 0.20, 8.0, 20.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """One finding of a breast."""

    number: int
    kind: LesionKind
    place: Point
    size_mm: float
    conspicuity: float
    """From 0 (barely visible) to 1 (obvious): how much it stands out from its surroundings."""

    def __post_init__(self) -> None:
        if not 0.0 <= self.conspicuity <= 1.0:
            raise ValueError(f"conspicuity must be 0..1, got {self.conspicuity}")
        if self.size_mm <= 0:
            raise ValueError(f"size_mm must be positive, got {self.size_mm}")

    @property
    def class_name(self) -> str:
        """ "benign" or "malignant"."""
        return CLASS_NAMES[self.kind.finding_class]


def draw_lesion(
    generator: np.random.Generator,
    breast: Breast,
    *,
    number: int,
    finding_class: int,
    kind: LesionKind | None = None,
    conspicuity: float | None = None,
) -> Lesion:
    """Draw one finding of a class (or of one kind) from the stated distributions.

    Sizes are log-uniform between the kind's limits; conspicuity is beta(3.5, 1.5).
    """
    choices = [row for row in _DISTRIBUTION if row[0].finding_class == finding_class]
    weights = np.array([row[1] for row in choices])
    drawn, _, smallest, largest = choices[
        int(generator.choice(len(choices), p=weights / weights.sum()))
    ]
    if kind is not None:
        drawn, _, smallest, largest = next(row for row in _DISTRIBUTION if row[0] is kind)
    size = float(np.exp(generator.uniform(np.log(smallest), np.log(largest))))
    seen = float(generator.beta(3.5, 1.5))
    return Lesion(
        number=number,
        kind=drawn,
        place=draw_place(generator, breast),
        size_mm=size,
        conspicuity=seen if conspicuity is None else conspicuity,
    )


def draw_place(generator: np.random.Generator, breast: Breast) -> Point:
    """Draw where a finding lies: most often in the upper outer quadrant, never at the skin.

    Its heights above the nipple in CC and MLO are made to agree within a tenth, so that its
    distance from the nipple is the same in both projections.
    """
    depth = breast.chest_to_nipple_mm
    posterior = float(generator.uniform(0.30, 0.76)) * depth
    reach = breast.half_width_mm * 0.46 * np.sqrt(posterior / depth / 0.76)
    lateral = float(generator.uniform(-0.65, 1.0) * reach)
    in_mlo = lateral * float(generator.uniform(0.9, 1.1))
    superior = np.sqrt(2.0) * in_mlo - lateral
    return Point(posterior_mm=posterior, lateral_mm=lateral, superior_mm=float(superior))
