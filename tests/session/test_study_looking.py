"""Samples of what was on screen: when something changes, five a second at most."""

from __future__ import annotations

from builders import make_exam, make_prediction

from viewer.domain.ai_state import Done
from viewer.domain.hanging import STANDARD_SLOTS, Slot
from viewer.session.ai_results import ai_stands
from viewer.session.framing import pane_measured, zoomed_centre
from viewer.session.placing import activated, maximised
from viewer.session.readings import opened
from viewer.session.scrolling import scrolled
from viewer.session.state import SessionState
from viewer.session.study_looking import LookSampler, look_of


def hung() -> SessionState:
    state = opened(SessionState(), [make_exam()])
    for slot in STANDARD_SLOTS:
        state = pane_measured(state, slot, 300, 200)
    return state


def test_the_first_sample_holds_every_pane_and_later_ones_what_changed() -> None:
    sampler, state = LookSampler(), activated(hung(), Slot.LCC)
    sampler.look(state, 0)
    samples = sampler.take()
    assert len(samples) == 4
    assert samples[-1][1] == state.panes[Slot.LCC].image_id
    state = scrolled(state, Slot.LCC, 1)
    sampler.look(state, 900)
    ((ms, image_id, slice_index, *_),) = sampler.take()
    assert (ms, image_id, slice_index) == (900, state.panes[Slot.LCC].image_id, 6)
    sampler.look(state, 1500)
    assert sampler.take() == []


def test_samples_wait_two_hundred_milliseconds_for_each_other() -> None:
    sampler = LookSampler()
    assert sampler.wait_ms(0) == 0
    sampler.look(hung(), 0)
    assert sampler.wait_ms(50) == 150
    assert sampler.wait_ms(250) == 0


def test_a_look_says_zoom_centre_window_and_whether_the_ai_is_seen() -> None:
    state = hung()
    look = look_of(state, Slot.RCC)
    assert (look.window_centre, look.window_width, look.ai_visible) == (2000.0, 2000.0, False)
    image = state.image_in(Slot.RCC)
    state = ai_stands(state, image.image_id, Done(make_prediction(image)))
    assert look_of(state, Slot.RCC).ai_visible
    closer = look_of(zoomed_centre(state, Slot.RCC, 2.0), Slot.RCC)
    assert closer.zoom == 2 * look.zoom


def test_panes_that_are_not_on_screen_are_not_looked_at() -> None:
    state = maximised(hung(), Slot.RCC)
    assert look_of(state, Slot.LCC) is None
    assert look_of(state, Slot.RCC) is not None
