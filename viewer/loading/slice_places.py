"""From the positions that files state to where the slices of a volume lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from viewer.domain.slice_places import SlicePlaces
from viewer.loading.dicom_header import frame_groups, numbers, shared_group

FARTHEST_STEP_MM = 10.0
"""Neighbouring slices that are farther apart are so in another unit, or made up."""
_FARTHEST_MM = 1e6
"""No position in a room is farther from its origin."""
_LARGEST_COSINE = 1.1
"""Room for rounding."""
_THICKEST_BREAST_MM = 300.0
"""Three times what compression leaves."""
_LEAST_STEP_MM = 0.05
_DECIMALS = 2
"""Hundredths of a millimetre tell no two slices apart."""
_LEAST_COSINE = 0.99
_NUMBERS_AGREE = 0.1
"""Of a step: numbers that differ more from the positions count something else."""


UNEVEN = 0.1
"""Of the usual distance: what deviates more is no rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSlices:
    """How far neighbouring slices are apart where none is missing, and where each lies."""

    spacing_mm: float
    places: SlicePlaces


def position_of(dataset: Dataset) -> tuple[float, ...]:
    """Return Image Position (Patient); () where it is absent or absurd."""
    return _within(numbers(dataset, "ImagePositionPatient"), _FARTHEST_MM)


def plane_of(dataset: Dataset) -> tuple[float, ...]:
    """Return Image Orientation (Patient); () where it is absent or holds no cosines."""
    return _within(numbers(dataset, "ImageOrientationPatient"), _LARGEST_COSINE)


def _within(found: tuple[float, ...], largest: float) -> tuple[float, ...]:
    return found if all(abs(each) <= largest for each in found) else ()


def frame_positions(dataset: Dataset) -> list[tuple[float, ...]]:
    """Return Image Position (Patient) of every frame that the header describes; () where absent."""
    groups = frame_groups(dataset, "PlanePositionSequence")
    return [() if group is None else position_of(group) for group in groups]


def frame_planes(dataset: Dataset) -> list[tuple[float, ...]]:
    """Return Image Orientation (Patient): the one that all frames share, else of every frame."""
    shared = shared_group(dataset, "PlaneOrientationSequence")
    groups = [shared] if shared is not None else frame_groups(dataset, "PlaneOrientationSequence")
    return [() if group is None else plane_of(group) for group in groups]


def share_places(positions: Sequence[Sequence[float]]) -> bool:
    """Whether some slices lie where others do; not where all state one place, which tells none."""
    if any(len(place) != 3 for place in positions):
        return False
    distinct = {tuple(round(each, _DECIMALS) for each in place) for place in positions}
    return 1 < len(distinct) < len(positions)


def tell_nothing(positions: Sequence[Sequence[float]]) -> bool:
    """Whether slices do not say where they lie: some state no position, or all state one."""
    if len(positions) < 2 or any(len(place) != 3 for place in positions):
        return True
    return len({tuple(round(each, _DECIMALS) for each in place) for place in positions}) == 1


def order_by_place(
    positions: Sequence[Sequence[float]], *, planes: Sequence[Sequence[float]]
) -> tuple[int, ...] | None:
    """Return the slices' indices in the order in which they lie, from the end nearer the first.

    Slices that lie in a row, either way, keep their order. Returns None where positions are
    absent, where two share a place across the planes, and where no breast is as thick.
    """
    if len(positions) < 2 or any(len(place) != 3 for place in positions):
        return None
    points = np.array(positions, np.float64)
    if not np.isfinite(points).all():
        return None
    for direction in (_normal(planes, len(points)), _farthest(points)):
        if direction is None:
            continue
        along = (points - points[0]) @ direction
        if (np.arange(len(along)) - (len(along) - 1) / 2) @ along < 0:
            along = -along
        order = np.argsort(along, kind="stable")
        row = points[order]
        in_row = [planes[i] for i in order] if len(planes) == len(points) else ()
        steps = np.diff(along[order])
        is_thin = np.median(steps) <= FARTHEST_STEP_MM and steps.sum() <= _THICKEST_BREAST_MM
        if is_thin and _along(row, in_row) is not None:
            return tuple(int(index) for index in order)
    return None


def placed(
    positions: Sequence[Sequence[float]],
    *,
    planes: Sequence[Sequence[float]],
    counted: Sequence[int],
    stated: int,
) -> PlacedSlices | None:
    """Place slices by Image Position (Patient), in the order in which they are shown.

    planes: Image Orientation (Patient) of each; counted: Instance Number of each, ascending, or
    none where slices are not ordered by it; stated: how many slices there were, counted from
    number 1, or 0. Numbers tell a lost slice from a wide distance, and slices lost at the ends.
    Returns None where positions are absent, do not follow each other in one direction, or lie
    farther apart than slices of a breast do.
    """
    if len(positions) < 2 or any(len(place) != 3 for place in positions):
        return None
    points = np.array(positions, np.float64)
    along = _along(points, planes) if np.isfinite(points).all() else None
    if along is None:
        return None
    steps = np.diff(along)
    numbers_on = np.diff(counted) if len(counted) == len(positions) else np.zeros(0, np.int64)
    by_number = steps / numbers_on if numbers_on.size and numbers_on.min() > 0 else np.zeros(0)
    usual = float(np.median(by_number)) if by_number.size else 0.0
    if usual < _LEAST_STEP_MM or np.abs(by_number - usual).max() > _NUMBERS_AGREE * usual:
        usual = float(np.median(steps))
        counted, stated = (), 0
    if usual > FARTHEST_STEP_MM or along[-1] > _THICKEST_BREAST_MM:
        return None
    is_counted = bool(counted) and counted[0] >= 1 and counted[-1] <= stated
    is_counted = is_counted and stated * usual <= _THICKEST_BREAST_MM
    before, after = (counted[0] - 1, stated - counted[-1]) if is_counted else (0, 0)
    from_first = along + before * usual
    return PlacedSlices(
        spacing_mm=usual,
        places=SlicePlaces(mm=_row(from_first), last_mm=float(from_first[-1]) + after * usual),
    )


def _along(
    points: NDArray[np.float64], planes: Sequence[Sequence[float]]
) -> NDArray[np.float64] | None:
    """Millimetres of each point from the first, across the planes; None where they go back.

    The first pixel of a slice may wander along the plane: such steps are not depth. Where no plane
    is stated the points must lie on a line.
    """
    offsets = points - points[0]
    for direction in (_normal(planes, len(points)), _line(offsets)):
        if direction is None:
            continue
        along: NDArray[np.float64] = offsets @ direction
        along = along if along[-1] > 0 else -along
        if np.diff(along).min() >= _LEAST_STEP_MM:
            return along
    return None


def _normal(planes: Sequence[Sequence[float]], count: int) -> NDArray[np.float64] | None:
    if len(planes) != count or any(len(plane) != 6 for plane in planes):
        return None
    cosines = np.array(planes, np.float64)
    normals = np.cross(cosines[:, :3], cosines[:, 3:])
    lengths = np.linalg.norm(normals, axis=1)
    # Not a number is no direction either.
    if not lengths.min() > 0.9:
        return None
    normals /= lengths[:, None]
    first: NDArray[np.float64] = normals[0]
    return first if float((normals @ first).min()) > 0.999 else None


def _farthest(points: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The direction from the first point to the farthest from it."""
    offsets = points - points[0]
    lengths = np.linalg.norm(offsets, axis=1)
    farthest = int(lengths.argmax())
    if not lengths[farthest] > 0:
        return None
    direction: NDArray[np.float64] = offsets[farthest] / lengths[farthest]
    return direction


def _line(offsets: NDArray[np.float64]) -> NDArray[np.float64] | None:
    length = float(np.linalg.norm(offsets[-1]))
    steps = np.diff(offsets, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    if length == 0 or lengths.min() < _LEAST_STEP_MM:
        return None
    direction: NDArray[np.float64] = offsets[-1] / length
    return direction if float((steps @ direction / lengths).min()) >= _LEAST_COSINE else None


def _row(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
