"""What the panel says of a breast: every state looks different."""

from __future__ import annotations

from dataclasses import replace

import pytest
from builders import make_exam, make_image
from pytestqt.qtbot import QtBot

from inference.breast import BreastPrediction, BreastView, ViewPart
from inference.types import ClassScores, Laterality, ModelIdentity
from viewer.domain.ai_state import Failed, NotRun, Queued, Running
from viewer.domain.breast_ai import BreastDone, BreastKey, BreastStanding, BreastState
from viewer.domain.overlay_settings import Palette
from viewer.domain.view import ImageKind
from viewer.session.breast_results import breast_stands
from viewer.session.readings import opened
from viewer.session.state import SessionState
from viewer.ui.panel.breast_lines import breast_lines, breast_words
from viewer.ui.panel.breast_note import BreastNote
from viewer.ui.panel.score_line import LineLook
from viewer.ui.panel.score_lines import score_lines
from viewer.ui.panel.score_table import ScoreTable

EXAM = make_exam(
    images=[
        make_image(view, kind=ImageKind.FFDM, slices=1) for view in ("RCC", "LCC", "RMLO", "LMLO")
    ]
)
DONE = BreastPrediction(
    model=ModelIdentity(name="pair", version="1", architecture="two_view", sha256=""),
    laterality=Laterality.RIGHT,
    scores=ClassScores(benign=0.1, malignant=0.8),
    cc=ViewPart(alone=ClassScores(benign=0.2, malignant=0.6), images=("RCC FFDM",)),
    mlo=ViewPart(alone=ClassScores(benign=0.3, malignant=0.7), images=("RMLO FFDM",)),
    seconds=2.6,
    device="CPU, 1 thread",
)
ONLY_CC = replace(
    DONE,
    mlo=None,
    missing=(BreastView.MLO,),
    notices=("No MLO view: the score rests on the CC.",),
)


def _state(right: BreastState, left: BreastState | None = None) -> SessionState:
    state = opened(SessionState(), [EXAM])
    for side, said in ((Laterality.LEFT, left), (Laterality.RIGHT, right)):
        if said is not None:
            standing = BreastStanding(model="pair 1", state=said)
            state = breast_stands(state, BreastKey(EXAM.exam_id, side), standing)
    return state


def test_without_a_two_view_model_nothing_is_said() -> None:
    state = opened(SessionState(), [EXAM])
    assert breast_lines(state) == ()
    assert breast_words(state) == ("", False)


def test_a_breast_has_its_score_and_each_view_s_alone() -> None:
    lines = breast_lines(_state(BreastDone(DONE)))
    assert [(line.look, line.title) for line in lines] == [
        (LineLook.MODEL, "Whole breasts: pair 1"),
        (LineLook.EXAM, "Exam"),
        (LineLook.BREAST, "Right breast"),
        (LineLook.PART, "CC alone"),
        (LineLook.PART, "MLO alone"),
    ]
    assert [line.scores.malignant for line in lines[1:]] == [0.8, 0.8, 0.6, 0.7]


def test_the_exam_is_its_highest_breast_class_by_class() -> None:
    left = replace(DONE, laterality=Laterality.LEFT, scores=ClassScores(benign=0.5, malignant=0.4))
    exam = breast_lines(_state(BreastDone(DONE), BreastDone(left)))[1]
    assert exam.scores == ClassScores(benign=0.5, malignant=0.8)


@pytest.mark.parametrize("left", [Queued(), Running("views", 1, 2), Failed("gone"), NotRun()])
def test_an_exam_has_no_score_while_one_of_its_breasts_has_none(left: BreastState) -> None:
    exam = breast_lines(_state(BreastDone(DONE), left))[1]
    assert (exam.look, exam.title) == (LineLook.EXAM, "Exam")
    assert exam.scores is None
    assert exam.state == "one breast not scored"


def test_a_missing_view_is_said_in_its_own_line() -> None:
    lines = breast_lines(_state(BreastDone(ONLY_CC)))
    assert [(line.title, line.state) for line in lines[3:]] == [
        ("CC alone", ""),
        ("MLO", "no such view"),
    ]
    assert lines[4].scores is None
    assert not lines[4].is_failure


def test_a_view_that_the_model_does_not_look_at_has_no_line() -> None:
    lines = breast_lines(_state(BreastDone(replace(ONLY_CC, missing=()))))
    assert [line.title for line in lines[2:]] == ["Right breast", "CC alone"]


def test_the_states_are_told_apart() -> None:
    said = {}
    for name, ai in (
        ("not run", NotRun()),
        ("no images", NotRun("no FFDM")),
        ("queued", Queued()),
        ("running", Running("views", 1, 2)),
        ("failed", Failed("the file is gone")),
    ):
        line = breast_lines(_state(ai))[1]
        assert line.scores is None
        said[name] = (line.state, line.is_failure, line.share)
    assert said == {
        "not run": ("not run", False, None),
        "no images": ("no FFDM", False, None),
        "queued": ("queued", False, None),
        "running": ("1/2 views", False, 0.5),
        "failed": ("failed", True, None),
    }


def test_the_words_are_of_the_active_image_s_breast() -> None:
    words, is_failure = breast_words(_state(BreastDone(ONLY_CC), Failed("gone")))
    assert not is_failure
    assert words == (
        "Right breast: RCC FFDM\nNo MLO view: the score rests on the CC.\n3 s on CPU, 1 thread"
    )
    left, right = Failed("gone"), NotRun()
    assert breast_words(_state(right, left)) == ("", False)
    assert breast_words(_state(left)) == ("Right breast: gone", True)
    kept, _ = breast_words(_state(BreastDone(DONE, from_cache=True)))
    assert kept.endswith("kept result")


def test_the_two_views_stand_below_the_images() -> None:
    looks = [line.look for line in score_lines(_state(BreastDone(DONE)))]
    assert looks.index(LineLook.MODEL) > max(
        place for place, look in enumerate(looks) if look is LineLook.IMAGE
    )


def test_the_note_hides_when_it_has_nothing_to_say(qtbot: QtBot) -> None:
    note = BreastNote()
    qtbot.addWidget(note)
    note.show_state(_state(Failed("gone")))
    assert (note.text(), note.objectName(), note.isHidden()) == (
        "Right breast: gone",
        "error",
        False,
    )
    note.show_state(_state(NotRun()))
    assert note.isHidden()


@pytest.mark.parametrize("ai", [BreastDone(DONE), BreastDone(ONLY_CC), Failed("x"), Queued()])
def test_the_table_draws_every_state(qtbot: QtBot, ai: BreastState) -> None:
    table = ScoreTable()
    qtbot.addWidget(table)
    table.resize(300, 300)
    blank = table.grab().toImage()
    table.show_lines(breast_lines(_state(ai)), Palette.PAPER)
    assert table.grab().toImage() != blank
    assert "Right breast" in table.accessibleDescription()
