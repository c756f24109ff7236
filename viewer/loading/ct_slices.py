"""The slices that CT files hold: where each lies, how it is oriented, what its numbers mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.dataset import Dataset

from viewer.domain.ct import Direction
from viewer.domain.windowing import GreyScale
from viewer.loading.dicom_frames import DicomFrames
from viewer.loading.dicom_grey_scale import frame_grey_scales, states_rescaling
from viewer.loading.dicom_header import (
    any_group,
    frame_groups,
    numbers,
    shared_group,
    text,
    whole,
    words,
)
from viewer.loading.read_dicom import DicomFile


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CtSlice:
    """One slice, before it has a place in a series."""

    file: DicomFile
    frames: DicomFrames
    index: int
    """Of the frame in its file."""
    position: Direction | None
    """Of the first pixel, in millimetres; None where the header does not say."""
    columns_to: Direction | None
    rows_to: Direction | None
    grey_scale: GreyScale
    in_hounsfield: bool
    is_localizer: bool
    acquisition: int
    instance: int


def slices_of(file: DicomFile) -> Iterator[CtSlice]:
    """Return every slice of a file."""
    dataset, frames = file.header.dataset, file.frames
    layout = frames.layout
    scales = frame_grey_scales(dataset, layout, file.image.stack.grey_scale, frames.slices)
    positions = _per_frame(dataset, "PlanePositionSequence", "ImagePositionPatient", frames.slices)
    planes = _per_frame(
        dataset, "PlaneOrientationSequence", "ImageOrientationPatient", frames.slices
    )
    in_hounsfield = _in_hounsfield(dataset)
    for index in range(frames.slices):
        columns_to, rows_to = _plane(planes[index])
        yield CtSlice(
            file=file,
            frames=frames,
            index=index,
            position=_direction(positions[index]),
            columns_to=columns_to,
            rows_to=rows_to,
            grey_scale=scales[index],
            in_hounsfield=in_hounsfield,
            is_localizer="LOCALIZER" in words(dataset, "ImageType"),
            acquisition=whole(dataset, "AcquisitionNumber", 0),
            instance=whole(dataset, "InstanceNumber", 0),
        )


def _per_frame(
    dataset: Dataset, sequence: str, keyword: str, frames: int
) -> list[tuple[float, ...]]:
    """Return an attribute of every frame: its own, else the shared one, else the file's."""
    shared = shared_group(dataset, sequence)
    common = numbers(shared, keyword) if shared is not None else ()
    found = [common or numbers(dataset, keyword)] * frames
    for index, group in enumerate(frame_groups(dataset, sequence)):
        own = numbers(group, keyword) if group is not None and index < frames else ()
        if own:
            found[index] = own
    return found


def _in_hounsfield(dataset: Dataset) -> bool:
    """Return whether the numbers, rescaled, are Hounsfield units (CT Image module: the default)."""
    group = any_group(dataset, "PixelValueTransformationSequence") or Dataset()
    said = (text(dataset, "RescaleType") or text(group, "RescaleType")).upper()
    return states_rescaling(dataset) and said in ("", "HU")


def _plane(numbers_read: tuple[float, ...]) -> tuple[Direction | None, Direction | None]:
    if len(numbers_read) != 6:
        return None, None
    return _direction(numbers_read[:3]), _direction(numbers_read[3:])


def _direction(numbers_read: tuple[float, ...]) -> Direction | None:
    if len(numbers_read) != 3 or any(n != n or abs(n) > 1e6 for n in numbers_read):
        return None
    return numbers_read[0], numbers_read[1], numbers_read[2]
