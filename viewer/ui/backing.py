"""How many levels of grey the picture of a window keeps."""

from __future__ import annotations

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from viewer.domain.grey_depth import GreyDepth

FORMATS = {
    GreyDepth.EIGHT_BITS: QImage.Format.Format_RGB32,
    GreyDepth.TEN_BITS: QImage.Format.Format_RGB30,
}
"""Of pictures whose pixels are packed for a depth."""


def painted_depth(widget: QWidget) -> GreyDepth:
    """What is kept of grey on the way from a widget's painter to the screen.

    Asked of the picture that the window is painted into; of the window itself until there is one;
    8 bits before the window exists.
    """
    window = widget.window()
    store, handle = window.backingStore(), window.windowHandle()
    picture = None if store is None else store.paintDevice()
    if isinstance(picture, QImage) and not picture.isNull():
        bits = picture.pixelFormat().redSize()
    else:
        bits = 8 if handle is None else handle.format().redBufferSize()
    return GreyDepth.TEN_BITS if bits >= GreyDepth.TEN_BITS.value else GreyDepth.EIGHT_BITS
