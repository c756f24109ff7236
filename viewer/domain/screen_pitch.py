"""How large a device pixel of a screen is, and from what that is known."""

from __future__ import annotations

from dataclasses import dataclass

SMALLEST_WIDTH_MM, LARGEST_WIDTH_MM = 100.0, 3000.0
"""Between which a screen's measured width is believed."""
_FINEST_MM, _COARSEST_MM = 0.05, 0.6
"""Device pixels outside are of no screen that images are read on."""
_SQUARE_WITHIN = 0.03
"""Screens have square pixels; a reported size that says otherwise is made up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedScreen:
    """A screen as the system reports it."""

    name: str
    """Stable between runs: make, model, serial or connector."""
    device_width: int
    device_height: int
    """Device pixels."""
    width_mm: float
    height_mm: float
    """0 where it is not reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenPitch:
    """The size of a device pixel; None with the reason where it is not known."""

    screen: ReportedScreen
    pixel_mm: float | None
    measured: bool = False
    """True when the user measured the screen; else the screen's own report is believed."""
    reason: str = ""

    @property
    def origin(self) -> str:
        """What the millimetres rely on."""
        return "screen measured" if self.measured else "screen as reported"


def pitch_of(screen: ReportedScreen, measured_width_mm: float | None) -> ScreenPitch:
    """Take the measured width before the reported size, and neither when it is implausible."""
    if measured_width_mm is not None:
        pixel_mm = measured_width_mm / max(screen.device_width, 1)
        if _FINEST_MM <= pixel_mm <= _COARSEST_MM:
            return ScreenPitch(screen=screen, pixel_mm=pixel_mm, measured=True)
        return _unknown(screen, "the measured screen width is implausible: measure it again")
    if min(screen.width_mm, screen.height_mm) <= 0:
        return _unknown(screen, "the screen does not report its size: measure its width")
    across = screen.width_mm / max(screen.device_width, 1)
    down = screen.height_mm / max(screen.device_height, 1)
    if abs(across / down - 1) > _SQUARE_WITHIN or not _FINEST_MM <= across <= _COARSEST_MM:
        return _unknown(screen, "the screen reports an implausible size: measure its width")
    return ScreenPitch(screen=screen, pixel_mm=across)


def _unknown(screen: ReportedScreen, reason: str) -> ScreenPitch:
    return ScreenPitch(screen=screen, pixel_mm=None, reason=reason)
