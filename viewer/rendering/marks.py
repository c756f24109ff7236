"""Boxes and outlines over an image, as data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.types import Box, Patch, Prediction
from viewer.domain.overlay_settings import OverlaySettings
from viewer.domain.reader_mark import ReaderMark
from viewer.rendering.model_frame import is_malignant_dominant
from viewer.rendering.same_object import SameObject

NEIGHBOUR_SLICES = 10
"""A patch is shown dimmed on so many slices each way: the network suppresses as many (zeta)."""


MARK_NEIGHBOUR_SLICES = 3
"""A reader's mark is shown dimmed on so many slices each way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMark:
    """A reader's mark as one slice shows it."""

    mark: ReaderMark
    dimmed: bool
    """True on slices other than the one it was set on."""

    @property
    def label(self) -> str:
        """Number and words; dimmed marks only their number."""
        return f"{self.mark.number}" if self.dimmed else f"{self.mark.number}  {self.mark.words}"


def marks_on_slice(
    marks: Iterable[ReaderMark], image_id: str, slice_index: int
) -> tuple[ShownMark, ...]:
    """The reader's marks on a slice: its own, and dimmed those within 3 slices; dimmed first."""
    shown = [
        ShownMark(mark=mark, dimmed=mark.slice_index != slice_index)
        for mark in marks
        if mark.image_id == image_id
        and abs(mark.slice_index - slice_index) <= MARK_NEIGHBOUR_SLICES
    ]
    return tuple(sorted(shown, key=lambda one: (not one.dimmed, one.mark.number)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxMark:
    """A patch the network looked at closely."""

    number: int
    """1 for the patch with the highest attention."""
    attention: float
    slice_index: int
    box: Box
    malignant: bool
    colour: str
    dimmed: bool
    """True on slices other than the one the patch was cut from."""

    @property
    def dashed(self) -> bool:
        """Benign-dominant boxes are dashed, so that colour is never alone."""
        return not self.malignant

    @property
    def label(self) -> str:
        """Number and attention; dimmed boxes only their number."""
        return f"{self.number}" if self.dimmed else f"{self.number}  {self.attention:.2f}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TruthOutline:
    """The contours of one known finding on one slice."""

    malignant: bool
    contours: tuple[NDArray[np.float32], ...]
    """Closed; each (points, 2) of (row, column) in displayed image pixels, whole = pixel edge."""

    @property
    def name(self) -> str:
        """What the screen calls it."""
        return "known malignant finding" if self.malignant else "known benign finding"


def outline_of(mask: NDArray[np.bool_], *, malignant: bool) -> TruthOutline:
    """Trace a mask laid as displayed, (rows, columns); holes are traced as well."""
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    # OpenCV gives (column, row) of pixel centres.
    contours = tuple(contour[:, 0, ::-1].astype(np.float32) + 0.5 for contour in found)
    return TruthOutline(malignant=malignant, contours=contours)


def box_marks(
    prediction: Prediction,
    slice_index: int,
    settings: OverlaySettings,
    *,
    last_slice: int | None = None,
) -> tuple[BoxMark, ...]:
    """The boxes on a slice or slab: its own, dimmed those within +-10 slices; attended least first.

    last_slice: of a slab that begins at `slice_index`.
    """
    if not (settings.visible and settings.boxes and prediction.has_salient_region):
        return ()
    ranked = _ranked(SameObject(prediction))
    last = last_slice or slice_index
    return _on_slices(SameObject(ranked), slice_index, last, settings.palette.colours)


@lru_cache(maxsize=512)
def _on_slices(
    ranked: SameObject, first_slice: int, last_slice: int, colours: tuple[str, str]
) -> tuple[BoxMark, ...]:
    """The same object whenever a slice comes back, for what is kept of it by those who draw it."""
    benign, malignant = colours
    marks = []
    patches = cast("tuple[tuple[Patch, bool], ...]", ranked.held)
    for number, (patch, is_malignant) in enumerate(patches, start=1):
        at = patch.slice_index
        away = max(first_slice - at, at - last_slice, 0)
        if away > NEIGHBOUR_SLICES:
            continue
        marks.append(
            BoxMark(
                number=number,
                attention=patch.attention,
                slice_index=patch.slice_index,
                box=patch.box,
                malignant=is_malignant,
                colour=malignant if is_malignant else benign,
                dimmed=away > 0,
            )
        )
    return tuple(sorted(marks, key=lambda mark: (not mark.dimmed, -mark.number)))


@lru_cache(maxsize=16)
def _ranked(held: SameObject) -> tuple[tuple[Patch, bool], ...]:
    """The patches of a prediction, the most attended first, and whether each is malignant."""
    prediction = cast("Prediction", held.held)
    return tuple(
        (patch, is_malignant_dominant(prediction, patch.slice_index, patch.box))
        for patch in prediction.patches_by_attention
    )
