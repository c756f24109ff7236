"""Sums and moments of reader-averaged success scores over pairs of cases and readers.

A success is psi(positive, negative) of one reader: 1 if the positive scores higher, half if equal.
Every reader's pairs have weight 1 / (readers x pairs the reader read), so that the weighted sum is
the mean of the readers' AUCs, also where readers read different cases.
Sources: Barrett, Clarkson, Kupinski 2005; Gallas 2006; Gallas, Bandos, Samuelson, Wagner 2009.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Match = frozenset[str]
"""What two successes have in common: "N" the negative, "D" the diseased case, "R" the reader."""

EFFECTS = ("N", "D", "R")
MATCHES: tuple[Match, ...] = tuple(
    frozenset(names) for size in range(4) for names in itertools.combinations(EFFECTS, size)
)
NOTHING: Match = frozenset()
EVERYTHING: Match = frozenset(EFFECTS)


@dataclass(frozen=True, slots=True)
class ModalityScores:
    """One modality split by truth; NaN where a reader did not read a case.

    negatives: (reader, negative). positives: (reader, positive).
    """

    negatives: Floats
    positives: Floats

    @property
    def read_negatives(self) -> Bools:
        """(reader, negative)."""
        return ~np.isnan(self.negatives)

    @property
    def read_positives(self) -> Bools:
        """(reader, positive)."""
        return ~np.isnan(self.positives)

    @property
    def pairs(self) -> Floats:
        """(reader,) pairs of a negative and a positive that the reader read."""
        return np.asarray(self.read_negatives.sum(1) * self.read_positives.sum(1), dtype=np.float64)

    def successes(self, reader: int) -> Floats:
        """(negative, positive) 1, half or 0; 0 where the reader did not read both."""
        low, high = self.negatives[reader][:, None], self.positives[reader][None, :]
        return np.asarray((high > low) + 0.5 * (high == low), dtype=np.float64)

    def only(self, reader: int) -> ModalityScores:
        """One reader alone."""
        return ModalityScores(self.negatives[[reader]], self.positives[[reader]])


@dataclass(frozen=True, slots=True)
class _Margins:
    """Weighted sums of one modality over what is not named."""

    negative_reader: Floats
    positive_reader: Floats
    negative_positive: Floats


@dataclass(frozen=True, slots=True)
class MatchedSums:
    """Sums of products of two weighted successes that have at least a match in common.

    weights: the same sums with every success 1.
    """

    successes: Mapping[Match, float]
    weights: Mapping[Match, float]

    def biased_moments(self) -> dict[Match, float]:
        """Mean product of two successes with at least a match in common; NaN where none has."""
        return {m: _ratio(self.successes[m], self.weights[m]) for m in MATCHES}

    def unbiased_moments(self) -> dict[Match, float]:
        """Mean product of two successes with exactly a match in common; NaN where none has."""
        successes, weights = _exactly(self.successes), _exactly(self.weights)
        # Sums of products that cancel leave rounding; no true weight is that small.
        smallest = 1e-12 * max(self.weights[NOTHING], 1e-300)
        return {
            m: _ratio(successes[m], weights[m]) if weights[m] > smallest else float("nan")
            for m in MATCHES
        }


def reader_aucs(scores: ModalityScores) -> Floats:
    """(reader,) AUC; NaN for a reader without both classes."""
    pairs = scores.pairs
    wins = np.array([float(scores.successes(reader).sum()) for reader in range(pairs.size)])
    aucs = np.full(pairs.size, np.nan)
    aucs[pairs > 0] = wins[pairs > 0] / pairs[pairs > 0]
    return aucs


def matched_sums(first: ModalityScores, second: ModalityScores) -> MatchedSums:
    """Sums of products of two modalities' successes (of the same readers and cases, in order)."""
    weight_a, weight_b = _reader_weights(first), _reader_weights(second)
    a, b = _success_margins(first, weight_a), _success_margins(second, weight_b)
    u, v = _weight_margins(first, weight_a), _weight_margins(second, weight_b)
    same_successes = same_weights = 0.0
    for reader, (one, other) in enumerate(zip(weight_a, weight_b, strict=True)):
        both = float(one * other)
        if both == 0.0:
            continue
        products = first.successes(reader) * second.successes(reader)
        same_successes += both * float(products.sum())
        negatives = first.read_negatives[reader] & second.read_negatives[reader]
        positives = first.read_positives[reader] & second.read_positives[reader]
        same_weights += both * float(negatives.sum() * positives.sum())
    return MatchedSums(_sums(a, b, same_successes), _sums(u, v, same_weights))


def components(moments: Mapping[Match, float]) -> dict[Match, float]:
    """Variance of each random effect and interaction (BCK), from the moments (BDG)."""
    return {
        match: sum((-1.0) ** (len(match) - len(part)) * moments[part] for part in _parts(match))
        for match in MATCHES
        if match
    }


def _parts(match: Match) -> list[Match]:
    return [part for part in MATCHES if part <= match]


def _exactly(at_least: Mapping[Match, float]) -> dict[Match, float]:
    return {
        match: sum(
            (-1.0) ** (len(more) - len(match)) * at_least[more] for more in MATCHES if match <= more
        )
        for match in MATCHES
    }


def _sums(a: _Margins, b: _Margins, same: float) -> dict[Match, float]:
    def product(x: Floats, y: Floats) -> float:
        return float((x * y).sum())

    return {
        NOTHING: float(a.negative_reader.sum() * b.negative_reader.sum()),
        frozenset("N"): product(a.negative_reader.sum(0), b.negative_reader.sum(0)),
        frozenset("D"): product(a.positive_reader.sum(0), b.positive_reader.sum(0)),
        frozenset("R"): product(a.negative_reader.sum(1), b.negative_reader.sum(1)),
        frozenset("NR"): product(a.negative_reader, b.negative_reader),
        frozenset("DR"): product(a.positive_reader, b.positive_reader),
        frozenset("ND"): product(a.negative_positive, b.negative_positive),
        EVERYTHING: same,
    }


def _reader_weights(scores: ModalityScores) -> Floats:
    pairs = scores.pairs
    weights = np.zeros(pairs.size)
    weights[pairs > 0] = 1.0 / (pairs[pairs > 0] * np.count_nonzero(pairs))
    return weights


def _success_margins(scores: ModalityScores, weights: Floats) -> _Margins:
    by_pair = np.zeros((scores.negatives.shape[1], scores.positives.shape[1]))
    by_negative, by_positive = np.zeros(scores.negatives.shape), np.zeros(scores.positives.shape)
    for reader, weight in enumerate(weights):
        if weight == 0.0:
            continue
        weighted = weight * scores.successes(reader)
        by_negative[reader] = weighted.sum(1)
        by_positive[reader] = weighted.sum(0)
        by_pair += weighted
    return _Margins(by_negative, by_positive, by_pair)


def _weight_margins(scores: ModalityScores, weights: Floats) -> _Margins:
    negatives = scores.read_negatives.astype(np.float64)
    positives = scores.read_positives.astype(np.float64)
    return _Margins(
        negatives * (weights * positives.sum(1))[:, None],
        positives * (weights * negatives.sum(1))[:, None],
        (negatives * weights[:, None]).T @ positives,
    )


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0.0 else float("nan")
