"""A pane painted into a picture of 10 bits a channel, as a window of a deep screen has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pane_builders import bare, breast_scene
from PySide6.QtGui import QImage, QPainter

from viewer.domain.grey_depth import GreyDepth
from viewer.rendering.grey_drawing import GreyDrawing, ScreenGrey
from viewer.rendering.scene import PaneContext, PaneScene
from viewer.ui.fonts import load_fonts
from viewer.ui.pane.kept_layer import KeptLayers
from viewer.ui.pane.painting import paint_scene

pytestmark = pytest.mark.usefixtures("qapp")
EIGHT, TEN = GreyDepth.EIGHT_BITS, GreyDepth.TEN_BITS


def scene_in(depth: GreyDepth) -> PaneScene:
    grey = GreyDrawing(screen=ScreenGrey(depth=depth))
    return breast_scene(context=PaneContext(exam_alias="Exam 7", grey=grey))


def channels(scene: PaneScene, depth: GreyDepth, kept: KeptLayers | None = None) -> np.ndarray:
    """Levels of every channel, (rows, columns, 3), painted into a window's picture of a depth."""
    load_fonts()
    kinds = {EIGHT: QImage.Format.Format_RGB32, TEN: QImage.Format.Format_A2RGB30_Premultiplied}
    image = QImage(scene.pane_width, scene.pane_height, kinds[depth])
    image.fill(0)
    painter = QPainter(image)
    paint_scene(painter, scene, kept=kept)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(scene.pane_height, -1)
    parts = [pixels >> (depth.value * channel) & depth.white for channel in range(3)]
    return np.stack(parts, axis=-1).astype(int)


def test_far_more_levels_are_painted_than_in_8_bits() -> None:
    eight, ten = (len(np.unique(channels(bare(scene_in(d)), d))) for d in (EIGHT, TEN))
    assert eight <= 256
    assert ten > 2.5 * eight


def test_overlay_lines_and_words_look_as_they_do_in_8_bits() -> None:
    eight, ten = (channels(scene_in(depth), depth) for depth in (EIGHT, TEN))
    apart = np.abs(ten * (255 / 1023) - eight)
    # Half a level of rounding for each of the layers over each other.
    assert np.percentile(apart, 99.5) <= 2.0
    assert apart.mean() < 0.6


def test_grey_under_a_translucent_layer_keeps_its_levels() -> None:
    scene = scene_in(TEN)
    over = replace(bare(scene), saliency=scene.saliency)
    plain, covered = channels(bare(scene), TEN), channels(over, TEN)
    changed = (plain != covered).any(axis=-1)
    assert changed.any()
    assert len(np.unique(covered[changed][:, 0])) > 0.5 * len(np.unique(plain[changed][:, 0]))


def test_what_is_drawn_from_kept_pictures_looks_as_drawn_anew() -> None:
    scene, kept = scene_in(TEN), KeptLayers()
    anew = channels(scene, TEN)
    channels(scene, TEN, kept)
    np.testing.assert_allclose(channels(scene, TEN, kept), anew, atol=8)
    assert kept.below_words.pictures_made == 1
