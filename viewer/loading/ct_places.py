"""Where the slices of a series lie along the direction in which one scrolls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from viewer.domain.ct import Direction
from viewer.domain.slice_places import SlicePlaces

_SAME_PLACE_MM = 0.01
_GAP = 1.5
"""So many usual distances and more between neighbours mean that slices are missing."""
_UNEVEN = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacing:
    """How far the slices of a series are apart."""

    usual_mm: float | None
    """None for a single slice."""
    missing: int = 0
    """Slices that gaps have room for."""
    doubts: tuple[str, ...] = ()


def depth_of(position: Direction, along: Direction) -> float:
    """Millimetres along a direction."""
    return float(np.dot(position, along))


def stacked(depths: Sequence[float]) -> list[list[int]]:
    """Group the indices of slices that lie at one place; from the first to the last depth."""
    order = sorted(range(len(depths)), key=lambda index: depths[index])
    groups: list[list[int]] = []
    for index in order:
        if groups and depths[index] - depths[groups[-1][0]] <= _SAME_PLACE_MM:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def spacing_of(depths: Sequence[float]) -> Spacing:
    """Measure the distances of slices in order of depth, and count those that are missing."""
    steps = [after - before for before, after in pairwise(depths)]
    if not steps:
        return Spacing(usual_mm=None)
    usual = float(np.median(steps))
    wide = [n for n, step in enumerate(steps) if step >= _GAP * usual]
    if len(wide) > len(steps) / 4 or min(steps) < usual * (1 - _UNEVEN):
        doubt = f"The distance between slices varies, from {min(steps):.1f} to {max(steps):.1f} mm."
        return Spacing(usual_mm=usual, doubts=(doubt,))
    missing = sum(round(steps[n] / usual) - 1 for n in wide)
    if not missing:
        return Spacing(usual_mm=usual)
    places = ", ".join(f"{n + 1} and {n + 2}" for n in wide[:3])
    more = " and elsewhere" if len(wide) > 3 else ""
    total = len(depths) + missing
    doubt = f"{missing} of {total} slices are missing: between slices {places}{more}."
    return Spacing(usual_mm=usual, missing=missing, doubts=(doubt,))


def places_of(depths: Sequence[float]) -> SlicePlaces | None:
    """Return where slices in order of depth lie from the first of them."""
    if not depths:
        return None
    from_first = tuple(depth - depths[0] for depth in depths)
    return SlicePlaces(mm=from_first, last_mm=from_first[-1])


def copies_apart(groups: Sequence[Sequence[int]]) -> tuple[list[list[int]], int]:
    """Split slices that share places into stacks.

    groups: the slices of each place, in the order wanted. When every place has as many, they are
    stacks of their own (contrast phases, say); else only the first of each place is kept.
    Returns the stacks, and how many slices were left out.
    """
    by_count: defaultdict[int, int] = defaultdict(int)
    for group in groups:
        by_count[len(group)] += 1
    if len(by_count) == 1:
        (deep,) = by_count
        return [[group[level] for group in groups] for level in range(deep)], 0
    kept = [group[0] for group in groups]
    return [kept], sum(len(group) for group in groups) - len(kept)
