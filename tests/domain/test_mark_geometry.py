"""Marks: geometry that no flip, orientation or mouse breaks."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from builders import make_image
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.domain.frame import Frame
from viewer.domain.geometry import Orientation
from viewer.domain.kept_marks import KeptMarks, laid_for
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.mark_geometry import (
    bounds,
    contour,
    handle_moved,
    handles,
    is_held_by_points,
    moved,
)
from viewer.domain.mark_hits import handle_under, mark_under, simplified
from viewer.domain.mark_layout import ImageLayout, laid_anew, layout_of
from viewer.domain.mark_regions import area_of, inside, probed_value, region_values
from viewer.domain.viewport import Viewport
from viewer.domain.windowing import GreyScale

unhurried = settings(deadline=None)
ROWS, COLUMNS = 60, 40

rows_of = st.floats(0, ROWS, allow_nan=False, width=32)
columns_of = st.floats(0, COLUMNS, allow_nan=False, width=32)
points_of = st.builds(ImagePoint, rows_of, columns_of)
orientations = st.builds(Orientation, st.booleans(), st.booleans(), st.booleans())


def make_mark(shape: MarkShape, *points: tuple[float, float], **others: object) -> Mark:
    values = {
        "mark_id": "m",
        "image_id": "RCC-DBT",
        "slice_index": 3,
        "first_slice": 3,
        "last_slice": 3,
        "view": "RCC",
    }
    return Mark(shape=shape, points=tuple(ImagePoint(*p) for p in points), **{**values, **others})


@st.composite
def marks(draw: st.DrawFn) -> Mark:
    """Any mark within the image."""
    shape = draw(st.sampled_from(MarkShape))
    most = 30 if shape is MarkShape.OUTLINE else shape.fewest_points
    return make_mark(shape, *draw(st.lists(points_of, min_size=shape.fewest_points, max_size=most)))


def flipped(mark: Mark) -> Mark:
    return replace(mark, points=tuple(ImagePoint(p.row, COLUMNS - p.column) for p in mark.points))


@unhurried
@given(marks(), st.floats(-100, 100), st.floats(-100, 100))
def test_a_mark_moved_as_a_whole_stays_in_the_image_and_keeps_its_size(
    mark: Mark, by_rows: float, by_columns: float
) -> None:
    top, left, bottom, right = bounds(
        moved(mark, by_rows, by_columns, rows=ROWS, columns=COLUMNS).points
    )
    before = bounds(mark.points)
    assert top >= -1e-9
    assert left >= -1e-9
    assert bottom <= ROWS + 1e-9
    assert right <= COLUMNS + 1e-9
    assert bottom - top == pytest.approx(before[2] - before[0], abs=1e-9)
    assert right - left == pytest.approx(before[3] - before[1], abs=1e-9)


@unhurried
@given(marks(), st.data())
def test_a_handle_goes_where_it_is_taken_and_the_opposite_corner_stays(
    mark: Mark, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(handles(mark)) - 1))
    to = data.draw(points_of)
    after = handle_moved(mark, index, to, rows=ROWS, columns=COLUMNS)
    if is_held_by_points(mark):
        assert handles(after)[index] == to
        return
    top, left, bottom, right = bounds(mark.points)
    if bottom - top < 1e-3 or right - left < 1e-3:
        return
    fixed = handles(mark)[(index + 2) % 4]
    for at, corner in ((0, (to, fixed)), (1, (to, fixed))):
        found = sorted(point[at] for point in (handles(after)[0], handles(after)[2]))
        assert found == pytest.approx(sorted(c[at] for c in corner), abs=1e-3)


@unhurried
@given(marks().filter(lambda mark: mark.shape.is_region))
def test_an_area_is_the_same_in_a_mirrored_image_and_scales_with_the_spacing(mark: Mark) -> None:
    assert area_of(flipped(mark)) == pytest.approx(area_of(mark), abs=1e-6)
    assert area_of(mark, 0.1, 0.2) == pytest.approx(area_of(mark) * 0.02, abs=1e-6)


@unhurried
@given(marks(), orientations, orientations)
def test_a_mark_lies_on_the_same_stored_pixels_however_the_image_is_laid(
    mark: Mark, before: Orientation, now: Orientation
) -> None:
    # A grid that numbers its stored pixels, laid as the mark was drawn and as it is laid now.
    stored = np.arange(ROWS * COLUMNS).reshape(before.undo(np.empty((ROWS, COLUMNS))).shape)
    first, second = before.apply(stored), now.apply(stored)
    layouts = [
        ImageLayout(rows=grid.shape[0], columns=grid.shape[1], orientation=orientation)
        for grid, orientation in ((first, before), (second, now))
    ]
    laid = laid_anew(mark, *layouts)
    for old, new in zip(mark.points, laid.points, strict=True):
        # Edges belong to two pixels; a place within a pixel tells which one it is.
        inner = [min(int(v), n - 1) + 0.5 for v, n in zip(old, first.shape, strict=True)]
        there = laid_anew(make_mark(MarkShape.POINT, tuple(inner)), *layouts).points[0]
        assert second[int(there.row), int(there.column)] == first[int(inner[0]), int(inner[1])]
        assert 0 <= new.row <= second.shape[0]
        assert 0 <= new.column <= second.shape[1]
    again = laid_anew(laid, layouts[1], layouts[0])
    for old, new in zip(mark.points, again.points, strict=True):
        assert new == pytest.approx(old, abs=1e-6)


def test_a_mark_is_not_laid_on_an_image_of_another_size() -> None:
    mark = make_mark(MarkShape.POINT, (1, 1))
    small = ImageLayout(rows=10, columns=10, orientation=Orientation())
    with pytest.raises(ValueError, match="is none of"):
        laid_anew(mark, small, replace(small, rows=11))


@unhurried
@given(marks().filter(lambda mark: mark.shape.is_region))
def test_pixels_inside_a_region_add_up_to_about_its_area(mark: Mark) -> None:
    # Ten times as large, so that the pixels on its line are few beside those inside.
    large = replace(mark, points=tuple(ImagePoint(10 * p.row, 10 * p.column) for p in mark.points))
    _, _, mask = inside(large, 10 * ROWS, 10 * COLUMNS)
    line = [*contour(large), contour(large)[0]]
    along = sum(abs(a.row - b.row) + abs(a.column - b.column) for a, b in pairwise(line))
    assert abs(mask.sum() - area_of(large)) <= along + 4


def test_the_area_of_an_outline_that_crosses_itself_is_that_of_its_parts_together() -> None:
    # Two triangles of 50 square pixels that touch at a corner, drawn in one stroke.
    eight = make_mark(MarkShape.OUTLINE, (0.0, 0.0), (10.0, 10.0), (0.0, 10.0), (10.0, 0.0))
    assert area_of(eight) == pytest.approx(50.0, rel=1e-4)
    assert area_of(eight, 0.1, 0.2) == pytest.approx(1.0, rel=1e-4)


def test_an_outline_drawn_around_twice_or_past_its_beginning_counts_everything_once() -> None:
    square = [(5.0, 5.0), (5.0, 25.0), (25.0, 25.0), (25.0, 5.0)]
    once = make_mark(MarkShape.OUTLINE, *square)
    for twice in (
        make_mark(MarkShape.OUTLINE, *square, *square),
        make_mark(MarkShape.OUTLINE, *square, (5.0, 5.0), (5.0, 15.0), (6.0, 15.0), (6.0, 5.0)),
    ):
        assert area_of(twice) == pytest.approx(400.0)
        for one, other in zip(
            inside(once, ROWS, COLUMNS), inside(twice, ROWS, COLUMNS), strict=True
        ):
            assert np.array_equal(one, other)


def test_the_area_of_a_plain_outline_is_exact() -> None:
    corners = [(3.25, 4.5), (3.25, 30.0), (17.75, 38.0), (40.5, 12.125), (22.0, 9.0)]
    doubled = sum(
        a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)
    )
    found = area_of(make_mark(MarkShape.OUTLINE, *corners))
    assert found == pytest.approx(abs(doubled) / 2, rel=1e-5)


def test_an_outline_holds_the_same_pixels_as_the_rectangle_it_follows() -> None:
    box = make_mark(MarkShape.RECTANGLE, (5.0, 7.0), (22.0, 31.0))
    line = make_mark(MarkShape.OUTLINE, *contour(box))
    for one, other in zip(inside(box, ROWS, COLUMNS), inside(line, ROWS, COLUMNS), strict=True):
        assert np.array_equal(one, other)


def test_mean_and_deviation_leave_padding_out() -> None:
    codes = np.full((ROWS, COLUMNS), 100, np.uint16)
    codes[10:20, 10:20] = 200
    codes[:, :12] = 0
    frame = Frame.cropped(codes)
    mark = make_mark(MarkShape.RECTANGLE, (8.0, 8.0), (22.0, 22.0))
    plain = region_values(mark, frame, GreyScale(slope=2.0, intercept=-10.0))
    padded = region_values(mark, frame, GreyScale(slope=2.0, intercept=-10.0, padding=(0, 0)))
    held = codes[8:22, 8:22].astype(float)
    assert plain is not None
    assert plain.mean == pytest.approx((held * 2 - 10).mean())
    assert plain.deviation == pytest.approx((held * 2 - 10).std())
    tissue = held[held > 0] * 2 - 10
    assert padded is not None
    assert (padded.pixels, padded.mean) == (tissue.size, pytest.approx(tissue.mean()))
    assert padded.deviation == pytest.approx(tissue.std())


def test_a_region_of_nothing_but_padding_has_no_mean() -> None:
    frame = Frame.cropped(np.zeros((ROWS, COLUMNS), np.uint16))
    mark = make_mark(MarkShape.ELLIPSE, (2.0, 2.0), (20.0, 20.0))
    assert region_values(mark, frame, GreyScale(padding=(0, 0))) is None


@unhurried
@given(marks().filter(lambda mark: mark.shape.is_region), st.integers(0, 2**32 - 1))
def test_mean_and_deviation_are_those_of_the_pixels_inside(mark: Mark, seed: int) -> None:
    codes = np.random.default_rng(seed).integers(0, 4096, (ROWS, COLUMNS)).astype(np.uint16)
    top, left, mask = inside(mark, ROWS, COLUMNS)
    held = codes[top : top + mask.shape[0], left : left + mask.shape[1]][mask].astype(float)
    found = region_values(mark, Frame.cropped(codes), GreyScale())
    if held.size == 0:
        assert found is None
        return
    assert found is not None
    assert found.pixels == held.size
    assert found.mean == pytest.approx(held.mean())
    assert found.deviation == pytest.approx(held.std(), abs=1e-6)


def test_a_probe_says_value_and_code_also_in_air() -> None:
    codes = np.zeros((ROWS, COLUMNS), np.uint16)
    codes[30, 20] = 1234
    frame, grey = Frame.cropped(codes), GreyScale(slope=0.5, intercept=3.0, padding=(0, 0))
    found = probed_value(ImagePoint(30.9, 20.1), frame, grey)
    assert found is not None
    assert (found.row, found.column, found.code, found.value) == (30, 20, 1234, 620.0)
    assert not found.is_padding
    air = probed_value(ImagePoint(1.0, 1.0), frame, grey)
    assert air is not None
    assert (air.code, air.is_padding) == (0, True)
    assert probed_value(ImagePoint(60.0, 1.0), frame, grey) is None


def viewport(*, flip: bool = False) -> Viewport:
    return Viewport(
        pane_width=200,
        pane_height=200,
        image_rows=ROWS,
        image_columns=COLUMNS,
        scale_row=2.0,
        scale_column=2.0,
        left=10.0,
        top=20.0,
        flipped_horizontally=flip,
    )


@unhurried
@given(marks(), st.booleans(), st.data())
def test_a_mark_is_taken_by_its_line_and_by_its_handles(
    mark: Mark, flip: bool, data: st.DataObject
) -> None:
    view = viewport(flip=flip)
    place = view.to_device(*data.draw(st.sampled_from(contour(mark))))
    assert mark_under([mark], view, *place, 3.0) is mark
    assert mark_under([mark], view, place[0] + 500.0, place[1], 3.0) is None
    for index, handle in enumerate(handles(mark)):
        found = handle_under(mark, view, *view.to_device(*handle), 3.0)
        assert found is not None
        assert handles(mark)[found] == pytest.approx(handles(mark)[index], abs=2.0)


def test_an_outline_is_thinned_until_it_fits() -> None:
    line = [ImagePoint(n / 100, 0.0) for n in range(1000)]
    assert len(simplified(line, 0.5, 1000)) == 20
    assert len(simplified(line, 0.5, 6)) <= 6


def test_a_mark_checks_its_points_and_slices() -> None:
    with pytest.raises(ValueError, match="has 1 points"):
        make_mark(MarkShape.LENGTH, (1, 1))
    with pytest.raises(ValueError, match="finite"):
        make_mark(MarkShape.POINT, (float("nan"), 1))
    with pytest.raises(ValueError, match="do not hold"):
        make_mark(MarkShape.POINT, (1, 1), first_slice=4)


def test_marks_follow_an_image_that_is_laid_otherwise_and_wait_for_one_that_is_absent() -> None:
    image = make_image("RCC", rows=ROWS, columns=COLUMNS)
    kept = KeptMarks(
        marks=(
            make_mark(MarkShape.POINT, (10, 4)),
            make_mark(MarkShape.POINT, (1, 1), mark_id="n", image_id="gone"),
        ),
        layouts={
            image.image_id: layout_of(image),
            "gone": ImageLayout(rows=9, columns=9, orientation=Orientation()),
        },
    )
    turned = replace(
        image, orientation=Orientation(columns_reversed=True), view=make_image("LCC").view
    )
    assert kept.marks_on(turned) == ()
    laid = laid_for(kept, [turned])
    assert [mark.points[0] for mark in laid.marks_on(turned)] == [ImagePoint(10, COLUMNS - 4)]
    assert laid.marks_on(turned)[0].view == "LCC"
    assert laid.marks[1] == kept.marks[1]
    assert laid_for(laid, [turned]) is laid


def test_marks_of_an_image_of_another_size_are_not_shown_and_not_lost() -> None:
    image = make_image("RCC", rows=ROWS, columns=COLUMNS)
    kept = KeptMarks(
        marks=(make_mark(MarkShape.POINT, (10, 4)),), layouts={image.image_id: layout_of(image)}
    )
    other = replace(image, rows=ROWS + 1)
    laid = laid_for(kept, [other])
    assert laid.marks_on(other) == ()
    assert laid.marks == kept.marks
    again = laid_for(laid, [image]).marks_on(image)
    assert [mark.points for mark in again] == [mark.points for mark in kept.marks]
