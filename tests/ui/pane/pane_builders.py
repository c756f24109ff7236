"""Scenes to paint."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from builders import make_image, make_prediction
from PySide6.QtGui import QImage, QPainter

from inference.types import Box
from viewer.domain.ai_state import AiState, Done, NotRun
from viewer.domain.frame import Frame
from viewer.domain.grey_depth import GreyDepth
from viewer.domain.image_stack import ImageStack
from viewer.domain.pane_state import PaneState
from viewer.domain.technique import Technique
from viewer.domain.viewport import fitting_scale
from viewer.rendering.grey_table import packed
from viewer.rendering.raster import DeviceRect
from viewer.rendering.scene import PaneContext, PaneScene, build_scene
from viewer.rendering.scene_raster import GreyRaster
from viewer.ui.fonts import load_fonts
from viewer.ui.pane import corner_text
from viewer.ui.pane.corner_text import draw_corner_text
from viewer.ui.pane.corner_ways import CornerWays
from viewer.ui.pane.kept_layer import KeptLayers
from viewer.ui.pane.painting import paint_scene


def breast_frame(stack: ImageStack, *, code: int = 2500, seed: int = 0) -> Frame:
    """Half an ellipse of bright tissue at the chest wall, air elsewhere."""
    rows, columns = np.mgrid[: stack.rows, : stack.columns]
    across = columns if stack.chest_wall_is_left else stack.columns - 1 - columns
    inside = (rows / stack.rows - 0.5) ** 2 / 0.2 + (across / stack.columns) ** 2 / 0.3 < 1
    noise = np.random.default_rng(seed).integers(-200, 200, inside.shape)
    return Frame.cropped(np.where(inside, code + noise, 0).astype(np.uint16))


def breast_scene(
    view: str = "LCC",
    *,
    width: int = 500,
    height: int = 400,
    ai: AiState | None = None,
    state: PaneState | None = None,
    context: PaneContext | None = None,
    seed: int = 0,
    **changes: object,
) -> PaneScene:
    """A fitted breast with a finished AI."""
    stack = replace(make_image(view, slices=20, rows=300, columns=240), slice_spacing_mm=1.0)
    arguments = {
        "stack": stack,
        "state": state or PaneState(image_id=stack.image_id, slice_index=7),
        "frame": breast_frame(stack, seed=seed),
        "fit_scale": fitting_scale(stack, width, height),
        "pane_width": width,
        "pane_height": height,
        "ai": Done(make_prediction(stack)) if ai is None else ai,
        "context": context or PaneContext(exam_alias="Exam 7"),
    }
    return build_scene(**arguments | changes)


def bare(scene: PaneScene) -> PaneScene:
    """The same image without words, marks and overlay."""
    return replace(
        scene,
        saliency=(),
        boxes=(),
        outlines=(),
        top_lines=(),
        bottom_lines=(),
        badges=(),
        ai=None,
        active=False,
    )


def painted(
    scene: PaneScene, *, scale: float = 1.0, border: int = 0, kept: KeptLayers | None = None
) -> np.ndarray:
    """The scene's pixels, (rows, columns, 3) blue green red, with a magenta border around it."""
    load_fonts()
    width, height = scene.pane_width + 2 * border, scene.pane_height + 2 * border
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFFFF00FF)
    painter = QPainter(image)
    painter.translate(border, border)
    paint_scene(painter, scene, text_scale=scale, kept=kept)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return pixels[:, : width * 4].reshape(height, width, 4)[..., :3].copy()


def with_boxes(scene: PaneScene, *boxes: Box) -> PaneScene:
    """The scene with boxes at these places, numbered from 1, on this slice."""
    template = scene.boxes[0]
    marks = tuple(
        replace(template, number=number, box=box, dimmed=False)
        for number, box in enumerate(boxes, start=1)
    )
    return replace(scene, boxes=marks)


TECHNIQUE = Technique(
    manufacturer="HOLOGIC, Inc.",
    model="Selenia Dimensions",
    kvp=31,
    exposure_mas=48,
    anode="TUNGSTEN",
    filter_material="ALUMINUM",
    force_n=99.64,
    thickness_mm=39,
    relative_exposure=459,
    entrance_dose_mgy=3.75,
    organ_dose_mgy=1.33,
    magnification=1.073,
    positioner_angle=15,
)


def raster(grey):
    pixels = packed(grey, GreyDepth.EIGHT_BITS)
    whole = DeviceRect(left=0, top=0, right=grey.shape[1], bottom=grey.shape[0])
    return GreyRaster(key=(), depth=GreyDepth.EIGHT_BITS, rect=whole, pixels=pixels, is_final=True)


def words_drawn(scene, scale, monkeypatch, grey=None):
    """The rows that were drawn, each with where it begins, and the places of both blocks."""
    load_fonts()
    rows = []
    monkeypatch.setattr(
        corner_text,
        "_draw_row",
        lambda painter, scene, row, y, scale: rows.append((row, y)),
    )
    image = QImage(scene.pane_width, scene.pane_height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    try:
        laid = CornerWays().lay(scene, scale, None if grey is None else raster(grey))
        draw_corner_text(painter, scene, laid)
    finally:
        painter.end()
    return rows, laid.places


NOT_RUN = NotRun()
