"""Tomosynthesis stored as one file per slice: files to a volume.

Hologic and Siemens stored it so as CT; Breast Tomosynthesis objects may have one frame, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType

from pydicom.dataset import Dataset

from viewer.domain.image_stack import ImageStack
from viewer.domain.slice_depth import lacks_origin
from viewer.domain.windowing import Voi
from viewer.loading.dicom_frames import SliceFiles
from viewer.loading.dicom_header import any_group, text
from viewer.loading.dicom_spacing import (
    NO_DEPTH,
    NOT_STATED,
    SAME_PLACE,
    UNBELIEVED,
    uneven_words,
)
from viewer.loading.dicom_support import nearest_to_support
from viewer.loading.found_exam import FoundImage
from viewer.loading.read_dicom import DicomFile
from viewer.loading.slice_numbers import instance_of, missing_slices, stated_slices
from viewer.loading.slice_places import (
    PlacedSlices,
    order_by_place,
    placed,
    plane_of,
    position_of,
    share_places,
    tell_nothing,
)
from viewer.loading.stable_hash import short_hash

NUMBERED_OTHERWISE = (
    f"Slices are numbered in another order than they lie: shown as they lie, {NO_DEPTH}."
)


def volumes_of(files: Iterable[DicomFile]) -> list[FoundImage]:
    """Return one image for each series (and size and view) of one-slice files."""
    groups: defaultdict[tuple[object, ...], list[DicomFile]] = defaultdict(list)
    for file in files:
        stack = file.image.stack
        key = (
            file.series_uid,
            text(file.header.dataset, "FrameOfReferenceUID"),
            stack.rows,
            stack.columns,
            file.image.view,
            stack.grey_scale,
        )
        groups[key].append(file)
    series = [_in_order(members) for members in groups.values()]
    stated = stated_slices(series)
    return [_volume(files, total) for files, total in zip(series, stated, strict=True)]


def _in_order(files: Sequence[DicomFile]) -> list[DicomFile]:
    """Sort by instance number, which says nothing of places, then as the slices lie, if they tell.

    (DICOM PS3.3 C.7.6.1: Instance Number identifies an image.)
    """
    by_number = sorted(files, key=instance_of)
    positions, planes = _places(by_number)
    order = order_by_place(positions, planes=planes)
    if order is not None:
        return [by_number[index] for index in order]
    counted = {instance_of(file) for file in files}
    if len(counted) == len(files):
        return by_number
    along = [_position(*places) for places in zip(positions, planes, strict=True)]
    return [by_number[index] for index in sorted(range(len(along)), key=along.__getitem__)]


def _places(
    files: Sequence[DicomFile],
) -> tuple[list[tuple[float, ...]], list[tuple[float, ...]]]:
    """Positions and planes."""
    datasets = [file.header.dataset for file in files]
    return (
        [position_of(_with(each, "PlanePositionSequence")) for each in datasets],
        [plane_of(_with(each, "PlaneOrientationSequence")) for each in datasets],
    )


def _with(dataset: Dataset, keyword: str) -> Dataset:
    """The functional group of an object of one frame; the header itself where it has none."""
    return any_group(dataset, keyword) or dataset


def _volume(files: Sequence[DicomFile], stated: int) -> FoundImage:
    """stated: how many slices there were, or 0."""
    first = files[0]
    stack = first.image.stack
    ids = sorted(file.image.stack.image_id for file in files)
    vois = tuple(file.image.stack.vois for file in files)
    positions, planes = _places(files)
    found = _placed(files, positions, planes, stated)
    apart = None if found is None else found.spacing_mm
    missing = missing_slices(files, stated)
    spacing = apart or stack.slice_spacing_mm
    unknown = () if spacing is None else _why_unknown(files, positions, found, missing)
    is_placed = found is not None and not unknown
    doubts = dict.fromkeys(
        doubt
        for file in files
        for doubt in file.image.stack.warnings
        if (apart is None and not unknown) or not doubt.startswith(NOT_STATED)
    )
    volume = replace(
        stack,
        image_id=short_hash(*ids) if len(ids) > 1 else ids[0],
        slices=len(files),
        vois=vois[0],
        slice_vois=_differing(vois),
        slice_spacing_mm=None if unknown else spacing,
        places=found.places if found is not None and is_placed else None,
        support_is_first=nearest_to_support(positions, planes, first.image.view),
        missing_slices=missing,
        warnings=(
            *doubts,
            *(uneven_words(positions, are_placed=True) if is_placed and not missing else ()),
            *((UNBELIEVED,) if _are_unbelieved(positions, found) else ()),
            *_about_missing(missing, of=len(files) + missing),
            *unknown,
        ),
    )
    volume = _with_words_of_origin(volume)
    image = replace(
        first.image, stack=volume, frames=SliceFiles(files=tuple(file.frames for file in files))
    )
    return FoundImage(image=image, path=first.path, order=first.order)


def _placed(
    files: Sequence[DicomFile],
    positions: Sequence[Sequence[float]],
    planes: Sequence[Sequence[float]],
    stated: int,
) -> PlacedSlices | None:
    counted = [instance_of(file) for file in files]
    return placed(
        positions,
        planes=planes,
        counted=counted if len(set(counted)) == len(files) else (),
        stated=stated,
    )


def _are_unbelieved(positions: Sequence[Sequence[float]], found: PlacedSlices | None) -> bool:
    """Whether positions that differ place no slice."""
    return found is None and not tell_nothing(positions) and not share_places(positions)


def _why_unknown(
    files: Sequence[DicomFile],
    positions: Sequence[Sequence[float]],
    found: PlacedSlices | None,
    missing: int,
) -> tuple[str, ...]:
    """Return a sentence where nothing that is believed tells how deep slices lie."""
    numbers = [instance_of(file) for file in files]
    if found is not None:
        is_other = len(set(numbers)) == len(files) and numbers != sorted(numbers)
        return (NUMBERED_OTHERWISE,) if is_other else ()
    if share_places(positions):
        return (SAME_PLACE,)
    if missing and numbers != list(range(1, len(files) + 1)):
        return (f"Slices are missing, and positions do not tell where: {NO_DEPTH}.",)
    if 1 < len(set(numbers)) < len(files):
        return (f"Two slices have the same number, and no place of their own: {NO_DEPTH}.",)
    return ()


def _with_words_of_origin(volume: ImageStack) -> ImageStack:
    if not lacks_origin(volume):
        return volume
    end = "behind the last" if volume.support_is_first is False else "before the first"
    words = f"Slices {end} are missing: {NO_DEPTH}."
    return replace(volume, warnings=(*volume.warnings, words))


def _differing(vois: Sequence[tuple[Voi, ...]]) -> MappingProxyType[int, tuple[Voi, ...]]:
    return MappingProxyType(
        {index: found for index, found in enumerate(vois) if found and found != vois[0]}
    )


def _about_missing(missing: int, *, of: int) -> tuple[str, ...]:
    return (f"{missing} of {of} slices are missing.",) if missing else ()


def _position(place: Sequence[float], plane: Sequence[float]) -> float:
    """Return the position along the direction in which slices differ: across the image plane."""
    if len(place) != 3 or len(plane) != 6:
        return 0.0
    a, b = plane[:3], plane[3:]
    normal = (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )
    return sum(n * p for n, p in zip(normal, place, strict=True))
