"""Pixels of several panes at once, made while the window is busy with its words and lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from inference.process import usable_cores
from viewer.rendering.raster import Quality
from viewer.rendering.scene import PaneScene
from viewer.rendering.scene_raster import (
    NOTHING_RENDERED,
    SceneRaster,
    look_the_same,
    rasterise,
)

_MOST_THREADS = 3
_KEPT = 3
"""Pictures a pane keeps: what is shown, the slice before it and the one after."""


class RasterAhead:
    """The threads that panes of a window share; resampling releases the interpreter."""

    def __init__(self, threads: int | None = None) -> None:
        """threads: None: as many as leave the window's own thread a core of its own."""
        beside_window = min(max(1, usable_cores() - 1), _MOST_THREADS)
        self._pool = ThreadPoolExecutor(threads or beside_window, thread_name_prefix="raster")
        self._is_closed = False

    def begin(self, scene: PaneScene, earlier: SceneRaster) -> Future[SceneRaster] | None:
        """Render what changed since `earlier`; None once closed."""
        if self._is_closed:
            return None
        return self._pool.submit(rasterise, scene, Quality.MOVING, earlier)

    def close(self) -> None:
        """Wait for what is being rendered, drop the rest."""
        self._is_closed = True
        self._pool.shutdown(cancel_futures=True)


class PaneAhead:
    """What one pane has asked for: the pixels of its newest scene, and of what may come next.

    Pixels of the scenes shown last are kept, so that a step back costs none.
    """

    def __init__(self, threads: RasterAhead) -> None:
        self._threads = threads
        self._scene: PaneScene | None = None
        self._future: Future[SceneRaster] | None = None
        self._expected: tuple[PaneScene, Future[SceneRaster]] | None = None
        self._kept: deque[SceneRaster] = deque(maxlen=_KEPT)

    def begin(self, scene: PaneScene, earlier: SceneRaster) -> None:
        """Render a scene ahead; replaces an earlier request.

        Nothing is begun where `earlier` has all of it.
        """
        self.forget()
        expected = self._expected
        if expected is not None and look_the_same(scene, expected[0]):
            self._scene, self._future, self._expected = scene, expected[1], None
            return
        self._stop_expecting()
        if scene.image is not None and not earlier.has_all_of(scene):
            self._scene, self._future = scene, self._threads.begin(scene, earlier)

    @property
    def is_rendering(self) -> bool:
        """Whether what was begun is not ready: `take` would wait for it."""
        return self._future is not None and not self._future.done()

    def when_ready(self, call: Callable[[], None]) -> None:
        """Call once what was begun is ready, or dropped; from any thread, at once if it is."""
        if self._future is not None:
            self._future.add_done_callback(lambda _: call())

    def expect(self, scene: PaneScene) -> None:
        """Render what will probably be shown next, as soon as a thread is free."""
        self._stop_expecting()
        if any(raster.has_all_of(scene) for raster in self._kept):
            return
        future = self._threads.begin(scene, NOTHING_RENDERED)
        if future is not None:
            self._expected = scene, future

    def forget(self) -> None:
        """Drop a request, whether it has begun or not."""
        if self._future is not None:
            self._future.cancel()
        self._scene = self._future = None

    def forget_all(self) -> None:
        """Drop everything, also what was shown."""
        self.forget()
        self._stop_expecting()
        self._kept.clear()

    def keep(self, raster: SceneRaster) -> None:
        """Keep what was painted, in place of a coarser picture of the same."""
        grey = raster.grey
        if grey is None:
            return
        for other in list(self._kept):
            if other.grey is not None and other.grey.key == grey.key:
                self._kept.remove(other)
        self._kept.append(raster)

    def recall(self, scene: PaneScene, earlier: SceneRaster) -> SceneRaster:
        """The best that is at hand of a scene: kept from before, else `earlier`."""
        if scene.image is None or earlier.has_grey_of(scene):
            return earlier
        return next((one for one in self._kept if one.has_grey_of(scene)), earlier)

    def take(self, scene: PaneScene, earlier: SceneRaster) -> SceneRaster:
        """What was rendered of a scene, waiting for it; `earlier` where nothing was asked for.

        A grey image that `earlier` has of the same scene stays: it may be antialiased by now.
        """
        if self._future is None or self._scene is not scene or self._future.cancelled():
            return earlier
        made = self._future.result()
        self.forget()
        if not earlier.has_grey_of(scene):
            return made
        return SceneRaster(
            grey=earlier.grey, saliency=made.saliency, saliency_key=made.saliency_key
        )

    def _stop_expecting(self) -> None:
        if self._expected is not None:
            self._expected[1].cancel()
        self._expected = None
