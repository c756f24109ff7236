"""Tomosynthesis stored as one file per slice (Hologic and Siemens, as CT): files to a volume."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType

from pydicom.dataset import Dataset

from viewer.domain.windowing import Voi
from viewer.loading.dicom_frames import SliceFiles
from viewer.loading.dicom_header import whole
from viewer.loading.dicom_spacing import NOT_STATED, distance_between, uneven_words
from viewer.loading.dicom_support import nearest_to_support
from viewer.loading.found_exam import FoundImage
from viewer.loading.read_dicom import DicomFile
from viewer.loading.slice_places import PlacedSlices, placed, plane_of, position_of
from viewer.loading.stable_hash import short_hash


def volumes_of(files: Iterable[DicomFile]) -> list[FoundImage]:
    """Return one image for each series (and size and view) of one-slice files."""
    groups: defaultdict[tuple[object, ...], list[DicomFile]] = defaultdict(list)
    for file in files:
        stack = file.image.stack
        key = (file.series_uid, stack.rows, stack.columns, file.image.view, stack.grey_scale)
        groups[key].append(file)
    return [_volume(_in_order(members)) for members in groups.values()]


def _in_order(files: Sequence[DicomFile]) -> list[DicomFile]:
    """Sort by instance number; by position along the slices where numbers do not tell apart."""
    counted = [_instance(file) for file in files]
    if len(set(counted)) == len(files):
        return sorted(files, key=_instance)
    return sorted(files, key=lambda file: (_position(file.header.dataset), _instance(file)))


def _volume(files: Sequence[DicomFile]) -> FoundImage:
    first = files[0]
    stack = first.image.stack
    ids = sorted(file.image.stack.image_id for file in files)
    vois = tuple(file.image.stack.vois for file in files)
    positions = [position_of(file.header.dataset) for file in files]
    planes = [plane_of(file.header.dataset) for file in files]
    found = _placed(files, positions, planes)
    spacing = distance_between(positions) if found is None else found.spacing_mm
    doubts = dict.fromkeys(
        doubt
        for file in files
        for doubt in file.image.stack.warnings
        if spacing is None or not doubt.startswith(NOT_STATED)
    )
    missing = _missing(files)
    volume = replace(
        stack,
        image_id=short_hash(*ids) if len(ids) > 1 else ids[0],
        slices=len(files),
        vois=vois[0],
        slice_vois=_differing(vois),
        slice_spacing_mm=spacing or stack.slice_spacing_mm,
        places=None if found is None else found.places,
        support_is_first=nearest_to_support(positions, planes, first.image.view),
        missing_slices=missing,
        warnings=(
            *doubts,
            *(() if missing else uneven_words(positions, are_placed=found is not None)),
            *_about_missing(missing, of=len(files) + missing),
        ),
    )
    image = replace(
        first.image, stack=volume, frames=SliceFiles(files=tuple(file.frames for file in files))
    )
    return FoundImage(image=image, path=first.path, order=first.order)


def _placed(
    files: Sequence[DicomFile],
    positions: Sequence[Sequence[float]],
    planes: Sequence[Sequence[float]],
) -> PlacedSlices | None:
    counted = [_instance(file) for file in files]
    return placed(
        positions,
        planes=planes,
        counted=counted if len(set(counted)) == len(files) else (),
        stated=whole(files[0].header.dataset, "ImagesInAcquisition", 0),
    )


def _differing(vois: Sequence[tuple[Voi, ...]]) -> MappingProxyType[int, tuple[Voi, ...]]:
    return MappingProxyType(
        {index: found for index, found in enumerate(vois) if found and found != vois[0]}
    )


def _missing(files: Sequence[DicomFile]) -> int:
    """Count slices that are not there: gaps in the numbers, or fewer than were acquired."""
    counted = sorted(_instance(file) for file in files)
    gaps = counted[-1] - counted[0] + 1 - len(set(counted))
    stated = whole(files[0].header.dataset, "ImagesInAcquisition", 0)
    return max(gaps, stated - len(files), 0)


def _about_missing(missing: int, *, of: int) -> tuple[str, ...]:
    return (f"{missing} of {of} slices are missing.",) if missing else ()


def _instance(file: DicomFile) -> int:
    return whole(file.header.dataset, "InstanceNumber", 0)


def _position(dataset: Dataset) -> float:
    """Return the position along the direction in which slices differ: across the image plane."""
    place, plane = position_of(dataset), plane_of(dataset)
    if len(place) != 3 or len(plane) != 6:
        return 0.0
    a, b = plane[:3], plane[3:]
    normal = (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )
    return sum(n * p for n, p in zip(normal, place, strict=True))
