"""Words of a pane never lie on each other, however low the pane and large the words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import make_image
from pane_builders import TECHNIQUE, breast_scene, raster, words_drawn
from PySide6.QtGui import QImage, QPainter

from viewer.domain.ai_state import NotRun
from viewer.domain.technique import Technique
from viewer.domain.windowing import Window
from viewer.rendering.captions import (
    AiLine,
    AiLook,
    Badge,
    CornerLine,
    Emphasis,
    TextSettings,
    ai_line,
    factor_lines,
    reading_lines,
)
from viewer.rendering.scene import PaneScene
from viewer.ui.fonts import load_fonts
from viewer.ui.pane.corner_rows import height_of, top_rows
from viewer.ui.pane.corner_text import draw_corner_text
from viewer.ui.pane.corner_ways import CornerWays
from viewer.ui.pane.ink import MARGIN
from viewer.ui.pictures import rgb_pixels

_WARNINGS = (
    "The header describes 45 slices, the file holds 4.",
    "The header does not state the distance between slices: 1 mm assumed (Hologic).",
    "The pixel spacing is not known: lengths in pixels, size not to scale.",
    "The header states 10 bits, the pixels use 11: drawn with 11.",
)


def blocks(width, height, scale):
    load_fonts()
    return CornerWays().lay(breast_scene(width=width, height=height), scale, None).places


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("height", [180, 220, 258, 300])
def test_large_words_are_smaller_where_a_pane_is_low_and_keep_apart(height, scale):
    top, bottom = blocks(262, height, scale)
    assert top.top() >= 0
    assert bottom.bottom() <= height
    assert top.bottom() <= bottom.top()


@pytest.mark.usefixtures("qapp")
def test_words_keep_their_size_where_there_is_room():
    top, bottom = blocks(900, 800, 2.0)
    half_top, half_bottom = blocks(900, 800, 1.0)
    assert top.height() == pytest.approx(2 * half_top.height(), rel=0.05)
    assert bottom.height() == pytest.approx(2 * half_bottom.height(), rel=0.05)


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("width", [200, 262, 320])
@pytest.mark.parametrize("scale", [1.5, 2.0])
def test_large_words_are_smaller_where_a_pane_is_narrow_and_none_is_cut(width, scale):
    for place in blocks(width, 400, scale):
        assert place.left() >= 0
        assert place.right() <= width


@pytest.mark.usefixtures("qapp")
def test_on_tissue_a_slice_says_its_depth_without_where_from():
    load_fonts()
    line = CornerLine("7/12, 25.0 mm from support side", short="7/12, 25.0 mm")
    scene = PaneScene(pane_width=400, pane_height=300, bottom_lines=(line,))

    def width_on(grey):
        return CornerWays().lay(scene, 1.0, raster(np.full((300, 400), grey, np.uint8))).places[1]

    in_air, on_tissue = width_on(0), width_on(200)
    assert on_tissue.height() == in_air.height()
    assert on_tissue.width() < 0.6 * in_air.width()


@pytest.mark.usefixtures("qapp")
def test_only_the_row_that_reaches_over_tissue_is_shortened_or_gets_a_ground():
    load_fonts()
    long = CornerLine("7/12, 25.0 mm from support side", short="7/12, 25.0 mm")
    lines = (CornerLine("short"), long, CornerLine("also short"))
    scene = PaneScene(pane_width=600, pane_height=300, bottom_lines=lines)
    skin = np.zeros((300, 600), np.uint8)
    skin[:, 415:430] = 200

    def drawn(bottom_lines, grey):
        image = QImage(600, 300, QImage.Format.Format_RGB32)
        image.fill(0xFF303030)
        painter = QPainter(image)
        shown = replace(scene, bottom_lines=bottom_lines)
        try:
            laid = CornerWays().lay(shown, 1.0, raster(grey))
            draw_corner_text(painter, shown, laid)
        finally:
            painter.end()
        return laid.places[1], rgb_pixels(image)[..., 0]

    in_air, over_skin = drawn(lines, np.zeros_like(skin))[0], drawn(lines, skin)[0]
    assert in_air.left() < 415
    assert over_skin.left() > 430
    assert over_skin.height() == in_air.height()
    words = long.text.replace(" ", "_")
    longest = CornerLine(words, kept=words)
    place, pixels = drawn((lines[0], longest, lines[2]), skin)
    grounds = (pixels < 0x30).any(axis=1)
    row = place.height() / 3
    first, last = np.flatnonzero(grounds)[[0, -1]]
    assert place.top() + row - 2 <= first
    assert last <= place.top() + 2 * row + 2


@pytest.mark.usefixtures("qapp")
def test_in_a_low_pane_with_large_words_none_lies_on_a_breast_of_half_its_width():
    load_fonts()
    scene = replace(
        breast_scene(width=267, height=258),
        bottom_lines=(
            CornerLine("7/12, 25.0 mm from support side", short="7/12, 25.0 mm"),
            CornerLine("zoom 0.22, below 1:1", reduced=True, short="zoom 0.22"),
            CornerLine("C 512  W 512  NORMAL", short="C 512  W 512"),
        ),
        ai=ai_line(NotRun("no weights chosen")),
    )
    assert scene.text_on_right
    breast = np.zeros((258, 267), np.uint8)
    breast[60:230, :106] = 150
    assert CornerWays().lay(scene, 2.0, raster(breast)).places[1].left() >= 106


@pytest.fixture
def warned_scene():
    """Builds a slice's scene with the four warnings and the technique of a Hologic file."""

    def build(width, height, *, technique=True):
        stack = replace(make_image("LCC", slices=4, rows=128, columns=128), technique=TECHNIQUE)
        scene = breast_scene(width=width, height=height, ai=NotRun("no weights chosen"))
        factors = factor_lines(stack, TextSettings(technique=technique))
        voi = Window(center=512, width=512)
        return replace(
            scene,
            badges=tuple(Badge(text) for text in _WARNINGS),
            bottom_lines=(*factors, *reading_lines(stack, 2, voi, scene.viewport)),
        )

    return build


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("tissue_grey", [0, 200])
@pytest.mark.parametrize("technique", [False, True])
@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 1.75, 2.0])
@pytest.mark.parametrize("size", [(267, 258), (300, 290), (360, 330), (430, 300), (262, 520)])
def test_four_warnings_and_technique_in_a_small_pane_keep_apart_and_inside_it(
    warned_scene, monkeypatch, size, scale, technique, tissue_grey
):
    width, height = size
    scene = warned_scene(width, height, technique=technique)
    image = np.full((height, width), tissue_grey, np.uint8)
    rows, (top, bottom) = words_drawn(scene, scale, monkeypatch, image)
    assert top.bottom() <= bottom.top()
    assert top.top() >= 0
    assert bottom.bottom() <= height
    assert min(top.left(), bottom.left()) >= 0
    assert max(top.right(), bottom.right()) <= width
    said = " ".join(row.text for row, _ in rows)
    assert all(warning in said for warning in _WARNINGS)
    is_left_out = technique and tissue_grey > 0
    assert ("kVp" in said) + ("technique: enlarge the view" in said) + is_left_out == technique
    assert ("…" in said) == (tissue_grey > 0)


@pytest.mark.usefixtures("qapp")
def test_technique_is_said_in_whole_where_there_is_room(warned_scene, monkeypatch):
    rows, _ = words_drawn(warned_scene(900, 800), 2.0, monkeypatch)
    said = " ".join(row.text for row, _ in rows)
    assert "31 kVp" in said
    assert "HOLOGIC" in said
    assert "enlarge" not in said


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("scale", [1.0, 1.2])
def test_technique_beside_a_breast_is_broken_between_its_statements_and_keeps_off_it(
    warned_scene, monkeypatch, scale
):
    scene = replace(warned_scene(267, 258), badges=(), bottom_lines=_some_factors())
    breast = np.zeros((258, 267), np.uint8)
    breast[60:230, :106] = 150
    rows, (top, bottom) = words_drawn(scene, scale, monkeypatch, breast)
    assert bottom.left() >= 106
    assert top.bottom() <= bottom.top()
    said = [row.text for row, _ in rows]
    assert {"compression 99.64 N", "thickness 39 mm"} <= set(said)


@pytest.mark.usefixtures("qapp")
def test_technique_in_air_stands_in_its_own_lines(warned_scene, monkeypatch):
    scene = replace(warned_scene(267, 258), badges=(), bottom_lines=_some_factors())
    rows, _ = words_drawn(scene, 1.0, monkeypatch, np.zeros((258, 267), np.uint8))
    assert "compression 99.64 N   thickness 39 mm" in [row.text for row, _ in rows]


@pytest.mark.usefixtures("qapp")
def test_a_row_of_technique_that_is_too_wide_is_broken_between_its_statements(
    warned_scene, monkeypatch
):
    rows, _ = words_drawn(warned_scene(180, 700), 1.2, monkeypatch)
    said = [row.text for row, _ in rows]
    assert {"compression 99.64 N", "thickness 39 mm"} <= set(said)
    assert [text for text in said if text != text.strip()] == []


def _some_factors():
    """What fits a low pane: exposure and compression, then the slice."""
    stack = replace(
        make_image("LCC", slices=4, rows=128, columns=128),
        technique=Technique(
            kvp=31, exposure_mas=48, force_n=99.64, thickness_mm=39, model="Dimensions"
        ),
    )
    return (*factor_lines(stack, TextSettings(technique=True)), CornerLine("3/4, 2.0 mm"))


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("skin_column", [150, 170, 190])
def test_a_row_that_crosses_a_thin_skin_line_into_dark_fat_is_shortened(monkeypatch, skin_column):
    line = CornerLine("7/12, 25.0 mm from support side", short="7/12, 25.0 mm")
    scene = PaneScene(pane_width=300, pane_height=200, text_on_right=False, bottom_lines=(line,))
    breast = np.zeros((200, 300), np.uint8)
    breast[:, skin_column:] = 30
    breast[:, skin_column] = 180
    rows, _ = words_drawn(scene, 1.0, monkeypatch, breast)
    assert [row.text for row, _ in rows] == ["7/12, 25.0 mm"]


@pytest.mark.usefixtures("qapp")
def test_a_few_stray_bright_pixels_of_the_air_shorten_nothing(monkeypatch):
    line = CornerLine("7/12, 25.0 mm from support side", short="7/12, 25.0 mm")
    scene = PaneScene(pane_width=300, pane_height=200, text_on_right=False, bottom_lines=(line,))
    air = np.zeros((200, 300), np.uint8)
    air[184:186, 50:52] = 255
    rows, _ = words_drawn(scene, 1.0, monkeypatch, air)
    assert [row.text for row, _ in rows] == [line.text]


@pytest.mark.usefixtures("qapp")
def test_a_warning_that_would_reach_over_the_breast_stands_in_two_rows_beside_it(monkeypatch):
    warning = Badge("maximum: small bright things look larger")
    scene = PaneScene(pane_width=400, pane_height=300, text_on_right=False, badges=(warning,))
    breast = np.zeros((300, 400), np.uint8)
    breast[:, 220:] = 150
    rows, (top, _) = words_drawn(scene, 1.0, monkeypatch, breast)
    assert [row.text for row, _ in rows] == ["maximum: small bright", "things look larger"]
    assert [row.sign is not None for row, _ in rows] == [True, False]
    assert top.right() < 220


@pytest.mark.usefixtures("qapp")
def test_rows_stay_whole_where_the_breast_fills_the_pane(monkeypatch):
    warning = Badge("maximum: small bright things look larger")
    slab = "slab 10 mm   mean of 10 slices"
    line = CornerLine(slab, kept=slab)
    scene = PaneScene(pane_width=400, pane_height=300, badges=(warning,), bottom_lines=(line,))
    rows, _ = words_drawn(scene, 1.0, monkeypatch, np.full((300, 400), 150, np.uint8))
    assert [row.text for row, _ in rows] == [warning.text, line.text]


@pytest.mark.usefixtures("qapp")
def test_view_zoom_and_window_are_never_torn_apart(monkeypatch):
    lines = tuple(CornerLine(text, kept=text) for text in ("zoom 2.02", "C 512  W 512"))
    top_lines = (CornerLine("RMLO ID", Emphasis.VIEW),)
    scene = PaneScene(pane_width=400, pane_height=300, top_lines=top_lines, bottom_lines=lines)
    breast = np.zeros((300, 400), np.uint8)
    breast[:, :330] = 150
    rows, _ = words_drawn(scene, 1.0, monkeypatch, breast)
    assert [row.text for row, _ in rows] == ["RMLO ID", "zoom 2.02", "C 512  W 512"]


@pytest.mark.usefixtures("qapp")
def test_the_model_is_not_torn_apart_where_the_scores_before_it_fill_the_row(monkeypatch):
    scores = "malignant 0.14   benign 0.20"
    ai = AiLine(AiLook.NOTHING_SALIENT, "AI: no salient region", f"{scores}   Some model GMIC 2")
    scene = PaneScene(pane_width=600, pane_height=300, ai=ai)
    rows, _ = words_drawn(scene, 1.0, monkeypatch)
    assert [row.text for row, _ in rows] == [ai.text, scores, "Some model GMIC 2"]


@pytest.mark.usefixtures("qapp")
def test_room_that_a_row_at_the_foot_leaves_is_a_warning_s(monkeypatch):
    warning = Badge("maximum: small bright things look larger")
    no_need = CornerLine("words that lie on tissue, of no need", dispensable=True)
    scene = PaneScene(
        pane_width=300,
        pane_height=400,
        text_on_right=False,
        badges=(warning,),
        bottom_lines=(CornerLine("zoom"), no_need, CornerLine("window")),
    )
    load_fonts()
    row = height_of(top_rows(scene, 1.0, 300.0))
    # Room for four rows and three margins: the warning's two, zoom and window.
    low = replace(scene, pane_height=int(4 * row + 3 * MARGIN + 4))
    breast = np.zeros((low.pane_height, 300), np.uint8)
    breast[:, 190:] = 150
    rows, (top, bottom) = words_drawn(low, 1.0, monkeypatch, breast)
    said = [row.text for row, _ in rows]
    assert said == ["maximum: small bright", "things look larger", "zoom", "window"]
    assert top.bottom() <= bottom.top()
