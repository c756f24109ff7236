"""Antialiased pictures made in a worker thread once the reader stops moving."""

from __future__ import annotations

import logging
from functools import partial

import cv2
from PySide6.QtCore import QObject, QThreadPool, Signal, Slot

from inference.process import yield_to_window
from viewer.rendering.raster import Quality
from viewer.rendering.scene import PaneScene
from viewer.rendering.scene_raster import SceneRaster, rasterise

log = logging.getLogger(__name__)


class StillRendering(QObject):
    """Renders at most one scene at a time, then the newest one asked for meanwhile.

    Keep it without a Qt parent: a running job holds it alive after its pane is gone.
    """

    rendered = Signal(object)
    """A SceneRaster, None when rendering failed; delivered in the thread that owns this object."""

    def __init__(self, *, pool: QThreadPool) -> None:
        super().__init__()
        self._pool = pool
        self._is_running = False
        self._next: tuple[PaneScene, SceneRaster] | None = None
        self.rendered.connect(self._go_on)

    def request(self, scene: PaneScene, earlier: SceneRaster) -> None:
        """Render a scene soon; replaces a request that has not begun."""
        self._next = (scene, earlier)
        self._start()

    def forget(self) -> None:
        """Drop a request that has not begun."""
        self._next = None

    def _start(self) -> None:
        if self._is_running or self._next is None:
            return
        scene, earlier = self._next
        self._next = None
        self._is_running = True
        self._pool.start(partial(self._render, scene, earlier))

    def _render(self, scene: PaneScene, earlier: SceneRaster) -> None:
        """Runs in a worker thread; a scene and its rasters are never changed."""
        yield_to_window()
        raster: SceneRaster | None = None
        try:
            raster = rasterise(scene, Quality.STILL, earlier)
        except (cv2.error, MemoryError):
            log.exception("antialiased rendering failed; the quick picture stays")
        self.rendered.emit(raster)

    @Slot(object)
    def _go_on(self, _raster: SceneRaster | None) -> None:
        self._is_running = False
        self._start()
