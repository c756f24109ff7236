"""What a screen must be driven with so that equal steps of grey look equal (PS3.14)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from viewer.domain.grey_depth import GreyDepth, GreyLevels
from viewer.domain.gsdf import BRIGHTEST, DARKEST, jnd_index_of, luminance_of

LEVELS = 256
"""Driving levels that are measured: those of 8 bits, which every screen can show."""
FEWEST_STEPS = 5
MOST_STEPS = 256
_LARGEST_AMBIENT = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LuminanceStep:
    """One measurement: a driving level and the luminance of a patch of it."""

    level: int
    luminance: float
    """cd/m2, as a telescopic photometer or the display's own sensor gives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was measured on one display.

    Raises ValueError, with a sentence for the user, for measurements that cannot be right.
    """

    display: str
    """The screen's name as the system gives it."""
    serial: str = ""
    """Empty: any screen of that name."""
    ambient: float = 0.0
    """Luminance of the room's light reflected by the screen that is off, in cd/m2; added to every
    step. 0 where it was part of the measurement."""
    measured: str = ""
    """The day, such as 2026-11-27."""
    steps: tuple[LuminanceStep, ...]
    """By rising level, the first 0 and the last 255."""

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem is not None:
            raise ValueError(problem)

    @property
    def levels(self) -> NDArray[np.float64]:
        """Measured driving levels."""
        return np.array([step.level for step in self.steps], np.float64)

    @property
    def luminances(self) -> NDArray[np.float64]:
        """What the eye sees at those, the room's light included, in cd/m2."""
        return np.array([step.luminance for step in self.steps], np.float64) + self.ambient

    def _problem(self) -> str | None:
        if not self.display.strip():
            return "the display needs a name"
        if not 0.0 <= self.ambient <= _LARGEST_AMBIENT:
            return f"ambient light must be 0..{_LARGEST_AMBIENT:g} cd/m2, got {self.ambient:g}"
        if not FEWEST_STEPS <= len(self.steps) <= MOST_STEPS:
            return f"{FEWEST_STEPS} to {MOST_STEPS} steps are needed, got {len(self.steps)}"
        return self._problem_of_steps()

    def _problem_of_steps(self) -> str | None:
        if self.steps[0].level != 0 or self.steps[-1].level != LEVELS - 1:
            return f"the first step must be level 0 and the last level {LEVELS - 1}"
        for step in self.steps:
            seen = step.luminance + self.ambient
            # Not written as a comparison that not-a-number would pass.
            if not (step.luminance >= 0.0 and DARKEST <= seen <= BRIGHTEST):
                return (
                    f"luminance at level {step.level} with the room's light must be "
                    f"{DARKEST:.2f}..{BRIGHTEST:.0f} cd/m2, got {seen:g}"
                )
        for lower, higher in zip(self.steps, self.steps[1:], strict=False):
            if lower.level >= higher.level:
                return f"levels must rise: {higher.level} comes after {lower.level}"
            if lower.luminance >= higher.luminance:
                return f"luminance must rise with the level: it does not at level {higher.level}"
        return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DisplayFunction:
    """The way from P-values to the driving levels of a calibrated screen."""

    calibration: Calibration
    _jnd_of_level: NDArray[np.float64] = field(init=False)
    """JND index at each of the 256 levels; rises strictly."""

    def __post_init__(self) -> None:
        measured = jnd_index_of(self.calibration.luminances)
        # The response between two measurements is nearly straight in JND, not in luminance.
        every = np.interp(np.arange(LEVELS), self.calibration.levels, measured)
        object.__setattr__(self, "_jnd_of_level", every)

    def driving_levels(
        self, p_values: NDArray[np.float64], depth: GreyDepth = GreyDepth.EIGHT_BITS
    ) -> GreyLevels:
        """Return the driving level of each P-value, 0..1: equal steps look equal.

        In 10 bits, levels between the measured ones are interpolated.
        """
        jnd = self._jnd_of_level
        wanted = jnd[0] + np.clip(p_values, 0.0, 1.0) * (jnd[-1] - jnd[0])
        levels = np.interp(wanted, jnd, np.arange(LEVELS))
        return depth.nearest(levels * (depth.white / (LEVELS - 1)))

    def wanted_luminances(self, p_values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the cd/m2 that the standard wants at P-values, between this screen's ends."""
        jnd = self._jnd_of_level
        return luminance_of(jnd[0] + np.clip(p_values, 0.0, 1.0) * (jnd[-1] - jnd[0]))

    def given_luminances(self, levels: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the cd/m2 at driving levels, interpolated between those measured."""
        return luminance_of(self._jnd_of_level[levels])


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCheck:
    """One measured step beside the standard."""

    level: int
    measured: float
    """cd/m2, the room's light included."""
    wanted: float
    """cd/m2 of the standard for a screen that takes levels as P-values."""
    contrast_deviation: float | None
    """How much the contrast to the step below differs from the standard's, as a share of it; None
    for the first. Within 0.1 for a primary display (AAPM TG18)."""


def checked_steps(calibration: Calibration) -> tuple[StepCheck, ...]:
    """Compare what was measured, uncorrected, with the standard's curve between the same ends."""
    seen = calibration.luminances
    ends = jnd_index_of(seen[[0, -1]])
    shares = calibration.levels / (LEVELS - 1)
    wanted = luminance_of(ends[0] + shares * (ends[1] - ends[0]))
    found = []
    for index, step in enumerate(calibration.steps):
        deviation = None
        if index:
            deviation = _contrast(seen, index) / _contrast(wanted, index) - 1.0
        found.append(
            StepCheck(
                level=step.level,
                measured=float(seen[index]),
                wanted=float(wanted[index]),
                contrast_deviation=deviation,
            )
        )
    return tuple(found)


def _contrast(luminances: NDArray[np.float64], index: int) -> float:
    """Relative step of luminance from the one below (TG18's dL/L)."""
    lower, higher = float(luminances[index - 1]), float(luminances[index])
    return 2.0 * (higher - lower) / (higher + lower)
