"""AUC and average precision without each patient in turn, exactly, for many score lists at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.intp]


class LeftOutPatients:
    """Figures of score lists on the same cases, each patient with all their cases left out.

    truth: (case,). patients: (case,) numbers from 0. Figures are (row, patient); NaN where the
    rest has one class only.
    """

    def __init__(self, truth: Bools, patients: Counts) -> None:
        self._truth = truth
        self._of_positive, self._of_negative = patients[truth], patients[~truth]
        self._count = int(patients.max()) + 1 if patients.size else 0
        self._positives = np.bincount(self._of_positive, minlength=self._count)
        self._negatives = np.bincount(self._of_negative, minlength=self._count)

    def auc(self, scores: Floats) -> Floats:
        """(row, patient). scores: (row, case), none missing."""
        positive, negative = scores[:, self._truth], scores[:, ~self._truth]
        left, right = _positives_below(positive, negative)
        lost = positive.shape[1] - (left + right) / 2
        wins = _wins(positive, negative)
        numerator = wins.sum(1, keepdims=True) - self._per_patient(wins, self._of_positive)
        numerator -= self._per_patient(lost, self._of_negative)
        self._add_pairs_within_patients(numerator, positive, negative)
        pairs = (len(self._of_positive) - self._positives) * (
            len(self._of_negative) - self._negatives
        )
        return _ratio(numerator, pairs)

    def average_precision(self, scores: Floats) -> Floats:
        """(row, patient). scores: (row, case), none missing."""
        positive, negative = scores[:, self._truth], scores[:, ~self._truth]
        order = np.argsort(-positive, axis=1, kind="stable")
        positive = np.take_along_axis(positive, order, axis=1)
        found, false = _counts_at(positive, negative)
        left_out = self._without_negatives_only(positive, negative, found, false)
        with_positives = np.flatnonzero(self._positives)
        of_positive = self._of_positive[order]
        for patient in with_positives:
            left_out[:, patient] = self._without_positives(
                int(patient), of_positive, positive, negative, found, false
            )
        left_out[:, len(self._of_negative) == self._negatives] = np.nan
        return left_out

    def _per_patient(self, values: Floats, patients: Counts) -> Floats:
        """Sum (row, case) values over each patient's cases: (row, patient)."""
        summed = np.zeros((self._count, len(values)))
        np.add.at(summed, patients, values.T)
        return summed.T

    def _add_pairs_within_patients(
        self, numerator: Floats, positive: Floats, negative: Floats
    ) -> None:
        """Pairs of one patient were taken away twice."""
        for index, patient in enumerate(self._of_positive):
            for other in np.flatnonzero(self._of_negative == patient):
                high, low = positive[:, index], negative[:, other]
                numerator[:, patient] += (high > low) + 0.5 * (high == low)

    def _without_negatives_only(
        self, positive: Floats, negative: Floats, found: Floats, false: Floats
    ) -> Floats:
        """Each patient's negatives left out, one after the other from the highest.

        Leaving out d negatives at or above a positive changes its precision to
        found / (found + false - d); the positives with the same d stand next to each other.
        """
        rows, positives = positive.shape
        _, at_most = _positives_below(positive, negative)
        first_reached = positives - at_most  # of the positives from the highest down
        most = int(self._negatives.max(initial=0))
        reached = self._sorted_per_patient(first_reached, most, beyond=positives)
        total = np.zeros((rows, self._count))
        start = np.zeros((rows, self._count), dtype=np.intp)
        for left_out in range(most + 1):
            recalled = np.maximum(found + false - left_out, 1.0)
            summed = np.concatenate([np.zeros((rows, 1)), np.cumsum(found / recalled, 1)], 1)
            stop = reached[left_out] if left_out < most else np.full_like(start, positives)
            total += np.take_along_axis(summed, stop, 1) - np.take_along_axis(summed, start, 1)
            start = stop
        return np.asarray(total / positives, dtype=np.float64)

    def _sorted_per_patient(self, first: Counts, most: int, *, beyond: int) -> list[Counts]:
        """The k-th smallest value of each patient's negatives, k < most; `beyond` where none."""
        padded = np.full((most, self._count, len(first)), beyond, dtype=np.intp)
        place = np.zeros(self._count, dtype=np.intp)
        for index, patient in enumerate(self._of_negative):
            padded[place[patient], patient] = first[:, index]
            place[patient] += 1
        padded.sort(axis=0)
        return [np.ascontiguousarray(level.T) for level in padded]

    def _without_positives(
        self,
        patient: int,
        of_positive: Counts,
        positive: Floats,
        negative: Floats,
        found: Floats,
        false: Floats,
    ) -> Floats:
        """(row,) average precision without a patient who has positives."""
        out = of_positive == patient
        rest = positive.shape[1] - int(self._positives[patient])
        if rest == 0:
            return np.full(len(positive), np.nan)
        fewer_found = np.zeros_like(found)
        for own in positive[out].reshape(len(positive), -1).T:
            fewer_found += own[:, None] >= positive
        fewer_false = np.zeros_like(false)
        for own in negative[:, self._of_negative == patient].T:
            fewer_false += own[:, None] >= positive
        kept = found - fewer_found
        precision = np.where(out, 0.0, kept / np.maximum(kept + false - fewer_false, 1.0))
        return np.asarray(precision.sum(1) / rest, dtype=np.float64)


def _positives_below(positive: Floats, negative: Floats) -> tuple[Counts, Counts]:
    """(row, negative) positives below, and at or below, each negative."""
    below = np.empty(negative.shape, dtype=np.intp)
    at_most = np.empty(negative.shape, dtype=np.intp)
    for row, ascending in enumerate(np.sort(positive, axis=1)):
        below[row] = ascending.searchsorted(negative[row], side="left")
        at_most[row] = ascending.searchsorted(negative[row], side="right")
    return below, at_most


def _wins(positive: Floats, negative: Floats) -> Floats:
    """(row, positive) negatives below each positive, ties half."""
    wins = np.empty(positive.shape)
    for row, ascending in enumerate(np.sort(negative, axis=1)):
        below = ascending.searchsorted(positive[row], side="left")
        wins[row] = (below + ascending.searchsorted(positive[row], side="right")) / 2
    return wins


def _counts_at(positive: Floats, negative: Floats) -> tuple[Floats, Floats]:
    """(row, positive) positives, and negatives, at or above each positive."""
    found, false = np.empty(positive.shape), np.empty(positive.shape)
    negatives = np.sort(negative, axis=1)
    for row, own in enumerate(positive):
        found[row] = own.size - own[::-1].searchsorted(own, side="left")
        false[row] = negatives.shape[1] - negatives[row].searchsorted(own, side="left")
    return found, false


def _ratio(numerator: Floats, denominator: Counts) -> Floats:
    ratio = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=ratio, where=denominator > 0)
    return ratio
