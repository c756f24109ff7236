"""Thumbnails and pictures of patches, made in a thread of their own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from inference.process import yield_to_window
from inference.types import Box
from viewer.domain.image_stack import ImageStack
from viewer.domain.pane_state import PaneState
from viewer.loading.decode_pool import DecodePool
from viewer.loading.errors import LoadingError
from viewer.logs import log_bug
from viewer.rendering.bright_padding import bright_padding, for_drawing
from viewer.rendering.patch_picture import render_patch, render_thumbnail
from viewer.rendering.scene import display_table, shown_voi

log = logging.getLogger(__name__)

PictureKey = tuple[str, int]
"""Image id, and the number of a patch from 1; 0 for the whole image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRequest:
    """A small picture of an image or of a box on one of its slices; in the header's window."""

    key: PictureKey
    stack: ImageStack
    slice_index: int
    box: Box | None
    width: int
    height: int


class SmallPictures(QObject):
    """Makes the pictures that were asked for last; older wishes are dropped."""

    made = Signal(object, object)
    """PictureKey, and grey (rows, columns) uint8."""

    def __init__(self, *, pool: DecodePool, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = pool
        self._changed = threading.Condition()
        self._wishes: list[PictureRequest] = []
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=name)
        self._thread.start()

    def want(self, requests: Sequence[PictureRequest]) -> None:
        """Make these pictures in this order, instead of those that wait."""
        with self._changed:
            self._wishes = list(requests)
            self._changed.notify_all()

    def close(self) -> None:
        """Stop and wait for the thread; close the pool before, a picture may wait for it."""
        with self._changed:
            self._wishes = []
            self._closed = True
            self._changed.notify_all()
        self._thread.join()

    def _work(self) -> None:
        yield_to_window()
        while True:
            with self._changed:
                while not self._wishes and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                request = self._wishes.pop(0)
            self._make(request)

    def _make(self, request: PictureRequest) -> None:
        try:
            picture = self._picture(request)
        except LoadingError as error:
            log.info("no small picture: %s", type(error).__name__)
            return
        # The boundary: one picture that cannot be drawn must not end the thread.
        except Exception as error:  # noqa: BLE001
            log_bug(type(error), error.__traceback__)
            return
        if picture is not None:
            self.made.emit(request.key, picture)

    def _picture(self, request: PictureRequest) -> NDArray[np.uint8] | None:
        frame = self._pool.frame(request.stack.image_id, request.slice_index, wait=True)
        if frame is None:
            return None
        pane = PaneState(image_id=request.stack.image_id, slice_index=request.slice_index)
        voi = shown_voi(request.stack, pane)
        table = display_table(request.stack.grey_scale, voi, inverted=False)
        frame = for_drawing(frame, bright_padding(request.stack.grey_scale, voi, inverted=False))
        size = {"width": request.width, "height": request.height}
        if request.box is None:
            return render_thumbnail(frame, table, **size)
        return None if request.box.is_empty else render_patch(frame, request.box, table, **size)
