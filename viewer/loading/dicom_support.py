"""Which end of a tomosynthesis volume lies at the breast support, from the planes' positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.types import Laterality
from viewer.domain.view import View, ViewPosition
from viewer.loading.slice_places import frame_planes, frame_positions

_LEAST_COSINE = 0.5
_LEAST_STEP_MM = 0.05
_DOWN = np.array([0.0, 0.0, -1.0])
_TO_LEFT = np.array([1.0, 0.0, 0.0])
_LATERAL_AND_DOWN: Mapping[ViewPosition, tuple[float, float]] = {
    ViewPosition.CC: (0.0, 1.0),
    ViewPosition.XCC: (0.0, 1.0),
    ViewPosition.XCCL: (0.0, 1.0),
    ViewPosition.XCCM: (0.0, 1.0),
    ViewPosition.FB: (0.0, -1.0),
    ViewPosition.MLO: (1.0, 1.0),
    ViewPosition.ML: (1.0, 0.0),
    ViewPosition.LM: (-1.0, 0.0),
    ViewPosition.LMO: (-1.0, -1.0),
    ViewPosition.SIO: (-1.0, 1.0),
}
"""Towards which side of the patient the detector lies: (lateral, inferior), by the projection's
definition (DICOM PS3.16 CID 4014): the first named side is where the X-rays enter."""


def support_is_first(dataset: Dataset, view: View) -> bool | None:
    """Return whether the first slice is the one nearest to the support; None when not told.

    Told by Plane Position (Patient) where positions differ steadily, are perpendicular to the
    planes as Plane Orientation has them, and point to the side of the patient where the view's
    support is. Slices are taken to follow each other in the file, as they are shown.
    """
    return nearest_to_support(frame_positions(dataset), frame_planes(dataset), view)


def nearest_to_support(
    places: Sequence[Sequence[float]], planes: Sequence[Sequence[float]], view: View
) -> bool | None:
    """Return the same, of slices at these positions in planes that are parallel."""
    towards_support = _towards_support(view)
    positions = _positions(places)
    if towards_support is None or positions is None:
        return None
    steps = np.diff(positions, axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    if lengths.min() < _LEAST_STEP_MM:
        return None
    ways = steps / lengths[:, None]
    way = ways.mean(axis=0)
    normal = _normal(planes)
    if normal is None or abs(float(way @ normal)) < 0.99 or float((ways @ way).min()) < 0.99:
        return None
    cosine = float(way @ towards_support)
    return None if abs(cosine) < _LEAST_COSINE else cosine < 0


def _towards_support(view: View) -> NDArray[np.float64] | None:
    """A unit vector in patient coordinates (to the left, to the back, to the head)."""
    sides = None if view.position is None else _LATERAL_AND_DOWN.get(view.position)
    if sides is None or view.laterality is None:
        return None
    lateral, down = sides
    outwards = _TO_LEFT if view.laterality is Laterality.LEFT else -_TO_LEFT
    towards = lateral * outwards + down * _DOWN
    unit: NDArray[np.float64] = towards / np.linalg.norm(towards)
    return unit


def _positions(found: Sequence[Sequence[float]]) -> NDArray[np.float64] | None:
    """(slices, 3) in millimetres; None where one is absent."""
    if len(found) < 2 or any(len(place) != 3 or not np.isfinite(place).all() for place in found):
        return None
    return np.array(found, np.float64)


def _normal(planes: Sequence[Sequence[float]]) -> NDArray[np.float64] | None:
    """The planes' common normal; None when they have none, or differ."""
    normals = []
    for cosines in planes:
        if len(cosines) != 6 or not np.isfinite(cosines).all():
            return None
        normal = np.cross(cosines[:3], cosines[3:])
        length = float(np.linalg.norm(normal))
        if length < 0.9:
            return None
        normals.append(normal / length)
    if not normals or min(float(one @ normals[0]) for one in normals) < 0.999:
        return None
    first: NDArray[np.float64] = normals[0]
    return first
