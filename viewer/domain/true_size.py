"""One millimetre of the breast as one millimetre on the screen."""

from __future__ import annotations

from viewer.domain.geometry import SpacingOrigin
from viewer.domain.image_stack import ImageStack
from viewer.domain.screen_pitch import ScreenPitch
from viewer.domain.viewport import Viewport

_TRUE_WITHIN = 0.005


def why_no_true_size(image: ImageStack, pitch: ScreenPitch | None) -> str | None:
    """Return why the image cannot be shown at true size; None when it can."""
    if image.spacing is None:
        return "the pixel spacing of the image is not known"
    if pitch is None:
        return "the size of the screen is not known"
    return pitch.reason if pitch.pixel_mm is None else None


def true_size_scale(pitch: ScreenPitch) -> float:
    """Device pixels per millimetre at true size; raises ValueError when the pitch is unknown."""
    if pitch.pixel_mm is None:
        raise ValueError(pitch.reason)
    return 1.0 / pitch.pixel_mm


def true_size_words(image: ImageStack, viewport: Viewport, pitch: ScreenPitch | None) -> str:
    """Say that a viewport shows true size, and what that relies on; empty when it does not."""
    if pitch is None or pitch.pixel_mm is None or image.spacing is None:
        return ""
    shown = viewport.scale_column / image.spacing.column_mm * pitch.pixel_mm
    if abs(shown - 1.0) > _TRUE_WITHIN:
        return ""
    at_detector = image.spacing.origin is SpacingOrigin.IMAGER
    return f"true size{' at the detector' if at_detector else ''} ({pitch.origin})"
