"""Where slices lie that are stored one a file: by their own positions, also where some are lost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loading_builders import CT, breast, depths, multi_frame, only_exam, said, write

from viewer.domain.image_stack import ImageStack
from viewer.domain.slab import Slab, slab_slices, slab_words
from viewer.domain.slice_places import SlicePlaces
from viewer.loading.slice_places import placed

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


SAME_PLACE = "Two slices lie at the same place: depth in mm is not known."


def opened(
    folder: Path,
    numbers: Sequence[int],
    *,
    mm: float = 1.0,
    positions: bool = True,
    **attributes: object,
):
    """A volume of one-slice files with these instance numbers, each where its number puts it."""
    pixels = breast(slices=len(numbers))
    for number, codes in zip(numbers, pixels, strict=True):
        write(
            folder / f"{number}",
            codes,
            sop_class=CT,
            ImageType=["DERIVED", "PRIMARY", "TOMO"],
            SeriesInstanceUID="1.2.3.9",
            InstanceNumber=number,
            SliceThickness=abs(mm),
            ImagePositionPatient=[0.0, 0.0, mm * number] if positions else None,
            ImagerPixelSpacing=[0.1, 0.1],
            **attributes,
        )
    return only_exam(folder).exam.images[0]


def test_depth_goes_on_behind_slices_that_are_missing(tmp_path: Path) -> None:
    image = opened(tmp_path, [1, 2, 3, 7, 8])
    assert depths(image) == pytest.approx([0, 1, 2, 6, 7])
    assert image.warnings == ("3 of 8 slices are missing.",)


def test_half_of_the_slices_do_not_make_the_others_twice_as_thick(tmp_path: Path) -> None:
    image = opened(tmp_path, [1, 3, 5, 7], mm=1.5)
    assert image.slice_spacing_mm == pytest.approx(1.5)
    assert depths(image) == pytest.approx([0, 3, 6, 9])


def test_depth_is_not_stated_where_the_slices_it_counts_from_are_missing(tmp_path: Path) -> None:
    image = opened(tmp_path, [3, 4, 6], ImagesInAcquisition=9)
    assert depths(image) == []
    assert image.places == SlicePlaces(mm=(2.0, 3.0, 5.0), last_mm=8.0)
    assert image.warnings == (
        "6 of 9 slices are missing.",
        "Slices before the first are missing: depth in mm is not known.",
    )


def test_slices_lost_at_the_end_leave_depth_from_the_first_slice(tmp_path: Path) -> None:
    image = opened(tmp_path, [1, 2, 4], ImagesInAcquisition=9)
    assert depths(image) == pytest.approx([0, 1, 3])
    assert image.warnings == ("6 of 9 slices are missing.",)


@pytest.mark.parametrize(
    ("numbers", "mm", "support_is_first", "expected"),
    [
        ([1, 2, 4], 1.0, True, [0, 1, 3]),
        ([3, 4, 6], 1.0, True, []),
        ([6, 7, 9], -1.0, False, [3, 2, 0]),
        ([1, 2, 4], -1.0, False, []),
    ],
)
def test_depth_from_the_support_needs_the_slices_at_the_support(
    tmp_path: Path, numbers: list[int], mm: float, support_is_first: bool, expected: list[float]
) -> None:
    plane = {"ImageOrientationPatient": [0, 1, 0, 1, 0, 0]}
    image = opened(tmp_path, numbers, mm=mm, ImagesInAcquisition=9, **plane)
    assert image.support_is_first is support_is_first
    assert depths(image) == pytest.approx(expected)
    end = "before the first" if support_is_first else "behind the last"
    words = f"Slices {end} are missing: depth in mm is not known."
    assert (words in image.warnings) == (not expected)


def two_series(folder: Path, *, positions: bool = True, **stated: object) -> list[ImageStack]:
    """Two views whose instance numbers run on, 1 to 4 and 5 to 8; the second begins elsewhere."""
    for number, codes in enumerate(breast(slices=8)):
        write(
            folder / f"{number}",
            codes,
            view="CC" if number < 4 else "MLO",
            sop_class=CT,
            ImageType=["DERIVED", "PRIMARY", "TOMO"],
            SeriesInstanceUID=f"1.2.3.{number // 4}",
            InstanceNumber=number + 1,
            SliceThickness=1,
            ImagePositionPatient=[0.0, 0.0, 20.0 + number % 4] if positions else None,
            ImagerPixelSpacing=[0.1, 0.1],
            **stated,
        )
    return list(only_exam(folder).exam.images)


@pytest.mark.parametrize("positions", [True, False])
def test_numbers_that_run_on_across_views_tell_of_no_missing_slices(
    tmp_path: Path, positions: bool
) -> None:
    images = two_series(tmp_path, positions=positions, ImagesInAcquisition=8)
    assert len(images) == 2
    for image in images:
        assert depths(image) == pytest.approx([0, 1, 2, 3])
        assert (image.missing_slices, image.warnings) == (0, ())


@pytest.mark.parametrize("positions", [True, False])
def test_a_series_whose_numbers_run_on_from_one_that_is_not_there_has_no_depth(
    tmp_path: Path, positions: bool
) -> None:
    image = opened(tmp_path, range(61, 121), positions=positions, ImagesInAcquisition=120)
    assert depths(image) == []
    assert image.warnings[0] == "60 of 120 slices are missing." or not positions
    assert said(image, "depth in mm is not known")


def test_without_positions_depth_is_unknown_where_slices_are_missing(tmp_path: Path) -> None:
    for number, codes in zip((1, 2, 5), breast(slices=3), strict=True):
        write(
            tmp_path / f"{number}",
            codes,
            sop_class=CT,
            ImageType=["DERIVED", "PRIMARY", "TOMO"],
            SeriesInstanceUID="1.2.3.9",
            InstanceNumber=number,
            SliceThickness=1,
        )
    image = only_exam(tmp_path).exam.images[0]
    assert (depths(image), image.slice_spacing_mm) == ([], None)
    assert said(image, "positions do not tell where: depth in mm is not known.")


def test_without_positions_slices_lost_at_the_end_leave_depth_from_the_first(
    tmp_path: Path,
) -> None:
    image = opened(tmp_path, [1, 2, 3], positions=False, ImagesInAcquisition=9)
    assert (depths(image), image.missing_slices) == ([0, 1, 2], 6)


def test_without_positions_slices_of_the_same_number_leave_depth_unknown(tmp_path: Path) -> None:
    opened(tmp_path, [1, 2, 3], positions=False)
    opened(tmp_path / "copy", [2], positions=False)
    image = only_exam(tmp_path).exam.images[0]
    assert (image.slices, depths(image)) == (4, [])
    assert image.warnings == (
        "Two slices have the same number, and no place of their own: depth in mm is not known.",
    )


def test_without_positions_depth_is_counted_by_the_stated_distance(tmp_path: Path) -> None:
    image = opened(tmp_path, [1, 2, 3], positions=False)
    assert (depths(image), image.warnings) == ([0, 1, 2], ())


@pytest.mark.parametrize(
    "heights", [[0, 1, 1, 2], [0, 0, 1, 1], [0, 1, 0, 1], [0.0, 1.0, 1.0 + 1e-9, 2.0]]
)
def test_slices_at_the_same_place_leave_depth_unknown_and_say_so(
    tmp_path: Path, heights: list[float]
) -> None:
    """As where a file was copied, or a series was stored twice, under other identifiers."""
    for number, (height, codes) in enumerate(zip(heights, breast(slices=4), strict=True)):
        write(
            tmp_path / "files" / f"{number}",
            codes,
            sop_class=CT,
            ImageType=["DERIVED", "PRIMARY", "TOMO"],
            SeriesInstanceUID="1.2.3.9",
            InstanceNumber=number,
            SliceThickness=1,
            Manufacturer="HOLOGIC, Inc.",
            ImagePositionPatient=[0.0, 0.0, height],
            ImagerPixelSpacing=[0.1, 0.1],
        )
    of_files = only_exam(tmp_path / "files").exam.images[0]
    of_frames = multi_frame(tmp_path / "frames", heights, SpacingBetweenSlices=1.0)
    for image in (of_files, of_frames):
        assert (image.slices, image.slice_spacing_mm, image.places) == (4, None, None)
        assert depths(image) == []
        assert image.warnings == (SAME_PLACE,)


def test_slices_that_all_state_one_place_are_counted_by_the_stated_distance(tmp_path: Path) -> None:
    """As real tomosynthesis objects do, whose every frame repeats the first position."""
    image = multi_frame(tmp_path, [5, 5, 5, 5], SpacingBetweenSlices=1.0)
    assert (depths(image), image.warnings) == ([0, 1, 2, 3], ())


def test_a_slab_is_as_thick_as_wanted_where_slices_are_missing_and_says_so(tmp_path: Path) -> None:
    image = opened(tmp_path, [1, 2, 3, 4, 7, 8, 9])
    slab = Slab(thickness=5.0)
    assert slab_slices(slab, 3, image) == range(1, 4)
    assert slab_words(slab, 3, image) == "slab mean 3.0 mm, slices 2-4"
    assert slab_slices(slab, 4, image) == range(4, 7)
    across = Slab(thickness=10.0)
    assert slab_slices(across, 4, image) == range(2, 7)
    assert slab_words(across, 4, image) == "slab mean 7.0 mm, slices 3-7, 2 missing"


kept_slices = st.sets(st.integers(1, 30), min_size=2).map(sorted)


@given(
    numbers=kept_slices,
    mm=st.sampled_from([0.5, 1.0, 1.3]),
    tilt=st.sampled_from([(0.0, 0.0), (0.3, -0.2)]),
)
def test_no_lost_slice_changes_where_the_others_lie(
    numbers: list[int], mm: float, tilt: tuple[float, float]
) -> None:
    """Also where the planes' first pixel wanders along the planes from slice to slice."""

    def found(kept: Sequence[int]):
        positions = [(tilt[0] * n, tilt[1] * n, mm * n) for n in kept]
        return placed(positions, planes=[AXIAL] * len(kept), counted=kept, stated=30)

    whole, some = found(range(1, 31)), found(numbers)
    assert whole is not None
    assert some is not None
    assert some.spacing_mm == pytest.approx(mm)
    assert some.places.last_mm == pytest.approx(whole.places.last_mm)
    assert some.places.mm == pytest.approx([whole.places.mm[n - 1] for n in numbers])


@given(numbers=kept_slices)
def test_unless_the_number_of_slices_is_stated_depth_begins_with_the_first_there_is(
    numbers: list[int],
) -> None:
    found = placed([(0, 0, n) for n in numbers], planes=(), counted=numbers, stated=0)
    assert found is not None
    assert found.places.mm == pytest.approx([n - numbers[0] for n in numbers])


@pytest.mark.parametrize(
    "positions",
    [
        [(0, 0, 0), (0, 0, 0), (0, 0, 0)],
        [(0, 0, 0), (0, 0, 2), (0, 0, 1)],
        [(0, 0, 0), (), (0, 0, 2)],
        [(0, 0, 0), (0, 0, float("nan")), (0, 0, 2)],
        [(0, 0, 0)],
    ],
)
def test_positions_that_do_not_follow_each_other_are_not_believed(
    positions: list[tuple[float, ...]],
) -> None:
    assert placed(positions, planes=(), counted=(), stated=0) is None


def test_positions_farther_apart_than_slices_can_be_are_in_another_unit(tmp_path: Path) -> None:
    image = opened(tmp_path / "micrometres", [1, 2, 3, 4], mm=1000.0, SpacingBetweenSlices=1.0)
    assert (image.places, image.slice_spacing_mm) == (None, 1.0)
    assert depths(image) == [0, 1, 2, 3]
    far = [(0.0, 0.0, 1000.0 * n) for n in range(4)]
    assert placed(far, planes=[AXIAL] * 4, counted=(), stated=0) is None


@pytest.mark.parametrize("absurd", [1e200, 1e308, 7.0])
def test_planes_whose_directions_are_no_cosines_leave_slices_along_their_line(
    tmp_path: Path, absurd: float
) -> None:
    plane = [absurd, 0, 0, 0, absurd, 0]
    image = opened(tmp_path, [1, 2, 4], ImageOrientationPatient=plane)
    assert (depths(image), image.support_is_first) == ([0, 1, 3], None)


def test_numbers_that_would_make_slices_thinner_than_any_count_something_else() -> None:
    counted = (1, 10**12, 2 * 10**12)
    found = placed([(0, 0, n) for n in range(3)], planes=(), counted=counted, stated=0)
    assert found is not None
    assert found.spacing_mm == 1.0


def test_a_number_of_slices_beyond_any_breast_puts_none_before_or_behind() -> None:
    found = placed([(0, 0, n) for n in (3, 4, 6)], planes=(), counted=(3, 4, 6), stated=100_000)
    assert found is not None
    assert (found.places.mm, found.places.last_mm) == ((0.0, 1.0, 3.0), 3.0)
