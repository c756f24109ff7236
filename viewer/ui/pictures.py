"""Annotated pictures of one pane or the whole hanging, painted as the screen is.

For the window: make Shots from the panes on screen (the arguments of their scenes), then
pane_picture or hanging_picture, then save_picture or copy_picture. Any thread may paint; only
copy_picture belongs to the GUI thread. A QGuiApplication must exist, for its fonts.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF
from PySide6.QtGui import QColor, QGuiApplication, QImage, QImageWriter, QPainter

from viewer.export.atomic_write import replacing
from viewer.export.shot import Shot, ShotGrid, native_factor
from viewer.ui.fonts import load_fonts
from viewer.ui.pane.painting import paint_scene
from viewer.ui.pictures_caption import strip_of

_GAP_COLOUR = QColor("#16181b")


class UnknownPictureFormat(ValueError):
    """The file name asks for a format that is not written."""


def pane_picture(shot: Shot, *, native: bool = False) -> QImage:
    """Picture one pane with a caption below.

    native: one image pixel on one picture pixel, the same part of the image; else screen size.
    """
    return hanging_picture(((shot,),), native=native)


def hanging_picture(grid: ShotGrid, *, native: bool = False, gap: int = 0) -> QImage:
    """Picture rows of panes with a caption below.

    native: the pane shrunk most on screen comes to one image pixel on one picture pixel, the
    others grow as much. gap: device pixels between rows and between columns.
    """
    if native:
        factor = native_factor(grid)
        grid = tuple(tuple(shot.enlarged(factor) for shot in row) for row in grid)
    load_fonts()
    width = max(sum(s.pane_width for s in row) + gap * (len(row) - 1) for row in grid)
    heights = [max(shot.pane_height for shot in row) for row in grid]
    height = sum(heights) + gap * (len(grid) - 1)
    strip = strip_of(grid, width=width, scale=max(s.text_scale for row in grid for s in row))
    picture = blank_picture(width, height + strip.height)
    painter = QPainter(picture)
    try:
        y = 0
        for row, row_height in zip(grid, heights, strict=True):
            x = 0
            for shot in row:
                _paint_at(painter, shot, x, y)
                x += shot.pane_width + gap
            y += row_height + gap
        strip.draw(painter, height)
    finally:
        painter.end()
    return picture


def blank_picture(width: int, height: int) -> QImage:
    """A picture without metadata, opaque; raises MemoryError when it is too large."""
    picture = QImage(width, height, QImage.Format.Format_RGB32)
    if picture.isNull():
        raise MemoryError(f"a picture of {width} x {height} pixels does not fit into memory")
    picture.fill(_GAP_COLOUR)
    return picture


def png_bytes(picture: QImage) -> bytes:
    """Encode as PNG; the file holds pixels only, no text, no time, no name."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"png"))
    grey = QImage.Format.Format_Grayscale8
    plain = picture.format() if picture.format() == grey else QImage.Format.Format_RGB888
    if not writer.write(picture.convertToFormat(plain)):
        raise MemoryError(f"the picture could not be encoded: {writer.errorString()}")
    return bytes(content.data())


def rgb_pixels(picture: QImage) -> NDArray[np.uint8]:
    """Copy a picture into an array (rows, columns, 3), red first."""
    plain = picture.convertToFormat(QImage.Format.Format_RGB888)
    rows, columns = plain.height(), plain.width()
    stored = np.frombuffer(plain.constBits(), np.uint8).reshape(rows, plain.bytesPerLine())
    return stored[:, : 3 * columns].reshape(rows, columns, 3).copy()


def save_picture(picture: QImage, path: Path) -> None:
    """Write a picture as PNG, whole or not at all.

    Raises UnknownPictureFormat for another suffix and CannotWrite when the file cannot be made.
    """
    if path.suffix.lower() != ".png":
        raise UnknownPictureFormat(f"{path.name}: pictures are written as .png")
    content = png_bytes(picture)
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def copy_picture(picture: QImage) -> None:
    """Put a picture on the clipboard."""
    QGuiApplication.clipboard().setImage(picture)


def _paint_at(painter: QPainter, shot: Shot, x: int, y: int) -> None:
    painter.save()
    painter.translate(QPointF(x, y))
    paint_scene(painter, shot.scene, text_scale=shot.text_scale)
    painter.restore()
