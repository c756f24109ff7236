"""Millimetres per pixel and per slice of a DICOM image, and where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from pydicom.dataset import Dataset

from viewer.domain.geometry import SPACING_UNKNOWN, PixelSpacing, SpacingOrigin
from viewer.loading.dicom_header import (
    any_group,
    first_item,
    frame_groups,
    number,
    numbers,
    text,
)
from viewer.loading.slice_places import FARTHEST_STEP_MM, UNEVEN, frame_positions

_THICKEST_SLICE_MM = 10.0
"""Above it, Slice Thickness is the compressed breast's (seen in Hologic objects)."""
_THIN_SLICE_MM = 2.0
"""Slices up to it lie side by side as a rule; thicker ones often overlap."""
_HOLOGIC_SLICE_MM = 1.0
_LARGEST_MAGNIFICATION = 4.0
"""Twice what magnification stands reach."""
_FINEST_PIXEL_MM, _COARSEST_PIXEL_MM = 0.005, 20.0
"""Spacings outside are in another unit, or made up."""
_NOT_EVEN = "The slices do not lie evenly: depths are counted"
PLACED = f"{_NOT_EVEN} from their positions."
NO_DEPTH = "depth in mm is not known"
SAME_PLACE = f"Two slices lie at the same place: {NO_DEPTH}."
UNBELIEVED = "The slices' positions make no sense: they are not used."
NOT_STATED = "The header does not state the distance between slices: "
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
    groups = frame_groups(dataset, "PixelMeasuresSequence")
    of_slices = {_pair(group, "PixelSpacing") for group in groups if group is not None}
    if len(of_slices - {None}) > 1:
        doubts.append("Slices have different pixel spacings: all are measured by the first's.")
    if any(place is not None and _is_senseless_magnification(place) for place in places[1:]):
        doubts.append("The magnification factor makes no sense: it is not used.")
    if pixel_spacing(dataset) is None:
        doubts.append(SPACING_UNKNOWN)
    return tuple(doubts)


def slice_spacing(
    dataset: Dataset, *, by_positions: bool = True
) -> tuple[float | None, tuple[str, ...]]:
    """Return millimetres between slices of a multi-frame image, and a sentence if assumed.

    by_positions: whether the slices' positions may tell, where the distance is not stated.
    """
    between = stated_distance(dataset)
    if between is not None:
        return between, ()
    measures = any_group(dataset, "PixelMeasuresSequence") or Dataset()
    positions = frame_positions(dataset) if by_positions else []
    apart = distance_between(positions)
    if apart is not None:
        return apart, uneven_words(positions)
    thickness = number(measures, "SliceThickness") or number(dataset, "SliceThickness")
    if thickness is not None and 0 < thickness <= _THIN_SLICE_MM:
        return thickness, ()
    if thickness is not None and 0 < thickness <= _THICKEST_SLICE_MM:
        return thickness, (
            f"{NOT_STATED}their thickness of {thickness:g} mm is taken for it, thick slices may "
            "overlap.",
        )
    if "HOLOGIC" in text(dataset, "Manufacturer").upper():
        return _HOLOGIC_SLICE_MM, (f"{NOT_STATED}1 mm assumed (Hologic).",)
    return None, ()


def stated_distance(dataset: Dataset) -> float | None:
    """Return Spacing Between Slices; None where it is absent or absurd."""
    measures = any_group(dataset, "PixelMeasuresSequence") or Dataset()
    between = number(measures, "SpacingBetweenSlices") or number(dataset, "SpacingBetweenSlices")
    return between if between is not None and 0 < between <= FARTHEST_STEP_MM else None


def distance_between(positions: Sequence[Sequence[float]]) -> float | None:
    """Return the usual distance of neighbouring slice positions; None when they do not differ."""
    steps = _steps(positions)
    usual = float(np.median(steps)) if steps else 0.0
    return usual if 0.05 <= usual <= FARTHEST_STEP_MM else None


def uneven_words(
    positions: Sequence[Sequence[float]], *, are_placed: bool = False
) -> tuple[str, ...]:
    """Return a sentence when neighbouring slices lie now nearer, now farther apart.

    are_placed: whether depths are counted from the positions.
    """
    usual = distance_between(positions)
    if usual is None or all(abs(step - usual) <= UNEVEN * usual for step in _steps(positions)):
        return ()
    return (PLACED if are_placed else f"{_NOT_EVEN} as if {usual:g} mm apart.",)


def _steps(positions: Sequence[Sequence[float]]) -> list[float]:
    """Distances of neighbouring positions; none where a position is absent."""
    if len(positions) < 2 or any(len(position) != 3 for position in positions):
        return []
    return [float(np.linalg.norm(np.subtract(b, a))) for a, b in pairwise(positions)]


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
    if stated is not None and 1 < stated <= _LARGEST_MAGNIFICATION:
        return stated
    to_detector = number(dataset, "DistanceSourceToDetector")
    to_patient = number(dataset, "DistanceSourceToPatient")
    if to_detector is None or to_patient is None or not to_detector > to_patient > 0:
        return None
    ratio = to_detector / to_patient
    return ratio if ratio <= _LARGEST_MAGNIFICATION else None


def _is_senseless_magnification(dataset: Dataset) -> bool:
    stated = number(dataset, "EstimatedRadiographicMagnificationFactor")
    return stated is not None and not 1 <= stated <= _LARGEST_MAGNIFICATION
