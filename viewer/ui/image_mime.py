"""An image that is dragged from the list to a pane."""

from __future__ import annotations

from PySide6.QtCore import QMimeData

IMAGE_MIME = "application/x-tomolens-image"
_LONGEST = 200


def mime_of_image(image_id: str) -> QMimeData:
    """Data of a drag that carries one image of an open exam."""
    mime = QMimeData()
    mime.setData(IMAGE_MIME, image_id.encode())
    return mime


def image_in_mime(mime: QMimeData) -> str | None:
    """The image id that a drag carries; None when it carries something else."""
    if not mime.hasFormat(IMAGE_MIME):
        return None
    carried = bytes(mime.data(IMAGE_MIME).data())
    try:
        return carried[:_LONGEST].decode() or None
    except UnicodeDecodeError:
        return None
