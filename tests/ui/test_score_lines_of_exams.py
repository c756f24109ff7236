"""The lines of exam and breasts over images: a number only when every image that counts has one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from builders import make_exam, make_image, make_prediction
from pytestqt.qtbot import QtBot

from viewer.domain.ai_state import AiState, Done, Failed, NotRun, Queued, Running
from viewer.domain.overlay_settings import Palette
from viewer.domain.view import ImageKind
from viewer.session.ai_results import ai_stands
from viewer.session.readings import opened
from viewer.session.state import SessionState
from viewer.ui.panel.score_line import LineLook, ScoreLine
from viewer.ui.panel.score_lines import other_lines, score_lines
from viewer.ui.panel.score_table import ScoreTable

VIEWS = ("RCC", "LCC", "RMLO", "LMLO")
MALIGNANT = {"RCC": 0.2, "LCC": 0.6, "RMLO": 0.4, "LMLO": 0.9}


def _state(
    others: Mapping[str, AiState], *, kinds: tuple[ImageKind, ...] = (ImageKind.DBT,)
) -> SessionState:
    """Four views of some kinds, all done but the others, by image id."""
    images = [make_image(view, kind=kind) for kind in kinds for view in VIEWS]
    state = opened(SessionState(), [make_exam(images=images)])
    for image in images:
        malignant = MALIGNANT[image.name[:4].strip()]
        done = Done(make_prediction(image, malignant=malignant))
        state = ai_stands(state, image.image_id, others.get(image.image_id, done))
    return state


def _summary(state: SessionState) -> dict[str, ScoreLine]:
    looks = (LineLook.EXAM, LineLook.BREAST)
    lines = (*score_lines(state), *other_lines(state))
    return {line.title: line for line in lines if line.look in looks}


def test_once_all_images_are_scored_exam_and_breasts_have_numbers() -> None:
    lines = _summary(_state({}))
    assert {title: line.state for title, line in lines.items()} == {
        "Exam": "",
        "Right breast": "",
        "Left breast": "",
    }
    assert lines["Exam"].scores is not None
    assert lines["Exam"].scores.malignant == pytest.approx(0.75)


@pytest.mark.parametrize("ai", [Queued(), Running("slices", 5, 10)])
def test_while_an_image_runs_neither_exam_nor_its_breast_has_a_number(ai: AiState) -> None:
    lines = _summary(_state({"LMLO-DBT": ai}))
    assert lines["Exam"].scores is None
    assert (lines["Exam"].state, lines["Exam"].is_failure) == ("3 of 4 images", False)
    assert lines["Exam"].share == (3.5 / 4 if isinstance(ai, Running) else 3 / 4)
    assert (lines["Left breast"].scores, lines["Left breast"].state) == (None, "1 of 2 images")
    right = lines["Right breast"]
    assert right.scores is not None
    assert right.scores.malignant == pytest.approx(0.3)


def test_an_image_that_failed_is_said_instead_of_a_number_of_the_rest() -> None:
    lines = _summary(_state({"LMLO-DBT": Failed("the image is black")}))
    exam, left = lines["Exam"], lines["Left breast"]
    assert (exam.scores, exam.state, exam.is_failure, exam.share) == (
        None,
        "3 of 4 images, 1 failed",
        True,
        None,
    )
    assert (left.scores, left.state) == (None, "1 of 2 images, 1 failed")
    assert exam.words == "Exam: 3 of 4 images, 1 failed"


def test_an_image_that_was_not_run_is_said_and_is_no_failure() -> None:
    exam = _summary(_state({"RCC-DBT": NotRun("cancelled")}))["Exam"]
    assert (exam.scores, exam.state, exam.is_failure) == (
        None,
        "3 of 4 images, 1 not run",
        False,
    )


def test_both_reasons_are_counted() -> None:
    exam = _summary(_state({"RCC-DBT": NotRun("cancelled"), "LCC-DBT": Failed("black")}))["Exam"]
    assert exam.state == "2 of 4, 1 failed, 1 not run"


def test_a_breast_of_which_nothing_is_scored_yet_is_listed() -> None:
    waiting = {"LCC-DBT": Queued(), "LMLO-DBT": Queued()}
    lines = _summary(_state(waiting))
    assert lines["Left breast"].state == "0 of 2 images"
    assert lines["Exam"].state == "2 of 4 images"


def test_kinds_that_no_model_serves_do_not_count() -> None:
    kinds = (ImageKind.FFDM, ImageKind.SYNTHETIC_2D)
    unserved = {f"{view}-SYNTHETIC_2D": NotRun("no model for Synthetic 2D") for view in VIEWS}
    assert _summary(_state(unserved, kinds=kinds))["Exam"].scores is not None


@pytest.mark.parametrize(
    ("ai", "words"), [(Queued(), "4 of 8 images"), (Failed("x"), "4 of 8 images, 4 failed")]
)
def test_images_of_another_kind_count_while_the_same_model_may_yet_score_them(
    ai: AiState, words: str
) -> None:
    kinds = (ImageKind.FFDM, ImageKind.SYNTHETIC_2D)
    lines = _summary(_state({f"{view}-SYNTHETIC_2D": ai for view in VIEWS}, kinds=kinds))
    assert (lines["Exam"].scores, lines["Exam"].state) == (None, words)


def test_volumes_that_wait_say_nothing_of_a_model_of_single_images() -> None:
    kinds = (ImageKind.FFDM, ImageKind.DBT)
    waiting = {f"{view}-DBT": Queued() for view in VIEWS}
    assert _summary(_state(waiting, kinds=kinds))["Exam"].scores is not None


def test_an_image_by_another_model_is_none_of_this_one() -> None:
    state = _state({}, kinds=(ImageKind.FFDM, ImageKind.SYNTHETIC_2D))
    for view in VIEWS:
        image = state.image(f"{view}-SYNTHETIC_2D")
        assert image is not None
        prediction = make_prediction(image)
        other = replace(prediction.model, name="other")
        state = ai_stands(state, image.image_id, Done(replace(prediction, model=other)))
    lines = [*score_lines(state), *other_lines(state)]
    lines = [line for line in lines if line.look is LineLook.EXAM]
    assert len(lines) == 2
    assert all(line.scores is not None for line in lines)


def test_augmented_scores_say_so_below_the_model_s_name() -> None:
    state = _state({})
    for image_id, ai in state.ai.items():
        assert isinstance(ai, Done)
        model = replace(ai.prediction.model, augmentations=8)
        state = ai_stands(state, image_id, Done(replace(ai.prediction, model=model)))
    lines = score_lines(state)[:3]
    assert [(line.look, line.title) for line in lines] == [
        (LineLook.MODEL, "test 1"),
        (LineLook.MODEL, "Mean of 8 augmented passes"),
        (LineLook.EXAM, "Exam"),
    ]


def test_a_view_beyond_the_standard_ones_does_not_count() -> None:
    images = [make_image(view) for view in ("RCC", "RMLO", "RML")]
    state = opened(SessionState(), [make_exam(images=images)])
    for image in images[:2]:
        state = ai_stands(state, image.image_id, Done(make_prediction(image)))
    state = ai_stands(state, images[2].image_id, Failed("x"))
    assert _summary(state)["Exam"].scores is not None


def test_the_table_draws_a_score_that_is_not_whole(qtbot: QtBot) -> None:
    table = ScoreTable()
    qtbot.addWidget(table)
    table.resize(300, 300)
    pictures = []
    for ai in (Queued(), Failed("x"), NotRun()):
        table.show_lines(score_lines(_state({"LMLO-DBT": ai})), Palette.PAPER)
        pictures.append(table.grab().toImage())
    assert pictures[0] != pictures[1] != pictures[2] != pictures[0]
