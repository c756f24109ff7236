"""What the user can set: one frozen value, replaced when something changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from viewer.domain.gestures import Gestures
from viewer.domain.model_use import ModelUse
from viewer.domain.overlay_settings import OverlaySettings


class DeviceChoice(Enum):
    """Where networks run; the value is what inference.device calls it."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    CUDA_EXACT = "cuda-exact"


AUGMENTATION_STEPS = (0, 4, 8, 10, 16)
"""Test-time augmentations that are offered; the papers average 10. Others may be kept."""
MOST_AUGMENTATIONS = 64
SMALLEST_BUDGET_MB = 256
LARGEST_BUDGET_MB = 1 << 20
TEXT_STEPS_PERCENT = (100, 110, 125, 150, 175, 200)
"""Sizes of words that are offered; others between the first and the last may be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that is kept between runs, besides keys and recent exams."""

    ai_on_open: bool = True
    """Run the AI when an exam opens."""
    weights: tuple[Path, ...] = ()
    """Files in use; the first that serves a kind of image does, with its fellow members."""
    serving: Mapping[ModelUse, tuple[Path, ...]] = field(default_factory=dict)
    """Chosen for a use instead of the first; several are one ensemble, none turn it off."""
    device: DeviceChoice = DeviceChoice.AUTO
    augmentations: int = AUGMENTATION_STEPS[0]
    """Shifted and resized windows that scores of images are means over; 0: the window as it is."""
    deidentified: bool = True
    """The recent list names exams by alias only."""
    frames_mb: int | None = None
    """Memory for decoded slices; None: a third of the machine's."""
    frame_cache: bool = True
    """Keep decoded slices on disk: patients' pixels, readable by the user only."""
    frame_cache_mb: int | None = None
    """Room on disk for them; None: a quarter of the free disk, at most 8 GB."""
    predictions_mb: int = 1024
    """Room on disk for results of the AI."""
    hanging: str = "screening"
    """The hanging protocol that exams open with, by the name of its file."""
    overlay: OverlaySettings = field(default_factory=OverlaySettings)
    text_percent: int = TEXT_STEPS_PERCENT[0]
    """Size of words in the window and in the corners of images."""
    gestures: Gestures = field(default_factory=Gestures)
    screen_widths_mm: Mapping[str, float] = field(default_factory=dict)
    """Measured widths of screens, by the screen's name."""

    def __post_init__(self) -> None:
        for name, value in (
            ("frames_mb", self.frames_mb),
            ("frame_cache_mb", self.frame_cache_mb),
            ("predictions_mb", self.predictions_mb),
        ):
            if value is not None and not SMALLEST_BUDGET_MB <= value <= LARGEST_BUDGET_MB:
                raise ValueError(f"{name} must be {SMALLEST_BUDGET_MB} or more, got {value}")
        if not 0 <= self.augmentations <= MOST_AUGMENTATIONS:
            raise ValueError(f"augmentations must be 0 to 64, got {self.augmentations}")
        if not TEXT_STEPS_PERCENT[0] <= self.text_percent <= TEXT_STEPS_PERCENT[-1]:
            raise ValueError(f"text_percent must be 100 to 200, got {self.text_percent}")
