"""Phantom exams: two breasts, four views, and findings that lie at one place in both views."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.training.breast import (
    FULL_COLUMNS,
    FULL_ROWS,
    Breast,
    CompressedView,
    View,
    compress,
    draw_breast,
)
from inference.training.imaging import ImagedView
from inference.training.lesions import Lesion, LesionKind, draw_lesion
from inference.types import BENIGN, MALIGNANT, Laterality

DEMO_SEED = 7
"""The exam of the demonstration; no network of this repository was trained on it."""
_LESION_COUNT_SHARES = (0.35, 0.45, 0.20)
"""How often a breast of an exam after the first holds no, one or two findings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomBreast:
    """One breast and its findings."""

    breast: Breast
    lesions: tuple[Lesion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomExam:
    """A fictional woman's exam, known to the last finding before any image is made."""

    seed: int
    number: int
    right: PhantomBreast
    left: PhantomBreast

    def side(self, laterality: Laterality) -> PhantomBreast:
        """Return one breast."""
        return self.right if laterality is Laterality.RIGHT else self.left

    def compressed(
        self,
        laterality: Laterality,
        view: View,
        *,
        slices: int | None = None,
        rows: int = FULL_ROWS,
        columns: int = FULL_COLUMNS,
    ) -> CompressedView:
        """Lay one breast on the detector; see breast.compress for slices."""
        breast = self.side(laterality).breast
        return compress(breast, view, rows=rows, columns=columns, slices=slices)

    def image_view(
        self,
        laterality: Laterality,
        view: View,
        *,
        slices: int | None = None,
        rows: int = FULL_ROWS,
        columns: int = FULL_COLUMNS,
    ) -> ImagedView:
        """Compress one breast and make it ready for imaging; see breast.compress for slices."""
        compressed = self.compressed(laterality, view, slices=slices, rows=rows, columns=columns)
        return ImagedView.build(compressed, self.side(laterality).lesions)


def draw_exam(seed: int, number: int) -> PhantomExam:
    """Draw an exam; the same seed and number give the same exam.

    number: from 1. Exam 1 of every seed has a clearly visible malignant mass in one breast and a
    clearly visible benign one in the other; later exams hold what chance gives them.
    """
    if number < 1:
        raise ValueError(f"exam numbers start at 1, got {number}")
    generator = np.random.default_rng([seed, number, 1])
    malignant_side = Laterality.RIGHT if generator.uniform() < 0.5 else Laterality.LEFT
    sides = {}
    for laterality in (Laterality.RIGHT, Laterality.LEFT):
        breast = draw_breast((seed, number), laterality)
        if number == 1:
            lesions = _shown_lesion(generator, breast, laterality is malignant_side)
        else:
            lesions = _chance_lesions(generator, breast)
        sides[laterality] = PhantomBreast(breast=breast, lesions=lesions)
    return PhantomExam(
        seed=seed,
        number=number,
        right=sides[Laterality.RIGHT],
        left=sides[Laterality.LEFT],
    )


def _shown_lesion(
    generator: np.random.Generator, breast: Breast, malignant: bool
) -> tuple[Lesion, ...]:
    return (
        draw_lesion(
            generator,
            breast,
            number=1,
            finding_class=MALIGNANT if malignant else BENIGN,
            kind=LesionKind.SPICULATED_MASS if malignant else LesionKind.ROUND_MASS,
            conspicuity=float(generator.uniform(0.8, 0.95)),
        ),
    )


def _chance_lesions(generator: np.random.Generator, breast: Breast) -> tuple[Lesion, ...]:
    count = int(generator.choice(len(_LESION_COUNT_SHARES), p=_LESION_COUNT_SHARES))
    return tuple(
        draw_lesion(
            generator,
            breast,
            number=number,
            finding_class=MALIGNANT if generator.uniform() < 0.5 else BENIGN,
        )
        for number in range(1, count + 1)
    )
