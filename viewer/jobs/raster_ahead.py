"""Pixels of several panes at once, made while the window is busy with its words and lines."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from viewer.rendering.raster import Quality
from viewer.rendering.scene import PaneScene
from viewer.rendering.scene_raster import SceneRaster, rasterise

_THREADS = 2


class RasterAhead:
    """The threads that panes of a window share; resampling releases the interpreter."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="raster")
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
    """What one pane has asked for: the pixels of its newest scene."""

    def __init__(self, threads: RasterAhead) -> None:
        self._threads = threads
        self._scene: PaneScene | None = None
        self._future: Future[SceneRaster] | None = None

    def begin(self, scene: PaneScene, earlier: SceneRaster) -> None:
        """Render a scene ahead; replaces an earlier request."""
        self.forget()
        if scene.image is not None:
            self._scene, self._future = scene, self._threads.begin(scene, earlier)

    def forget(self) -> None:
        """Drop a request, whether it has begun or not."""
        if self._future is not None:
            self._future.cancel()
        self._scene = self._future = None

    def take(self, scene: PaneScene, earlier: SceneRaster) -> SceneRaster:
        """What was rendered of a scene, waiting for it; `earlier` where nothing was asked for.

        A grey image that `earlier` has of the same scene stays: it may be antialiased by now.
        """
        if self._future is None or self._scene is not scene or self._future.cancelled():
            return earlier
        made = self._future.result()
        self.forget()
        key = None if scene.image is None else scene.image.key
        if earlier.grey is None or earlier.grey.key != key:
            return made
        return SceneRaster(
            grey=earlier.grey, saliency=made.saliency, saliency_key=made.saliency_key
        )
