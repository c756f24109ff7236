"""What probes and regions say where a slab is shown: of the slab, padding left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import make_image
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from viewer.domain.ai_state import NotRun
from viewer.domain.frame import Frame
from viewer.domain.mark import ImagePoint, Mark, MarkShape
from viewer.domain.pane_state import PaneState
from viewer.domain.slab import Slab, SlabMode
from viewer.domain.windowing import GreyScale
from viewer.rendering.drawn_marks import PaneMarks
from viewer.rendering.mark_words import value_lines
from viewer.rendering.pane_frames import PaneFrames
from viewer.rendering.scene import PaneContext, build_scene
from viewer.rendering.slab_values import SlabParts, slab_probe, slab_region

PADDED = GreyScale(slope=2.0, intercept=-10.0, padding=(0, 4))
ROWS, COLUMNS, SLICES = 9, 8, 11


def volume(seed: int) -> NDArray[np.uint16]:
    """Codes of which about a third is padding."""
    codes = np.random.default_rng(seed).integers(5, 4000, (SLICES, ROWS, COLUMNS))
    is_padding = np.random.default_rng(seed + 1).random(codes.shape) < 0.3
    return np.where(is_padding, 2, codes).astype(np.uint16)


def mark_of(shape: MarkShape, *points: tuple[float, float]) -> Mark:
    return Mark(
        mark_id="m",
        image_id="RCC-DBT",
        shape=shape,
        points=tuple(ImagePoint(*point) for point in points),
        slice_index=5,
        first_slice=5,
        last_slice=5,
    )


def parts_of(codes: NDArray[np.uint16], mode: SlabMode, *, low_is_bright: bool = False):
    frames = tuple(Frame.cropped(one) for one in codes)
    return SlabParts(frames=frames, mode=mode, low_is_bright=low_is_bright)


def expected(column: NDArray[np.uint16], mode: SlabMode, *, low_is_bright: bool) -> int | None:
    tissue = column[column > 4].astype(np.float64)
    if tissue.size == 0:
        return None
    if mode is SlabMode.MEAN:
        return int(np.rint(tissue.mean()))
    return int(tissue.max() if (mode is SlabMode.MAXIMUM) != low_is_bright else tissue.min())


@given(
    seed=st.integers(0, 30),
    mode=st.sampled_from(SlabMode),
    low_is_bright=st.booleans(),
    row=st.integers(0, ROWS - 1),
    column=st.integers(0, COLUMNS - 1),
    count=st.integers(2, 5),
)
def test_the_probe_says_the_slabs_value_without_padding(
    seed: int, mode: SlabMode, low_is_bright: bool, row: int, column: int, count: int
) -> None:
    codes = volume(seed)[:count]
    point = ImagePoint(row + 0.5, column + 0.5)
    probe = slab_probe(point, parts_of(codes, mode, low_is_bright=low_is_bright), PADDED)
    assert probe is not None
    code = expected(codes[:, row, column], mode, low_is_bright=low_is_bright)
    assert probe.slices == int((codes[:, row, column] > 4).sum())
    assert (probe.pixel.row, probe.pixel.column) == (row, column)
    assert probe.pixel.is_padding == (code is None)
    if code is not None:
        # A mean that lies half way between two codes may be rounded to either.
        assert abs(probe.pixel.code - code) <= (mode is SlabMode.MEAN)
        assert probe.pixel.value == probe.pixel.code * 2.0 - 10.0


@given(seed=st.integers(0, 30), mode=st.sampled_from(SlabMode), count=st.integers(2, 5))
def test_a_region_measures_the_slab_without_padding(seed: int, mode: SlabMode, count: int) -> None:
    codes = volume(seed)[:count]
    found = slab_region(mark_of(MarkShape.RECTANGLE, (1, 2), (7, 6)), parts_of(codes, mode), PADDED)
    inside = codes[:, 1:7, 2:6].reshape(count, -1)
    columns = [expected(inside[:, n], mode, low_is_bright=False) for n in range(inside.shape[1])]
    values = np.array([code * 2.0 - 10.0 for code in columns if code is not None])
    assert found is not None
    assert found.pixels == len(values)
    assert found.mean == pytest.approx(values.mean(), abs=1.0)
    assert found.deviation == pytest.approx(values.std(), abs=1.0)


def test_labels_say_that_the_slab_is_measured() -> None:
    image = make_image("RCC", rows=ROWS, columns=COLUMNS, grey_scale=PADDED)
    codes = np.full((5, ROWS, COLUMNS), 100, np.uint16)
    codes[0, 3, 3], codes[1:, 3, 3] = 2, (100, 200, 300, 400)
    probe = mark_of(MarkShape.PROBE, (3.5, 3.5))
    whole = parts_of(codes, SlabMode.MEAN)
    assert value_lines(probe, image, whole.frames[2], whole) == (
        "mean of 4 slices: 490   code 250",
        "padding on 1 slice left out",
        "row 3   column 3",
    )
    brightest = parts_of(codes[1:], SlabMode.MAXIMUM)
    assert value_lines(probe, image, whole.frames[2], brightest) == (
        "maximum of 4 slices: 790   code 400",
        "row 3   column 3",
    )
    nothing = parts_of(np.full_like(codes, 2), SlabMode.MINIMUM)
    assert value_lines(probe, image, nothing.frames[0], nothing) == (
        "minimum of 5 slices: all padding",
        "row 3   column 3",
    )
    region = mark_of(MarkShape.ELLIPSE, (4, 4), (8, 8))
    assert value_lines(region, image, whole.frames[2], whole) == (
        "mean of 5 slices: mean 190   SD 0",
    )
    assert value_lines(region, image, nothing.frames[0], nothing) == ("no pixel but padding",)


@pytest.mark.parametrize(("thickness", "said"), [(0.0, "value"), (5.0, "mean of 5 slices:")])
def test_a_pane_says_what_it_shows_at_a_probe(thickness: float, said: str) -> None:
    image = make_image("RCC", slices=SLICES, rows=ROWS, columns=COLUMNS)
    image = replace(image, slice_spacing_mm=1.0)
    frames = [Frame.cropped(codes) for codes in volume(3)]
    state = PaneState(image_id=image.image_id, slice_index=5, slab=Slab(thickness=thickness))
    shown = PaneFrames(lambda _, index: frames[index]).of(image, state)
    probe = mark_of(MarkShape.PROBE, (3.5, 3.5))
    scene = build_scene(
        stack=image,
        state=state,
        frame=shown.frame,
        fit_scale=1.0,
        pane_width=100,
        pane_height=100,
        ai=NotRun(),
        context=PaneContext(marks=PaneMarks(marks=(probe,)), slab=shown.parts),
    )
    (drawn,) = scene.drawn_marks
    assert any(line.startswith(said) for line in drawn.lines), drawn.lines
