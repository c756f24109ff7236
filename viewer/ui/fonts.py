"""The shipped typeface, so that screens and saved pictures look the same everywhere."""

from __future__ import annotations

import logging
from importlib import resources

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QFontDatabase

FAMILY = "Inter"
_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")

log = logging.getLogger(__name__)


def load_fonts() -> None:
    """Make the shipped typeface known to Qt; does nothing when it already is.

    Needs a QGuiApplication. Text falls back to the system's typeface when a file is damaged.
    """
    if QFontDatabase.hasFamily(FAMILY):
        return
    folder = resources.files("resources") / "fonts"
    for name in _FILES:
        font_file = QByteArray((folder / name).read_bytes())
        if QFontDatabase.addApplicationFontFromData(font_file) < 0:
            log.warning("font could not be loaded file=%s", name)


def text_font(pixel_size: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The typeface with tabular figures, so that changing numbers do not jump."""
    font = QFont(FAMILY)
    font.setPixelSize(max(1, round(pixel_size)))
    font.setWeight(weight)
    font.setFeature(QFont.Tag.fromString("tnum"), 1)
    return font
