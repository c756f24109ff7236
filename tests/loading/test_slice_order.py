"""In which order slices are shown: as the header states it, else as they lie; quarrels are said."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loading_builders import CT, DBT, breast, depths, group, only_exam, said, shown, write
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless

from viewer.domain.windowing import Window
from viewer.loading.located_exam import LocatedExam
from viewer.loading.model_source import model_input
from viewer.loading.slice_places import order_by_place

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
BY_PLACE = "Slices are not stored in the order of their positions: shown in that order."
CONTRADICTED = "The stated order of slices contradicts their positions: depth in mm is not known."
NUMBERED_OTHERWISE = (
    "Slices are numbered in another order than they lie: shown as they lie, depth in mm is not "
    "known."
)
UNBELIEVED = "The slices' positions make no sense: they are not used."


def volume(
    folder: Path,
    heights: Sequence[float],
    *,
    in_stack: Sequence[int] = (),
    dimensions: Sequence[Sequence[int]] = (),
    syntax: object = ExplicitVRLittleEndian,
    **stated: object,
) -> LocatedExam:
    """One file with frames at these heights; every frame has a window of its own."""
    frames = []
    for index, height in enumerate(heights):
        content: dict[str, object] = {}
        if in_stack:
            content["InStackPositionNumber"] = in_stack[index]
        if dimensions:
            content["DimensionIndexValues"] = list(dimensions[index])
        frames += group(
            PlanePositionSequence=group(ImagePositionPatient=[0, 0, height]),
            PlaneOrientationSequence=group(ImageOrientationPatient=list(AXIAL)),
            FrameVOILUTSequence=group(WindowCenter=300 + index, WindowWidth=100),
            FrameContentSequence=group(**content),
        )
    if dimensions:
        pointers = [Tag(0x0020, 0x9128 + index) for index in range(len(dimensions[0]))]
        stated["DimensionIndexSequence"] = Items(
            [group(DimensionIndexPointer=pointer)[0] for pointer in pointers]
        )
    write(
        folder / "a",
        breast(slices=len(heights)),
        sop_class=DBT,
        syntax=syntax,
        PerFrameFunctionalGroupsSequence=Items(frames),
        **stated,
    )
    return only_exam(folder)


def assert_shown(located: LocatedExam, order: Sequence[int]) -> None:
    """The frames, their windows, and what a network reads, are in this order of the file's."""
    image = located.exam.images[0]
    stored = breast(slices=len(order))
    network = model_input(image, located.frames[image.image_id]).source
    for index, (frame, seen) in enumerate(zip(order, shown(located), strict=True)):
        np.testing.assert_array_equal(seen, stored[frame])
        np.testing.assert_array_equal(network.read_slice(index), stored[frame])
        window = image.default_window(index)
        assert isinstance(window, Window)
        assert window.center == 300 + frame


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, JPEG2000Lossless])
@pytest.mark.parametrize("stated", [{}, {"SpacingBetweenSlices": 1.0}])
def test_frames_whose_order_nothing_states_are_shown_as_they_lie_and_it_is_said(
    tmp_path: Path, stated: dict[str, object], syntax: object
) -> None:
    located = volume(tmp_path, [0, 2, 1, 3, 5, 4], syntax=syntax, **stated)
    image = located.exam.images[0]
    assert_shown(located, [0, 2, 1, 3, 5, 4])
    assert depths(image) == pytest.approx([0, 1, 2, 3, 4, 5])
    assert image.warnings == (BY_PLACE,)


@pytest.mark.parametrize("heights", [[0, 1, 2, 3], [3, 2, 1, 0]])
def test_frames_that_lie_in_the_order_of_the_file_stay_in_it(
    tmp_path: Path, heights: list[float]
) -> None:
    located = volume(tmp_path, heights)
    assert_shown(located, [0, 1, 2, 3])
    assert located.exam.images[0].warnings == ()


def test_frames_keep_the_direction_in_which_most_of_them_are_stored(tmp_path: Path) -> None:
    located = volume(tmp_path, [5, 4, 2, 3, 1, 0])
    assert_shown(located, [0, 1, 3, 2, 4, 5])


@pytest.mark.parametrize(
    "stated",
    [
        {"in_stack": [1, 3, 2, 4]},
        {"dimensions": [[1, 1], [1, 3], [1, 2], [1, 4]]},
        {"dimensions": [[1, 1], [2, 2], [2, 1], [3, 1]]},
    ],
)
def test_the_stated_order_of_frames_is_followed_without_a_word_where_positions_agree(
    tmp_path: Path, stated: dict[str, object]
) -> None:
    located = volume(tmp_path, [0, 2, 1, 3], **stated)  # type: ignore[arg-type]
    assert_shown(located, [0, 2, 1, 3])
    image = located.exam.images[0]
    assert depths(image) == pytest.approx([0, 1, 2, 3])
    assert image.warnings == ()


def test_the_stated_order_of_frames_orders_those_that_state_one_place(tmp_path: Path) -> None:
    located = volume(tmp_path, [5, 5, 5, 5], in_stack=[4, 3, 1, 2], SpacingBetweenSlices=1.0)
    assert_shown(located, [2, 3, 1, 0])
    image = located.exam.images[0]
    assert (depths(image), image.warnings) == ([0, 1, 2, 3], ())


@pytest.mark.parametrize("stated", [{}, {"SpacingBetweenSlices": 1.0}])
def test_a_stated_order_that_positions_contradict_is_followed_without_depth_and_it_is_said(
    tmp_path: Path, stated: dict[str, object]
) -> None:
    located = volume(tmp_path, [0, 2, 1, 3], in_stack=[1, 2, 3, 4], **stated)
    assert_shown(located, [0, 1, 2, 3])
    image = located.exam.images[0]
    assert (image.slice_spacing_mm, image.places, depths(image)) == (None, None, [])
    assert image.support_is_first is None
    assert image.warnings == (CONTRADICTED,)


@pytest.mark.parametrize(
    "stated",
    [
        {"in_stack": [1, 1, 2, 3]},
        {"dimensions": [[1], [1], [2], [3]]},
    ],
)
def test_a_stated_order_that_does_not_tell_frames_apart_is_none(
    tmp_path: Path, stated: dict[str, object]
) -> None:
    located = volume(tmp_path, [0, 2, 1, 3], **stated)  # type: ignore[arg-type]
    assert_shown(located, [0, 2, 1, 3])
    assert located.exam.images[0].warnings == (BY_PLACE,)


@pytest.mark.parametrize("stated", [{}, {"SpacingBetweenSlices": 1.0}])
@pytest.mark.parametrize("heights", [[0, 1, 3, 2, 503], [0, 2000, 1000, 3000]])
def test_positions_that_no_breast_has_order_nothing_and_it_is_said(
    tmp_path: Path, heights: list[float], stated: dict[str, object]
) -> None:
    located = volume(tmp_path, heights, **stated)
    assert_shown(located, range(len(heights)))
    image = located.exam.images[0]
    assert image.warnings == (UNBELIEVED,)
    assert depths(image) == (list(range(len(heights))) if stated else [])


def slices_of(folder: Path, heights: Sequence[float], **attributes: object) -> LocatedExam:
    """A volume of one-slice files, numbered from 1, at these heights."""
    for number, (height, codes) in enumerate(
        zip(heights, breast(slices=len(heights)), strict=True), start=1
    ):
        write(
            folder / f"{number}",
            codes,
            sop_class=CT,
            ImageType=["DERIVED", "PRIMARY", "TOMO"],
            SeriesInstanceUID="1.2.3.9",
            ImagePositionPatient=[0.0, 0.0, height],
            ImagerPixelSpacing=[0.1, 0.1],
            SliceThickness=1,
            WindowCenter=300 + number - 1,
            WindowWidth=100,
            **({"InstanceNumber": number} | attributes),
        )
    return only_exam(folder)


def test_files_numbered_in_another_order_than_they_lie_have_no_depth_and_it_is_said(
    tmp_path: Path,
) -> None:
    located = slices_of(tmp_path, [0, 2, 1, 3])
    assert_shown(located, [0, 2, 1, 3])
    image = located.exam.images[0]
    assert (image.slice_spacing_mm, image.places, depths(image)) == (None, None, [])
    assert image.missing_slices == 0
    assert image.warnings == (NUMBERED_OTHERWISE,)


def test_files_without_numbers_are_shown_as_they_lie_and_so_deep(tmp_path: Path) -> None:
    located = slices_of(tmp_path, [0, 2, 1, 3], InstanceNumber=None)
    assert_shown(located, [0, 2, 1, 3])
    image = located.exam.images[0]
    assert (depths(image), image.warnings) == ([0, 1, 2, 3], ())


def test_positions_of_files_that_no_breast_has_are_not_used_and_it_is_said(tmp_path: Path) -> None:
    located = slices_of(tmp_path, [0, 1, 3, 2, 503])
    assert_shown(located, [0, 1, 2, 3, 4])
    image = located.exam.images[0]
    assert said(image, UNBELIEVED)
    assert depths(image) == [0, 1, 2, 3, 4]


def test_more_descriptions_than_frames_leave_the_frames_as_they_are_stored(tmp_path: Path) -> None:
    frames = [
        group(PlanePositionSequence=group(ImagePositionPatient=[0, 0, height]))[0]
        for height in (0, 2, 1, 3)
    ]
    write(
        tmp_path / "a",
        breast(slices=3),
        sop_class=DBT,
        PerFrameFunctionalGroupsSequence=Items([*frames, Dataset()]),
    )
    for stored, seen in zip(breast(slices=3), shown(only_exam(tmp_path)), strict=True):
        np.testing.assert_array_equal(stored, seen)


@given(
    order=st.permutations(range(8)),
    step=st.floats(0.2, 4),
    shift=st.floats(-500, 500),
    planes=st.booleans(),
)
def test_any_shuffle_of_even_slices_is_put_into_a_row(
    order: list[int], step: float, shift: float, planes: bool
) -> None:
    positions = [(shift, 1.0, shift + step * place) for place in order]
    found = order_by_place(positions, planes=[AXIAL] * 8 if planes else ())
    assert found is not None
    places = [order[index] for index in found]
    assert places in (list(range(8)), list(range(7, -1, -1)))
    assert found == tuple(range(8)) or order not in (list(range(8)), list(range(7, -1, -1)))
