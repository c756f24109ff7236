"""How many levels of grey the picture of a window keeps."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from viewer.domain.grey_depth import GreyDepth

FORMATS = {
    GreyDepth.EIGHT_BITS: QImage.Format.Format_RGB32,
    GreyDepth.TEN_BITS: QImage.Format.Format_RGB30,
}
"""Of pictures whose pixels are packed for a depth."""
_STRIP = 95


def painted_depth(widget: QWidget) -> GreyDepth:
    """What is kept of grey on the way from a widget's painter to the screen.

    Asked of the picture that the window is painted into; of the window itself until there is one;
    8 bits before the window exists.
    """
    window = widget.window()
    store, handle = window.backingStore(), window.windowHandle()
    picture = None if store is None else store.paintDevice()
    if isinstance(picture, QImage) and not picture.isNull():
        return _depth_of(picture.pixelFormat().redSize())
    return _depth_of(8 if handle is None else handle.format().redBufferSize())


def draw_translucent(painter: QPainter, corner: QPoint, layer: QImage) -> None:
    """Draw a layer with its upper left corner at a place, one pixel a painter unit."""
    device = painter.paintEngine().paintDevice()
    if not isinstance(device, QImage) or (
        _depth_of(device.pixelFormat().redSize()) is GreyDepth.EIGHT_BITS
    ):
        painter.drawImage(corner, layer)
        return
    # Qt mixes more rows than these into 10 bits in threads of its own, for which a painter waits
    # that shares the machine with others.
    for first in range(0, layer.height(), _STRIP):
        strip = QRect(0, first, layer.width(), min(_STRIP, layer.height() - first))
        painter.drawImage(QPoint(corner.x(), corner.y() + first), layer, strip)


def _depth_of(bits: int) -> GreyDepth:
    return GreyDepth.TEN_BITS if bits >= GreyDepth.TEN_BITS.value else GreyDepth.EIGHT_BITS
