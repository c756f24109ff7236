"""Millimetres per pixel and per slice of a DICOM image, and where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from pydicom.dataset import Dataset

from viewer.domain.geometry import PixelSpacing, SpacingOrigin
from viewer.loading.dicom_header import (
    any_group,
    first_item,
    frame_groups,
    number,
    numbers,
    text,
)

_THICKEST_SLICE_MM = 10.0
"""Above it, Slice Thickness is the compressed breast's (seen in Hologic objects)."""
_HOLOGIC_SLICE_MM = 1.0
_FINEST_PIXEL_MM, _COARSEST_PIXEL_MM = 0.005, 20.0
"""Spacings outside are in another unit, or made up."""
_CALIBRATIONS = {"GEOMETRY": SpacingOrigin.GEOMETRY, "FIDUCIAL": SpacingOrigin.FIDUCIAL}
_SPACINGS = {"PixelSpacing": "Pixel Spacing", "ImagerPixelSpacing": "Imager Pixel Spacing"}


def pixel_spacing(dataset: Dataset) -> PixelSpacing | None:
    """Return the best spacing the header has; None when lengths can only be said in pixels.

    Order: Pixel Measures, Pixel Spacing, Imager Pixel Spacing over the magnification, Imager
    Pixel Spacing at the detector. Pixel Spacing that merely repeats Imager Pixel Spacing is the
    detector's.
    """
    acquisition = first_item(dataset, "XRay3DAcquisitionSequence") or Dataset()
    measures = any_group(dataset, "PixelMeasuresSequence")
    measured = _pair(measures, "PixelSpacing") if measures is not None else None
    if measured is not None:
        return _spacing(measured, SpacingOrigin.PIXEL_MEASURES)
    stated = _pair(dataset, "PixelSpacing")
    imager = _pair(dataset, "ImagerPixelSpacing") or _pair(acquisition, "ImagerPixelSpacing")
    calibrated = _CALIBRATIONS.get(text(dataset, "PixelSpacingCalibrationType").upper())
    if stated is not None and (calibrated or imager is None or not np.allclose(stated, imager)):
        return _spacing(stated, calibrated or SpacingOrigin.PIXEL_SPACING)
    if imager is None:
        scanned = _pair(dataset, "NominalScannedPixelSpacing")
        return None if scanned is None else _spacing(scanned, SpacingOrigin.SCANNED)
    magnification = _magnification(dataset) or _magnification(acquisition)
    if magnification is None:
        return _spacing(imager, SpacingOrigin.IMAGER)
    at_breast = (imager[0] / magnification, imager[1] / magnification)
    return PixelSpacing(
        row_mm=at_breast[0],
        column_mm=at_breast[1],
        origin=SpacingOrigin.IMAGER_OVER_MAGNIFICATION,
        magnification=magnification,
    )


def spacing_doubts(dataset: Dataset) -> tuple[str, ...]:
    """Return sentences about a spacing that is absent, and attributes that were not used."""
    places = (
        any_group(dataset, "PixelMeasuresSequence"),
        dataset,
        first_item(dataset, "XRay3DAcquisitionSequence"),
    )
    senseless = [
        name
        for keyword, name in _SPACINGS.items()
        for place in places
        if place is not None and text(place, keyword) and _pair(place, keyword) is None
    ]
    doubts = [f"{name} makes no sense: it is not used." for name in dict.fromkeys(senseless)]
    if pixel_spacing(dataset) is None:
        doubts.append("The pixel spacing is not known: lengths in pixels, size not to scale.")
    return tuple(doubts)


def slice_spacing(dataset: Dataset) -> tuple[float | None, tuple[str, ...]]:
    """Return millimetres between slices of a multi-frame image, and a sentence if assumed."""
    measures = any_group(dataset, "PixelMeasuresSequence") or Dataset()
    between = number(measures, "SpacingBetweenSlices") or number(dataset, "SpacingBetweenSlices")
    if between is not None and 0 < between <= _THICKEST_SLICE_MM:
        return between, ()
    apart = distance_between(
        [
            numbers(group, "ImagePositionPatient") if group is not None else ()
            for group in frame_groups(dataset, "PlanePositionSequence")
        ]
    )
    if apart is not None:
        return apart, ()
    thickness = number(measures, "SliceThickness") or number(dataset, "SliceThickness")
    if thickness is not None and 0 < thickness <= _THICKEST_SLICE_MM:
        return thickness, ()
    if "HOLOGIC" in text(dataset, "Manufacturer").upper():
        return _HOLOGIC_SLICE_MM, (
            "The header does not state the distance between slices: 1 mm assumed (Hologic).",
        )
    return None, ()


def distance_between(positions: Sequence[Sequence[float]]) -> float | None:
    """Return the usual distance of neighbouring slice positions; None when they do not differ."""
    if len(positions) < 2 or any(len(position) != 3 for position in positions):
        return None
    steps = [float(np.linalg.norm(np.subtract(b, a))) for a, b in pairwise(positions)]
    usual = float(np.median(steps))
    return usual if 0.05 <= usual <= _THICKEST_SLICE_MM else None


def _pair(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    found = numbers(dataset, keyword)
    if len(found) != 2 or not all(np.isfinite(found)):
        return None
    if not _FINEST_PIXEL_MM <= min(found) <= max(found) <= _COARSEST_PIXEL_MM:
        return None
    return found[0], found[1]


def _spacing(pair: tuple[float, float], origin: SpacingOrigin) -> PixelSpacing:
    return PixelSpacing(row_mm=pair[0], column_mm=pair[1], origin=origin)


def _magnification(dataset: Dataset) -> float | None:
    """Return how much larger the breast is at the detector; None when not said.

    A factor of exactly 1 is not said either: the breast does not lie inside the detector.
    """
    stated = number(dataset, "EstimatedRadiographicMagnificationFactor")
    if stated is not None and stated > 1:
        return stated
    to_detector = number(dataset, "DistanceSourceToDetector")
    to_patient = number(dataset, "DistanceSourceToPatient")
    if to_detector is not None and to_patient is not None and to_detector > to_patient > 0:
        return to_detector / to_patient
    return None
