from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import make_exam, make_image
from ct_builders import CORONAL, Series, ct_exam, write_series

from viewer.domain.ai_state import NotRun
from viewer.domain.exam import Exam
from viewer.domain.frame import Frame
from viewer.domain.hanging import images_by_slot
from viewer.domain.pane_state import PaneState
from viewer.rendering.scene import PaneContext, PaneScene, build_scene
from viewer.session.framing import pane_measured, viewport_of, zoomed_centre
from viewer.session.placing import next_view
from viewer.session.readings import opened
from viewer.session.scrolling import scrolled
from viewer.session.state import Layout, SessionState
from viewer.session.windows import preset_chosen, window_dragged


@pytest.fixture
def ct_study(tmp_path: Path) -> Exam:
    write_series(tmp_path)
    write_series(
        tmp_path,
        Series(plane=CORONAL, slices=5),
        name="other",
        SeriesInstanceUID="1.9",
        SeriesNumber=4,
    )
    return ct_exam(tmp_path).exam


def test_a_ct_study_shows_one_series_alone_and_the_next_is_a_key_away(ct_study: Exam) -> None:
    state = opened(SessionState(), [ct_study])
    assert state.layout is Layout.SINGLE
    assert state.active_image is not None
    assert state.active_image.name == "Axial CT"
    assert state.active_pane.slice_index == 6
    other = next_view(state, 1).active_image
    assert other is not None
    assert other.name == "Coronal CT"
    assert scrolled(state, state.active, 3).active_pane.slice_index == 9


def test_ct_takes_no_place_of_a_mammogram(ct_study: Exam) -> None:
    assert not any(images_by_slot(ct_study.images).values())
    mixed = make_exam(images=(make_image("RCC"), make_image("LCC"), *ct_study.images))
    state = opened(SessionState(), [mixed])
    assert state.layout is Layout.FOUR_UP
    shown = [image.name for slot in state.filled_slots if (image := state.image_in(slot))]
    assert not any("CT" in name for name in shown)


def test_ct_fits_in_the_middle_and_zooms_about_it(ct_study: Exam) -> None:
    state = opened(SessionState(), [ct_study])
    state = pane_measured(state, state.active, 800, 400)
    viewport = viewport_of(state, state.active)
    assert viewport is not None
    assert (viewport.left, viewport.top) == (200, 0)
    zoomed = viewport_of(zoomed_centre(state, state.active, 2.0), state.active)
    assert zoomed is not None
    assert (zoomed.left, zoomed.top) == (pytest.approx(0), pytest.approx(-200))


def test_number_keys_choose_the_usual_windows_and_a_drag_starts_from_them(ct_study: Exam) -> None:
    state = opened(SessionState(), [ct_study])
    names = []
    for preset in range(6):
        chosen = preset_chosen(state, state.active, preset)
        assert chosen.active_image is not None
        names.append(chosen.active_image.vois[chosen.active_pane.preset].explanation)
    assert names[:4] == ["lung", "soft tissue", "bone", "brain"]
    dragged = window_dragged(preset_chosen(state, state.active, 1), state.active, 50, 0)
    window = dragged.active_pane.window
    assert window is not None
    assert window.width == pytest.approx(440)  # type: ignore[union-attr]


def scene_of(exam: Exam, **state: bool) -> PaneScene:
    image = exam.images[0]
    return build_scene(
        stack=image,
        state=replace(PaneState(image_id=image.image_id), **state),
        frame=Frame.cropped(np.zeros((image.rows, image.columns), np.uint16)),
        fit_scale=1.0,
        pane_width=400,
        pane_height=400,
        ai=NotRun(),
        context=PaneContext(exam_alias="Exam 1"),
    )


def test_the_pane_says_plane_window_and_which_way_the_patient_lies(ct_study: Exam) -> None:
    scene = scene_of(ct_study)
    assert [line.text for line in scene.top_lines] == ["Axial", "CT", "Exam 1"]
    assert scene.badges == ()
    assert "C -600  W 1500  lung" in [line.text for line in scene.bottom_lines]
    assert scene.edges == ("R", "L", "A", "P")
    assert scene.text_on_right is False


def test_letters_go_along_when_the_image_is_flipped(ct_study: Exam) -> None:
    assert scene_of(ct_study, flipped_horizontally=True).edges == ("L", "R", "A", "P")
    assert scene_of(ct_study, flipped_vertically=True).edges == ("R", "L", "P", "A")


def test_mammograms_have_no_letters_at_their_edges() -> None:
    assert scene_of(make_exam()).edges is None
