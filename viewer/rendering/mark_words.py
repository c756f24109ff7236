"""What a mark says beside itself: its number, what it measures, its class, its words."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from viewer.domain.frame import Frame
from viewer.domain.image_stack import ImageStack
from viewer.domain.mark import ImagePoint, Mark, MarkClass, MarkShape
from viewer.domain.mark_measures import distance, from_chest_wall, measure
from viewer.domain.mark_regions import probed_value
from viewer.rendering.kept_values import KEPT_VALUES
from viewer.rendering.same_object import SameObject
from viewer.rendering.slab_values import SlabParts, slab_probe


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


def measure_lines(mark: Mark, image: ImageStack) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a mark measures, and how that was derived; of a probe where it lies."""
    return _measured(mark, SameObject(image))


@lru_cache(maxsize=512)
def _measured(mark: Mark, held: SameObject) -> tuple[tuple[str, ...], tuple[str, ...]]:
    image = cast("ImageStack", held.held)
    if mark.shape is MarkShape.PROBE:
        from_wall = from_chest_wall(image, mark.points[0])
        if from_wall is None:
            return (), ()
        return (f"{from_wall.words} from the chest wall",), (from_wall.derivation,)
    found = measure(image, mark)
    if found is None:
        return (), ()
    words = found.words
    if mark.shape in (MarkShape.ELLIPSE, MarkShape.RECTANGLE):
        words = f"{words}  ({_diameters(mark, image)})"
    return (words,), (found.derivation,) if found.derivation else ()


def value_lines(
    mark: Mark, image: ImageStack, frame: Frame | None, slab: SlabParts | None = None
) -> tuple[str, ...]:
    """What the slice on screen holds there: of a region mean and deviation, of a probe its pixel.

    slab: what the frame is put together from, where it is a slab; it is said to be one. Empty while
    the slice is not decoded.
    """
    if frame is None:
        return ()
    if mark.shape.is_region:
        values = KEPT_VALUES.of(mark, frame, image.grey_scale, slab)
        if values is None:
            return ("no pixel but padding",)
        of_slab = "" if slab is None else f"{_slab_words(slab, len(slab.frames))}: "
        said = f"mean {value_words(values.mean)}   SD {value_words(values.deviation)}"
        return (f"{of_slab}{said}",)
    if mark.shape is MarkShape.PROBE:
        if slab is not None:
            return _slab_probe_lines(mark.points[0], image, slab)
        return _probe_lines(mark.points[0], image, frame)
    return ()


def _diameters(mark: Mark, image: ImageStack) -> str:
    """Width and height of a box, such as 12.0 x 9.5 mm."""
    (top, left), (bottom, right) = mark.points
    corner = ImagePoint(top, left)
    across = distance(image, corner, ImagePoint(top, right))
    down = distance(image, corner, ImagePoint(bottom, left))
    return f"{across.words.split()[0]} × {down.words}"


def _probe_lines(point: ImagePoint, image: ImageStack, frame: Frame) -> tuple[str, ...]:
    pixel = probed_value(point, frame, image.grey_scale)
    if pixel is None:
        return ()
    padding = "   padding" if pixel.is_padding else ""
    return (
        f"value {value_words(pixel.value)}   code {pixel.code}{padding}",
        f"row {pixel.row}   column {pixel.column}",
    )


def _slab_probe_lines(point: ImagePoint, image: ImageStack, slab: SlabParts) -> tuple[str, ...]:
    probe = slab_probe(point, slab, image.grey_scale)
    if probe is None:
        return ()
    pixel, count = probe.pixel, len(slab.frames)
    place = f"row {pixel.row}   column {pixel.column}"
    if pixel.is_padding:
        return f"{_slab_words(slab, count)}: all padding", place
    value = f"{_slab_words(slab, probe.slices)}: {value_words(pixel.value)}   code {pixel.code}"
    left_out = count - probe.slices
    if not left_out:
        return value, place
    slices = "1 slice" if left_out == 1 else f"{left_out} slices"
    return value, f"padding on {slices} left out", place


def _slab_words(slab: SlabParts, slices: int) -> str:
    """Such as "mean of 5 slices"."""
    return f"{slab.mode.value} of {slices} slice{'' if slices == 1 else 's'}"
