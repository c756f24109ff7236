"""Signs in a saved picture: flips are said, technique factors never with who and where."""

from __future__ import annotations

from dataclasses import replace

from builders import make_image

from viewer.domain.pane_state import PaneState
from viewer.domain.technique import Technique
from viewer.export.shot import Shot


def test_a_flipped_picture_says_so_and_its_factors_name_no_station() -> None:
    technique = Technique(kvp=29, station="ROOM 3", detector_id="SN 17", operator="A B")
    stack = replace(make_image("LCC"), technique=technique)
    shot = Shot(
        stack=stack,
        state=PaneState(
            image_id=stack.image_id, flipped_horizontally=True, flipped_vertically=True
        ),
        frame=None,
        pane_width=300,
        pane_height=300,
        fit_scale=1.0,
        exam_alias="Exam 1",
        technique=True,
    )
    scene = shot.scene
    badges = [badge.text for badge in scene.badges]
    assert "flipped left to right" in badges
    assert "flipped top to bottom" in badges
    words = [line.text for line in scene.bottom_lines]
    assert words[0] == "29 kVp"
    assert not any(secret in scene.description for secret in ("ROOM", "SN 17", "A B"))
    plain = replace(shot, technique=False).scene
    assert "29 kVp" not in [line.text for line in plain.bottom_lines]
