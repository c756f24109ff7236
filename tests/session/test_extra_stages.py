"""Views outside the standard four come after the stages of the protocol; late priors hang."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from builders import make_exam, make_image

from viewer.domain.exam import Exam, PatientIdentity
from viewer.domain.hanging import Slot
from viewer.domain.hanging_protocol import FOUR_VIEWS, HangingProtocol, Origin, Place, Stage
from viewer.domain.view import Energy, ImageKind
from viewer.session.exams import chosen
from viewer.session.patient import patient_confirmed
from viewer.session.placing import extra_shown, kind_everywhere, kind_toggled
from viewer.session.readings import exams_renewed, opened
from viewer.session.staging import stage_after, stage_stepped, with_protocol
from viewer.session.state import SessionState

OVER_PRIOR = HangingProtocol(
    protocol_id="over",
    title="Over prior",
    stages=(
        Stage(
            title="RCC over prior",
            screens=(((Place(view=Slot.RCC),), (Place(view=Slot.RCC, origin=Origin.PRIOR),)),),
        ),
    ),
)


def exam(*more: str, alias: str = "now", day: str = "20240610", name: str = "DOE") -> Exam:
    images = [
        make_image(view, kind=ImageKind.FFDM, image_id=f"{alias}-{view}")
        for view in ("RCC", "LCC", "RMLO", "LMLO", *more)
    ]
    identity = PatientIdentity(patient_id="47", name=name, study_date=day)
    return replace(make_exam(alias, images), identity=identity)


def shown(state: SessionState) -> list[str]:
    return [pane.image_id or "" for pane in state.panes.values()]


def test_a_magnification_comes_after_the_standard_stages_beside_its_full_view() -> None:
    state = opened(SessionState(), [exam("RCC-M", "LML", "RML")])
    assert shown(state) == ["now-RCC", "now-LCC", "now-RMLO", "now-LMLO"]
    state = stage_stepped(state, 1)
    assert shown(state) == ["now-RML", "now-LML"]
    state = stage_stepped(state, 1)
    assert shown(state) == ["now-RCC", "now-RCC-M"]
    assert stage_after(state, 1) is None
    assert shown(stage_stepped(stage_stepped(state, -1), -1))[0] == "now-RCC"
    assert state.protocol is FOUR_VIEWS


def test_extras_stay_reachable_in_a_place_of_such_a_stage() -> None:
    state = stage_stepped(opened(SessionState(), [exam("RCC-M")]), 1)
    slot = Slot("RCC-M")
    assert shown(extra_shown(state, slot))[1] == "now-RCC"


def test_another_exam_brings_its_own_stages() -> None:
    state = opened(SessionState(), [exam("RCC-M"), exam(alias="b")])
    state = chosen(stage_stepped(state, 1), "id of b")
    assert state.stage_index == 0
    assert stage_after(state, 1) is None


def test_a_partial_view_never_hangs_in_the_place_of_the_whole() -> None:
    whole = exam()
    part = replace(make_image("RCC", kind=ImageKind.DBT, image_id="part"), partial_view=True)
    state = opened(SessionState(), [replace(whole, images=(part, *whole.images))])
    assert shown(state)[0] == "now-RCC"


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    "how",
    [{"for_processing": True}, {"energy": Energy.SUBTRACTION}, {"energy": Energy.HIGH}],
)
def test_a_raw_or_combined_image_never_hangs_in_the_place_of_the_mammogram(
    place: int, how: dict[str, Any]
) -> None:
    film = make_image("RCC", kind=ImageKind.FFDM, image_id="film")
    raw = replace(film, **{"image_id": "raw"} | how)
    film = replace(film, energy=Energy.LOW if "energy" in how else None)
    magnified = make_image("RCC-M", kind=ImageKind.FFDM, image_id="magnified")
    both = [film]
    both.insert(place, raw)
    state = opened(SessionState(), [make_exam("now", [*both, magnified])])
    assert shown(state)[0] == "film"
    assert kind_toggled(state, Slot.RCC) is state
    assert shown(kind_everywhere(state, ImageKind.FFDM))[0] == "film"
    assert shown(extra_shown(state, Slot.RCC))[0] == "raw"
    assert shown(stage_stepped(state, 1)) == ["film", "magnified"]
    alone = opened(SessionState(), [make_exam("now", [raw])])
    assert shown(alone)[0] == "raw"


def test_stepping_through_kinds_comes_to_the_whole_view_not_to_a_part_of_it() -> None:
    volume = make_image("RCC", image_id="volume")
    film = make_image("RCC", kind=ImageKind.FFDM, image_id="film")
    part = replace(film, image_id="part", partial_view=True)
    state = opened(SessionState(), [make_exam("now", [part, volume, film])])
    assert shown(kind_toggled(state, Slot.RCC))[0] == "film"


def test_a_prior_that_is_opened_later_takes_the_places_that_wait_for_it() -> None:
    prior = exam(alias="old", day="20220610")
    state = with_protocol(opened(SessionState(), [exam()]), OVER_PRIOR)
    assert shown(state) == ["now-RCC", ""]
    assert shown(exams_renewed(state, [prior])) == ["now-RCC", "old-RCC"]


def test_a_doubtful_prior_takes_its_places_when_the_patient_is_confirmed() -> None:
    prior = exam(alias="old", day="20220610", name="SMITH")
    state = exams_renewed(with_protocol(opened(SessionState(), [exam()]), OVER_PRIOR), [prior])
    assert shown(state) == ["now-RCC", ""]
    assert shown(patient_confirmed(state, "id of old")) == ["now-RCC", "old-RCC"]
