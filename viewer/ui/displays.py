"""The screens of the machine: what they are, and how they are calibrated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QScreen

from viewer.domain.display_function import Calibration, DisplayFunction
from viewer.storage.calibration_files import read_calibrations, write_calibration

NOT_CALIBRATED = "sRGB assumed"


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

    @property
    def depth_words(self) -> str:
        """What the screen's depth means here."""
        if self.depth >= 30:
            return (
                f"{self.depth} bits per pixel offered (10 a channel); this program draws 8 bits "
                "of grey, so 256 levels are used"
            )
        return f"{self.depth} bits per pixel (8 a channel): 256 levels of grey"


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

    def words_of(self, screen: QScreen | None) -> str:
        """How a screen is calibrated, in two or three words."""
        function = self.function_of(screen)
        if function is None:
            return NOT_CALIBRATED
        day = function.calibration.measured
        return f"GSDF, measured {day}" if day else "GSDF calibrated"

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
