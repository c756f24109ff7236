"""The screens of the machine: what they are, and how they are calibrated."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QWidget

from viewer.domain.display_function import Calibration, DisplayFunction
from viewer.domain.grey_depth import GreyDepth
from viewer.rendering.grey_drawing import ScreenGrey
from viewer.storage.calibration_files import read_calibrations, write_calibration
from viewer.ui.backing import painted_depth

NOT_CALIBRATED = "sRGB assumed"
_DEEP = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenFacts:
    """What the system says of a screen."""

    name: str
    serial: str
    width: int
    height: int
    """Device pixels."""
    dots_per_inch: float
    depth: int
    """Bits per pixel: 24 for 8 bits a channel, 30 for 10."""

    def grey_words(self, painted: GreyDepth, *, platform: str = sys.platform) -> str:
        """How many levels of grey a window on it is painted with, and why not more.

        platform: sys.platform of the system the program runs on.
        """
        if painted is GreyDepth.TEN_BITS:
            return f"{self.depth} bits per pixel (10 a channel): 1,024 levels of grey are painted"
        if platform == "win32":
            return (
                f"{self.depth} bits per pixel: 256 levels of grey are painted (on Windows the "
                "program's pictures have 8 bits a channel, whatever the screen offers)"
            )
        if self.depth >= _DEEP:
            return (
                f"{self.depth} bits per pixel offered (10 a channel), but this window's picture "
                "has 8: 256 levels of grey are painted"
            )
        return f"{self.depth} bits per pixel (8 a channel): 256 levels of grey are painted"


def screen_facts(screen: QScreen) -> ScreenFacts:
    """Ask the system about a screen."""
    ratio = screen.devicePixelRatio()
    size = screen.geometry().size()
    model = f"{screen.manufacturer()} {screen.model()}".strip()
    return ScreenFacts(
        name=model or screen.name() or "unnamed screen",
        serial=screen.serialNumber(),
        width=round(size.width() * ratio),
        height=round(size.height() * ratio),
        dots_per_inch=screen.physicalDotsPerInch() * ratio,
        depth=screen.depth(),
    )


class Displays(QObject):
    """Gives each screen its calibration; without one, sRGB is assumed, and that is said."""

    changed = Signal()
    """Another calibration serves."""

    def __init__(self, *, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        found = read_calibrations(folder)
        self.complaints = found.complaints
        self._functions = tuple(_function(c) for c in found.calibrations)

    def function_of(self, screen: QScreen | None) -> DisplayFunction | None:
        """The display function of a screen: by name and serial number, else by name."""
        if screen is None or not self._functions:
            return None
        facts = screen_facts(screen)
        named = [f for f in self._functions if f.calibration.display == facts.name]
        exact = [f for f in named if f.calibration.serial == facts.serial]
        any_of_name = [f for f in named if not f.calibration.serial]
        return next(iter((*exact, *any_of_name)), None)

    def grey_of(self, widget: QWidget) -> ScreenGrey:
        """How the screen and the window that a widget is on take grey."""
        return ScreenGrey(display=self.function_of(widget.screen()), depth=painted_depth(widget))

    def words_of(self, widget: QWidget) -> str:
        """How the screen a widget is on is calibrated, in a few words, and more than 8 bits."""
        grey = self.grey_of(widget)
        said = NOT_CALIBRATED
        if grey.display is not None:
            day = grey.display.calibration.measured
            said = f"GSDF, measured {day}" if day else "GSDF calibrated"
        return f"{said}, 10-bit grey" if grey.depth is GreyDepth.TEN_BITS else said

    def keep(self, calibration: Calibration) -> None:
        """Use a calibration from now on, and write it; raises NotKept, then the old one serves."""
        write_calibration(self._folder, calibration)
        others = tuple(f for f in self._functions if not _same_display(f.calibration, calibration))
        self._functions = (*others, _function(calibration))
        self.changed.emit()


def _function(calibration: Calibration) -> DisplayFunction:
    return DisplayFunction(calibration=calibration)


def _same_display(one: Calibration, other: Calibration) -> bool:
    return (one.display, one.serial) == (other.display, other.serial)
