"""From stored codes to grey: modality rescale, VOI window or LUT, invert, padding (PS3.3 C.11)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from viewer.domain.display_function import DisplayFunction
from viewer.domain.grey_depth import GreyDepth, GreyLevels

DERIVED = "derived from the pixels"
"""Explanation of a window that the header does not give."""
CODES = 1 << 16
"""Frames hold unsigned 16-bit codes, so every lookup table has this many entries."""


class VoiFunction(Enum):
    """How a window maps values to grey (PS3.3 C.11.2.1.2 and C.11.2.1.3)."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A VOI window, in modality values."""

    center: float
    width: float
    function: VoiFunction = VoiFunction.LINEAR
    explanation: str = ""

    def __post_init__(self) -> None:
        least = 1.0 if self.function is VoiFunction.LINEAR else 0.0
        valid = self.width >= least if least else self.width > 0
        if not (np.isfinite(self.center) and np.isfinite(self.width) and valid):
            raise ValueError(
                f"a {self.function.value} window needs a width of at least {least:g}, "
                f"got center {self.center:g}, width {self.width:g}"
            )

    def grey(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map modality values to 0..1."""
        if self.function is VoiFunction.SIGMOID:
            exponent = np.clip(-4.0 * self._widths_from_center(values), -700.0, 700.0)
            sigmoid: NDArray[np.float64] = 1.0 / (1.0 + np.exp(exponent))
            return sigmoid
        if self.function is VoiFunction.LINEAR:
            if self.width == 1.0:
                return np.where(values > self.center - 0.5, 1.0, 0.0)
            linear = (values - (self.center - 0.5)) / (self.width - 1.0) + 0.5
        else:
            linear = self._widths_from_center(values) + 0.5
        clipped: NDArray[np.float64] = np.clip(linear, 0.0, 1.0)
        return clipped

    def _widths_from_center(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        # The narrowest widths overflow to infinity, which is the right answer.
        with np.errstate(over="ignore"):
            widths: NDArray[np.float64] = (values - self.center) / self.width
            return widths

    def moved(self, *, center_by: float, width_by: float, least_width: float = 1.0) -> Window:
        """Return the window dragged by so many modality values, never narrower than allowed."""
        least = max(1.0, least_width) if self.function is VoiFunction.LINEAR else least_width
        return replace(
            self,
            center=self.center + center_by,
            width=max(least, self.width + width_by),
            explanation="",
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VoiLut:
    """A VOI LUT Sequence item: values from first_mapped on are looked up (PS3.3 C.11.2.1.1)."""

    first_mapped: int
    grey_values: NDArray[np.float64]
    """Output of each entry, 0..1."""
    explanation: str = ""

    def __eq__(self, other: object) -> bool:
        """Whether the other one is the same in every entry and word."""
        if self is other or not isinstance(other, VoiLut):
            return self is other
        words = (self.first_mapped, self.explanation) == (other.first_mapped, other.explanation)
        return words and np.array_equal(self.grey_values, other.grey_values)

    def __hash__(self) -> int:
        """Of what is quick to tell."""
        return hash((self.first_mapped, len(self.grey_values), self.explanation))

    def grey(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map modality values to 0..1; values outside take the first or last entry."""
        entries = np.clip(np.rint(values - self.first_mapped), 0, len(self.grey_values) - 1).astype(
            np.int64
        )
        looked_up: NDArray[np.float64] = self.grey_values[entries]
        return looked_up

    @property
    def falls(self) -> bool:
        """True when higher values are darker."""
        return bool(self.grey_values[-1] < self.grey_values[0])

    def window_like(self) -> Window:
        """The line or sigmoid that is nearest to the LUT, from which a drag starts.

        Windows only rise: of a falling LUT it is the mirror image in grey.
        """
        grey = 1.0 - self.grey_values if self.falls else self.grey_values
        values = self.first_mapped + np.arange(len(grey), dtype=np.float64)
        line = _between(grey, values, 0.02, 0.98, of_width=0.96)
        curve = _between(grey, values, *_SIGMOID_ENDS, of_width=1.0)
        found = (replace(line, function=VoiFunction.LINEAR), curve)
        return min(found, key=lambda window: np.square(window.grey(values) - grey).sum())


_SIGMOID_ENDS = (1 / (1 + np.exp(2)), 1 / (1 + np.exp(-2)))
"""Greys of a sigmoid half a width below and above its centre."""


def _between(
    grey: NDArray[np.float64],
    values: NDArray[np.float64],
    low: float,
    high: float,
    *,
    of_width: float,
) -> Window:
    """The sigmoid of which a curve covers this share between two greys."""
    brightest = float(grey.max())
    ends = np.argmax(grey >= min(low, brightest)), np.argmax(grey >= min(high, brightest))
    first, last = int(min(ends)), int(max(ends))
    return Window(
        center=float(values[0]) + (first + last) / 2,
        width=max(2.0, (last - first) / of_width),
        function=VoiFunction.SIGMOID,
    )


Voi = Window | VoiLut


def without_free_text(voi: Voi) -> Voi:
    """Return a preset without the file's own words, which may hold anything.

    That it is not the header's is the program's word, and stays.
    """
    return voi if voi.explanation in ("", DERIVED) else replace(voi, explanation="")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModalityLut:
    """A Modality LUT Sequence item: stored values from first_mapped on (PS3.3 C.11.1.1.1)."""

    first_mapped: int
    values: NDArray[np.float64]
    """Modality value of each entry."""

    def of(self, stored: NDArray[np.float64]) -> NDArray[np.float64]:
        """Map stored values; those outside take the first or last entry."""
        entries = np.clip(np.rint(stored - self.first_mapped), 0, len(self.values) - 1)
        looked_up: NDArray[np.float64] = self.values[entries.astype(np.int64)]
        return looked_up


@dataclass(frozen=True, slots=True, kw_only=True)
class GreyScale:
    """What the codes of a stack mean."""

    slope: float = 1.0
    intercept: float = 0.0
    """Modality value = code * slope + intercept (already shifted for signed storage)."""
    modality_lut: ModalityLut | None = None
    """When given, slope and intercept give the stored value, and this the modality value."""
    largest_code: int = CODES - 1
    monochrome1: bool = False
    """True when low values are bright (Photometric Interpretation or Presentation LUT Shape)."""
    padding: tuple[int, int] | None = None
    """First and last code that mean "no tissue"; drawn black in every window and invert."""

    def values(self, codes: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return modality values of codes."""
        linear = np.asarray(codes, np.float64) * self.slope + self.intercept
        return linear if self.modality_lut is None else self.modality_lut.of(linear)

    @property
    def low_codes_are_bright(self) -> bool:
        """True when the brightest tissue has the lowest codes."""
        lut = self.modality_lut
        falls = self.slope < 0 if lut is None else bool(lut.values[-1] < lut.values[0])
        return falls != self.monochrome1


def lookup_table(
    grey_scale: GreyScale, voi: Voi, *, inverted: bool, display: DisplayFunction | None = None
) -> NDArray[np.uint8]:
    """Return the grey of every code in 256 levels, (65536,) uint8: `level_table` of 8 bits."""
    depth = GreyDepth.EIGHT_BITS
    levels = level_table(grey_scale, voi, inverted=inverted, display=display, depth=depth)
    return np.asarray(levels, np.uint8)


def level_table(
    grey_scale: GreyScale,
    voi: Voi,
    *,
    inverted: bool,
    display: DisplayFunction | None,
    depth: GreyDepth,
) -> GreyLevels:
    """Return the display grey of every code, (65536,), in the levels of a depth.

    display: turns P-values into the driving levels of one screen; None: they are the same.
    inverted: the user's invert; padding and, when there is none, code 0 (or the highest code where
    low codes are bright) stay black.
    """
    codes = np.arange(CODES, dtype=np.float64)
    grey = voi.grey(grey_scale.values(codes))
    if grey_scale.monochrome1:
        grey = 1.0 - grey
    if inverted:
        grey = 1.0 - grey
    if display is None:
        table = depth.nearest(grey * depth.white)
    else:
        table = display.driving_levels(grey, depth)
    if grey_scale.padding is not None:
        first, last = grey_scale.padding
        table[first : last + 1] = 0
    elif inverted:
        air = grey_scale.largest_code if grey_scale.low_codes_are_bright else 0
        table[air] = 0
    return table
