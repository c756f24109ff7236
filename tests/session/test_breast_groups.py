"""Which images of an exam a two-view model is given, and what the session keeps of it."""

from __future__ import annotations

from dataclasses import replace

from builders import make_exam, make_image

from inference.breast import BreastView
from inference.types import Laterality
from viewer.domain.ai_state import NotRun, Queued, Running
from viewer.domain.breast_ai import (
    MAMMOGRAMS,
    BreastGroup,
    BreastKey,
    BreastStanding,
    breast_groups,
    mammograms_named,
    views_of,
)
from viewer.domain.image_stack import ImageStack
from viewer.domain.view import Energy, ImageKind
from viewer.session.ai_results import ai_order, ai_stands
from viewer.session.breast_results import (
    breast_stands,
    breasts_of,
    forgotten_breasts,
    is_ai_busy,
    unfinished_breasts,
)
from viewer.session.exams import closed, corrected
from viewer.session.readings import opened
from viewer.session.state import SessionState

KEY = BreastKey("id of Exam 1", Laterality.LEFT)


def _images(*views: str, kind: ImageKind = ImageKind.FFDM) -> list[ImageStack]:
    return [
        make_image(view, kind=kind, slices=1, image_id=f"{view}-{kind.name}-{number}")
        for number, view in enumerate(views)
    ]


def _groups(images: list[ImageStack], *kinds: ImageKind) -> tuple[BreastGroup, ...]:
    return breast_groups(make_exam(images=images), kinds or MAMMOGRAMS)


def test_every_breast_has_its_images_right_first() -> None:
    images = _images("LCC", "RCC", "LMLO", "RMLO")
    right, left = _groups(images)
    assert (right.key.laterality, left.key.laterality) == (Laterality.RIGHT, Laterality.LEFT)
    assert right.images == (images[1], images[3])
    assert left.images == (images[0], images[2])
    assert views_of(left.images) == {BreastView.CC, BreastView.MLO}


def test_the_kind_that_shows_both_views_is_taken_before_the_better_kind() -> None:
    images = _images("LCC") + _images("LCC", "LMLO", kind=ImageKind.SYNTHETIC_2D)
    (group,) = _groups(images)
    assert group.kind is ImageKind.SYNTHETIC_2D
    assert group.images == tuple(images[1:])


def test_of_equal_kinds_ffdm_is_taken() -> None:
    images = _images("LCC", "LMLO", kind=ImageKind.SYNTHETIC_2D) + _images("LCC", "LMLO")
    (group,) = _groups(images)
    assert group.kind is ImageKind.FFDM
    (group,) = _groups(images, ImageKind.SYNTHETIC_2D)
    assert group.kind is ImageKind.SYNTHETIC_2D


def test_a_raw_or_combined_image_is_no_model_s() -> None:
    film, other = _images("LCC", "LMLO")
    raw = replace(film, image_id="raw", for_processing=True)
    (group,) = _groups([raw, film, other])
    assert group.images == (film, other)
    (group,) = _groups([raw])
    assert group.images == ()
    (group,) = _groups([replace(film, energy=Energy.SUBTRACTION), film, other])
    assert group.images == (film, other)


def test_a_breast_without_the_kind_is_there_without_images() -> None:
    images = _images("RCC", kind=ImageKind.DBT) + _images("LCC")
    right, left = _groups(images)
    assert right.images == ()
    assert left.images == (images[1],)


def test_a_card_names_the_kinds_that_a_model_takes() -> None:
    assert mammograms_named(()) == MAMMOGRAMS
    assert mammograms_named(("synthetic 2d", "DBT")) == (ImageKind.SYNTHETIC_2D,)
    assert mammograms_named(("FFDM",)) == (ImageKind.FFDM, ImageKind.SECONDARY_CAPTURE)
    assert mammograms_named(("DBT",)) == ()


def test_unknown_views_and_a_model_for_nothing_make_no_breast() -> None:
    assert _groups(_images("")) == ()
    assert breast_groups(make_exam(images=_images("LCC")), ()) == ()


def test_breasts_come_after_the_images_of_their_exam_and_before_other_exams() -> None:
    state = opened(SessionState(), [make_exam("Exam 1"), make_exam("Exam 2")])
    order = ai_order(state)
    places = [order.index(BreastKey("id of Exam 1", side).subject) for side in Laterality]
    own = [order.index(image.image_id) for image in state.exams[0].images]
    others = [order.index(image.image_id) for image in state.exams[1].images]
    assert max(own) < min(places) <= max(places) < min(others)


def _standing(state: NotRun | Queued | Running) -> BreastStanding:
    return BreastStanding(model="pair 1", state=state)


def test_what_is_said_of_a_breast_is_kept_until_its_exam_closes_or_is_laid_anew() -> None:
    state = opened(SessionState(), [make_exam("Exam 1"), make_exam("Exam 2")])
    running = breast_stands(state, KEY, _standing(Running("views", 1, 2)))
    assert dict(breasts_of(running, running.exams[0])) == {KEY: _standing(Running("views", 1, 2))}
    assert breasts_of(running, running.exams[1]) == {}
    assert unfinished_breasts(running) == (KEY,)
    assert closed(running, "id of Exam 1").breasts == {}
    assert closed(running, "id of Exam 2").breasts == running.breasts
    exam = replace(state.exams[0], alias="other")
    assert corrected(running, exam).breasts == {}
    assert forgotten_breasts(running, [KEY]).breasts == {}


def test_news_of_a_closed_exam_are_dropped_and_old_news_change_nothing() -> None:
    state = opened(SessionState(), [make_exam("Exam 2")])
    assert breast_stands(state, KEY, _standing(Queued())) is state
    key = BreastKey("id of Exam 2", Laterality.RIGHT)
    queued = breast_stands(state, key, _standing(Queued()))
    assert breast_stands(queued, key, _standing(Queued())) is queued
    assert forgotten_breasts(state, [key]) is state


def test_the_ai_is_busy_with_images_and_with_breasts() -> None:
    state = opened(SessionState(), [make_exam("Exam 1")])
    assert not is_ai_busy(state)
    assert is_ai_busy(breast_stands(state, KEY, _standing(Queued())))
    assert is_ai_busy(ai_stands(state, state.exams[0].images[0].image_id, Running()))
