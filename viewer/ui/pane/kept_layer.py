"""Lines and words that stay the same from one repaint to the next are drawn from a picture."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage, QPainter

from viewer.ui.backing import draw_translucent
from viewer.ui.pane.box_places import BoxPlaces
from viewer.ui.pane.corner_ways import CornerWays
from viewer.ui.pane.mark_line_edges import MarkLineEdges


class KeptLayer:
    """Draws what changed directly, and what did not from a picture made at the second time.

    So a layer that changes at every step costs no more than without a picture.
    """

    def __init__(self) -> None:
        self.pictures_made = 0
        self._key: object = None
        self._picture: QImage | None = None
        self._corner = QPoint()

    def draw(
        self,
        painter: QPainter,
        key: object,
        size: tuple[int, int],
        draw: Callable[[QPainter], None],
        *,
        scale: float = 1.0,
    ) -> None:
        """Draw a layer at the painter's origin.

        key: equal for layers that look the same. size: width and height in painter units.
        draw: draws the layer anew. scale: device pixels per painter unit.
        """
        if (key, scale) != self._key:
            self._key, self._picture = (key, scale), None
            draw(painter)
            return
        if self._picture is None:
            self.pictures_made += 1
            self._corner, self._picture = _cropped(_drawn(painter, size, scale, draw))
        if scale == 1.0:
            draw_translucent(painter, self._corner, self._picture)
            return
        painter.save()
        painter.scale(1.0 / scale, 1.0 / scale)
        draw_translucent(painter, self._corner, self._picture)
        painter.restore()


class KeptLayers:
    """The layers of one pane, and where its labels stood."""

    def __init__(self) -> None:
        self.below_words = KeptLayer()
        """Boxes, known findings and places a reader points at."""
        self.mark_lines = KeptLayer()
        """What a reader drew."""
        self.mark_labels = KeptLayer()
        """What is said of it, which for a region differs from slice to slice."""
        self.corner_ways = CornerWays()
        self.box_places = BoxPlaces()
        self.line_edges = MarkLineEdges()


def _drawn(
    painter: QPainter, size: tuple[int, int], scale: float, draw: Callable[[QPainter], None]
) -> QImage:
    width, height = (max(1, ceil(side * scale)) for side in size)
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    own = QPainter(image)
    own.setRenderHints(painter.renderHints())
    own.scale(scale, scale)
    draw(own)
    own.end()
    return image


def _cropped(image: QImage) -> tuple[QPoint, QImage]:
    """The part that is not clear, and where it begins."""
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())
    rows = np.flatnonzero(np.bitwise_or.reduce(pixels, axis=1))
    if rows.size == 0:
        return QPoint(), QImage()
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(np.bitwise_or.reduce(pixels[top:bottom], axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    return QPoint(left, top), image.copy(left, top, right - left, bottom - top)
