"""The square of a loupe over a pane, painted by the pane's own painter."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from viewer.domain.grey_view import Loupe
from viewer.rendering.loupe import loupe_scene
from viewer.rendering.raster import Quality
from viewer.rendering.scene import PaneScene
from viewer.ui.fonts import text_font
from viewer.ui.pane.image_pane import ImagePane
from viewer.ui.pane.ink import ACCENT, GROUND, TEXT, TEXT_SIZE
from viewer.ui.pane.painting import paint_scene
from viewer.ui.text_size import scaled, text_factor


class LoupeSquare(QWidget):
    """Lies on a pane, centred on a point, and lets the mouse through to it."""

    def __init__(self, pane: ImagePane) -> None:
        super().__init__(pane)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Loupe")
        self._pane = pane
        self._loupe = Loupe()
        self._centre = QPointF()
        self.hide()

    @property
    def pane(self) -> ImagePane:
        """Where it lies."""
        return self._pane

    @property
    def centre(self) -> QPointF:
        """The point of the pane it shows, in logical pixels."""
        return self._centre

    @property
    def scene(self) -> PaneScene | None:
        """What it shows; None where the pane has no image."""
        shown = self._pane.scene
        if shown is None:
            return None
        ratio = self._pane.devicePixelRatioF()
        return loupe_scene(
            shown,
            device_x=self._centre.x() * ratio,
            device_y=self._centre.y() * ratio,
            zoom=self._loupe.zoom,
            side=max(1, round(self.width() * ratio)),
        )

    def show_at(self, centre: QPointF, loupe: Loupe) -> None:
        """Show what lies around a point of the pane, in logical pixels."""
        self._centre, self._loupe = centre, loupe
        side = min(loupe.side, self._pane.width(), self._pane.height())
        left, top = round(centre.x() - side / 2), round(centre.y() - side / 2)
        # At the pane's border the square stays whole; its centre goes on following the pointer.
        left = min(max(left, 0), self._pane.width() - side)
        top = min(max(top, 0), self._pane.height() - side)
        self.setGeometry(QRect(left, top, side, side))
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the pixels, a frame and the zoom."""
        del event
        scene = self.scene
        painter = QPainter(self)
        try:
            ratio = self._pane.devicePixelRatioF()
            if scene is not None:
                painter.scale(1.0 / ratio, 1.0 / ratio)
                paint_scene(
                    painter, scene, text_scale=ratio * text_factor(), quality=Quality.MOVING
                )
                painter.resetTransform()
            self._paint_frame(painter)
        finally:
            painter.end()

    def _paint_frame(self, painter: QPainter) -> None:
        painter.setPen(QPen(ACCENT, 1.0))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.setFont(text_font(scaled(TEXT_SIZE)))
        height = scaled(20)
        label = QRect(1, self.height() - height, scaled(34), height - 1)
        painter.fillRect(label, GROUND)
        painter.setPen(TEXT)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, f"{self._loupe.zoom}:1")
