"""The drawing area of a pane: one widget that paints the whole scene."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QThreadPool, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from viewer.domain.frame import Frame
from viewer.jobs.raster_ahead import PaneAhead, RasterAhead
from viewer.rendering.raster import Quality
from viewer.rendering.scene import PaneScene
from viewer.rendering.scene_raster import (
    NOTHING_RENDERED,
    SceneRaster,
    on_other_slice,
    place_in,
    rasterise,
)
from viewer.ui.pane.ink import BACKGROUND
from viewer.ui.pane.kept_layer import KeptLayers
from viewer.ui.pane.mark_painting import box_at
from viewer.ui.pane.painting import draw_stretched, paint_scene
from viewer.ui.pane.still_rendering import StillRendering
from viewer.ui.text_size import text_factor

IDLE_MS = 80
"""So long after the last change a shrunk image is drawn again, antialiased."""


class _Ready(QObject):
    """Says that pixels are ready, from the thread that made them.

    Keep it without a Qt parent: a thread at work holds it alive after its pane is gone.
    """

    said = Signal()


class SceneView(QWidget):
    """Draws the newest scene only, quickly while it changes and antialiased when it rests.

    The mouse passes through to the parent.
    """

    def __init__(
        self,
        *,
        still_pool: QThreadPool,
        raster_ahead: RasterAhead | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # Every pixel is painted: nothing behind the image need be.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._scene: PaneScene | None = None
        self._raster = NOTHING_RENDERED
        self._painted: PaneScene | None = None
        self._painted_raster = NOTHING_RENDERED
        self._kept = KeptLayers()
        self._ahead = None if raster_ahead is None else PaneAhead(raster_ahead)
        self._ready = _Ready()
        self._ready.said.connect(self._paint_when_ready)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self._render_still)
        self._stills = StillRendering(pool=still_pool)
        self._stills.rendered.connect(self._take_still)

    @property
    def scene(self) -> PaneScene | None:
        """What is shown."""
        return self._scene

    @property
    def is_final(self) -> bool:
        """True when the picture on screen will not get better by waiting."""
        return self._idle.isActive() is False and self._is_settled()

    @property
    def has_painted_newest(self) -> bool:
        """True when the newest scene has been on screen, with or without an image."""
        return self._painted is self._scene

    @property
    def has_painted_image(self) -> bool:
        """True when the image of the newest scene has been on screen."""
        scene = self._scene
        return scene is not None and scene.image is not None and self._painted is scene

    def box_at(self, device_point: QPointF) -> int | None:
        """The number of the box whose label or line is drawn at a point, if one is."""
        scene = self._painted
        if scene is None:
            return None
        scale = self.devicePixelRatioF() * text_factor()
        return box_at(scene.boxes, self._kept.box_places.latest, scale, device_point)

    def show_scene(self, scene: PaneScene, *, ahead: bool = False) -> None:
        """Show a scene at the next repaint; scenes in between are never drawn.

        ahead: begin to render it now, in another thread.
        """
        self._scene = scene
        if self._ahead is not None:
            self._raster = self._ahead.recall(scene, self._raster)
            self._ahead.forget()
            if ahead and self.isVisible():
                self._ahead.begin(scene, self._raster)
                if self._ahead.is_rendering:
                    # The window's thread has better to do than to wait for pixels.
                    self._ahead.when_ready(self._ready.said.emit)
                    return
        self.update()

    def expect(self, frame: Frame, slice_index: int) -> None:
        """Begin to render a slice of the same image that will probably be shown next."""
        scene = None if self._scene is None else on_other_slice(self._scene, frame, slice_index)
        if self._ahead is not None and scene is not None and self.isVisible():
            self._ahead.expect(scene)

    def forget_neighbours(self) -> None:
        """Give back the pixels of slices that are not shown."""
        if self._ahead is not None:
            self._ahead.forget_all()

    def finish_rendering(self) -> None:
        """Render at final quality now, in this thread: for screenshots and tests."""
        if self._scene is None:
            return
        self._idle.stop()
        self._stills.forget()
        self._raster = rasterise(self._scene, Quality.STILL, self._raster)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw the newest scene."""
        painter = QPainter(self)
        # Whatever goes wrong below, Qt must not meet a painter that is still at work.
        try:
            self.paint(painter)
        finally:
            painter.end()

    def paint(self, painter: QPainter) -> None:
        """Draw the newest scene, one painter unit a logical pixel of this widget."""
        scene = self._scene
        ratio = self.devicePixelRatioF()
        if scene is None or not self._fills(scene, ratio):
            painter.fillRect(self.rect(), BACKGROUND)
        if scene is None:
            return
        painter.scale(1.0 / ratio, 1.0 / ratio)
        if self._is_resized(scene):
            self._paint_stand_in(painter, scene)
            return
        painted = self._painted
        if painted is not None and self._is_rendering and self._fills(painted, ratio):
            # Something else asks for a paint: what is on screen stays there, nothing waits.
            if painted.image_id == scene.image_id:
                self._paint(painter, painted, self._painted_raster)
            else:
                # The pane may have moved: another image's picture would stand at a wrong place.
                painter.fillRect(QRectF(0, 0, scene.pane_width, scene.pane_height), BACKGROUND)
            return
        before = self._raster
        begun = before if self._ahead is None else self._ahead.take(scene, before)
        self._raster = rasterise(scene, Quality.MOVING, begun)
        if self._ahead is not None and self._raster is not before:
            self._ahead.keep(self._raster)
        if self._raster.grey is not self._painted_raster.grey and not self._is_settled():
            self._idle.start()
        self._painted_raster = self._raster
        self._paint(painter, scene, self._raster)
        self._painted = scene

    def _paint(self, painter: QPainter, scene: PaneScene, raster: SceneRaster) -> None:
        text_scale = self.devicePixelRatioF() * text_factor()
        paint_scene(painter, scene, text_scale=text_scale, raster=raster, kept=self._kept)

    @property
    def _is_rendering(self) -> bool:
        """Whether another thread makes the pixels of the newest scene."""
        return self._ahead is not None and self._ahead.is_rendering

    def _is_resized(self, scene: PaneScene) -> bool:
        """Whether pixels for another size of the pane are being made: they are not waited for."""
        if not self._is_rendering:
            return False
        viewport = None if self._raster.grey is None else self._raster.grey.viewport
        before = viewport and (viewport.pane_width, viewport.pane_height)
        return before is not None and before != (scene.pane_width, scene.pane_height)

    def _paint_stand_in(self, painter: QPainter, scene: PaneScene) -> None:
        """The image as it was, stretched, without words and overlay; black where it is another."""
        painter.fillRect(QRectF(0, 0, scene.pane_width, scene.pane_height), BACKGROUND)
        grey = self._raster.grey
        place = None if grey is None else place_in(scene, grey)
        if grey is not None and place is not None:
            draw_stretched(painter, grey, QRectF(*place))

    def _is_settled(self) -> bool:
        scene, grey = self._scene, self._raster.grey
        if scene is None or scene.image is None:
            return True
        return grey is not None and grey.is_final and grey.key == scene.image.key

    def _fills(self, scene: PaneScene, ratio: float) -> bool:
        size = (round(self.width() * ratio), round(self.height() * ratio))
        return size == (scene.pane_width, scene.pane_height)

    @Slot()
    def _paint_when_ready(self) -> None:
        # Pixels of a scene that has been replaced meanwhile are not waited for.
        if not self._is_rendering:
            self.update()

    @Slot()
    def _render_still(self) -> None:
        if self._scene is not None and not self._is_settled():
            self._stills.request(self._scene, self._raster)

    @Slot(object)
    def _take_still(self, still: SceneRaster | None) -> None:
        """Swap in an antialiased image unless the pane has moved on."""
        image = None if self._scene is None else self._scene.image
        if image is None or still is None or still.grey is None or still.grey.key != image.key:
            return
        self._raster = replace(self._raster, grey=still.grey)
        if self._ahead is not None:
            self._ahead.keep(self._raster)
        self.update()
