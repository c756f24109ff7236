"""A scene says everything a pane shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import SPACING, make_image, make_prediction
from rendering_builders import uncropped

from inference.types import Laterality
from viewer.domain.ai_state import Done, Failed, NotRun, Queued, Running
from viewer.domain.exam import PatientIdentity
from viewer.domain.frame import Frame
from viewer.domain.overlay_settings import LayerStyle, OverlaySettings
from viewer.domain.pane_state import PaneState
from viewer.domain.view import Energy, ImageKind, View, ViewPosition
from viewer.domain.viewport import Framing
from viewer.domain.windowing import DERIVED, VoiFunction, Window
from viewer.rendering.captions import AiLook, TextSettings, ai_line, badges
from viewer.rendering.marks import outline_of
from viewer.rendering.scene import PaneContext, PaneScene, build_scene, display_table

LCC = replace(make_image("LCC", slices=40), slice_spacing_mm=1.0)
RCC = replace(make_image("RCC", slices=40), slice_spacing_mm=1.0)
FRAME = uncropped(np.arange(200 * 150, dtype=np.uint16).reshape(200, 150))
IDENTITY = PatientIdentity(name="DOE^JANE", patient_id="123", birth_date="1960-01-02")


def scene_of(stack=LCC, state=None, **changes) -> PaneScene:
    arguments = {
        "stack": stack,
        "state": state or PaneState(image_id=stack.image_id, slice_index=33),
        "frame": FRAME,
        "fit_scale": 20.0,
        "pane_width": 500,
        "pane_height": 400,
        "ai": NotRun(),
        "context": PaneContext(exam_alias="Exam 7", identity=IDENTITY),
    }
    return build_scene(**arguments | changes)


def words(scene: PaneScene) -> list[str]:
    return [line.text for line in (*scene.top_lines, *scene.bottom_lines)]


def test_the_corner_text_names_view_kind_exam_slice_zoom_and_window():
    assert words(scene_of()) == [
        "LCC",
        "DBT",
        "Exam 7",
        "34/40, 33.0 mm from first slice",
        "zoom 2.00",
        "C 2000  W 2000  normal",
    ]


def test_below_one_to_one_is_marked_with_corner_text_on_and_off():
    for corner_text in (True, False):
        context = PaneContext(text=TextSettings(corner_text=corner_text))
        marked = [
            line.text
            for line in scene_of(fit_scale=5.0, context=context).bottom_lines
            if line.reduced
        ]
        assert marked == ["zoom 0.50, below 1:1"]
        lines = scene_of(fit_scale=10.0, context=context).bottom_lines
        assert not any(line.reduced for line in lines)


def test_a_zoom_below_one_to_one_is_said():
    assert "zoom 0.50, below 1:1" in words(scene_of(fit_scale=5.0))
    assert "zoom 1:1" in words(scene_of(fit_scale=10.0))


def test_an_unknown_slice_distance_is_not_made_up():
    assert "34/40" in words(scene_of(make_image("LCC", slices=40)))


def test_a_sigmoid_window_is_named():
    window = Window(center=500, width=100, function=VoiFunction.SIGMOID)
    state = PaneState(image_id="x", slice_index=33, window=window)
    assert "C 500  W 100  SIGMOID" in words(scene_of(state=state))


def test_a_window_that_is_not_the_headers_is_said_also_where_room_is_short():
    shorts = {}
    for explanation in (DERIVED, "USUAL"):
        window = Window(center=500, width=100, explanation=explanation)
        scene = scene_of(state=PaneState(image_id="x", slice_index=33, window=window))
        (line,) = (line for line in scene.bottom_lines if line.text.startswith("C 500"))
        assert explanation in line.text
        shorts[explanation] = line.short
    assert shorts == {DERIVED: "C 500  W 100  derived", "USUAL": "C 500  W 100"}


@pytest.mark.parametrize(
    ("center", "width", "text"),
    [(2047.6, 4095.2, "C 2048  W 4095"), (0.5, 1.0, "C 0.50  W 1.00"), (40, 12, "C 40.0  W 12.0")],
)
def test_narrow_windows_are_given_with_decimals(center, width, text):
    window = Window(center=center, width=width, function=VoiFunction.LINEAR_EXACT)
    state = PaneState(image_id="x", slice_index=33, window=window)
    assert text in words(scene_of(state=state))


def test_a_2d_image_has_no_slice_number():
    ffdm = make_image("LCC", kind=ImageKind.FFDM)
    scene = scene_of(ffdm, PaneState(image_id=ffdm.image_id))
    assert not any("1/1" in text for text in words(scene))


def test_identity_is_hidden_until_asked_for():
    assert not any("DOE" in text for text in words(scene_of()))
    assert "DOE" not in scene_of().description
    context = PaneContext(identity=IDENTITY, text=TextSettings(identity=True))
    assert "DOE JANE" in words(scene_of(context=context))
    assert "123   born 1960-01-02" in words(scene_of(context=context))
    scene = scene_of(replace(LCC, acquired="20240610 080512"), context=context)
    assert "2024-06-10 08:05" in words(scene)


def test_without_corner_text_the_view_and_warnings_stay():
    context = PaneContext(exam_alias="Exam 7", text=TextSettings(corner_text=False))
    scene = scene_of(replace(LCC, warnings=("look twice",)), context=context)
    assert words(scene) == ["LCC"]
    assert [badge.text for badge in scene.badges] == ["look twice"]
    assert scene.ai is None


@pytest.mark.parametrize(
    ("stack", "flipped", "on_right"),
    [(LCC, False, True), (RCC, False, False), (LCC, True, False), (RCC, True, True)],
)
def test_text_stands_on_the_air_side(stack, flipped, on_right):
    state = PaneState(image_id="x", slice_index=3, flipped_horizontally=flipped)
    assert scene_of(stack, state).text_on_right is on_right


def test_without_a_laterality_text_stands_where_the_air_is():
    unknown = make_image("", slices=1)
    codes = np.zeros((200, 150), np.uint16)
    codes[50:150, 90:] = 1000
    scene = scene_of(unknown, PaneState(image_id="x"), frame=Frame.cropped(codes))
    assert scene.text_on_right is False
    assert "unknown view" in [badge.text for badge in scene.badges]


def test_what_is_unusual_is_a_warning():
    stack = replace(
        LCC, for_processing=True, implant=True, partial_view=True, energy=Energy.SUBTRACTION
    )
    state = PaneState(
        image_id="x", inverted=True, flipped_horizontally=True, flipped_vertically=True
    )
    assert [badge.text for badge in scene_of(stack, state).badges] == [
        "for processing: not for presentation",
        "subtraction image",
        "implant",
        "partial view",
        "flipped left to right",
        "flipped top to bottom",
        "inverted",
    ]


def test_every_state_of_the_ai_has_its_own_look():
    prediction = make_prediction(LCC)
    nothing = make_prediction(LCC, salient=False)
    states = [NotRun(), Queued(), Running("slices", 12, 70), Failed("no breast"), Done(prediction)]
    states.append(Done(nothing))
    lines = [ai_line(state) for state in states]
    assert len({line.look for line in lines}) == len(AiLook) == 6
    assert lines[2].text == "AI running  12/70"
    assert lines[2].fraction == pytest.approx(12 / 70)
    assert lines[3].detail == "no breast"
    assert lines[4].text == "malignant 0.70   benign 0.20"
    assert "no salient region" in lines[5].text


@pytest.mark.parametrize(
    ("total", "slices", "words"),
    [(70, 70, "slices"), (630, 70, "slices of all passes"), (9, 1, "passes"), (1, 1, "slices")],
)
def test_the_ai_s_progress_says_what_is_counted(total: int, slices: int, words: str):
    assert ai_line(Running("slices", 0, total), slices=slices).detail == words
    assert ai_line(Running("loading the model", 0, total), slices=slices).detail != words


def test_one_of_several_images_of_a_view_is_counted():
    scene = scene_of(LCC, PaneState(image_id="x"), context=PaneContext(repeat="1 of 2"))
    assert [line.text for line in scene.top_lines][:2] == ["LCC", f"{LCC.kind.value}, 1 of 2"]


def test_a_missing_view_is_named():
    scene = scene_of(stack=None, state=PaneState(), frame=None, empty_title="RMLO")
    assert scene.message is not None
    assert scene.message.title == "RMLO"
    assert scene.image is None


def test_a_slice_being_decoded_is_announced_and_nothing_is_drawn_over_nothing():
    scene = scene_of(frame=None, ai=Done(make_prediction(LCC)))
    assert scene.message is not None
    assert scene.message.title == "Reading slice 34 of 40"
    assert scene.image is None
    assert scene.saliency == ()
    assert scene.boxes == ()


def test_a_slice_that_cannot_be_decoded_says_why():
    scene = scene_of(frame=None, frame_problem="cut short")
    assert scene.message is not None
    assert scene.message.is_error
    assert scene.message.detail == "cut short"


def test_both_layers_are_drawn_malignant_on_top_and_each_can_be_switched_off():
    done = Done(make_prediction(LCC))
    assert [layer.malignant for layer in scene_of(ai=done).saliency] == [False, True]
    only = OverlaySettings(benign=LayerStyle(visible=False))
    shown = scene_of(ai=done, context=PaneContext(overlay=only))
    assert [layer.malignant for layer in shown.saliency] == [True]
    off = scene_of(ai=done, context=PaneContext(overlay=OverlaySettings(visible=False)))
    assert off.saliency == ()
    assert off.boxes == ()


def test_a_prediction_of_another_image_size_is_said_and_not_drawn():
    other = make_prediction(make_image("LCC", slices=40, rows=100))
    scene = scene_of(ai=Done(other))
    assert scene.saliency == ()
    assert scene.boxes == ()
    assert "AI result is for another image size: not drawn" in [b.text for b in scene.badges]


def test_known_findings_are_hidden_by_default():
    mask = np.zeros((200, 150), bool)
    mask[20:40, 30:60] = True
    truth = (outline_of(mask, malignant=True),)
    assert scene_of(truth=truth).outlines == ()
    shown = PaneContext(overlay=OverlaySettings(truth=True))
    assert scene_of(truth=truth, context=shown).outlines == truth


def test_images_lie_on_whole_device_pixels():
    state = PaneState(image_id="x", framing=Framing(scale=7.3, chest_mm=3.21, vertical_mm=1.17))
    viewport = scene_of(state=state).viewport
    assert viewport is not None
    assert viewport.left == int(viewport.left)
    assert viewport.top == int(viewport.top)


def test_a_preset_beyond_the_headers_last_falls_back_to_the_last():
    state = PaneState(image_id="x", preset=8)
    assert "C 2000  W 1000  harder" in words(scene_of(state=state))


def test_the_table_of_a_window_is_made_once():
    window = Window(center=1000, width=500)
    first = display_table(LCC.grey_scale, window, inverted=False)
    again = display_table(LCC.grey_scale, Window(center=1000, width=500), inverted=False)
    assert first is again


def test_the_description_holds_all_words_for_assistive_technology():
    scene = scene_of(ai=Failed("no breast"))
    assert "LCC" in scene.description
    assert "AI failed, no breast" in scene.description


def test_the_spacing_of_the_builders_is_what_these_zooms_assume():
    assert SPACING.column_mm == 0.1


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (View(laterality=Laterality.RIGHT, position=None), "right breast, unknown view"),
        (View(laterality=Laterality.LEFT, position=None), "left breast, unknown view"),
        (View(laterality=None, position=ViewPosition.MLO), "MLO, unknown side"),
        (View(laterality=None, position=None), "unknown view"),
    ],
)
def test_what_is_known_of_a_view_is_said_where_the_rest_is_not(view: View, said: str) -> None:
    stack = replace(make_image("RCC"), view=view)
    assert badges(stack, PaneState(image_id=stack.image_id))[0].text == said
