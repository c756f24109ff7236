"""Images at one size: on all detectors, at true size, at so many pixels."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_exam, make_image
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.geometry import PixelSpacing, SpacingOrigin
from viewer.domain.hanging import STANDARD_SLOTS, Slot
from viewer.domain.screen_pitch import ReportedScreen, ScreenPitch, pitch_of
from viewer.domain.viewport import Viewport
from viewer.rendering.captions import reading_lines
from viewer.session.framing import (
    at_scale,
    fitted,
    linked_framing_toggled,
    pane_measured,
    size_doubt,
    viewport_of,
)
from viewer.session.readings import opened
from viewer.session.state import SessionState
from viewer.session.true_size import (
    at_true_size,
    magnified,
    pitches_known,
    true_size_obstacle,
)

DETECTORS_MM = (0.065, 0.07, 0.085, 0.1)
WIDTH_MM, HEIGHT_MM = 180.0, 240.0


def pitch(width_mm: float | None = 400.0) -> ScreenPitch:
    reported = ReportedScreen(
        name="S", device_width=1600, device_height=1200, width_mm=0, height_mm=0
    )
    return pitch_of(reported, width_mm)


def spacing(row_mm: float, column_mm: float, origin: SpacingOrigin) -> PixelSpacing:
    return PixelSpacing(row_mm=row_mm, column_mm=column_mm, origin=origin)


def hung(spacings: list[PixelSpacing | None], *, screen: ScreenPitch | None = None) -> SessionState:
    """A view of each spacing, of one physical size."""
    images = []
    for slot, one in zip(STANDARD_SLOTS, spacings, strict=False):
        row_mm, column_mm = (0.1, 0.1) if one is None else (one.row_mm, one.column_mm)
        images.append(
            make_image(
                slot.value,
                rows=round(HEIGHT_MM / row_mm),
                columns=round(WIDTH_MM / column_mm),
                spacing=one,
            )
        )
    state = opened(SessionState(), [make_exam(images=images)])
    for slot in STANDARD_SLOTS:
        state = pane_measured(state, slot, 500, 400)
    return pitches_known(state, dict.fromkeys(STANDARD_SLOTS, screen or pitch()))


def seen(state: SessionState, slot: Slot) -> Viewport:
    viewport = viewport_of(state, slot)
    assert viewport is not None
    return viewport


@given(st.permutations(DETECTORS_MM), st.permutations(DETECTORS_MM))
def test_breasts_of_one_size_look_equally_large_whatever_the_detector(
    rows_mm: list[float], columns_mm: list[float]
) -> None:
    pairs = zip(rows_mm, columns_mm, strict=True)
    state = hung([spacing(row, column, SpacingOrigin.PIXEL_MEASURES) for row, column in pairs])
    sizes = [
        (v.image_rows * v.scale_row, v.image_columns * v.scale_column)
        for v in (seen(state, slot) for slot in STANDARD_SLOTS)
    ]
    for height, width in sizes:
        assert height == pytest.approx(sizes[0][0], rel=2e-3)
        assert width == pytest.approx(sizes[0][1], rel=2e-3)


@given(st.sampled_from(DETECTORS_MM), st.sampled_from(DETECTORS_MM), st.floats(160, 900))
def test_at_true_size_a_millimetre_is_a_millimetre_on_the_screen(
    row_mm: float, column_mm: float, screen_mm: float
) -> None:
    known = pitch(screen_mm)
    state = hung([spacing(row_mm, column_mm, SpacingOrigin.PIXEL_MEASURES)], screen=known)
    viewport = seen(at_true_size(state, Slot.RCC), Slot.RCC)
    assert known.pixel_mm is not None
    assert viewport.scale_row * known.pixel_mm == pytest.approx(row_mm)
    assert viewport.scale_column * known.pixel_mm == pytest.approx(column_mm)


def said(state: SessionState, slot: Slot = Slot.RCC) -> str:
    image = state.image_in(slot)
    assert image is not None
    lines = reading_lines(image, 0, image.vois[0], seen(state, slot), state.pitches.get(slot))
    return "\n".join(line.text for line in lines)


def test_the_pane_says_true_size_and_on_what_it_relies() -> None:
    state = hung([spacing(0.1, 0.1, SpacingOrigin.PIXEL_MEASURES)])
    assert "true size" not in said(state)
    shown = at_true_size(state, Slot.RCC)
    assert "true size (screen measured)" in said(shown)
    assert "true size" not in said(magnified(shown, Slot.RCC, 2.0))
    elsewhere = pitches_known(shown, {Slot.RCC: pitch(500.0)})
    assert "true size" not in said(elsewhere)


def test_a_spacing_at_the_detector_gives_true_size_at_the_detector() -> None:
    state = at_true_size(hung([spacing(0.1, 0.1, SpacingOrigin.IMAGER)]), Slot.RCC)
    assert "true size at the detector" in said(state)


def test_true_size_is_refused_with_the_reason_when_spacing_or_screen_are_not_known() -> None:
    unspaced = hung([None])
    assert true_size_obstacle(unspaced, Slot.RCC) == "the pixel spacing of the image is not known"
    assert at_true_size(unspaced, Slot.RCC) is unspaced
    state = hung([spacing(0.1, 0.1, SpacingOrigin.PIXEL_MEASURES)], screen=pitch(None))
    assert "does not report its size" in (true_size_obstacle(state, Slot.RCC) or "")
    assert at_true_size(state, Slot.RCC) is state
    nowhere = replace(state, pitches={})
    assert true_size_obstacle(nowhere, Slot.RCC) == "the size of the screen is not known"
    assert true_size_obstacle(SessionState(), Slot.RCC) == "the pane holds no image"


@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_a_preset_gives_so_many_screen_pixels_per_image_pixel(zoom: float) -> None:
    state = hung([spacing(0.07, 0.07, SpacingOrigin.IMAGER)])
    shown = magnified(state, Slot.RCC, zoom)
    assert seen(shown, Slot.RCC).zoom == pytest.approx(zoom)
    assert seen(fitted(shown, Slot.RCC), Slot.RCC) == seen(state, Slot.RCC)


FINE = ReportedScreen(name="A", device_width=2000, device_height=1500, width_mm=0, height_mm=0)
COARSE = ReportedScreen(name="B", device_width=1000, device_height=750, width_mm=0, height_mm=0)
ON_A, ON_B = (Slot.RCC, Slot.LCC), (Slot.RMLO, Slot.LMLO)


def on_two_displays(fine_mm: float | None, coarse_mm: float | None) -> SessionState:
    fine, coarse = pitch_of(FINE, fine_mm), pitch_of(COARSE, coarse_mm)
    state = hung([spacing(0.1, 0.1, SpacingOrigin.PIXEL_MEASURES)] * 4)
    return pitches_known(state, {**dict.fromkeys(ON_A, fine), **dict.fromkeys(ON_B, coarse)})


def millimetres_on_display(state: SessionState, slot: Slot) -> float:
    viewport, known = viewport_of(state, slot), state.pitches[slot].pixel_mm
    assert viewport is not None
    assert known is not None
    return viewport.image_rows * viewport.scale_row * known


def test_a_breast_is_physically_as_large_on_displays_of_different_pixels() -> None:
    state = on_two_displays(400.0, 400.0)
    sizes = [millimetres_on_display(state, slot) for slot in STANDARD_SLOTS]
    assert sizes == pytest.approx([sizes[0]] * 4)
    # The pane of fewer millimetres is filled: 400 pixels of 0.2 mm.
    assert max(sizes) == pytest.approx(80.0)
    assert size_doubt(state) is None


def test_zoom_goes_to_the_other_display_at_the_same_physical_size() -> None:
    state = linked_framing_toggled(on_two_displays(400.0, 400.0))
    panes = {**state.panes, Slot.RMLO: state.panes[Slot.LCC]}
    state = replace(state, panes={**panes, Slot.LCC: state.panes[Slot.RMLO]})
    state = at_scale(state, Slot.RCC, 8.0)
    sizes = [millimetres_on_display(state, slot) for slot in (Slot.RCC, Slot.RMLO)]
    assert sizes[0] == pytest.approx(sizes[1])
    assert state.panes[Slot.RMLO].framing.scale == pytest.approx(4.0)


def moved_to(state: SessionState, screen: ReportedScreen, width_mm: float | None) -> SessionState:
    return pitches_known(state, dict.fromkeys(STANDARD_SLOTS, pitch_of(screen, width_mm)))


def test_a_zoomed_image_stays_physically_as_large_when_its_window_moves_to_another_display() -> (
    None
):
    fine = moved_to(on_two_displays(400.0, 400.0), FINE, 400.0)
    state = at_scale(fine, Slot.RCC, 8.0)
    before = [millimetres_on_display(state, slot) for slot in STANDARD_SLOTS]
    middle = seen(state, Slot.RCC).to_image(250, 200)
    away = moved_to(state, COARSE, 400.0)
    assert millimetres_on_display(away, Slot.RCC) == pytest.approx(before[0])
    assert seen(away, Slot.RCC).to_image(250, 200) == pytest.approx(middle)
    # The fitted ones fit on the display they are on now.
    assert seen(away, Slot.LCC) == seen(state, Slot.LCC)
    back = moved_to(away, FINE, 400.0)
    assert [millimetres_on_display(back, slot) for slot in STANDARD_SLOTS] == pytest.approx(before)


def test_one_to_one_stays_one_to_one_on_every_display_and_true_size_true() -> None:
    state = at_true_size(
        magnified(moved_to(on_two_displays(400.0, 400.0), FINE, 400.0), Slot.RCC, 1.0), Slot.LCC
    )
    away = moved_to(state, COARSE, 400.0)
    assert seen(away, Slot.RCC).zoom == seen(state, Slot.RCC).zoom == pytest.approx(1.0)
    assert "true size" in said(away, Slot.LCC)


def test_measuring_a_display_or_losing_its_size_moves_no_image() -> None:
    state = at_scale(moved_to(on_two_displays(400.0, 400.0), FINE, 400.0), Slot.RCC, 8.0)
    for other in (moved_to(state, FINE, 500.0), moved_to(state, COARSE, None)):
        assert seen(other, Slot.RCC) == seen(state, Slot.RCC)


def test_where_a_display_is_not_known_the_pixels_are_the_same_and_that_is_said() -> None:
    state = on_two_displays(400.0, None)
    scales = {viewport_of(state, slot).scale_row for slot in STANDARD_SLOTS}
    assert len(scales) == 1
    assert "measure its width" in (size_doubt(state) or "")
