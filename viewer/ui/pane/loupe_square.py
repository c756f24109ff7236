"""The square of a loupe over a pane, painted by the pane's own painter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, Qt, Slot
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from viewer.domain.grey_view import Loupe
from viewer.rendering.captions import Emphasis
from viewer.rendering.loupe import loupe_scene, shows_less
from viewer.rendering.raster import Quality
from viewer.rendering.scene import PaneScene
from viewer.ui.fonts import text_font
from viewer.ui.pane.crosshair_painting import paint_crosshair
from viewer.ui.pane.image_pane import ImagePane
from viewer.ui.pane.ink import ACCENT, GROUND, TEXT, TEXT_SIZE
from viewer.ui.pane.painting import paint_scene
from viewer.ui.text_size import scaled, text_factor

_IMAGE_ALONE = "image alone"
"""Said where the pane shows the AI's overlay or marks, which would hide what a loupe is for."""


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
        pane.installEventFilter(self)
        pane.scene_shown.connect(self._say)

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
        self._say()

    @property
    def words(self) -> str:
        """All that it says."""
        return "  ".join(filter(None, (self._title, self._alone)))

    def word_places(self) -> dict[str, QRect]:
        """What is written where, in logical pixels: in the bottom left corner.

        What has no room on that line is in the top left corner: never over the middle.
        """
        metrics = QFontMetrics(text_font(scaled(TEXT_SIZE)))
        height, room = scaled(20), scaled(12)
        wide = metrics.horizontalAdvance(self.words) + room
        if wide <= self.width() - 2 or not self._alone:
            return {self.words: QRect(1, self.height() - height, wide, height - 1)}
        title, alone = (
            min(metrics.horizontalAdvance(one) + room, self.width() - 2)
            for one in (self._title, self._alone)
        )
        return {
            self._title: QRect(1, self.height() - height, title, height - 1),
            self._alone: QRect(1, 1, alone, height - 1),
        }

    @property
    def _title(self) -> str:
        """The view, whose letters on the pane the square may hide, and the enlargement."""
        shown = self._pane.scene
        lines = () if shown is None or shown.image is None else shown.top_lines
        view = [line.text for line in lines if line.emphasis is Emphasis.VIEW]
        return "  ".join((*view, f"{self._loupe.zoom}:1"))

    @property
    def _alone(self) -> str:
        shown = self._pane.scene
        return _IMAGE_ALONE if shown is not None and shows_less(shown) else ""

    @Slot()
    def _say(self) -> None:
        self.setAccessibleDescription(self.words)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Stay whole in a pane that becomes smaller."""
        if watched is self._pane and event.type() == QEvent.Type.Resize and self.isVisible():
            self.show_at(self._centre, self._loupe)
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Paint the pixels, a crosshair on the pane's point, a frame and the zoom."""
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
                paint_crosshair(painter, scene.pane_width, scale=ratio)
                painter.resetTransform()
            self._paint_frame(painter)
        finally:
            painter.end()

    def _paint_frame(self, painter: QPainter) -> None:
        painter.setPen(QPen(ACCENT, 1.0))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.setFont(text_font(scaled(TEXT_SIZE)))
        painter.setPen(TEXT)
        for words, place in self.word_places().items():
            painter.fillRect(place, GROUND)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
