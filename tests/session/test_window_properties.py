"""Windows of an exam move together, each by its own width; air stays black whatever is done."""

from __future__ import annotations

import numpy as np
import pytest
from builders import make_exam, make_image
from hypothesis import given, settings
from hypothesis import strategies as st

from viewer.domain.hanging import Slot
from viewer.domain.windowing import GreyScale, Voi, VoiFunction, VoiLut, Window, lookup_table
from viewer.rendering.scene import shown_voi
from viewer.session.readings import opened
from viewer.session.session import Transition
from viewer.session.state import SessionState
from viewer.session.windows import inverted, preset_chosen, window_dragged

windows = st.builds(
    Window,
    center=st.floats(-2000, 6000),
    width=st.floats(50, 8000),
    function=st.sampled_from(VoiFunction),
)
luts = st.builds(
    lambda first, gamma, falls: VoiLut(
        first_mapped=first,
        grey_values=np.linspace(0, 1, 1500)[:: -1 if falls else 1] ** gamma,
    ),
    first=st.integers(0, 2000),
    gamma=st.floats(0.5, 2.0),
    falls=st.booleans(),
)
drags = st.tuples(st.floats(-200, 200), st.floats(-200, 200))


def hung(*vois: Voi, grey_scale: GreyScale | None = None) -> SessionState:
    images = [
        make_image(view, vois=(voi, Window(center=100, width=300)), grey_scale=grey_scale)
        for view, voi in zip(("RCC", "LCC"), vois, strict=False)
    ]
    return opened(SessionState(), [make_exam(images=images)])


@given(one=windows, other=windows, moved=drags)
def test_linked_windows_move_by_the_same_share_of_their_own_width(
    one: Window, other: Window, moved: tuple[float, float]
) -> None:
    state = window_dragged(hung(one, other), Slot.RCC, *moved)
    shares = []
    for slot, before in ((Slot.RCC, one), (Slot.LCC, other)):
        after = state.panes[slot].window
        assert isinstance(after, Window)
        assert after.function is before.function
        shares.append(
            (
                (after.center - before.center) / before.width,
                (after.width - before.width) / before.width,
            )
        )
    assert shares[0] == pytest.approx(shares[1], abs=1e-6)


def action(name: str, moved: tuple[float, float]) -> Transition:
    match name:
        case "drag":
            return lambda state: window_dragged(state, Slot.RCC, *moved)
        case "invert":
            return lambda state: inverted(state, Slot.RCC)
        case _:
            return lambda state: preset_chosen(state, Slot.RCC, 1)


@settings(max_examples=60, deadline=None)
@given(
    voi=st.one_of(windows, luts),
    monochrome1=st.booleans(),
    padding=st.sampled_from([None, (0, 0), (0, 7), (4090, 4095)]),
    done=st.lists(st.tuples(st.sampled_from(["drag", "invert", "preset"]), drags), max_size=6),
)
def test_padding_stays_black_after_any_drags_inverts_and_presets(
    voi: Voi,
    monochrome1: bool,
    padding: tuple[int, int] | None,
    done: list[tuple[str, tuple[float, float]]],
) -> None:
    scale = GreyScale(largest_code=4095, monochrome1=monochrome1, padding=padding)
    state = hung(voi, grey_scale=scale)
    for name, moved in done:
        state = action(name, moved)(state)
    pane = state.panes[Slot.RCC]
    image = state.image_in(Slot.RCC)
    assert image is not None
    table = lookup_table(scale, shown_voi(image, pane), inverted=pane.inverted)
    if padding is not None:
        assert not table[padding[0] : padding[1] + 1].any()
    elif pane.inverted:
        assert table[4095 if monochrome1 else 0] == 0


@settings(deadline=None)
@given(lut=luts, moved=drags)
def test_a_drag_after_a_lut_goes_on_from_its_window_and_never_comes_back_to_the_lut(
    lut: VoiLut, moved: tuple[float, float]
) -> None:
    first = window_dragged(hung(lut), Slot.RCC, 0.0, 0.0).panes[Slot.RCC]
    state = window_dragged(hung(lut), Slot.RCC, *moved)
    pane = state.panes[Slot.RCC]
    assert isinstance(first.window, Window)
    assert isinstance(pane.window, Window)
    assert pane.inverted is lut.falls
    assert pane.window.function is first.window.function
    again = window_dragged(state, Slot.RCC, 0.0, 0.0).panes[Slot.RCC]
    assert again.window == pane.window
