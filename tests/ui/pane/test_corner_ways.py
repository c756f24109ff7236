"""Corner text keeps off the breast: rows give way where the air has no room for all of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import make_image
from pane_builders import TECHNIQUE, breast_scene, raster, words_drawn

from viewer.domain.ai_state import NotRun
from viewer.domain.windowing import Window
from viewer.rendering.captions import (
    Badge,
    CornerLine,
    Emphasis,
    TextSettings,
    factor_lines,
    reading_lines,
)
from viewer.rendering.grey_drawing import GreyDrawing
from viewer.rendering.scene import PaneScene
from viewer.ui.fonts import load_fonts
from viewer.ui.pane.corner_ways import CornerWays
from viewer.ui.pane.ink import MARGIN

pytestmark = pytest.mark.usefixtures("qapp")


def _reading_scene(width, height, *, technique=True, maximum=True):
    """A slice in maximum mode with the technique of a Hologic file, its AI not run."""
    stack = replace(make_image("LCC", slices=12, rows=128, columns=128), technique=TECHNIQUE)
    badges = GreyDrawing(maximum=maximum).badges
    scene = breast_scene(width=width, height=height, ai=NotRun("no weights chosen"))
    voi = Window(center=512, width=512, explanation="NORMAL")
    factors = factor_lines(stack, TextSettings(technique=technique))
    viewport = replace(scene.viewport, scale_row=0.22, scale_column=0.22)
    lines = (*factors, *reading_lines(stack, 6, voi, viewport))
    return replace(scene, badges=badges, bottom_lines=lines, viewport=viewport)


def _breast(width, height, *, reach, foot=0.1):
    """Half an ellipse at the left side, so many pixels wide; foot: the share of air below it."""
    rows, columns = np.mgrid[:height, :width]
    down = (rows / height - 0.5) / (0.5 - foot)
    return np.where(down**2 + (columns / reach) ** 2 < 1, 150, 0).astype(np.uint8)


@pytest.mark.parametrize("technique", [False, True])
@pytest.mark.parametrize("maximum", [False, True])
@pytest.mark.parametrize("reach", [106, 140, 170, 200])
@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_no_word_but_the_view_and_warnings_lies_on_the_breast_of_a_small_pane(
    monkeypatch, scale, reach, technique, maximum
):
    scene = _reading_scene(267, 258, technique=technique, maximum=maximum)
    breast = _breast(267, 258, reach=reach, foot=0.04)
    rows, (top, bottom) = words_drawn(scene, scale, monkeypatch, breast)
    said = [row.text for row, _ in rows]
    assert said[0] == "LCC"
    assert top.bottom() <= bottom.top()
    for row, y in rows:
        left = 267 - MARGIN - row.words_width
        under = breast[max(0, int(y)) : int(y + row.height), max(0, int(left)) :]
        stays = row.folds_to is None
        assert stays or (under > 0).mean() < 0.004, row.text


def test_where_the_breast_fills_the_pane_only_which_image_it_is_and_signs_stay(monkeypatch):
    scene = _reading_scene(600, 500)
    full = np.full((500, 600), 150, np.uint8)
    rows, _ = words_drawn(scene, 1.0, monkeypatch, full)
    said = [row.text for row, _ in rows]
    assert said == ["LCC", "DBT", "maximum", "", "7/12", "", "…"]
    assert [row.sign is not None for row, _ in rows] == [
        False, False, True, True, False, True, False,
    ]  # fmt: skip


def test_rows_in_the_air_stay_where_others_lie_on_the_breast(monkeypatch):
    scene = _reading_scene(600, 500, technique=False)
    image = np.full((500, 600), 150, np.uint8)
    image[250:] = 0
    rows, _ = words_drawn(scene, 1.0, monkeypatch, image)
    said = [row.text for row, _ in rows]
    assert "zoom 0.22, below 1:1" in said
    assert "C 512  W 512  NORMAL" in said
    assert "Exam 7" not in said
    assert "…" not in " ".join(said)


def test_words_do_not_come_and_go_while_slices_with_more_and_less_tissue_go_by():
    load_fonts()
    scene = _reading_scene(267, 258)
    wide, narrow = (raster(_breast(267, 258, reach=reach)) for reach in (230, 60))
    ways = CornerWays()

    def said(grey):
        laid = ways.lay(scene, 2.0, grey)
        return laid.scale, [row.text for block in laid.blocks for row in block.rows]

    before = said(narrow)
    least = said(wide)
    assert least != before
    assert said(wide) == least
    scale, texts = said(narrow)
    assert scale == least[0]
    zoomed = replace(scene, viewport=replace(scene.viewport, left=3.0))
    laid = ways.lay(zoomed, 2.0, narrow)
    assert [row.text for block in laid.blocks for row in block.rows] == before[1]


def test_a_warning_stands_in_a_column_as_narrow_as_the_air_beside_the_breast(monkeypatch):
    warning = "The pixel spacing is not known: lengths in pixels, size not to scale."
    view = CornerLine("RMLO ID", Emphasis.VIEW)
    scene = PaneScene(
        pane_width=400,
        pane_height=600,
        text_on_right=False,
        top_lines=(view,),
        badges=(Badge(warning),),
    )
    breast = np.zeros((600, 400), np.uint8)
    breast[:, 140:] = 150
    rows, (top, _) = words_drawn(scene, 1.0, monkeypatch, breast)
    said = [row.text for row, _ in rows]
    assert said[0] == view.text
    assert " ".join(said[1:]) == warning
    assert [row.sign is not None for row, _ in rows[1:]] == [True, *[False] * (len(rows) - 2)]
    assert top.right() < 140
