"""What a pane looks like, for the screen and for saved pictures alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import make_image, make_prediction
from pane_builders import NOT_RUN, bare, breast_scene, painted
from PySide6.QtGui import QFont, QFontInfo, QFontMetricsF, QImage, QPainter

from viewer.domain.ai_state import Done, Failed, NotRun, Queued, Running
from viewer.domain.exam import PatientIdentity
from viewer.domain.overlay_settings import OverlaySettings, Palette
from viewer.domain.pane_state import PaneState
from viewer.domain.viewport import Framing
from viewer.rendering.captions import Badge, TextSettings
from viewer.rendering.marks import outline_of
from viewer.rendering.raster import Quality
from viewer.rendering.scene import CentralMessage, PaneContext
from viewer.rendering.scene_raster import rasterise
from viewer.ui.fonts import FAMILY, load_fonts, text_font
from viewer.ui.pane.ink import BOX_LABEL_SIZE
from viewer.ui.pane.painting import paint_scene

pytestmark = pytest.mark.usefixtures("qapp")

LONG = PaneContext(
    exam_alias="Exam 4F2A91",
    identity=PatientIdentity(name="DOE^JANE", patient_id="12345", birth_date="1960-01-02"),
    text=TextSettings(identity=True),
)


def wordless(scene):
    """The image with overlay and boxes but without words."""
    return replace(scene, top_lines=(), bottom_lines=(), badges=(), ai=None)


def test_the_shipped_typeface_is_used_with_tabular_figures():
    load_fonts()
    font = text_font(13)
    assert QFontInfo(font).family() == FAMILY
    assert font.pixelSize() == 13


@pytest.mark.parametrize("view", ["RCC", "LCC", "RMLO", "LMLO"])
@pytest.mark.parametrize("size", [(780, 490), (500, 400), (1560, 980)])
@pytest.mark.parametrize("flipped", [False, True])
def test_no_word_touches_the_breast_of_a_fitted_image(view, size, flipped):
    state = PaneState(image_id="x", slice_index=7, flipped_horizontally=flipped)
    scene = breast_scene(view, width=size[0], height=size[1], state=state, context=LONG)
    scene = replace(scene, badges=(Badge("header says left, pixels look right"),))
    image = painted(bare(scene))
    words = (painted(scene) != painted(wordless(scene))).any(axis=-1)
    assert words.any()
    assert not (words & (image.max(axis=-1) > 0)).any()


def test_nothing_is_drawn_outside_the_pane():
    scene = replace(breast_scene(width=200, height=160, context=LONG), active=True)
    pixels = painted(scene, border=20)
    outside = np.ones(pixels.shape[:2], bool)
    outside[20:-20, 20:-20] = False
    assert (pixels[outside] == [255, 0, 255]).all()


def test_words_over_tissue_get_a_dark_ground_when_zoomed_in():
    state = PaneState(
        image_id="x", slice_index=7, framing=Framing(scale=200, chest_mm=4, vertical_mm=0)
    )
    scene = breast_scene(width=400, height=300, state=state)
    with_words, without = painted(scene), painted(wordless(scene))
    changed = (with_words != without).any(axis=-1)
    darkened = with_words.astype(int).sum(axis=-1) < without.astype(int).sum(axis=-1)
    assert (changed & darkened).sum() > 3 * (changed & ~darkened).sum()


def test_the_states_of_the_ai_look_different_even_without_colour():
    done = make_prediction(make_image("LCC", slices=20, rows=300, columns=240), patches=())
    states = [
        NotRun(),
        Queued(),
        Running("slices", 12, 70),
        Failed("no breast"),
        Done(done),
        Done(replace(done, has_salient_region=False)),
    ]
    off = PaneContext(overlay=OverlaySettings(visible=False))
    pictures = [painted(breast_scene(ai=s, context=off)).sum(axis=-1) for s in states]
    for index, picture in enumerate(pictures):
        for other in pictures[index + 1 :]:
            assert (picture != other).sum() > 60


def test_colours_of_the_palettes_reach_the_screen():
    for palette in Palette:
        overlay = OverlaySettings(palette=palette)
        scene = breast_scene(context=PaneContext(overlay=overlay))
        layers = {layer.malignant: layer.colour for layer in scene.saliency}
        assert (layers[False], layers[True]) == palette.colours
        assert (painted(scene) != painted(bare(scene))).any()


def test_a_dimmed_box_is_fainter_than_the_box_on_its_own_slice():
    overlay = PaneContext(overlay=OverlaySettings(smooth=False), text=TextSettings())
    scene = replace(breast_scene(context=overlay), saliency=())
    bright = replace(scene, boxes=tuple(replace(mark, dimmed=False) for mark in scene.boxes))
    dimmed = replace(scene, boxes=tuple(replace(mark, dimmed=True) for mark in scene.boxes))
    nothing = painted(replace(scene, boxes=())).astype(int)
    strength = [np.abs(painted(s).astype(int) - nothing).sum() for s in (dimmed, bright)]
    assert 0 < strength[0] < 0.8 * strength[1]


def test_benign_and_malignant_boxes_differ_without_colour():
    scene = replace(breast_scene(), saliency=())
    pictures = []
    for malignant in (False, True):
        marks = tuple(
            replace(mark, malignant=malignant, colour="#ffffff", dimmed=False)
            for mark in scene.boxes
        )
        pictures.append(painted(replace(scene, boxes=marks)))
    assert (pictures[0] != pictures[1]).any(axis=-1).sum() > 50


def test_a_known_finding_is_outlined_and_named():
    mask = np.zeros((300, 240), bool)
    mask[100:160, 40:100] = True
    shown = PaneContext(overlay=OverlaySettings(truth=True))
    truth = (outline_of(mask, malignant=True),)
    with_truth = painted(breast_scene(context=shown, truth=truth))
    without = painted(breast_scene(context=shown))
    assert (with_truth != without).any(axis=-1).sum() > 200


@pytest.mark.parametrize(("view", "column"), [("RCC", 225), ("LCC", 5)])
def test_the_name_of_a_known_finding_is_whole_at_the_edge_of_the_pane(view, column):
    mask = np.zeros((300, 240), bool)
    mask[290:298, column : column + 8] = True
    outlined = PaneContext(overlay=OverlaySettings(truth=True))
    truth = (outline_of(mask, malignant=False),)
    plain = painted(breast_scene(view, context=outlined))
    named = painted(breast_scene(view, context=outlined, truth=truth))
    changed = (named != plain).any(axis=-1)
    font = text_font(BOX_LABEL_SIZE, QFont.Weight.Medium)
    assert np.ptp(np.nonzero(changed)[1]) >= 0.9 * QFontMetricsF(font).horizontalAdvance(
        truth[0].name
    )
    assert not changed[:, [0, -1]].any()


def test_a_central_message_is_drawn_in_the_middle():
    scene = breast_scene(frame=None, frame_problem="cut short", ai=NOT_RUN)
    assert isinstance(scene.message, CentralMessage)
    changed = (painted(scene) != painted(replace(scene, message=None))).any(axis=-1)
    rows, columns = np.nonzero(changed)
    assert abs(rows.mean() - 200) < 30
    assert abs(columns.mean() - 250) < 10


def test_a_given_raster_is_painted_instead_of_a_new_one():
    scene = breast_scene()
    still = rasterise(scene, Quality.STILL)
    assert still.grey is not None
    inverted = replace(still, grey=replace(still.grey, pixels=still.grey.pixels ^ 0x00FFFFFF))
    image = QImage(500, 400, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_scene(painter, bare(scene), raster=replace(inverted, saliency=()))
    painter.end()
    assert image.pixelColor(250, 5).red() == 255


def test_text_scales_with_the_picture():
    scene = replace(breast_scene(width=1000, height=800, ai=NOT_RUN))
    small = (painted(scene) != painted(wordless(scene))).any(axis=-1).sum()
    large = (painted(scene, scale=2.0) != painted(wordless(scene), scale=2.0)).any(axis=-1).sum()
    assert 2.5 < large / small < 5.0


def test_the_active_pane_has_a_frame():
    scene = breast_scene()
    changed = painted(replace(scene, active=True)) != painted(scene)
    assert changed[0, 200:300].any()
    assert changed[200, 0].any()
    assert not changed[20:-20, 20:-20].any()
