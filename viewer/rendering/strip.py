"""What the slice strip shows, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

import numpy as np
from numpy.typing import NDArray

from inference.series import SeriesPrediction
from inference.types import BENIGN, MALIGNANT, Prediction
from viewer.domain.image_stack import ImageStack
from viewer.domain.overlay_settings import Palette
from viewer.domain.slice_depth import slice_depth
from viewer.rendering.model_frame import is_malignant_dominant
from viewer.rendering.same_object import SameObject


@dataclass(frozen=True, slots=True, kw_only=True)
class StripMark:
    """A patch on the slice it was cut from."""

    slice_index: int
    number: int
    malignant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StripSpan:
    """A reader's mark on the slices it is seen on."""

    number: int
    first_slice: int
    last_slice: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StripData:
    """The slices of one image, where the AI found them salient, and where the reader is."""

    slices: int
    slice_index: int
    label: str
    """Such as "34/70, 33.0 mm"."""
    origin: str = ""
    """What the depth is counted from, such as "from first slice"; empty without a depth."""
    benign: NDArray[np.float32] | None = None
    """Each slice's highest benign saliency, (slices,), 0..1; None without a prediction."""
    malignant: NDArray[np.float32] | None = None
    series: SeriesPrediction | None = None
    """Of CT: the scores of windows of slices, instead of saliency."""
    marks: tuple[StripMark, ...] = ()
    drawn: tuple[StripSpan, ...] = ()
    """What the reader drew."""
    decoded: frozenset[int] = field(default_factory=frozenset)
    """Slices that can be shown at once."""
    seen: frozenset[int] | None = None
    """Slices that have been on screen; None where nobody counts them."""
    colours: tuple[str, str] = Palette.PAPER.colours
    """(benign, malignant)."""


def build_strip(
    *,
    stack: ImageStack,
    slice_index: int,
    prediction: Prediction | None,
    series: SeriesPrediction | None = None,
    decoded: frozenset[int],
    palette: Palette,
    overlay_visible: bool = True,
    seen: frozenset[int] | None = None,
    drawn: tuple[StripSpan, ...] = (),
) -> StripData:
    """Put together the strip of an image; without curves and ticks while the overlay is off."""
    shown = prediction if overlay_visible else None
    if shown is not None and shown.saliency.shape[0] != stack.slices:
        shown = None
    scored = series if overlay_visible and series and series.slices == stack.slices else None
    said = None if shown is None else _said(SameObject(shown))
    depth = slice_depth(stack, slice_index)
    numbered = f"{slice_index + 1}/{stack.slices}"
    return StripData(
        slices=stack.slices,
        slice_index=slice_index,
        label=numbered if depth is None else f"{numbered}, {depth.mm:.1f} mm",
        origin="" if depth is None else depth.origin.value,
        benign=None if said is None else said.benign,
        malignant=None if said is None else said.malignant,
        series=scored,
        marks=() if said is None else said.marks,
        drawn=drawn,
        decoded=decoded,
        seen=seen,
        colours=palette.colours,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Said:
    """What the strip shows of a prediction, on every slice the same."""

    benign: NDArray[np.float32]
    malignant: NDArray[np.float32]
    marks: tuple[StripMark, ...]


@lru_cache(maxsize=8)
def _said(held: SameObject) -> _Said:
    prediction = cast("Prediction", held.held)
    highest = prediction.saliency.max(axis=(2, 3))
    return _Said(
        benign=highest[:, BENIGN],
        malignant=highest[:, MALIGNANT],
        marks=_marks(prediction),
    )


def _marks(prediction: Prediction) -> tuple[StripMark, ...]:
    if not prediction.has_salient_region:
        return ()
    return tuple(
        StripMark(
            slice_index=patch.slice_index,
            number=number,
            malignant=is_malignant_dominant(prediction, patch.slice_index, patch.box),
        )
        for number, patch in enumerate(prediction.patches_by_attention, start=1)
    )
