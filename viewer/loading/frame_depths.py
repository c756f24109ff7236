"""How deep the frames of one tomosynthesis file lie: by their positions, or the stated distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset

from viewer.domain.slice_places import SlicePlaces
from viewer.loading.dicom_spacing import (
    NO_DEPTH,
    PLACED,
    SAME_PLACE,
    UNBELIEVED,
    distance_between,
    slice_spacing,
    stated_distance,
)
from viewer.loading.slice_places import (
    UNEVEN,
    PlacedSlices,
    frame_planes,
    frame_positions,
    order_by_place,
    placed,
    share_places,
    tell_nothing,
)

CONTRADICTED = f"The stated order of slices contradicts their positions: {NO_DEPTH}."
_ROUNDING = 0.01
"""Of the stated distance: positions that deviate more state another one."""
_ROUNDING_MM = 0.1
"""Of a place: positions are written with few decimals, and depths are said in tenths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameDepths:
    """The distance between neighbours, and where frames lie."""

    spacing_mm: float | None
    places: SlicePlaces | None = None
    """None where they lie evenly, or do not say where."""
    doubts: tuple[str, ...] = ()


def frame_depths(dataset: Dataset, *, slices: int) -> FrameDepths:
    """Return what a multi-frame header tells of depth, and sentences where it is in doubt.

    Image Position (Patient) says where a plane was reconstructed: it is followed where it deviates
    from Spacing Between Slices. Where they contradict each other by more than UNEVEN, one of them
    means something else, and neither is believed. (DICOM PS3.3 C.7.6.2, C.7.6.16.2.1)
    """
    positions, planes = frame_positions(dataset), frame_planes(dataset)
    if len(positions) != slices or tell_nothing(positions):
        spacing, doubts = slice_spacing(dataset)
        return FrameDepths(spacing_mm=spacing, doubts=doubts)
    if share_places(positions):
        return FrameDepths(spacing_mm=None, doubts=(SAME_PLACE,))
    every = planes * slices if len(planes) == 1 else planes
    found = placed(positions, planes=every, counted=(), stated=0)
    if found is None:
        return _not_placed(dataset, are_in_row=order_by_place(positions, planes=every) is not None)
    stated = stated_distance(dataset)
    even = _even_distance(found.places)
    if even is None:
        return _uneven(found, stated)
    last_mm = found.places.last_mm
    if stated is None:
        return FrameDepths(spacing_mm=even)
    if _agree(last_mm, stated * (slices - 1)):
        return FrameDepths(spacing_mm=stated)
    # Planes stated askew make steps across them too short.
    straight = distance_between(positions)
    if straight is not None and abs(straight - stated) <= _ROUNDING * stated:
        return FrameDepths(spacing_mm=stated)
    if abs(even - stated) > UNEVEN * stated:
        return _contradiction(stated, even)
    counted = f"{_both(stated, even)}: depths are counted from their positions."
    return FrameDepths(spacing_mm=even, doubts=(counted,))


def _not_placed(dataset: Dataset, *, are_in_row: bool) -> FrameDepths:
    """are_in_row: whether positions make a row, in another order than the frames have."""
    if are_in_row:
        return FrameDepths(spacing_mm=None, doubts=(CONTRADICTED,))
    spacing, doubts = slice_spacing(dataset, by_positions=False)
    return FrameDepths(spacing_mm=spacing, doubts=(UNBELIEVED, *doubts))


def _uneven(found: PlacedSlices, stated: float | None) -> FrameDepths:
    usual = found.spacing_mm
    if stated is not None and abs(usual - stated) > UNEVEN * stated:
        return _contradiction(stated, usual)
    spacing = usual if stated is None else stated
    return FrameDepths(spacing_mm=spacing, places=found.places, doubts=(PLACED,))


def _even_distance(places: SlicePlaces) -> float | None:
    """The distance by which all slices lie where they do; None where they lie unevenly."""
    mm = np.array(places.mm, np.float64)
    mean = places.last_mm / (len(mm) - 1)
    room = max(UNEVEN * mean, _ROUNDING_MM)
    off_place = np.abs(mm - mean * np.arange(len(mm))).max()
    off_step = np.abs(np.diff(mm) - mean).max()
    return mean if max(off_place, off_step) <= room else None


def _agree(found_mm: float, stated_mm: float) -> bool:
    return abs(found_mm - stated_mm) <= max(_ROUNDING * stated_mm, _ROUNDING_MM)


def _contradiction(stated: float, found: float) -> FrameDepths:
    return FrameDepths(spacing_mm=None, doubts=(f"{_both(stated, found)}: {NO_DEPTH}.",))


def _both(stated: float, found: float) -> str:
    return f"Spacing Between Slices says {stated:g} mm, the slices' positions {found:g} mm"
