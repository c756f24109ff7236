"""The frame that a pane shows: one slice, or a slab of those that are decoded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from viewer.domain.frame import Frame
from viewer.domain.image_stack import ImageStack
from viewer.domain.pane_state import PaneState
from viewer.domain.slab import is_slab, slab_slices, slab_words
from viewer.rendering.bright_padding import bright_padding, for_drawing
from viewer.rendering.moving_words import MovingWords
from viewer.rendering.scene import shown_voi
from viewer.rendering.slab import SlabFrames
from viewer.rendering.slab_values import SlabParts

FrameOf = Callable[[str, int], Frame | None]
"""A decoded slice of an image id, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFrame:
    """What a pane draws, and what it must say of it."""

    frame: Frame | None
    slab: str = ""
    """The slab in words; empty for a slice alone."""
    parts: SlabParts | None = None
    """What a slab is put together from; None for a slice alone."""
    slices: int = 1
    missing: int = 0
    """How many slices of the slab are not in the picture."""

    @property
    def words(self) -> MovingWords:
        """For the pane."""
        return MovingWords(
            slab=self.slab, slab_slices=self.slices, slab_missing=self.missing * bool(self.frame)
        )


OnSize = Callable[[int], None]


def _nobody(size: int) -> None:
    del size


class PaneFrames:
    """Takes frames from where they are decoded, and puts slabs together. For one thread."""

    def __init__(self, frame_of: FrameOf, *, on_size: OnSize = _nobody) -> None:
        """on_size: told how many bytes slabs and what they are made of take, when that changes."""
        self._frame_of = frame_of
        self._on_size = on_size
        self._size = 0
        self._slabs = SlabFrames()

    def of(self, image: ImageStack, pane: PaneState) -> ShownFrame:
        """What a pane with this image shows now; a slab that is not whole says so."""
        if not is_slab(pane.slab, pane.slice_index, image):
            return ShownFrame(frame=self._frame_of(image.image_id, pane.slice_index))
        wanted = slab_slices(pane.slab, pane.slice_index, image)
        found = [
            (index, frame)
            for index in wanted
            if (frame := self._frame_of(image.image_id, index)) is not None
        ]
        frame, parts = None, None
        if found:
            low_is_bright = image.grey_scale.low_codes_are_bright
            parts = SlabParts(
                frames=tuple(frame for _, frame in found),
                mode=pane.slab.mode,
                low_is_bright=low_is_bright,
            )
            voi = shown_voi(image, pane)
            padding = bright_padding(image.grey_scale, voi, inverted=pane.inverted)
            frame = self._slabs.combined(
                image.image_id,
                [(index, for_drawing(frame, padding)) for index, frame in found],
                pane.slab.mode,
                low_is_bright=low_is_bright,
            )
            self._tell_size()
        return ShownFrame(
            frame=frame,
            slab=slab_words(pane.slab, pane.slice_index, image),
            parts=parts,
            slices=len(wanted),
            missing=len(wanted) - len(found),
        )

    def forget(self) -> None:
        """Give back what slabs were made of."""
        self._slabs.forget()
        self._tell_size()

    def _tell_size(self) -> None:
        size = self._slabs.stored_bytes
        if size != self._size:
            self._size = size
            self._on_size(size)
