"""Which layers of an AI's answer are drawn, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Palette(Enum):
    """Colours of (benign, malignant) as #rrggbb; the value is the name shown."""

    PAPER = "green and red"
    COLOUR_BLIND_SAFE = "blue and orange"

    @property
    def colours(self) -> tuple[str, str]:
        """(benign, malignant)."""
        return ("#3fae5a", "#e0453f") if self is Palette.PAPER else ("#56b4e9", "#e69f00")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerStyle:
    """One class's saliency layer."""

    visible: bool = True
    opacity: float = 0.35
    threshold: float = 0.1
    """Cells below it are fully clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlaySettings:
    """Everything the reader may switch about the overlay."""

    visible: bool = True
    benign: LayerStyle = field(default_factory=LayerStyle)
    malignant: LayerStyle = field(default_factory=LayerStyle)
    boxes: bool = True
    smooth: bool = True
    palette: Palette = Palette.PAPER
    patterns: bool = False
    """Hatch malignant and benign differently, for eyes that colours do not serve."""
    truth: bool = False
