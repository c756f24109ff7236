"""The shipped typeface, so that screens and saved pictures look the same everywhere."""

from __future__ import annotations

import logging
from functools import lru_cache
from importlib import resources
from threading import get_ident

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

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
    # Measured in the system's typeface until now.
    _kept_metrics.cache_clear()
    _kept_width.cache_clear()


def text_font(pixel_size: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The typeface with tabular figures, so that changing numbers do not jump."""
    return QFont(_kept_font(max(1, round(pixel_size)), weight, get_ident()))


@lru_cache(maxsize=128)
def _kept_font(pixels: int, weight: QFont.Weight, thread: int) -> QFont:
    """thread: pictures are painted beside the window, and Qt's fonts are for one thread each."""
    del thread
    font = QFont(FAMILY)
    font.setPixelSize(pixels)
    font.setWeight(weight)
    # Grey letter edges: the same on screen, in a kept picture and in a saved one.
    font.setStyleStrategy(QFont.StyleStrategy.NoSubpixelAntialias)
    font.setFeature(QFont.Tag.fromString("tnum"), 1)
    return font


def text_width(text: str, pixel_size: float, weight: QFont.Weight = QFont.Weight.Normal) -> float:
    """How wide a line of `text_font` is, in pixels; measured once."""
    return _kept_width(text, max(1, round(pixel_size)), weight)


def text_metrics(pixel_size: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFontMetricsF:
    """The heights of `text_font`."""
    return _kept_metrics(max(1, round(pixel_size)), weight, get_ident())


@lru_cache(maxsize=128)
def _kept_metrics(pixels: int, weight: QFont.Weight, thread: int) -> QFontMetricsF:
    return QFontMetricsF(_kept_font(pixels, weight, thread))


@lru_cache(maxsize=512)
def _kept_width(text: str, pixels: int, weight: QFont.Weight) -> float:
    return _kept_metrics(pixels, weight, get_ident()).horizontalAdvance(text)
