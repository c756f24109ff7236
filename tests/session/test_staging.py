"""Stages of hanging protocols: what hangs where, step by step."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_exam, make_image

from viewer.domain.exam import Exam, PatientIdentity
from viewer.domain.hanging import Slot
from viewer.domain.hanging_protocol import (
    FOUR_VIEWS,
    HangingProtocol,
    Origin,
    Place,
    PlaceFraming,
    Stage,
)
from viewer.domain.view import ImageKind
from viewer.session.exams import chosen, stepped
from viewer.session.framing import pane_measured, zoomed_at
from viewer.session.placing import (
    brought_up,
    extras_of,
    image_shown,
    kind_toggled,
    maximised,
    repeat_words,
)
from viewer.session.readings import opened
from viewer.session.scrolling import to_slice
from viewer.session.stage_of_screen import stage_of_screen
from viewer.session.staging import (
    empty_words,
    place_words,
    stage_after,
    stage_stepped,
    with_protocol,
    with_protocols,
    with_screens,
    with_stage,
)
from viewer.session.state import Layout, SessionState

CC = Stage(title="CC pair", screens=(((Place(view=Slot.RCC), Place(view=Slot.LCC)),),))
PRIOR_RCC = Place(view=Slot.RCC, origin=Origin.PRIOR)
OVER = Stage(title="over prior", screens=(((Place(view=Slot.RCC),), (PRIOR_RCC,)),))
KINDS = Stage(
    title="kinds",
    screens=(
        (
            (
                Place(view=Slot.RCC, kinds=(ImageKind.FFDM, ImageKind.SYNTHETIC_2D)),
                Place(view=Slot.RCC, kinds=(ImageKind.DBT,)),
            ),
        ),
    ),
)
ONLY_FFDM = Stage(title="film", screens=(((Place(view=Slot.RCC, kinds=(ImageKind.FFDM,)),),),))
SCREENING = HangingProtocol(
    protocol_id="screening",
    title="Screening",
    stages=(FOUR_VIEWS.stages[0], OVER, CC, ONLY_FFDM, KINDS),
)


def _dated(alias: str, date: str) -> Exam:
    who = PatientIdentity(
        patient_id="4711", name="Doe^Jane", birth_date="19610203", study_date=date
    )
    return replace(make_exam(alias), identity=who)


@pytest.fixture
def state() -> SessionState:
    return with_protocol(opened(SessionState(), [make_exam("a")]), SCREENING)


@pytest.fixture
def with_prior() -> SessionState:
    exams = [_dated("new", "20240610"), _dated("old", "20220705")]
    return with_protocol(opened(SessionState(), exams), SCREENING)


def test_a_step_passes_over_stages_that_have_nothing_to_show(state: SessionState) -> None:
    # No prior is open, and the exam has no FFDM.
    second = stage_stepped(state, 1)
    assert second.stage.title == "CC pair"
    third = stage_stepped(second, 1)
    assert third.stage.title == "kinds"
    assert stage_after(third, 1) is None
    assert stage_stepped(third, 1) is third
    assert stage_stepped(third, -1).stage.title == "CC pair"
    assert place_words(third) == "Screening 5/5: kinds"


def test_a_prior_hangs_in_its_place_and_nothing_else_does(with_prior: SessionState) -> None:
    over = stage_stepped(with_prior, 1)
    assert over.stage.title == "over prior"
    above, below = over.slots
    assert over.panes[above].image_id == "new-RCC-DBT"
    assert over.panes[below].image_id == "old-RCC-DBT"
    assert empty_words(with_stage(state_without_prior(with_prior), 1), below) == (
        "RCC prior",
        "no earlier study is open",
    )


def state_without_prior(state: SessionState) -> SessionState:
    return replace(state, exams=state.exams[:1])


def test_kinds_hang_in_the_order_that_is_asked_for(state: SessionState) -> None:
    kinds = with_stage(state, 4)
    assert [pane.image_id for pane in kinds.panes.values()] == ["a-RCC-SYNTHETIC_2D", "a-RCC-DBT"]


def test_slice_and_window_survive_a_change_of_stage_and_the_zoom_does_not(
    state: SessionState,
) -> None:
    for slot in state.slots:
        state = pane_measured(state, slot, 600, 500)
    moved = zoomed_at(to_slice(state, Slot.RCC, 2), Slot.RCC, 3.0, 100, 100)
    pair = stage_stepped(moved, 1)
    assert pair.panes[Slot.RCC].slice_index == 2
    assert pair.panes[Slot.RCC].framing.scale is None


def test_the_zoom_of_an_exam_comes_back_with_it() -> None:
    state = opened(SessionState(), [make_exam("a"), make_exam("b")])
    for slot in state.slots:
        state = pane_measured(state, slot, 600, 500)
    zoomed = zoomed_at(state, Slot.RCC, 3.0, 100, 100)
    back = stepped(stepped(zoomed, 1), -1)
    assert back.panes[Slot.RCC].framing == zoomed.panes[Slot.RCC].framing


def test_another_exam_begins_at_the_first_stage(with_prior: SessionState) -> None:
    later = with_stage(with_prior, 2)
    assert chosen(later, "id of old").stage_index == 0


def test_a_stage_frames_its_quadrants_at_one_to_one(state: SessionState) -> None:
    corner = Place(view=Slot.RCC, framing=PlaceFraming.LOWER_NIPPLE)
    stage = Stage(title="corner", screens=(((corner,),),))
    shown = with_protocol(state, HangingProtocol(protocol_id="q", title="Q", stages=(stage,)))
    framing = next(iter(shown.panes.values())).framing
    # 200 x 150 pixels of 0.1 mm: a quarter below the middle, three quarters from the chest wall.
    assert (framing.scale, framing.chest_mm, framing.vertical_mm) == pytest.approx(
        (10.0, 11.25, 5.0)
    )


def test_a_pane_says_which_of_several_images_of_its_view_it_shows() -> None:
    films = [make_image("RCC", kind=ImageKind.FFDM, image_id=name) for name in ("a", "b")]
    part = replace(films[0], image_id="part", partial_view=True)
    images = [part, *films, make_image("RCC"), make_image("LCC", kind=ImageKind.FFDM)]
    state = opened(SessionState(), [make_exam("x", images)])
    assert [repeat_words(state, slot) for slot in state.slots] == ["", "", "", ""]
    first = kind_toggled(state, Slot.RCC)
    assert (first.panes[Slot.RCC].image_id, repeat_words(first, Slot.RCC)) == ("a", "1 of 3")
    assert repeat_words(image_shown(first, Slot.RCC, "part"), Slot.RCC) == "3 of 3"


@pytest.mark.parametrize(
    ("views", "hung"),
    [
        (["LXCCL", "LML"], [None, "LXCCL", None, "LML"]),
        (["LML", "RML", "LXCCL"], ["RML", "LML", None, "LXCCL"]),
        (["RCC-S", "RMLO-M", "RML"], ["RCC-S", None, "RMLO-M", None]),
        (["LML", ""], ["-DBT", "LML", None, None]),
        (["", "LML-S", "LSPEC"], ["-DBT", "LML-S", None, "LSPEC"]),
    ],
)
def test_without_standard_views_a_left_breast_still_never_takes_the_place_of_a_right_one(
    views: list[str], hung: list[str | None]
) -> None:
    state = opened(SessionState(), [make_exam("x", [make_image(v, image_id=v) for v in views])])
    assert [pane.image_id for pane in state.panes.values()] == hung


def test_a_stage_of_the_right_breast_is_passed_over_when_there_are_left_views_only() -> None:
    right = Stage(title="right", screens=(((Place(view=Slot.RCC),), (Place(view=Slot.RMLO),)),))
    left = Stage(title="left", screens=(((Place(view=Slot.LCC),), (Place(view=Slot.LMLO),)),))
    protocol = HangingProtocol(
        protocol_id="sides", title="Sides", stages=(FOUR_VIEWS.stages[0], right, left)
    )
    images = [make_image(view, image_id=view) for view in ("LML", "LXCCL")]
    state = with_protocol(opened(SessionState(), [make_exam("x", images)]), protocol)
    state = stage_stepped(state, 1)
    assert state.stage.title == "left"
    assert [pane.image_id for pane in state.panes.values()] == ["LML", "LXCCL"]


def test_an_exam_without_standard_views_fills_the_places_in_file_order() -> None:
    images = [make_image("RML", image_id="1"), make_image("LML", image_id="2")]
    state = opened(SessionState(), [make_exam("x", images)])
    assert [pane.image_id for pane in state.panes.values()] == ["1", "2", None, None]


def test_an_image_comes_up_in_the_place_for_its_view_study_and_kind(
    with_prior: SessionState,
) -> None:
    over = with_stage(with_prior, 1)
    above, below = over.slots
    prior = brought_up(over, "old-RCC-SYNTHETIC_2D")
    assert prior.active == below
    assert prior.panes[below].image_id == "old-RCC-SYNTHETIC_2D"
    own = brought_up(prior, "new-RCC-SYNTHETIC_2D")
    assert own.active == above


def test_the_kind_of_a_prior_steps_through_the_priors_own_images(
    with_prior: SessionState,
) -> None:
    over = with_stage(with_prior, 1)
    _, below = over.slots
    assert kind_toggled(over, below).panes[below].image_id == "old-RCC-SYNTHETIC_2D"
    assert {image.image_id for image in extras_of(over, below)} == {
        "old-RCC-DBT",
        "old-RCC-SYNTHETIC_2D",
    }


def test_a_free_place_takes_any_image(state: SessionState) -> None:
    stage = Stage(title="free", screens=(((Place(), Place()),),))
    shown = with_protocol(state, HangingProtocol(protocol_id="f", title="F", stages=(stage,)))
    first, second = shown.slots
    assert empty_words(shown, second) == ("free place", "drag an image here")
    filled = image_shown(shown, second, "a-LMLO-DBT")
    assert filled.image_in(second) is not None
    assert filled.panes[first].image_id is None


def test_what_is_on_screen_becomes_a_stage(with_prior: SessionState) -> None:
    over = with_stage(with_prior, 1)
    _, below = over.slots
    shown = kind_toggled(over, below)
    made = stage_of_screen(shown, "mine")
    assert made.title == "mine"
    first, second = made.places.values()
    assert first == Place(view=Slot.RCC)
    assert second == replace(PRIOR_RCC, kinds=(ImageKind.SYNTHETIC_2D,))
    again = HangingProtocol(protocol_id="m", title="M", stages=(made,))
    hung = with_protocol(shown, again)
    assert [pane.image_id for pane in hung.panes.values()] == [
        pane.image_id for pane in shown.panes.values()
    ]


def test_one_view_alone_becomes_a_stage_of_one_place(state: SessionState) -> None:
    alone = maximised(state, Slot.LMLO)
    assert alone.layout is Layout.SINGLE
    made = stage_of_screen(alone, "one")
    assert list(made.places.values()) == [Place(view=Slot.LMLO)]


def test_a_changed_protocol_hangs_at_once_and_a_deleted_one_gives_way(
    state: SessionState,
) -> None:
    second = with_stage(state, 2)
    shorter = replace(SCREENING, stages=SCREENING.stages[:2])
    changed = with_protocols(second, (FOUR_VIEWS, shorter), "four-views")
    assert (changed.protocol, changed.stage_index) == (shorter, 1)
    gone = with_protocols(changed, (FOUR_VIEWS,), "screening")
    assert gone.protocol == FOUR_VIEWS
    assert with_protocols(gone, (), "x").protocol == FOUR_VIEWS
    same = with_protocols(second, (FOUR_VIEWS, SCREENING), "four-views")
    assert same.panes is second.panes


def test_one_view_alone_leaves_the_other_screen_as_it_is(state: SessionState) -> None:
    stage = Stage(
        title="two",
        screens=(((Place(view=Slot.RCC),), (Place(view=Slot.RMLO),)), ((Place(view=Slot.LCC),),)),
    )
    two = with_screens(
        with_protocol(state, HangingProtocol(protocol_id="2", title="2", stages=(stage,))), 2
    )
    alone = maximised(two, Slot.RMLO)
    assert alone.shown_slots == (Slot.RMLO, Slot.LCC)
    assert alone.rows_on(1) == ((Slot.LCC,),)
    assert with_screens(alone, 1).shown_slots == (Slot.RMLO,)


def test_an_image_of_the_other_breast_brings_up_a_stage_with_a_place_for_it(
    state: SessionState,
) -> None:
    right = Stage(title="right", screens=(((Place(view=Slot.RCC),), (Place(view=Slot.RMLO),)),))
    breasts = HangingProtocol(
        protocol_id="b", title="Breasts", stages=(FOUR_VIEWS.stages[0], right)
    )
    shown = with_protocol(state, breasts, 1)
    same_side = brought_up(shown, "a-RMLO-SYNTHETIC_2D")
    assert same_side.stage_index == 1
    other_side = brought_up(shown, "a-LMLO-DBT")
    assert other_side.stage_index == 0
    assert other_side.active == Slot.LMLO
    only = HangingProtocol(protocol_id="o", title="Only", stages=(right,))
    alone = brought_up(with_protocol(state, only), "a-LMLO-DBT")
    assert alone.active_pane.image_id == "a-LMLO-DBT"
