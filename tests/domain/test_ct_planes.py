"""However slices lie in the patient, they are shown as radiologists expect."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.ct import LaidPlane, Plane, laid_plane, usual_windows
from viewer.loading.ct_places import copies_apart, spacing_of, stacked

AXES = [tuple(sign * row) for row in np.eye(3) for sign in (1.0, -1.0)]
PLANES = [pair for pair in itertools.permutations(AXES, 2) if abs(np.dot(*pair)) < 0.5]
LETTERS = {"R": (-1, 0, 0), "L": (1, 0, 0), "A": (0, -1, 0), "P": (0, 1, 0)}
LETTERS |= {"F": (0, 0, -1), "H": (0, 0, 1)}
EXPECTED = {
    Plane.AXIAL: ("R", "L", "A", "P"),
    Plane.CORONAL: ("R", "L", "H", "F"),
    Plane.SAGITTAL: ("A", "P", "H", "F"),
}
SCROLLED_TO = {Plane.AXIAL: "F", Plane.CORONAL: "P", Plane.SAGITTAL: "L"}


def shown_letters(laid: LaidPlane, columns_to: np.ndarray, rows_to: np.ndarray) -> tuple[str, ...]:
    """What the pixels of a letter drawn at each end show, after they were laid."""
    row, column = np.mgrid[-1:2, -1:2]
    places = column[..., None] * columns_to + row[..., None] * rows_to  # (rows, columns, 3)
    shown = np.stack([laid.orientation.apply(places[..., axis]) for axis in range(3)], axis=-1)
    ends = (shown[1, 0], shown[1, 2], shown[0, 1], shown[2, 1])
    return tuple(max(LETTERS, key=lambda name: float(np.dot(LETTERS[name], end))) for end in ends)


@pytest.mark.parametrize(("columns_to", "rows_to"), PLANES)
def test_all_24_ways_to_store_a_plane_are_shown_alike(
    columns_to: tuple[float, float, float], rows_to: tuple[float, float, float]
) -> None:
    laid = laid_plane(columns_to, rows_to)
    assert laid is not None
    assert laid.edges == EXPECTED[laid.plane]
    assert shown_letters(laid, np.array(columns_to), np.array(rows_to)) == laid.edges
    assert np.dot(laid.depth, LETTERS[SCROLLED_TO[laid.plane]]) == pytest.approx(1)


@given(
    plane=st.sampled_from(PLANES),
    axis=st.sampled_from(AXES[::2]),
    degrees=st.floats(-20, 20),
)
def test_a_tilt_of_20_degrees_changes_nothing_but_the_pixels(
    plane: tuple[tuple[float, float, float], tuple[float, float, float]],
    axis: tuple[float, float, float],
    degrees: float,
) -> None:
    straight = laid_plane(*plane)
    angle, unit = np.deg2rad(degrees), np.array(axis)
    turned = [
        v * np.cos(angle)
        + np.cross(unit, v) * np.sin(angle)
        + unit * (unit @ v) * (1 - np.cos(angle))
        for v in map(np.array, plane)
    ]
    tilted = laid_plane(tuple(turned[0]), tuple(turned[1]))
    assert straight is not None
    assert tilted is not None
    assert (tilted.plane, tilted.edges) == (straight.plane, straight.edges)
    assert tilted.orientation == straight.orientation
    assert np.dot(tilted.depth, straight.depth) > 0.9


@given(
    length=st.floats(0, 3).filter(lambda length: abs(length - 1) > 0.05),
    plane=st.sampled_from(PLANES),
)
def test_directions_of_another_length_are_no_plane(
    length: float, plane: tuple[tuple[float, float, float], tuple[float, float, float]]
) -> None:
    across, down = plane
    longer = (across[0] * length, across[1] * length, across[2] * length)
    assert laid_plane(longer, down) is None
    assert laid_plane(down, longer) is None


def test_directions_that_are_not_at_right_angles_are_no_plane() -> None:
    assert laid_plane((1.0, 0.0, 0.0), (0.6, 0.8, 0.0)) is None
    assert laid_plane((1.0, 0.0, 0.0), (1.0, 0.0, 0.0)) is None


@given(
    count=st.integers(12, 60),
    spacing=st.floats(0.3, 10),
    gone=st.sets(st.integers(1, 100), max_size=4),
    start=st.floats(-500, 500),
)
def test_slices_that_are_not_there_are_counted(
    count: int, spacing: float, gone: set[int], start: float
) -> None:
    inside = {place for place in gone if place < count - 1}
    depths = [start + spacing * place for place in range(count) if place not in inside]
    found = spacing_of(depths)
    assert found.usual_mm == pytest.approx(spacing, rel=1e-6)
    if len(inside) <= 2:
        assert found.missing == len(inside)
        assert bool(found.doubts) == bool(inside)


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30))
def test_every_slice_lies_at_one_place_and_places_are_in_order(depths: list[float]) -> None:
    groups = stacked(depths)
    assert sorted(index for group in groups for index in group) == list(range(len(depths)))
    first = [depths[group[0]] for group in groups]
    assert first == sorted(first)


def test_passes_are_told_apart_only_when_every_place_has_as_many() -> None:
    assert copies_apart([[0, 3], [1, 4], [2, 5]]) == ([[0, 1, 2], [3, 4, 5]], 0)
    assert copies_apart([[0, 3], [1], [2]]) == ([[0, 1, 2]], 1)


def test_windows_have_names_and_the_lung_comes_first() -> None:
    for body_part in ("", "CHEST", "HEAD"):
        windows = usual_windows(body_part)
        assert len({window.explanation for window in windows}) == len(windows) == 6
    assert (usual_windows("CHEST")[0].center, usual_windows("CHEST")[0].width) == (-600, 1500)
