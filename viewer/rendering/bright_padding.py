"""Padding that is stored as a bright code, made ready so that no filter draws a line beside it.

Padding is black whatever its code, but codes are interpolated before they become grey: between a
breast and padding of a bright code lie codes of bright tissue. A frame for drawing has the darkest
tissue near by in the place of such padding, and says where the padding is, to be painted black.
Padding at the dark end needs none of this, unless the image is inverted: between it and tissue lies
darker tissue, which inverted is brighter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock
from weakref import WeakKeyDictionary

import cv2
import numpy as np
from numpy.typing import NDArray

from viewer.domain.frame import Frame
from viewer.domain.windowing import CODES, GreyScale, Voi, VoiLut
from viewer.rendering.extremes import Extreme, halved_extreme

_STEP = 4
"""Every fourth row and column tell how dark the tissue is."""
_CELL = 2 * _STEP
"""Side of the cells whose darkest tissue is looked for, in image pixels."""
_NEAR = 6
"""Cells: more than a filter reaches at a tenth of full size."""
_RECENT_FRAMES = 24
"""All slices of the thickest slab, so that each is made ready once."""
_PADDING = CODES - 1


@dataclass(frozen=True, slots=True)
class BrightPadding:
    """Which codes are padding, and what fills their place."""

    first: int
    last: int
    darkest: Extreme
    """Which tissue code is darkest as it is shown."""


def bright_padding(grey_scale: GreyScale, voi: Voi, *, inverted: bool) -> BrightPadding | None:
    """The padding to fill before drawing; None without any, and when none is needed."""
    if grey_scale.padding is None:
        return None
    first, last = grey_scale.padding
    falls = isinstance(voi, VoiLut) and voi.falls
    low_is_bright = grey_scale.low_codes_are_bright != falls
    middle = grey_scale.largest_code / 2
    is_dark = last >= middle if low_is_bright else first <= middle
    if is_dark and not inverted:
        return None
    low_is_dark = low_is_bright == inverted
    return BrightPadding(first, last, Extreme.LOWEST if low_is_dark else Extreme.HIGHEST)


class _FilledFrames:
    """Frames made ready last, each for as long as the frame that it was made of is kept elsewhere.

    None stands for a frame that is drawn as it is: a frame that kept itself would never go.
    """

    def __init__(self) -> None:
        self._made: WeakKeyDictionary[Frame, tuple[BrightPadding, Frame | None]] = (
            WeakKeyDictionary()
        )
        self._lock = Lock()

    def of(self, frame: Frame, padding: BrightPadding) -> Frame:
        """The frame made ready, as it was made before where it was."""
        with self._lock:
            known = self._made.pop(frame, None)
            if known is not None and known[0] == padding:
                self._made[frame] = known
                return known[1] or frame
        filled = _made_ready(frame, padding)
        with self._lock:
            self._made[frame] = padding, None if filled is frame else filled
            while len(self._made) > _RECENT_FRAMES:
                self._made.pop(next(iter(self._made)), None)
        return filled

    @property
    def stored_bytes(self) -> int:
        with self._lock:
            made = [filled for _, filled in self._made.values() if filled is not None]
        return sum(filled.stored_bytes for filled in made)


_FILLED = _FilledFrames()
"""Of the whole program, as lru_cache would be: it has no state that changes an answer."""


def for_drawing(frame: Frame, padding: BrightPadding | None) -> Frame:
    """The frame with its padding filled and marked; the same frame where nothing is to be done.

    Only for drawing: values are measured on the frame as it was. A slab of such frames has been
    filled already. Kept for the frames shown last. Thread-safe.
    """
    if padding is None or frame.padding is not None:
        return frame
    return _FILLED.of(frame, padding)


def filled_bytes() -> int:
    """How many bytes the frames made ready take that are kept. Thread-safe."""
    return _FILLED.stored_bytes


def _made_ready(frame: Frame, padding: BrightPadding) -> Frame:
    air_is_padding = padding.first <= frame.air_code <= padding.last
    grown = _with_room(frame)
    marks = cv2.LUT(grown.pixels, _marks(padding)) if grown.pixels.size else grown.pixels
    if not air_is_padding and not marks.any():
        return frame
    mark = replace(grown, pixels=marks, air_code=_PADDING if air_is_padding else 0)
    darkest, near = _darkest_tissue(grown.pixels, marks, padding.darkest)
    return replace(
        grown,
        pixels=_filled(grown.pixels, marks, near),
        air_code=darkest if air_is_padding else frame.air_code,
        padding=mark,
    )


def _filled(
    codes: NDArray[np.uint16], marks: NDArray[np.uint16], near: NDArray[np.uint16]
) -> NDArray[np.uint16]:
    if codes.size == 0:
        return codes
    filled = cv2.bitwise_and(near, marks)
    return np.asarray(cv2.add(filled, cv2.subtract(codes, marks), dst=filled), np.uint16)


def _marks(padding: BrightPadding) -> NDArray[np.uint16]:
    marks = np.zeros(CODES, np.uint16)
    marks[padding.first : padding.last + 1] = _PADDING
    return marks


def _with_room(frame: Frame) -> Frame:
    """The frame with air around what it keeps, so that what is filled reaches beyond it."""
    room = _NEAR * _CELL
    height, width = frame.pixels.shape
    if frame.pixels.size == 0:
        return frame
    above, left = min(room, frame.top), min(room, frame.left)
    below = min(room, frame.rows - frame.top - height)
    right = min(room, frame.columns - frame.left - width)
    pixels = cv2.copyMakeBorder(
        frame.pixels, above, below, left, right, cv2.BORDER_CONSTANT, value=frame.air_code
    )
    return replace(
        frame,
        top=frame.top - above,
        left=frame.left - left,
        pixels=np.asarray(pixels, np.uint16),
    )


def _darkest_tissue(
    codes: NDArray[np.uint16], marks: NDArray[np.uint16], darkest: Extreme
) -> tuple[int, NDArray[np.uint16]]:
    """The darkest tissue code of a frame, and near each pixel; the former where none is near."""
    rows, columns = codes.shape
    if codes.size == 0:
        return 0, codes
    lowest = darkest is Extreme.LOWEST
    few = _tissue_alone(codes[::_STEP, ::_STEP], marks[::_STEP, ::_STEP], lowest=lowest)
    even = cv2.copyMakeBorder(few, 0, len(few) % 2, 0, few.shape[1] % 2, cv2.BORDER_REPLICATE)
    cells = halved_extreme(np.asarray(even, np.uint16), darkest)
    least, nothing = int(cells.min() if lowest else cells.max()), _PADDING if lowest else 0
    if least == nothing:
        every = _tissue_alone(codes, marks, lowest=lowest)
        least = int(every.min() if lowest else every.max())
    around = np.ones((2 * _NEAR + 1, 2 * _NEAR + 1), np.uint8)
    spread = cv2.erode(cells, around) if lowest else cv2.dilate(cells, around)
    spread[spread == nothing] = least
    near = cv2.resize(spread, None, fx=_CELL, fy=_CELL, interpolation=cv2.INTER_NEAREST)
    return least, np.asarray(near[:rows, :columns], np.uint16)


def _tissue_alone(
    codes: NDArray[np.uint16], marks: NDArray[np.uint16], *, lowest: bool
) -> NDArray[np.uint16]:
    """Codes, with padding as high as can be where the lowest is looked for, else as low."""
    alone = cv2.max(codes, marks) if lowest else cv2.subtract(codes, marks)
    return np.asarray(alone, np.uint16)
