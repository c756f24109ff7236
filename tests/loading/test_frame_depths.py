"""Where frames of one file lie: by their positions, and what a stated distance says of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from loading_builders import DBT, breast, depths, group, multi_frame, only_exam, write
from pydicom.sequence import Sequence as Items

from viewer.domain.slab import Slab, slab_words
from viewer.loading.dicom_spacing import UNBELIEVED

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


UNEVEN = "The slices do not lie evenly: depths are counted from their positions."


@pytest.mark.parametrize("stated", [{}, {"SpacingBetweenSlices": 1.0}])
def test_frames_of_one_file_lie_where_they_say_where_some_were_left_out(
    tmp_path: Path, stated: dict[str, object]
) -> None:
    image = multi_frame(tmp_path, [0, 1, 2, 6, 7], **stated)
    assert depths(image) == pytest.approx([0, 1, 2, 6, 7])
    assert image.warnings == (UNEVEN,)


def test_frames_that_lie_evenly_are_counted_by_their_distance(tmp_path: Path) -> None:
    image = multi_frame(tmp_path, [0, 1, 2, 3])
    assert (image.places, depths(image), image.warnings) == (None, [0, 1, 2, 3], ())


@pytest.mark.parametrize("step_mm", [1.08, 0.95])
def test_positions_that_deviate_from_the_stated_distance_are_followed_and_it_is_said(
    tmp_path: Path, step_mm: float
) -> None:
    heights = [step_mm * index for index in range(10)]
    image = multi_frame(tmp_path, heights, SpacingBetweenSlices=1.0)
    assert depths(image) == pytest.approx(heights)
    assert image.slice_spacing_mm == pytest.approx(step_mm)
    assert image.warnings == (
        f"Spacing Between Slices says 1 mm, the slices' positions {step_mm:g} mm: "
        "depths are counted from their positions.",
    )


def test_positions_that_are_rounded_agree_with_the_stated_distance(tmp_path: Path) -> None:
    heights = [round(1.004 * index, 1) for index in range(10)]
    image = multi_frame(tmp_path, heights, SpacingBetweenSlices=1.0)
    assert (image.places, image.slice_spacing_mm, image.warnings) == (None, 1.0, ())


def test_small_deviations_that_add_up_move_slices_to_their_positions(tmp_path: Path) -> None:
    heights = [0.95 * index for index in range(6)] + [4.75 + 1.05 * n for n in range(1, 6)]
    image = multi_frame(tmp_path, heights, SpacingBetweenSlices=1.0)
    assert depths(image) == pytest.approx(heights)


def test_depth_is_counted_across_planes_whose_first_pixel_wanders(tmp_path: Path) -> None:
    frames = [
        group(
            PlanePositionSequence=group(ImagePositionPatient=[0.3 * n, -0.2 * n, n]),
            PlaneOrientationSequence=group(ImageOrientationPatient=list(AXIAL)),
        )[0]
        for n in range(5)
    ]
    for name, stated in (("none", {}), ("stated", {"SpacingBetweenSlices": 1.0})):
        groups = Items(frames)
        path = tmp_path / name
        write(
            path, breast(slices=5), sop_class=DBT, PerFrameFunctionalGroupsSequence=groups, **stated
        )
        image = only_exam(path).exam.images[0]
        assert depths(image) == pytest.approx([0, 1, 2, 3, 4])
        assert image.warnings == ()


@pytest.mark.parametrize("heights", [[0, 5, 10, 30], [0, 2, 4, 6]])
def test_positions_and_a_stated_distance_that_contradict_each_other_leave_depth_unknown(
    tmp_path: Path, heights: list[float]
) -> None:
    image = multi_frame(tmp_path, heights, SpacingBetweenSlices=1.0)
    assert (image.slice_spacing_mm, image.places, depths(image)) == (None, None, [])
    assert image.warnings == (
        f"Spacing Between Slices says 1 mm, the slices' positions {heights[1]} mm: "
        "depth in mm is not known.",
    )


@pytest.mark.parametrize("heights", [[-1e308, 0.0, 1e308], [0.0, 1e300, 2e300]])
def test_a_volume_with_absurd_positions_opens_as_if_it_stated_none(
    tmp_path: Path, heights: list[float]
) -> None:
    image = multi_frame(tmp_path, heights, SpacingBetweenSlices=1.0)
    assert (image.places, depths(image)) == (None, [0, 1, 2])


def test_a_slice_beyond_any_breast_has_a_position_that_is_not_believed(tmp_path: Path) -> None:
    image = multi_frame(tmp_path, [0, 1, 2, 3, 503])
    assert (image.places, depths(image)) == (None, [])
    assert image.warnings == (UNBELIEVED,)


def test_a_slab_of_slices_that_lie_unevenly_says_none_is_missing(tmp_path: Path) -> None:
    image = multi_frame(tmp_path, [0, 1, 2, 3, 4.2, 5.4, 6.6, 7.8, 9, 10, 11, 12])
    assert image.places is not None
    said = slab_words(Slab(thickness=5.0), 6, image)
    assert said == "slab mean 5.8 mm, slices 5-9"
