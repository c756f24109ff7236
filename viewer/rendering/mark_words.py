"""What a mark says beside itself: its number, what it measures, its class, its words."""

from __future__ import annotations

from math import acos, degrees, hypot

from viewer.domain.frame import Frame
from viewer.domain.image_stack import ImageStack
from viewer.domain.mark import ImagePoint, Mark, MarkClass, MarkShape
from viewer.domain.mark_regions import probed_value, region_values
from viewer.domain.viewport import spacing_of


def mark_title(mark: Mark) -> str:
    """Its class where it has one, else its shape."""
    is_classed = mark.mark_class is not MarkClass.NONE
    return str((mark.mark_class if is_classed else mark.shape).value)


def slice_words(mark: Mark) -> str:
    """The slices that show it, counted from 1: 12, or 12-15."""
    if mark.first_slice == mark.last_slice:
        return f"{mark.first_slice + 1}"
    return f"{mark.first_slice + 1}-{mark.last_slice + 1}"


def value_words(value: float) -> str:
    """A modality value: whole where it is large, else three digits."""
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def angle_of(mark: Mark, row_mm: float, column_mm: float) -> float | None:
    """The angle at the second point in degrees, 0 to 180; None while an arm has no length.

    row_mm, column_mm: between pixel centres; their ratio alone matters.
    """
    first, vertex, second = mark.points
    arms = [
        ((end.row - vertex.row) * row_mm, (end.column - vertex.column) * column_mm)
        for end in (first, second)
    ]
    lengths = [hypot(*arm) for arm in arms]
    if min(lengths) == 0:
        return None
    cosine = (arms[0][0] * arms[1][0] + arms[0][1] * arms[1][1]) / (lengths[0] * lengths[1])
    return degrees(acos(min(max(cosine, -1.0), 1.0)))


def angle_words(mark: Mark, image: ImageStack) -> str:
    """Such as 43.5°; without a spacing, pixels are taken for square."""
    angle = angle_of(mark, *spacing_of(image))
    return "" if angle is None else f"{angle:.1f}°"


def value_lines(mark: Mark, image: ImageStack, frame: Frame | None) -> tuple[str, ...]:
    """What the slice on screen holds there: of a region mean and deviation, of a probe its pixel.

    Empty while the slice is not decoded.
    """
    if frame is None:
        return ()
    if mark.shape.is_region:
        values = region_values(mark, frame, image.grey_scale)
        if values is None:
            return ("no pixel but padding",)
        return (f"mean {value_words(values.mean)}   SD {value_words(values.deviation)}",)
    if mark.shape is MarkShape.PROBE:
        return _probe_lines(mark.points[0], image, frame)
    return ()


def _probe_lines(point: ImagePoint, image: ImageStack, frame: Frame) -> tuple[str, ...]:
    pixel = probed_value(point, frame, image.grey_scale)
    if pixel is None:
        return ()
    padding = "   padding" if pixel.is_padding else ""
    return (f"value {value_words(pixel.value)}   code {pixel.code}{padding}",)
