"""Zoom, pan and fit in millimetres; windows, invert, flips, reset."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import make_exam, make_image
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.hanging import STANDARD_SLOTS, Slot
from viewer.domain.hanging_protocol import HangingProtocol, Place, Stage
from viewer.domain.view import ImageKind
from viewer.domain.windowing import GreyScale, VoiFunction, VoiLut, Window
from viewer.rendering.scene import shown_voi
from viewer.session.framing import (
    at_actual_pixels,
    fitted,
    pane_measured,
    panned_by,
    viewport_of,
    zoomed_at,
    zoomed_centre,
)
from viewer.session.placing import maximised
from viewer.session.readings import opened
from viewer.session.staging import stage_stepped, with_protocol
from viewer.session.state import SessionState
from viewer.session.true_size import magnified
from viewer.session.windows import (
    flipped,
    inverted,
    preset_chosen,
    reset,
    window_dragged,
)


def hung(*images: object, size: tuple[int, int] = (300, 200)) -> SessionState:
    """These images in panes of one size."""
    state = opened(SessionState(), [make_exam(images=images)])
    for slot in STANDARD_SLOTS:
        state = pane_measured(state, slot, *size)
    return state


def test_all_panes_share_their_millimetres_per_pixel() -> None:
    small = make_image("LCC", rows=100, columns=60)
    big = make_image("RMLO", rows=400, columns=300)
    state = hung(make_image("RCC"), small, big)
    scales = {viewport_of(state, s).scale_row for s in (Slot.RCC, Slot.LCC, Slot.RMLO)}
    assert scales == {200 / 400}


def test_a_single_view_is_fitted_to_itself() -> None:
    state = hung(make_image("RCC"), make_image("RMLO", rows=400, columns=300))
    alone = maximised(state, Slot.RCC)
    assert viewport_of(alone, Slot.RCC).zoom == pytest.approx(1.0)


@given(st.floats(0.2, 8), st.floats(0, 300), st.floats(0, 200), st.booleans(), st.booleans())
def test_zooming_keeps_the_point_under_the_pointer(
    factor: float, x: float, y: float, flip_h: bool, flip_v: bool
) -> None:
    state = hung(make_image("RCC"), make_image("LCC"))
    if flip_h:
        state = flipped(state, Slot.RCC, horizontally=True)
    if flip_v:
        state = flipped(state, Slot.RCC, horizontally=False)
    before = viewport_of(state, Slot.RCC).to_image(x, y)
    after = viewport_of(zoomed_at(state, Slot.RCC, factor, x, y), Slot.RCC).to_image(x, y)
    assert after == pytest.approx(before, abs=1e-6)


def test_zoom_has_limits() -> None:
    state = hung(make_image("RCC"))
    for _ in range(60):
        state = zoomed_at(state, Slot.RCC, 1.5, 10, 10)
    assert viewport_of(state, Slot.RCC).zoom == pytest.approx(32.0)


def test_a_panned_image_never_leaves_its_pane() -> None:
    state = panned_by(hung(make_image("RCC")), Slot.RCC, 1e6, -1e6)
    viewport = viewport_of(state, Slot.RCC)
    assert viewport.left < viewport.pane_width
    assert viewport.top + viewport.image_rows * viewport.scale_row > 0


def test_one_to_one_and_fit() -> None:
    state = at_actual_pixels(hung(make_image("RCC"), make_image("LCC")), Slot.RCC)
    actual = viewport_of(state, Slot.RCC)
    assert actual.zoom == pytest.approx(1.0)
    assert actual.left + actual.image_columns == pytest.approx(300, abs=1)
    fit = viewport_of(fitted(state, Slot.RCC), Slot.RCC)
    assert fit.left + fit.image_columns * fit.scale_column == pytest.approx(300)


@pytest.mark.parametrize("view", ["RCC", "LCC"])
def test_a_smaller_zoom_brings_no_air_behind_the_chest_wall(view: str) -> None:
    image = make_image(view)
    slot = Slot(view)
    state = magnified(at_actual_pixels(hung(image), slot), slot, 4.0)
    state = panned_by(state, slot, 280 if view == "LCC" else -280, 0)
    back = viewport_of(at_actual_pixels(state, slot), slot)
    wall, edge = (0, 0) if view == "LCC" else (image.columns, back.pane_width)
    assert back.to_device(0, wall)[0] == pytest.approx(edge)


def test_air_that_the_reader_brought_behind_the_chest_wall_stays_with_the_zoom() -> None:
    state = panned_by(at_actual_pixels(hung(make_image("LCC")), Slot.LCC), Slot.LCC, 60, 0)
    before = viewport_of(state, Slot.LCC)
    after = viewport_of(magnified(state, Slot.LCC, 2.0), Slot.LCC)
    middle = before.pane_width / 2, before.pane_height / 2
    assert after.to_image(*middle) == pytest.approx(before.to_image(*middle))


def test_presets_of_the_header_are_chosen_by_number_in_all_panes_of_the_kind() -> None:
    plain = make_image("LMLO", kind=ImageKind.FFDM)
    state = hung(make_image("RCC"), make_image("LCC"), plain)
    chosen = preset_chosen(state, Slot.RCC, 1)
    assert shown_voi(chosen.image_in(Slot.LCC), chosen.panes[Slot.LCC]).width == 1000
    assert chosen.panes[Slot.LMLO].preset == 0
    assert preset_chosen(state, Slot.RCC, 7) is state


def test_a_window_goes_along_to_views_of_the_kind_that_hang_in_another_stage() -> None:
    wider = (Window(center=1000.0, width=4000.0),)
    pair = [make_image("RCC"), make_image("LCC")]
    others = [make_image("RMLO", vois=wider), make_image("LMLO", kind=ImageKind.FFDM)]
    ccs, mlos = (
        Stage(
            title=view, screens=(((Place(view=Slot(f"R{view}")), Place(view=Slot(f"L{view}"))),),)
        )
        for view in ("CC", "MLO")
    )
    protocol = HangingProtocol(protocol_id="pairs", title="Pairs", stages=(ccs, mlos))
    state = with_protocol(hung(*pair, *others), protocol)
    state = inverted(window_dragged(state, Slot.RCC, 250, 0), Slot.RCC)
    later = stage_stepped(state, 1)
    right, film = later.panes[Slot.RMLO], later.panes[Slot.LMLO]
    # By the same share of its own window.
    assert (right.window, right.inverted) == (Window(center=1000.0, width=6000.0), True)
    assert right.slice_index == 5
    assert (film.window, film.inverted) == (None, False)
    back = preset_chosen(later, Slot.RMLO, 0)
    assert stage_stepped(back, -1).panes[Slot.LCC].window is None
    alone = replace(state, options=replace(state.options, linked_windows=False))
    alone = stage_stepped(window_dragged(alone, Slot.RCC, 250, 0), 1)
    assert alone.panes[Slot.RMLO].window == right.window


def test_unlinked_windows_change_one_pane() -> None:
    state = hung(make_image("RCC"), make_image("LCC"))
    state = replace(state, options=replace(state.options, linked_windows=False))
    state = window_dragged(state, Slot.RCC, 50, 0)
    assert state.panes[Slot.RCC].window.width == pytest.approx(2200)
    assert state.panes[Slot.LCC].window is None


def test_dragging_up_brightens_whatever_the_photometric_interpretation() -> None:
    for monochrome1 in (False, True):
        grey_scale = GreyScale(largest_code=4095, monochrome1=monochrome1)
        state = hung(make_image("RCC", grey_scale=grey_scale))
        state = window_dragged(state, Slot.RCC, 0, -100)
        moved = state.panes[Slot.RCC].window.center - 2000
        assert (moved > 0) is monochrome1


def test_a_dragged_sigmoid_stays_a_sigmoid() -> None:
    sigmoid = Window(center=2000, width=800, function=VoiFunction.SIGMOID)
    state = window_dragged(hung(make_image("RCC", vois=(sigmoid,))), Slot.RCC, 20, 20)
    assert state.panes[Slot.RCC].window.function is VoiFunction.SIGMOID


def test_dragging_a_falling_lut_keeps_its_contrast_and_says_inverted() -> None:
    falling = VoiLut(first_mapped=1000, grey_values=np.linspace(1, 0, 1001))
    state = window_dragged(hung(make_image("RCC", vois=(falling,))), Slot.RCC, 1, 0)
    pane = state.panes[Slot.RCC]
    assert pane.inverted
    assert pane.window.center == pytest.approx(1500, abs=3)
    assert pane.window.width == pytest.approx(1000, rel=0.02)
    again = window_dragged(state, Slot.RCC, 1, 0)
    assert again.panes[Slot.RCC].inverted


def test_a_lut_can_be_dragged_and_reset() -> None:
    lut = VoiLut(first_mapped=0, grey_values=np.linspace(0, 1, 4096))
    state = hung(make_image("RCC", vois=(lut,)))
    dragged = window_dragged(state, Slot.RCC, 10, 0)
    assert isinstance(dragged.panes[Slot.RCC].window, Window)
    restored = reset(dragged, Slot.RCC)
    assert shown_voi(restored.image_in(Slot.RCC), restored.panes[Slot.RCC]) is lut


def test_reset_undoes_everything_but_the_slice() -> None:
    state = hung(make_image("RCC"), make_image("LCC"))
    changed = inverted(flipped(state, Slot.RCC, horizontally=True), Slot.RCC)
    changed = zoomed_at(window_dragged(changed, Slot.RCC, 5, 5), Slot.RCC, 2, 1, 1)
    assert reset(changed, Slot.RCC).panes[Slot.RCC] == state.panes[Slot.RCC]


def test_zooming_by_key_keeps_the_chest_wall_at_the_edge() -> None:
    state = hung(make_image("RCC"), make_image("LCC"))
    for _ in range(4):
        state = zoomed_centre(state, Slot.RCC, 1.25)
        state = zoomed_centre(state, Slot.LCC, 1.25)
    right, left = viewport_of(state, Slot.RCC), viewport_of(state, Slot.LCC)
    assert right.left + right.image_columns * right.scale_column == pytest.approx(300, abs=2)
    assert left.left == pytest.approx(0, abs=2)
    assert left.zoom == pytest.approx(1.25**4, rel=1e-3)
