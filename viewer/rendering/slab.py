"""Slices of a volume put together into one frame, quickly while a reader scrolls."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from viewer.domain.frame import Frame
from viewer.domain.slab import SlabMode

_BLOCK = 4
"""Slices whose extreme is kept: a slab of 20 is put together from 8 pictures at most, not 20."""
_ROOM = 64
"""Image pixels."""
_RECENT_SUMS = 4
_RECENT_SLABS = 6
_RECENT_BLOCKS = 24

Numbered = tuple[int, Frame]
"""A slice index and its frame."""
_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True)
class _Box:
    """Rows top..bottom, columns left..right of a slice."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, other: _Box) -> bool:
        return (
            self.top <= other.top
            and self.left <= other.left
            and self.bottom >= other.bottom
            and self.right >= other.right
        )


@dataclass(slots=True, kw_only=True, eq=False)
class _Sum:
    """A running sum of frames."""

    box: _Box
    total: NDArray[np.float32]
    frames: set[Frame] = field(default_factory=set)


class SlabFrames:
    """Puts slices together; keeps what the next step of scrolling needs. For one thread.

    Codes are averaged as they are: modality values follow them linearly wherever windows do.
    """

    def __init__(self) -> None:
        self._slabs: OrderedDict[tuple[object, ...], Frame] = OrderedDict()
        self._blocks: OrderedDict[tuple[object, ...], Frame] = OrderedDict()
        self._sums: OrderedDict[str, _Sum] = OrderedDict()

    def combined(
        self,
        image_id: str,
        slices: Sequence[Numbered],
        mode: SlabMode,
        *,
        low_is_bright: bool = False,
    ) -> Frame:
        """One frame of several, all of the same size.

        low_is_bright: True where lower codes are brighter; the maximum is the brightest, always.
        Raises ValueError without frames.
        """
        frames = tuple(frame for _, frame in slices)
        if not frames:
            raise ValueError("a slab needs a frame at least")
        if len(frames) == 1:
            return frames[0]
        key = (mode, low_is_bright, frames)
        found = self._slabs.get(key)
        if found is None:
            if mode is SlabMode.MEAN:
                found = self._mean(image_id, frames)
            else:
                found = self._extreme(slices, (mode is SlabMode.MAXIMUM) != low_is_bright)
            found = _with_padding(found, frames)
            _keep(self._slabs, key, found, _RECENT_SLABS)
        else:
            self._slabs.move_to_end(key)
        return found

    @property
    def stored_bytes(self) -> int:
        """How many bytes are kept: slabs, blocks and running sums."""
        frames = (*self._slabs.values(), *self._blocks.values())
        totals = sum(running.total.nbytes for running in self._sums.values())
        return sum(frame.stored_bytes for frame in frames) + totals

    def forget(self) -> None:
        """Give back all memory."""
        self._slabs.clear()
        self._blocks.clear()
        self._sums.clear()

    def _mean(self, image_id: str, frames: tuple[Frame, ...]) -> Frame:
        wanted = set(frames)
        running = self._sums.get(image_id)
        box = _around(frames)
        if (
            running is None
            or not running.box.holds(box)
            or len(running.frames ^ wanted) > len(wanted)
        ):
            running = _empty_sum(box, frames[0])
        # Exact: a float32 holds every whole number up to 2**24, the sum of 256 codes of 16 bits.
        for frame in running.frames - wanted:
            total, codes = _added_to(running, frame)
            cv2.subtract(total, codes, dst=total, dtype=cv2.CV_32F)
        for frame in wanted - running.frames:
            total, codes = _added_to(running, frame)
            cv2.accumulate(codes, total)
        running.frames = wanted
        _keep(self._sums, image_id, running, _RECENT_SUMS)
        count = len(frames)
        mean = cv2.multiply(running.total, 1.0 / count, dtype=cv2.CV_16U)
        air = round(sum(frame.air_code for frame in frames) / count)
        return _framed(frames[0], running.box, mean, air)

    def _extreme(self, slices: Sequence[Numbered], highest: bool) -> Frame:
        """The highest or lowest code of each pixel, from blocks of slices that are kept."""
        parts: list[Frame] = []
        for _, members in groupby(slices, key=lambda numbered: numbered[0] // _BLOCK):
            frames = tuple(frame for _, frame in members)
            if len(frames) < _BLOCK:
                parts += frames
                continue
            key = (highest, frames)
            block = self._blocks.get(key)
            if block is None:
                block = _extreme_of(frames, highest)
            _keep(self._blocks, key, block, _RECENT_BLOCKS)
            parts.append(block)
        return _extreme_of(tuple(parts), highest)


def _empty_sum(box: _Box, frame: Frame) -> _Sum:
    """A sum with room around, since a breast grows and shrinks from slice to slice."""
    roomy = _Box(
        max(0, box.top - _ROOM),
        max(0, box.left - _ROOM),
        min(frame.rows, box.bottom + _ROOM),
        min(frame.columns, box.right + _ROOM),
    )
    shape = (roomy.bottom - roomy.top, roomy.right - roomy.left)
    return _Sum(box=roomy, total=np.zeros(shape, np.float32))


def _added_to(running: _Sum, frame: Frame) -> tuple[NDArray[np.float32], NDArray[np.uint16]]:
    """Where a frame is added, and its codes; air of code 0 adds nothing."""
    box = running.box
    if frame.air_code or not frame.pixels.size:
        return running.total, _part(frame, box)
    top, left = frame.top - box.top, frame.left - box.left
    height, width = frame.pixels.shape
    return running.total[top : top + height, left : left + width], frame.pixels


def _extreme_of(frames: tuple[Frame, ...], highest: bool) -> Frame:
    if len(frames) == 1:
        return frames[0]
    box = _around(frames)
    pixels = _part(frames[0], box).copy()
    for frame in frames[1:]:
        part = _part(frame, box)
        if highest:
            cv2.max(pixels, part, dst=pixels)
        else:
            cv2.min(pixels, part, dst=pixels)
    codes = [frame.air_code for frame in frames]
    return _framed(frames[0], box, pixels, max(codes) if highest else min(codes))


def _with_padding(slab: Frame, frames: Sequence[Frame]) -> Frame:
    """The slab, marked as padding where every one of its frames is."""
    marks = [frame.padding for frame in frames if frame.padding is not None]
    if len(marks) < len(frames):
        return slab
    height, width = slab.pixels.shape
    box = _Box(slab.top, slab.left, slab.top + height, slab.left + width)
    everywhere = _part(marks[0], box).copy()
    for mark in marks[1:]:
        cv2.min(everywhere, _part(mark, box), dst=everywhere)
    air = min(mark.air_code for mark in marks)
    return replace(slab, padding=_framed(slab, box, everywhere, air))


def _around(frames: Sequence[Frame]) -> _Box:
    """The smallest box that holds every pixel that is kept."""
    boxes = [
        (f.top, f.left, f.top + f.pixels.shape[0], f.left + f.pixels.shape[1])
        for f in frames
        if f.pixels.size
    ]
    if not boxes:
        return _Box(0, 0, 0, 0)
    tops, lefts, bottoms, rights = zip(*boxes, strict=True)
    return _Box(min(tops), min(lefts), max(bottoms), max(rights))


def _part(frame: Frame, box: _Box) -> NDArray[np.uint16]:
    """The codes of a frame in a box that holds all it keeps; air around them."""
    height, width = frame.pixels.shape
    if frame.pixels.size == 0:
        shape = (box.bottom - box.top, box.right - box.left)
        return np.full(shape, frame.air_code, np.uint16)
    if (height, width) == (box.bottom - box.top, box.right - box.left):
        return frame.pixels
    bordered: NDArray[np.uint16] = cv2.copyMakeBorder(
        frame.pixels,
        frame.top - box.top,
        box.bottom - frame.top - height,
        frame.left - box.left,
        box.right - frame.left - width,
        cv2.BORDER_CONSTANT,
        value=frame.air_code,
    )
    return bordered


def _framed(like: Frame, box: _Box, pixels: NDArray[np.uint16] | None, air_code: int) -> Frame:
    if pixels is None or pixels.size == 0:
        pixels = np.empty((0, 0), np.uint16)
    return Frame(
        rows=like.rows,
        columns=like.columns,
        top=box.top,
        left=box.left,
        pixels=np.ascontiguousarray(pixels, np.uint16),
        air_code=air_code,
    )


def _keep(kept: OrderedDict[_Key, _Kept], key: _Key, found: _Kept, most: int) -> None:
    kept[key] = found
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
