"""A pane that shows a prior says so, with its date only where identity is shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import make_exam, make_image
from rendering_builders import uncropped

from viewer.domain.ai_state import NotRun
from viewer.domain.exam import PatientIdentity
from viewer.domain.pane_state import PaneState
from viewer.domain.patient_studies import relation_of
from viewer.export.shot import Shot
from viewer.rendering.captions import TextSettings
from viewer.rendering.other_study import OtherStudy, other_study
from viewer.rendering.scene import PaneContext, build_scene

LCC = make_image("LCC", slices=1)
FRAME = uncropped(np.zeros((200, 150), np.uint16))


def prior(name: str = "DOE^JANE") -> OtherStudy:
    def study(alias: str, day: str, patient_name: str):
        identity = PatientIdentity(
            patient_id="47", name=patient_name, birth_date="19610203", study_date=day
        )
        return replace(make_exam(alias), identity=identity)

    said = other_study(
        relation_of(study("now", "20240610", "DOE^JANE"), study("old", "20220705", name))
    )
    assert said is not None
    return said


def scene_of(context: PaneContext):
    return build_scene(
        stack=LCC,
        state=PaneState(image_id=LCC.image_id),
        frame=FRAME,
        fit_scale=20.0,
        pane_width=500,
        pane_height=400,
        ai=NotRun(),
        context=context,
    )


@pytest.mark.parametrize("corner_text", [True, False])
def test_a_prior_says_so_below_its_view_even_without_corner_text(corner_text: bool) -> None:
    text = TextSettings(corner_text=corner_text)
    scene = scene_of(PaneContext(exam_alias="Exam 7", text=text, other_study=prior()))
    assert [line.text for line in scene.top_lines][:2] == ["LCC", "prior, 1 y 11 mo earlier"]
    assert scene.other_study
    assert "prior" in scene.description


def test_the_date_is_said_only_where_identity_is() -> None:
    hidden = scene_of(PaneContext(other_study=prior()))
    shown = scene_of(PaneContext(other_study=prior(), text=TextSettings(identity=True)))
    assert "2022" not in hidden.description
    assert shown.top_lines[1].text == "prior, 1 y 11 mo earlier, 2022-07-05"


def test_a_doubt_about_the_patient_is_a_warning() -> None:
    scene = scene_of(PaneContext(other_study=prior("SMITH^JANE")))
    assert any("another name" in badge.text for badge in scene.badges)
    assert "SMITH" not in scene.description


def test_an_image_of_the_exam_that_hangs_says_nothing() -> None:
    assert other_study(None) is None
    assert not scene_of(PaneContext()).other_study


def test_an_exported_picture_says_prior_without_a_date() -> None:
    shot = Shot(
        stack=LCC,
        state=PaneState(image_id=LCC.image_id),
        frame=FRAME,
        pane_width=500,
        pane_height=400,
        fit_scale=20.0,
        exam_alias="Exam 7",
        other_study=prior(),
    )
    assert "prior, 1 y 11 mo earlier" in shot.scene.description
    assert "2022" not in shot.scene.description
    assert shot.caption is not None
    assert "prior, 1 y 11 mo earlier" in shot.caption.image
    assert "2022" not in " ".join(shot.caption.lines)
