"""The proportion of a DICOM image's pixels, for images that do not state their spacing."""

from __future__ import annotations

from pydicom.dataset import Dataset

from viewer.loading.dicom_header import is_stated, numbers
from viewer.loading.dicom_spacing import pixel_spacing

_KEYWORD = "PixelAspectRatio"
_FARTHEST = 20.0
"""No detector and no film scanner has pixels so long."""
_ALIKE = 0.02
"""A ratio of two whole numbers is rounded."""


def pixel_aspect(dataset: Dataset) -> float | None:
    """Return how high a pixel is over how wide (PS3.3 C.7.6.3.1.7); None when not said."""
    found = numbers(dataset, _KEYWORD)
    if len(found) != 2 or not all(0 < part < float("inf") for part in found):
        return None
    ratio = found[0] / found[1]
    return ratio if 1 / _FARTHEST <= ratio <= _FARTHEST else None


def aspect_doubts(dataset: Dataset) -> tuple[str, ...]:
    """Return sentences about pixels that are not square, and a ratio that was not used."""
    ratio, spacing = pixel_aspect(dataset), pixel_spacing(dataset)
    if ratio is None:
        senseless = is_stated(dataset, _KEYWORD)
        return ("Pixel Aspect Ratio makes no sense: it is not used.",) if senseless else ()
    if spacing is not None:
        if abs(ratio * spacing.column_mm / spacing.row_mm - 1) <= _ALIKE:
            return ()
        return ("Pixel Aspect Ratio contradicts the pixel spacing: the spacing is used.",)
    if ratio == 1:
        return ()
    return (
        f"The pixels are {ratio:.3g} times as high as wide (Pixel Aspect Ratio): "
        "lengths are counted in pixel widths.",
    )
