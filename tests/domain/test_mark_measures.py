"""Lengths, areas and angles of marks: right in millimetres, or said to be pixels."""

from __future__ import annotations

from math import hypot

import pytest
from builders import make_image
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.domain.geometry import PixelSpacing, SpacingOrigin
from viewer.domain.image_stack import ImageStack
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.mark_measures import Measure, distance, from_chest_wall, measure

unhurried = settings(deadline=None)
ROWS, COLUMNS = 200, 150
places = st.builds(
    lambda row, column: ImagePoint(row / 16, column / 16),
    st.integers(0, 16 * ROWS),
    st.integers(0, 16 * COLUMNS),
)
spacings = st.builds(
    PixelSpacing,
    row_mm=st.floats(0.01, 1.0),
    column_mm=st.floats(0.01, 1.0),
    origin=st.sampled_from(SpacingOrigin),
)


def image_with(spacing: PixelSpacing | None, view: str = "LCC") -> ImageStack:
    return make_image(view, rows=ROWS, columns=COLUMNS, spacing=spacing)


def make_mark(shape: MarkShape, *points: ImagePoint) -> Mark:
    return Mark(
        mark_id="m",
        image_id="i",
        shape=shape,
        points=points,
        slice_index=0,
        first_slice=0,
        last_slice=0,
    )


def mirrored(point: ImagePoint) -> ImagePoint:
    return ImagePoint(point.row, COLUMNS - point.column)


def measured(image: ImageStack, mark: Mark) -> Measure:
    found = measure(image, mark)
    assert found is not None
    return found


@unhurried
@given(places, places, spacings)
def test_a_length_counts_rows_and_columns_with_their_own_spacing(
    start: ImagePoint, end: ImagePoint, spacing: PixelSpacing
) -> None:
    found = measured(image_with(spacing), make_mark(MarkShape.LENGTH, start, end))
    down = (end.row - start.row) * spacing.row_mm
    across = (end.column - start.column) * spacing.column_mm
    assert found.value == pytest.approx(hypot(down, across))
    assert (found.unit, found.derivation) == ("mm", spacing.origin.value)


@unhurried
@given(places, places, places, spacings)
def test_lengths_angles_and_areas_are_the_same_in_a_mirrored_image(
    first: ImagePoint, second: ImagePoint, third: ImagePoint, spacing: PixelSpacing
) -> None:
    image = image_with(spacing)
    for shape, points in (
        (MarkShape.LENGTH, (first, second)),
        (MarkShape.ANGLE, (first, second, third)),
        (MarkShape.ELLIPSE, (first, second)),
        (MarkShape.RECTANGLE, (first, second)),
        (MarkShape.OUTLINE, (first, second, third)),
    ):
        here = measure(image, make_mark(shape, *points))
        there = measure(image, make_mark(shape, *(mirrored(point) for point in points)))
        assert (here is None) == (there is None)
        if here is not None and there is not None:
            assert here.value == pytest.approx(there.value, abs=1e-3)


@unhurried
@given(places, places)
def test_without_a_spacing_nothing_is_said_in_millimetres(
    start: ImagePoint, end: ImagePoint
) -> None:
    image = image_with(None)
    for shape in (MarkShape.LENGTH, MarkShape.RECTANGLE):
        found = measured(image, make_mark(shape, start, end))
        assert "mm" not in found.words
        assert found.unit.startswith("px")
        assert found.derivation == "pixel spacing unknown"


@unhurried
@given(st.floats(1, 179), st.floats(0, 360), spacings)
def test_an_angle_is_that_of_the_tissue_not_of_the_pixels(
    wanted: float, turned: float, spacing: PixelSpacing
) -> None:
    from math import cos, radians, sin

    def at(angle: float) -> ImagePoint:
        down, across = 5 * sin(radians(angle)), 5 * cos(radians(angle))
        return ImagePoint(100 + down / spacing.row_mm, 75 + across / spacing.column_mm)

    mark = make_mark(MarkShape.ANGLE, at(turned), ImagePoint(100, 75), at(turned + wanted))
    assert measured(image_with(spacing), mark).value == pytest.approx(wanted, abs=1e-4)


def test_an_angle_without_an_arm_is_none() -> None:
    point = ImagePoint(1, 1)
    assert measure(image_with(None), make_mark(MarkShape.ANGLE, point, point, point)) is None


@pytest.mark.parametrize(("view", "wanted"), [("LCC", 3.0), ("RCC", 12.0)])
def test_the_way_to_the_chest_wall_starts_on_its_side(view: str, wanted: float) -> None:
    spacing = PixelSpacing(row_mm=0.1, column_mm=0.1, origin=SpacingOrigin.PIXEL_SPACING)
    found = from_chest_wall(image_with(spacing, view), ImagePoint(50, 30))
    assert found is not None
    assert found.value == pytest.approx(wanted)
    assert from_chest_wall(image_with(spacing, ""), ImagePoint(50, 30)) is None


def test_words_have_a_unit_and_as_many_digits_as_mean_something() -> None:
    spacing = PixelSpacing(row_mm=0.1, column_mm=0.1, origin=SpacingOrigin.PIXEL_SPACING)
    start, end = ImagePoint(0, 0), ImagePoint(0, 123)
    assert distance(image_with(spacing), start, end).words == "12.3 mm"
    assert distance(image_with(None), start, end).words == "123 px"
    assert Measure(value=1784.2, unit="mm²").words == "1784 mm²"
    assert Measure(value=43.51, unit="°").words == "43.5°"
