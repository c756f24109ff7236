"""Numbers of the ablations from what was kept of every image: means, intervals, differences."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.training.measures import area_under_curve

DRAWS = 1000
_PERCENT = (2.5, 97.5)
_SCORES = ("score", "global_score", "local_score")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number of an arm."""

    column: str
    """A score, of which the area under the curve is taken, or a share, of which the mean is."""
    finding_class: int
    when: str = "after"
    """"before" or "after" training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its 95 % interval over breasts."""

    value: float
    low: float
    high: float
    by_seed: tuple[float, ...]

    def text(self, *, signed: bool = False) -> str:
        """As tables show it."""
        form = "{:+.3f} ({:+.3f} to {:+.3f})" if signed else "{:.3f} ({:.3f} to {:.3f})"
        return form.format(self.value, self.low, self.high)


class Verdict(Enum):
    """What a difference says."""

    HIGHER = "higher"
    LOWER = "lower"
    NOT_SEPARATED = "not separated"


def verdict(difference: Estimate) -> Verdict:
    """A difference counts where its interval leaves out 0 and every seed has the same sign."""
    if difference.low > 0 and min(difference.by_seed) > 0:
        return Verdict.HIGHER
    if difference.high < 0 and max(difference.by_seed) < 0:
        return Verdict.LOWER
    return Verdict.NOT_SEPARATED


def columns_of(outcomes: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The outcomes of images as one list a measure."""
    return {name: [outcome[name] for outcome in outcomes] for name in outcomes[0]}


class Results:
    """Everything that came out of a run of the ablations."""

    def __init__(
        self, runs: Sequence[Mapping[str, Any]], size: Mapping[str, int] | None = None
    ) -> None:
        """size: how much an arm saw; None: not known."""
        self.size = dict(size or {})
        self._runs: dict[str, dict[int, Mapping[str, Any]]] = {}
        self.families: dict[str, str] = {}
        self._done: dict[
            tuple[str, Measure], tuple[dict[int, NDArray[np.float64]], dict[int, float]]
        ] = {}
        for run in runs:
            self._runs.setdefault(run["arm"], {})[run["seed"]] = run
            self.families[run["arm"]] = run["family"]
        self.cpu_seconds = sum(run["cpu_seconds"] for run in runs)

    @property
    def arms(self) -> tuple[str, ...]:
        """All that were trained, in order."""
        return tuple(self._runs)

    def seeds(self, arm: str) -> tuple[int, ...]:
        """The seeds that an arm was trained with."""
        return tuple(sorted(self._runs.get(arm, ())))

    def common_seeds(self, arm: str, other: str) -> tuple[int, ...]:
        """The seeds that both were trained with."""
        return tuple(sorted(self._runs[arm].keys() & self._runs[other].keys()))

    def has(self, arm: str, measure: Measure) -> bool:
        """Whether an arm was measured so."""
        runs = self._runs.get(arm, {})
        return bool(runs) and all(
            measure.column in run.get(measure.when, {}) for run in runs.values()
        )

    def estimate(self, arm: str, measure: Measure, seeds: Sequence[int] | None = None) -> Estimate:
        """An arm's number: the mean over these seeds, or all of its own."""
        draws, own = self._drawn(arm, measure)
        return _estimate({seed: own[seed] for seed in seeds or own}, draws)

    def difference(self, arm: str, other: str, measure: Measure) -> Estimate:
        """`arm` less `other`, on the same drawn breasts, over the seeds that both have."""
        draws, own = self._drawn(arm, measure)
        other_draws, theirs = self._drawn(other, measure)
        common = self.common_seeds(arm, other)
        return _estimate(
            {seed: own[seed] - theirs[seed] for seed in common},
            {seed: draws[seed] - other_draws[seed] for seed in common},
        )

    def _drawn(
        self, arm: str, measure: Measure
    ) -> tuple[dict[int, NDArray[np.float64]], dict[int, float]]:
        """By seed the number on drawn breasts, and on all of them."""
        if (arm, measure) not in self._done:
            draws, values = {}, {}
            for seed, run in self._runs[arm].items():
                column = _Column.of(run[measure.when], measure)
                draws[seed] = np.array([column.value(items) for items in column.drawn_breasts()])
                values[seed] = column.value(np.arange(len(column.values)))
            self._done[arm, measure] = draws, values
        return self._done[arm, measure]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """One measure of every image."""

    breasts: NDArray[np.int64]
    values: NDArray[np.float64]
    """NaN where an image has none."""
    labels: NDArray[np.bool_]
    is_score: bool

    @classmethod
    def of(cls, columns: Mapping[str, Any], measure: Measure) -> _Column:
        own = [each[measure.finding_class] for each in columns[measure.column]]
        return cls(
            breasts=np.array(columns["breast"]),
            values=np.array(own, dtype=np.float64),
            labels=np.array([each[measure.finding_class] for each in columns["labels"]], bool),
            is_score=measure.column in _SCORES,
        )

    def drawn_breasts(self) -> Iterator[NDArray[np.intp]]:
        """Images of as many breasts as there are, drawn again and again; the same for every arm."""
        members = [np.flatnonzero(self.breasts == one) for one in np.unique(self.breasts)]
        generator = np.random.default_rng(2026)
        for _ in range(DRAWS):
            chosen = generator.integers(len(members), size=len(members))
            yield np.concatenate([members[index] for index in chosen])

    def value(self, items: NDArray[np.intp]) -> float:
        """The area under the curve, or the mean of what there is."""
        if self.is_score:
            return area_under_curve(self.values[items], self.labels[items])
        return float(np.nanmean(self.values[items]))


def read_results(path: Path) -> Results:
    """Read what run.write_results wrote."""
    kept = json.loads(gzip.decompress(path.read_bytes()))
    return Results(kept["runs"], kept["size"])


def _estimate(values: Mapping[int, float], draws: Mapping[int, NDArray[np.float64]]) -> Estimate:
    mean_draws = np.mean([draws[seed] for seed in sorted(values)], axis=0)
    low, high = np.nanpercentile(mean_draws, _PERCENT)
    by_seed = tuple(values[seed] for seed in sorted(values))
    return Estimate(
        value=float(np.mean(by_seed)), low=float(low), high=float(high), by_seed=by_seed
    )
