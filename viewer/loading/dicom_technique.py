"""Technique factors of a mammogram or a tomosynthesis, as far as the header states them.

Tomosynthesis objects keep them in the X-Ray 3D Acquisition Sequence and its projections
(DICOM PS3.3 C.8.21.3); mammograms at the top level (C.8.11.7, C.8.7.2).
"""

from __future__ import annotations

from math import isfinite

from pydicom.dataset import Dataset

from viewer.domain.technique import Technique
from viewer.loading.dicom_header import first_item, items, number, text

_MOST_MAS = 2000.0
"""An exposure above is in another unit (microampere seconds have been seen as mAs)."""


def technique_of(dataset: Dataset) -> Technique:
    """Return the technique factors of an image."""
    acquisition = first_item(dataset, "XRay3DAcquisitionSequence") or Dataset()
    places = (dataset, acquisition, *_projections(acquisition)[:1])
    organ_dose = _first_number(places, "OrganDose")
    return Technique(
        manufacturer=text(dataset, "Manufacturer") or None,
        model=text(dataset, "ManufacturerModelName") or None,
        kvp=_positive(_first_number(places, "KVP")),
        exposure_mas=_exposure(dataset, acquisition),
        anode=_first_text(places, "AnodeTargetMaterial"),
        filter_material=_first_text(places, "FilterMaterial"),
        force_n=_positive(_first_number(places, "CompressionForce")),
        thickness_mm=_positive(_first_number(places, "BodyPartThickness")),
        relative_exposure=_relative_exposure(dataset, acquisition),
        entrance_dose_mgy=_positive(_first_number(places, "EntranceDoseInmGy")),
        # The attribute is in dGy.
        organ_dose_mgy=None if organ_dose is None else _positive(organ_dose * 100),
        magnification=_positive(_first_number(places, "EstimatedRadiographicMagnificationFactor")),
        positioner_angle=_angle(dataset, acquisition),
        detector_id=_first_text(places, "DetectorID"),
        station=text(dataset, "StationName") or None,
        operator=text(dataset, "OperatorsName").replace("^", " ").strip() or None,
    )


def _projections(acquisition: Dataset) -> tuple[Dataset, ...]:
    return items(acquisition, "PerProjectionAcquisitionSequence")


def _exposure(dataset: Dataset, acquisition: Dataset) -> float | None:
    """Milliampere seconds: of a tomosynthesis those of all projections together."""
    fine = number(dataset, "ExposureInuAs")
    sums = _summed(acquisition, "ExposureInmAs")
    of_acquisition = number(acquisition, "ExposureInmAs")
    for found in (
        number(dataset, "Exposure"),
        None if fine is None else fine / 1000,
        number(acquisition, "Exposure"),
        of_acquisition,
        sums,
    ):
        if found is not None and 0 < found <= _MOST_MAS:
            return found
    return None


def _relative_exposure(dataset: Dataset, acquisition: Dataset) -> float | None:
    stated = _first_number((dataset, acquisition), "RelativeXRayExposure")
    return _positive(stated if stated is not None else _summed(acquisition, "RelativeXRayExposure"))


def _angle(dataset: Dataset, acquisition: Dataset) -> float | None:
    """The primary angle of the gantry; of a tomosynthesis only where one is stated for all.

    The projections' own angles say how the tube moved.
    """
    return _first_number((dataset, acquisition), "PositionerPrimaryAngle")


def _summed(acquisition: Dataset, keyword: str) -> float | None:
    found = [number(projection, keyword) for projection in _projections(acquisition)]
    stated = [value for value in found if value is not None and isfinite(value)]
    return sum(stated) if stated and len(stated) == len(found) else None


def _first_number(places: tuple[Dataset, ...], keyword: str) -> float | None:
    for place in places:
        found = number(place, keyword)
        if found is not None and isfinite(found):
            return found
    return None


def _first_text(places: tuple[Dataset, ...], keyword: str) -> str | None:
    return next((found for place in places if (found := text(place, keyword))), None)


def _positive(value: float | None) -> float | None:
    return value if value is not None and value > 0 else None
