"""What a picture says of itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from export_builders import make_image, make_prediction

from viewer.domain.ai_state import AiState, Done, Failed, NotRun
from viewer.domain.overlay_settings import LayerStyle, OverlaySettings
from viewer.domain.windowing import DERIVED, VoiFunction, VoiLut, Window
from viewer.export.caption import Caption, caption_of, overlay_text, window_text


def _caption(image: object, ai: AiState, overlay: OverlaySettings | None = None) -> Caption:
    return caption_of(
        exam_alias="Exam 4F2A91",
        image=image,  # type: ignore[arg-type]
        slice_index=1,
        voi=Window(center=2000.0, width=1500.0, explanation="DOE^JANE"),
        inverted=False,
        zoom=0.4567,
        ai=ai,
        overlay=overlay or OverlaySettings(),
    )


def test_a_caption_says_what_is_shown_and_what_the_model_says() -> None:
    shown, said = _caption(make_image(), Done(make_prediction())).lines
    assert shown == "Exam 4F2A91   RCC DBT   slice 2/3   C 2000 W 1500   zoom 0.46"
    assert said == (
        "3D-GMIC 1.2   malignant 0.87, benign 0.10   "
        "scores 0 to 1, higher is more suspicious   "
        "AI overlay on: malignant, benign, patches"
    )


def test_free_text_of_the_file_never_reaches_a_caption() -> None:
    assert "DOE" not in " ".join(_caption(make_image(), Done(make_prediction())).lines)


def test_a_picture_without_a_score_says_why() -> None:
    assert _caption(make_image(), NotRun()).lines[1] == "AI not run"
    assert _caption(make_image(), Failed("cut short")).lines[1] == "AI failed: cut short"


def test_limits_of_a_score_are_said() -> None:
    prediction = replace(make_prediction(has_salient_region=False), outside_training_views=True)
    said = _caption(make_image(), Done(prediction)).lines[1]
    assert "no salient region" in said
    assert "outside the model's training views" in said


def test_a_2d_image_has_no_slice_number() -> None:
    assert _caption(make_image(slices=1), NotRun()).slice == ""


def test_an_overlay_that_is_off_is_said() -> None:
    assert overlay_text(OverlaySettings(visible=False)) == "AI overlay off"
    hidden = OverlaySettings(benign=LayerStyle(visible=False), boxes=False)
    assert overlay_text(hidden) == "AI overlay on: malignant"


def test_one_image_pixel_on_one_screen_pixel_is_said() -> None:
    caption = caption_of(
        exam_alias="Exam 1",
        image=make_image(),
        slice_index=0,
        voi=Window(center=2018.6, width=3959.21),
        inverted=False,
        zoom=1.0,
        ai=NotRun(),
        overlay=OverlaySettings(),
    )
    assert (caption.zoom, caption.window) == ("zoom 1:1", "C 2019 W 3959")


def test_a_window_that_is_not_the_headers_is_said() -> None:
    window = Window(center=500, width=100, function=VoiFunction.LINEAR_EXACT, explanation=DERIVED)
    assert window_text(window, inverted=True) == "C 500 W 100 derived inverted"


def test_windows_other_than_linear_are_named() -> None:
    sigmoid = Window(center=10.5, width=15.0, function=VoiFunction.SIGMOID)
    lut = VoiLut(first_mapped=0, grey_values=np.linspace(0.0, 1.0, 4))
    assert window_text(sigmoid, inverted=True) == "C 10.5 W 15 SIGMOID inverted"
    assert window_text(lut) == "VOI LUT"
