"""Slabs: the right codes however a reader scrolls, and honest when they are not whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from builders import make_image, make_prediction
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from viewer.domain.frame import Frame
from viewer.domain.pane_state import PaneState
from viewer.domain.slab import Slab, SlabMode, is_slab, slab_slices, slab_words
from viewer.rendering.pane_frames import PaneFrames
from viewer.rendering.slab import SlabFrames

SLICES, ROWS, COLUMNS = 24, 12, 10
REDUCE = {SlabMode.MAXIMUM: np.max, SlabMode.MINIMUM: np.min}


def random_volume(seed: int, *, air: int = 0) -> NDArray[np.uint16]:
    """Slices with tissue of different extents in constant air; one slice is all air."""
    rng = np.random.default_rng(seed)
    volume = np.full((SLICES, ROWS, COLUMNS), air, np.uint16)
    for index in range(SLICES):
        top, left = rng.integers(0, 4, 2)
        part = volume[index, top : ROWS - 2, left : COLUMNS - 1 - index % 3]
        part[:] = rng.integers(0, 1 << 16, part.shape)
    volume[3] = air
    return volume


def expected(volume: NDArray[np.uint16], slices: range, mode: SlabMode) -> NDArray[np.uint16]:
    part = volume[slices.start : slices.stop]
    if mode is SlabMode.MEAN:
        return np.rint(part.astype(np.float64).mean(axis=0)).astype(np.uint16)
    return np.asarray(REDUCE[mode](part, axis=0), np.uint16)


@given(
    seed=st.integers(0, 50),
    air=st.sampled_from([0, 7, 65535]),
    mode=st.sampled_from(SlabMode),
    path=st.lists(
        st.tuples(st.integers(0, SLICES - 1), st.sampled_from([3.0, 5.0, 10.0, 20.0])),
        min_size=1,
        max_size=8,
    ),
)
def test_a_slab_has_the_same_codes_wherever_the_reader_came_from(
    seed: int, air: int, mode: SlabMode, path: list[tuple[int, float]]
) -> None:
    volume = random_volume(seed, air=air)
    frames = [Frame.cropped(codes) for codes in volume]
    image = replace(make_image("RCC", slices=SLICES), slice_spacing_mm=1.0)
    slabs = SlabFrames()
    for index, thickness in path:
        shown = slab_slices(Slab(thickness=thickness, mode=mode), index, image)
        made = slabs.combined("image", [(i, frames[i]) for i in shown], mode).whole()
        wanted = expected(volume, shown, mode)
        # A mean that lies half way between two codes may be rounded to either.
        tolerance = 1 if mode is SlabMode.MEAN else 0
        assert np.abs(made.astype(np.int64) - wanted).max() <= tolerance


def test_the_maximum_is_the_brightest_where_low_codes_are_bright() -> None:
    frames = [(n, Frame.cropped(codes)) for n, codes in enumerate(random_volume(1))]
    slab = SlabFrames().combined("image", frames[4:9], SlabMode.MAXIMUM, low_is_bright=True)
    assert np.array_equal(slab.whole(), random_volume(1)[4:9].min(axis=0))


@given(
    slices=st.integers(2, 90),
    at=st.floats(0, 1),
    thickness=st.sampled_from([0.0, 3.0, 5.0, 10.0, 20.0]),
    spacing=st.sampled_from([None, 0.5, 1.0, 1.3, 2.0, 8.0]),
)
def test_a_slab_lies_about_its_slice_within_the_volume(
    slices: int, at: float, thickness: float, spacing: float | None
) -> None:
    image = replace(make_image("RCC", slices=slices), slice_spacing_mm=spacing)
    index, slab = round(at * (slices - 1)), Slab(thickness=thickness)
    shown = slab_slices(slab, index, image)
    assert index in shown
    assert 0 <= shown.start < shown.stop <= slices
    assert len(shown) * (spacing or 1.0) <= max(thickness, spacing or 1.0) + (spacing or 1.0) / 2
    assert is_slab(slab, index, image) == (len(shown) > 1)


def test_a_slab_says_the_thickness_that_is_shown() -> None:
    image = replace(make_image("RCC", slices=40), slice_spacing_mm=1.0)
    slab = Slab(thickness=5.0)
    assert slab_words(slab, 31, image) == "slab mean 5.0 mm, slices 30-34"
    assert slab_words(slab, 0, image) == "slab mean 3.0 mm, slices 1-3"
    unknown = replace(image, slice_spacing_mm=None)
    words = slab_words(replace(slab, mode=SlabMode.MAXIMUM), 31, unknown)
    assert words == "slab maximum of 5 slices, spacing unknown, slices 30-34"


def test_a_slab_that_is_not_whole_says_so_until_it_is() -> None:
    volume = random_volume(2)
    decoded = {n: Frame.cropped(volume[n]) for n in (9, 10, 12)}
    image = replace(make_image("RCC", slices=SLICES), slice_spacing_mm=1.0)
    pane = PaneState(image_id=image.image_id, slice_index=11, slab=Slab(thickness=5.0))
    frames = PaneFrames(lambda _, index: decoded.get(index))
    shown = frames.of(image, pane)
    assert shown.frame is not None
    assert [badge.text for badge in shown.words.badges] == [
        "slab incomplete: 2 of 5 slices not read"
    ]
    decoded |= {n: Frame.cropped(volume[n]) for n in (11, 13)}
    whole = frames.of(image, pane)
    assert whole.words.badges == ()
    assert whole.words.lines[0].text == "slab mean 5.0 mm, slices 10-14"
    assert whole.frame is not None
    difference = whole.frame.whole().astype(int) - expected(volume, range(9, 14), SlabMode.MEAN)
    assert np.abs(difference).max() <= 1


def test_one_slice_is_shown_as_it_is() -> None:
    frame = Frame.cropped(random_volume(2)[8])
    image = replace(make_image("RCC", slices=SLICES), slice_spacing_mm=1.0)
    shown = PaneFrames(lambda *_: frame).of(image, PaneState(slice_index=8))
    assert shown.frame is frame
    assert shown.words.lines == shown.words.badges == ()


def test_a_slab_shows_the_highest_saliency_and_the_boxes_of_its_slices() -> None:
    from viewer.domain.overlay_settings import OverlaySettings
    from viewer.rendering.marks import box_marks

    prediction = make_prediction(make_image("RCC"))
    boxes = box_marks(prediction, 4, OverlaySettings(), last_slice=7)
    assert {box.slice_index: box.dimmed for box in boxes} == {2: True, 4: False, 7: False}
