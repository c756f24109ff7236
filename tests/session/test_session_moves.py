"""Scrolling, linking, toggling kinds, jumping to findings."""

from __future__ import annotations

from dataclasses import replace

from builders import make_exam, make_image, make_prediction
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.ai_state import Done
from viewer.domain.hanging import STANDARD_SLOTS, Slot
from viewer.domain.view import ImageKind
from viewer.session.ai_results import ai_order, ai_stands, finding_stepped, findings_in_order
from viewer.session.framing import pane_measured, viewport_of, zoomed_centre
from viewer.session.options import linked_scrolling_toggled
from viewer.session.placing import (
    brought_up,
    extra_shown,
    extras_of,
    kind_everywhere,
    kind_toggled,
    maximised,
    next_view,
)
from viewer.session.readings import opened
from viewer.session.scrolling import cine_step, scrolled, to_end, to_slice
from viewer.session.state import Layout, SessionState


def hung(**slices: int) -> SessionState:
    """An exam with so many slices in each view."""
    images = [make_image(view, slices=n) for view, n in slices.items()]
    state = opened(SessionState(), [make_exam(images=images)])
    for slot in STANDARD_SLOTS:
        state = pane_measured(state, slot, 300, 200)
    return state


def test_scrolling_stops_at_the_ends() -> None:
    state = hung(RCC=11, LCC=11)
    assert scrolled(state, Slot.RCC, 100).panes[Slot.RCC].slice_index == 10
    assert scrolled(state, Slot.RCC, -100).panes[Slot.RCC].slice_index == 0
    assert to_end(state, Slot.RCC, last=True).panes[Slot.RCC].slice_index == 10


def test_unlinked_panes_stay_where_they_are() -> None:
    state = scrolled(hung(RCC=11, LCC=11), Slot.RCC, 2)
    assert (state.panes[Slot.RCC].slice_index, state.panes[Slot.LCC].slice_index) == (7, 5)


@given(st.integers(2, 90), st.integers(2, 90), st.integers(0, 89))
def test_linked_panes_stand_at_the_same_relative_depth(leader: int, other: int, to: int) -> None:
    state = linked_scrolling_toggled(hung(RCC=leader, LCC=other))
    state = to_slice(state, Slot.RCC, to)
    depth = state.panes[Slot.RCC].slice_index / (leader - 1)
    following = state.panes[Slot.LCC].slice_index
    assert abs(depth - following / (other - 1)) <= 0.5 / (other - 1) + 1e-9


def test_linked_scrolling_reaches_both_ends_together_and_skips_2d_images() -> None:
    state = linked_scrolling_toggled(hung(RCC=11, LCC=70, RMLO=1))
    state = to_end(state, Slot.RCC, last=True)
    assert state.panes[Slot.LCC].slice_index == 69
    assert state.panes[Slot.RMLO].slice_index == 0


def test_cine_goes_round() -> None:
    state = to_end(hung(RCC=3, LCC=3), Slot.RCC, last=True)
    assert cine_step(state, Slot.RCC).panes[Slot.RCC].slice_index == 0


def test_toggling_the_kind_keeps_the_framing_and_brings_the_slice_back() -> None:
    state = opened(SessionState(), [make_exam()])
    for slot in STANDARD_SLOTS:
        state = pane_measured(state, slot, 300, 200)
    state = to_slice(zoomed_centre(state, Slot.RCC, 3.0), Slot.RCC, 8)
    framing = state.panes[Slot.RCC].framing
    toggled = kind_toggled(state, Slot.RCC)
    assert toggled.image_in(Slot.RCC).kind is ImageKind.SYNTHETIC_2D
    assert toggled.panes[Slot.RCC].framing == framing
    back = kind_toggled(toggled, Slot.RCC)
    assert back.image_in(Slot.RCC).kind is ImageKind.DBT
    assert back.panes[Slot.RCC] == state.panes[Slot.RCC]


def test_the_same_tissue_stays_in_the_middle_when_the_kind_has_other_pixels() -> None:
    spacing = make_image("RCC").spacing
    coarse = replace(spacing, row_mm=0.2, column_mm=0.2)
    images = [
        make_image("RCC", rows=200, columns=150),
        make_image("RCC", kind=ImageKind.FFDM, rows=100, columns=75, spacing=coarse),
    ]
    state = opened(SessionState(), [make_exam(images=images)])
    state = pane_measured(state, Slot.RCC, 300, 200)
    state = zoomed_centre(state, Slot.RCC, 4.0)
    before = viewport_of(state, Slot.RCC).to_image(150, 100)
    after = viewport_of(kind_toggled(state, Slot.RCC), Slot.RCC).to_image(150, 100)
    assert abs(before[0] * 0.1 - after[0] * 0.2) < 1e-6
    assert abs(before[1] * 0.1 - after[1] * 0.2) < 1e-6


def test_one_kind_can_be_shown_everywhere() -> None:
    state = kind_everywhere(opened(SessionState(), [make_exam()]), ImageKind.SYNTHETIC_2D)
    assert {state.image_in(slot).kind for slot in STANDARD_SLOTS} == {ImageKind.SYNTHETIC_2D}


def test_further_images_of_a_view_are_a_keystroke_away() -> None:
    images = [
        make_image("RCC", kind=ImageKind.FFDM),
        make_image("RCC", kind=ImageKind.FFDM, image_id="repeat"),
        make_image("RCC-M", kind=ImageKind.FFDM, image_id="magnified"),
        make_image("LCC", kind=ImageKind.FFDM),
        make_image("LML", kind=ImageKind.FFDM, image_id="lateral"),
        make_image("", kind=ImageKind.FFDM, image_id="unknown"),
    ]
    state = opened(SessionState(), [make_exam(images=images)])
    assert [i.image_id for i in extras_of(state, Slot.RCC)] == [
        "RCC-FFDM",
        "repeat",
        "magnified",
        "unknown",
    ]
    seen = []
    for _ in range(4):
        state = extra_shown(state, Slot.RCC)
        seen.append(state.panes[Slot.RCC].image_id)
    assert seen == ["repeat", "magnified", "unknown", "RCC-FFDM"]
    assert brought_up(state, "lateral").image_in(Slot.LMLO).image_id == "lateral"


def test_double_click_shows_one_view_and_then_all_again() -> None:
    state = maximised(hung(RCC=3, LCC=3), Slot.LCC)
    assert (state.layout, state.active, state.shown_slots) == (
        Layout.SINGLE,
        Slot.LCC,
        (Slot.LCC,),
    )
    assert maximised(state, Slot.LCC).layout is Layout.FOUR_UP


def test_next_view_skips_empty_places_and_goes_round() -> None:
    state = hung(RCC=3, LMLO=3)
    assert next_view(state, 1).active == Slot.LMLO
    assert next_view(next_view(state, 1), 1).active == Slot.RCC


def test_findings_are_stepped_by_attention_and_then_to_the_next_view() -> None:
    state = hung(RCC=11, LCC=11)
    for image_id in ("RCC-DBT", "LCC-DBT"):
        image = state.image(image_id)
        patches = ((2, 0.4), (7, 0.6)) if image_id == "RCC-DBT" else ((3, 1.0),)
        state = ai_stands(state, image_id, Done(make_prediction(image, patches=patches)))
    visited = []
    for _ in range(4):
        state = finding_stepped(state, 1)
        visited.append((state.active, state.active_pane.slice_index))
    assert visited == [(Slot.RCC, 7), (Slot.RCC, 2), (Slot.LCC, 3), (Slot.RCC, 7)]
    assert finding_stepped(state, -1).active == Slot.LCC


def test_the_first_finding_is_one_of_the_active_pane() -> None:
    state = hung(RCC=11, LCC=11)
    for image_id in ("RCC-DBT", "LCC-DBT"):
        image = state.image(image_id)
        state = ai_stands(state, image_id, Done(make_prediction(image)))
    state = finding_stepped(replace(state, active=Slot.LCC), 1)
    assert state.active == Slot.LCC
    assert state.finding.number == 1


def test_an_image_without_salient_region_has_no_findings() -> None:
    state = hung(RCC=11, LCC=11)
    image = state.image("RCC-DBT")
    state = ai_stands(state, "RCC-DBT", Done(make_prediction(image, salient=False)))
    assert findings_in_order(state) == ()
    assert finding_stepped(state, 1) is state


def test_a_zoomed_pane_brings_the_finding_to_its_middle() -> None:
    state = hung(RCC=11, LCC=11)
    image = state.image("RCC-DBT")
    state = ai_stands(state, "RCC-DBT", Done(make_prediction(image)))
    state = finding_stepped(zoomed_centre(state, Slot.RCC, 10.0), 1)
    patch = state.patches_of("RCC-DBT")[0]
    row, column = viewport_of(state, Slot.RCC).to_image(150, 100)
    assert abs(row - patch.box.top - 10) < 1e-6
    assert abs(column - patch.box.left - 10) < 1e-6


def test_the_ai_works_on_the_active_view_first_then_on_what_is_on_screen() -> None:
    state = opened(SessionState(), [make_exam("a"), make_exam("b")])
    state = replace(state, active=Slot.RMLO)
    order = ai_order(state)
    assert order[0] == "a-RMLO-DBT"
    assert set(order[1:4]) == {"a-RCC-DBT", "a-LCC-DBT", "a-LMLO-DBT"}
    assert all(image_id.startswith("a-") for image_id in order[:8])
    assert set(order[8:10]) == {"breast id of a R", "breast id of a L"}
    assert all(image_id.startswith("b-") for image_id in order[10:])
