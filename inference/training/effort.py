"""How much of everything the making of the demonstration weights takes."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much of everything; the defaults are those of the shipped weights."""

    breasts: int = 700
    finding_sets: int = 12
    whole_sets: int = 2
    """Sets whose whole images are kept, 55 MB each; of the others only crops."""
    watched_breasts: int = 12
    least_crops: int = 4000
    """Crops there must be before training begins."""
    most_crops: int = 100_000
    crops_a_step: int = 192
    crop_steps: int = 4000
    looks_steps_3d: int = 2000
    looks_steps_2d: int = 2000
    together_steps_3d: int = 600
    together_steps_2d: int = 600
    two_view_steps: int = 600
    two_view_breasts: int = 80
    two_view_sets: int = 4
    crop_seconds: float = math.inf
    looks_seconds_3d: float = math.inf
    looks_seconds_2d: float = math.inf
    together_seconds_3d: float = math.inf
    together_seconds_2d: float = math.inf
    two_view_seconds: float = math.inf
    views_a_step_3d: int = 3
    views_a_step_2d: int = 8
    breasts_a_step: int = 32
    crop_rate: float = 1.5e-3
    looks_rate: float = 3e-4
    together_rate: float = 1e-4
    two_view_rate: float = 1e-4
    measure_every: int = 500


SMALL = Effort(
    breasts=2,
    finding_sets=1,
    whole_sets=1,
    watched_breasts=2,
    least_crops=8,
    most_crops=200,
    crops_a_step=8,
    crop_steps=2,
    looks_steps_3d=1,
    looks_steps_2d=1,
    together_steps_3d=1,
    together_steps_2d=1,
    two_view_steps=1,
    two_view_breasts=2,
    two_view_sets=1,
    views_a_step_3d=1,
    views_a_step_2d=1,
    breasts_a_step=1,
    measure_every=10,
)
"""Enough to see that every stage runs."""


def effort_of(changes: Sequence[str], base: Effort) -> Effort:
    """An effort with some entries changed, each "name=number"; raises ValueError for others."""
    known = {field.name: field.type for field in dataclasses.fields(Effort)}
    numbers: dict[str, int | float] = {}
    for change in changes:
        name, _, value = change.partition("=")
        if name not in known:
            raise ValueError(f"{name} is none of {', '.join(known)}")
        numbers[name] = float(value) if known[name] == "float" else int(value)
    return dataclasses.replace(base, **numbers)  # type: ignore[arg-type]
