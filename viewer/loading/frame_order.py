"""In which order the frames of a tomosynthesis file follow each other: as stated, else as they lie.

Frames may be stored in any order; In-Stack Position Number or Dimension Index Values tell which is
meant (DICOM PS3.3 C.7.6.16.2.2 and C.7.6.17). Files that state neither, as many do, are taken to
be in order unless their positions say otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from viewer.loading.dicom_header import frame_groups, items, numbers, replaced
from viewer.loading.slice_places import frame_planes, frame_positions, order_by_place

BY_PLACE = "Slices are not stored in the order of their positions: shown in that order."
_ORDERS = ("InStackPositionNumber", "DimensionIndexValues")
_PER_FRAME = "PerFrameFunctionalGroupsSequence"


def frame_order(dataset: Dataset, *, slices: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return the frames' indices in the file in the order to show them, and sentences about it.

    Frames stay as they are stored where the header does not describe each of them.
    """
    stored = tuple(range(slices))
    if len(items(dataset, _PER_FRAME)) != slices:
        return stored, ()
    stated = _stated_order(dataset)
    if stated is not None:
        return stated, ()
    planes = frame_planes(dataset)
    every = planes * slices if len(planes) == 1 else planes
    order = order_by_place(frame_positions(dataset), planes=every)
    if order is None or order == stored:
        return stored, ()
    return order, (BY_PLACE,)


def with_frames_in_order(dataset: Dataset, order: Sequence[int]) -> Dataset:
    """Return a header that describes the frames in this order."""
    if list(order) == sorted(order):
        return dataset
    described = items(dataset, _PER_FRAME)
    return replaced(dataset, **{_PER_FRAME: Items([described[index] for index in order])})


def _stated_order(dataset: Dataset) -> tuple[int, ...] | None:
    """The order that the header states; None where it does not tell all frames apart."""
    content = list(frame_groups(dataset, "FrameContentSequence"))
    for keyword in _ORDERS:
        keys = [() if group is None else numbers(group, keyword) for group in content]
        is_alike = len({len(key) for key in keys}) == 1 and all(keys)
        if is_alike and len(set(keys)) == len(keys):
            return tuple(sorted(range(len(keys)), key=keys.__getitem__))
    return None
