"""Breasts for training and measuring: nothing, a benign, a malignant finding, or both, in turn."""

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
from inference.training.lesions import Lesion, draw_lesion
from inference.types import BENIGN, MALIGNANT, Laterality

_APART_MM = 22.0
_FINDINGS = ((), (BENIGN,), (MALIGNANT,), (BENIGN, MALIGNANT))
_NUMBERS_PER_SET = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBreast:
    """One breast laid on the detector twice, and the findings that may be put into it."""

    seed: int
    number: int
    breast: Breast
    views: dict[View, CompressedView]

    def findings(self, finding_set: int) -> tuple[Lesion, ...]:
        """Draw one set of findings; sets of a breast share nothing but the breast.

        A benign and a malignant one lie at least 22 mm apart in both views. Over the numbers and
        sets, breasts without, with a benign, a malignant and both findings are equally frequent.
        """
        generator = np.random.default_rng([self.seed, self.number, 6, finding_set])
        classes = _FINDINGS[(self.number + finding_set) % len(_FINDINGS)]
        first = 1 + _NUMBERS_PER_SET * finding_set
        while True:
            lesions = tuple(
                draw_lesion(generator, self.breast, number=first + own, finding_class=own)
                for own in classes
            )
            if all(self._are_apart(view, lesions) for view in self.views.values()):
                return lesions

    @staticmethod
    def _are_apart(view: CompressedView, lesions: tuple[Lesion, ...]) -> bool:
        if len(lesions) < 2:
            return True
        places = np.array([view.locate(lesion.place)[:2] for lesion in lesions])
        return float(np.hypot(*(places[0] - places[1]))) > _APART_MM


def drawn_breast(
    seed: int, number: int, *, rows: int = FULL_ROWS, columns: int = FULL_COLUMNS
) -> DrawnBreast:
    """Draw a left breast; the same seed and number give the same one.

    rows, columns: of the detector; fewer are larger pixels, not a smaller breast.
    """
    breast = draw_breast((seed, number), Laterality.LEFT)
    views = {view: compress(breast, view, rows=rows, columns=columns, slices=None) for view in View}
    return DrawnBreast(seed=seed, number=number, breast=breast, views=views)


def labels_of(lesions: tuple[Lesion, ...]) -> tuple[int, int]:
    """1 where a breast holds a benign, a malignant finding."""
    found = {lesion.kind.finding_class for lesion in lesions}
    return int(BENIGN in found), int(MALIGNANT in found)
