"""How the grey of panes is drawn, apart from each image's own window."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.domain.display_function import DisplayFunction
from viewer.domain.grey_depth import GreyDepth
from viewer.domain.windowing import GreyScale
from viewer.rendering.captions import Badge
from viewer.rendering.extremes import Extreme


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenGrey:
    """How one window on its screen takes grey."""

    display: DisplayFunction | None = None
    """Of a calibrated screen; None for others and for pictures that leave the program."""
    depth: GreyDepth = GreyDepth.EIGHT_BITS
    """What the window's own picture keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GreyDrawing:
    """The maximum mode, and the screen that the picture is for."""

    maximum: bool = False
    """The brightest image pixel under each screen pixel instead of the mean."""
    screen: ScreenGrey = ScreenGrey()
    """What it is drawn for; as it is for pictures that leave the program."""

    @property
    def badges(self) -> tuple[Badge, ...]:
        """What the reader must know of it."""
        words = "maximum: small bright things look larger"
        return (Badge(words, short="maximum"),) if self.maximum else ()

    def extreme_of(self, grey_scale: GreyScale) -> Extreme | None:
        """What an image is shrunk by; None for the mean."""
        if not self.maximum:
            return None
        return Extreme.LOWEST if grey_scale.low_codes_are_bright else Extreme.HIGHEST
