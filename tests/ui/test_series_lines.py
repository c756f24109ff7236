"""What strip, pane and panel say of a CT series: every state looks different."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import make_exam, make_image
from ct_builders import make_series
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from viewer.domain.ai_state import (
    AiState,
    Failed,
    NotRun,
    Queued,
    Running,
    SeriesDone,
    describe,
    prediction_of,
)
from viewer.domain.ct import LUNG, CtFacts, Plane
from viewer.domain.overlay_settings import OverlaySettings, Palette
from viewer.domain.view import ImageKind, View
from viewer.export.caption import caption_of
from viewer.rendering.captions import AiLook, ai_line
from viewer.rendering.strip import StripData, build_strip
from viewer.session.ai_results import ai_stands, finding_stepped, findings_in_order
from viewer.session.readings import opened
from viewer.session.state import SessionState
from viewer.ui.panel.image_detail import ImageDetail
from viewer.ui.panel.score_line import LineLook
from viewer.ui.panel.score_lines import score_lines
from viewer.ui.panel.score_table import ScoreTable
from viewer.ui.strip.slice_strip import SliceStrip

SERIES = replace(
    make_image("LCC", kind=ImageKind.CT, slices=12),
    name="Axial CT",
    view=View(laterality=None, position=None),
    ct=CtFacts(plane=Plane.AXIAL),
)
DONE = SeriesDone(make_series((0, 3, 0.2), (4, 7, 0.83), (8, 10, 0.4)))


def state_with(ai: AiState) -> SessionState:
    state = opened(SessionState(), [make_exam(images=(SERIES,))])
    return ai_stands(state, SERIES.image_id, ai)


@pytest.mark.parametrize(
    ("ai", "look", "text"),
    [
        (NotRun("no model for CT"), AiLook.NOT_RUN, "AI not run"),
        (Queued(), AiLook.QUEUED, "AI queued"),
        (Running("windows", 3, 14), AiLook.RUNNING, "AI running  3/14"),
        (Failed("no memory"), AiLook.FAILED, "AI failed"),
        (DONE, AiLook.SCORES, "score 0.83"),
    ],
)
def test_the_pane_tells_the_states_apart(ai: AiState, look: AiLook, text: str) -> None:
    line = ai_line(ai)
    assert (line.look, line.text) == (look, text)


def test_the_pane_says_which_slices_the_score_comes_from() -> None:
    assert ai_line(DONE).detail == "highest on slices 5 to 8   small CT 1"
    assert describe(DONE) == "AI done"


@pytest.mark.parametrize(
    ("ai", "words"),
    [
        (NotRun(), "Axial CT: not run"),
        (Queued(), "Axial CT: queued"),
        (Running("windows", 3, 14), "Axial CT: 3/14 windows"),
        (Failed("no memory"), "Axial CT: failed"),
        (DONE, "Axial CT: score 0.83"),
    ],
)
def test_the_table_tells_the_states_apart(ai: AiState, words: str) -> None:
    line = score_lines(state_with(ai))[-1]
    assert line.words == words
    assert line.is_series
    assert line.scores is None


def test_the_table_names_the_model_and_one_column(qtbot: QtBot) -> None:
    lines = score_lines(state_with(DONE))
    assert [(line.look, line.title) for line in lines] == [
        (LineLook.MODEL, "small CT 1"),
        (LineLook.IMAGE, "Axial CT"),
    ]
    table = ScoreTable()
    qtbot.addWidget(table)
    table.show_lines(lines, Palette.PAPER)
    assert table.accessibleDescription() == "small CT 1. Axial CT: score 0.83"
    table.resize(300, 80)
    assert not table.grab().isNull()


def test_the_detail_says_how_the_score_came_about(qtbot: QtBot) -> None:
    detail = ImageDetail()
    qtbot.addWidget(detail)
    detail.show_state(state_with(replace(DONE, from_cache=True)))
    assert "highest of 3 windows of 4 slices: slices 5 to 8." in detail.words
    assert "kept result" in detail.words
    short = make_series((0, 11, 0.5), notices=("The first slice was repeated.",))
    detail.show_state(state_with(SeriesDone(short)))
    assert "One window of 12 slices." in detail.words
    assert "The first slice was repeated." in detail.words
    assert "2 s on CPU, 1 thread" in detail.words


def test_a_series_has_no_saliency() -> None:
    assert prediction_of(DONE) is None


def test_the_finding_keys_go_from_window_to_window_the_highest_first() -> None:
    state = state_with(DONE)
    assert len(findings_in_order(state)) == 3
    slices = []
    for _ in range(4):
        state = finding_stepped(state, 1)
        slices.append(state.active_pane.slice_index)
    assert slices == [5, 9, 1, 5]
    assert finding_stepped(state, -1).active_pane.slice_index == 1


def data(*, overlay_visible: bool = True, **changes: int) -> StripData:
    return build_strip(
        stack=replace(SERIES, **changes),
        slice_index=5,
        prediction=None,
        series=DONE.prediction,
        decoded=frozenset(),
        palette=Palette.PAPER,
        overlay_visible=overlay_visible,
    )


def test_the_strip_shows_the_series_while_the_overlay_is_on() -> None:
    assert data().series == DONE.prediction
    assert data(overlay_visible=False).series is None
    assert data(slices=9).series is None


def test_bars_stand_as_high_as_the_highest_window_and_none_where_there_is_none(
    qtbot: QtBot,
) -> None:
    strip = SliceStrip()
    qtbot.addWidget(strip)
    strip.resize(900, 64)
    strip.show_strip(replace(data(), slice_index=11))
    image = strip.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    red = (pixels[..., 2].astype(int) - pixels[..., 1]) > 40
    left, right = 74, 900 - 132
    track = slice(15, 64 - 8)
    columns = [round(left + (right - left) * (index + 0.5) / 12) for index in range(12)]
    heights = [red[track, column].sum() / 41 for column in columns]
    for index, height in enumerate(heights[:11]):
        expected = DONE.prediction.slice_scores[index]
        assert height == pytest.approx(expected, abs=0.06), index
    assert np.isnan(DONE.prediction.slice_scores[11])
    assert heights[11] == 0


def test_a_resting_pointer_is_told_the_score(qtbot: QtBot) -> None:
    strip = SliceStrip()
    qtbot.addWidget(strip)
    strip.resize(900, 64)
    overlapping = make_series((0, 7, 0.25), (4, 9, 0.75))
    strip.show_strip(replace(data(), series=overlapping))
    middle = [74 + (900 - 132 - 74) * (index + 0.5) / 12 for index in (0, 5, 11)]
    assert [strip.tip_at(x) for x in middle] == [
        "slice 1, score up to 0.25 in one window",
        "slice 6, score up to 0.75 in 2 windows",
        "slice 12, in no window",
    ]


def test_the_caption_of_a_picture_says_the_score_and_where_it_comes_from() -> None:
    caption = caption_of(
        exam_alias="Exam 1",
        image=SERIES,
        slice_index=5,
        voi=LUNG,
        inverted=False,
        zoom=1.0,
        ai=DONE,
        overlay=OverlaySettings(),
    )
    assert caption.scores == "score 0.83, slices 5 to 8"
    assert (caption.image, caption.model) == ("Axial CT", "small CT 1")
    assert caption.is_scored
    assert caption.overlay == ""
