"""What a loupe shows: full-resolution pixels around a point of a pane, in the same window."""

from __future__ import annotations

from dataclasses import replace

from viewer.domain.viewport import Viewport
from viewer.rendering.raster import image_rect
from viewer.rendering.scene import PaneScene


def loupe_scene(
    scene: PaneScene, *, device_x: float, device_y: float, zoom: int, side: int
) -> PaneScene | None:
    """Return a scene of a square loupe, or None where the pane has no image.

    device_x, device_y: the point of the pane that the loupe's centre shows. zoom: device pixels
    per image column; rows keep the pane's proportion. side: of the square, in device pixels.
    Every image pixel is zoom x zoom device pixels, none is interpolated away.
    """
    image, shown = scene.image, scene.viewport
    if image is None or shown is None:
        return None
    row, column = shown.to_image(device_x, device_y)
    viewport = _about(shown, row, column, zoom=zoom, side=side)
    return PaneScene(
        pane_width=side,
        pane_height=side,
        viewport=viewport,
        image=replace(image, viewport=viewport, extreme=None),
    )


def shows_less(scene: PaneScene) -> bool:
    """Whether a pane draws something over its image that a loupe on it leaves out."""
    return scene.image is not None and any(
        (
            scene.saliency,
            scene.boxes,
            scene.outlines,
            scene.reader_marks,
            scene.drawn_marks,
            scene.picked is not None,
        )
    )


def _about(shown: Viewport, row: float, column: float, *, zoom: int, side: int) -> Viewport:
    """The viewport with an image point in the middle of the square, on whole device pixels."""
    scale_column = float(zoom)
    scale_row = zoom * shown.scale_row / shown.scale_column
    drawn_row = shown.image_rows - row if shown.flipped_vertically else row
    drawn_column = shown.image_columns - column if shown.flipped_horizontally else column
    return replace(
        shown,
        pane_width=side,
        pane_height=side,
        scale_row=scale_row,
        scale_column=scale_column,
        left=float(round(side / 2 - drawn_column * scale_column)),
        top=float(round(side / 2 - drawn_row * scale_row)),
    )


def tissue_middle(scene: PaneScene) -> tuple[float, float]:
    """The device point in the middle of what the pane shows of the kept pixels, not of the air.

    The pane's middle where there is no image, or nothing of its tissue in sight.
    """
    middle = scene.pane_width / 2, scene.pane_height / 2
    if scene.image is None or scene.viewport is None:
        return middle
    frame, viewport = scene.image.frame, scene.viewport
    height, width = frame.pixels.shape
    tissue = image_rect(viewport, frame.top, frame.left, frame.top + height, frame.left + width)
    if tissue.is_empty:
        return middle
    return (tissue.left + tissue.right) / 2, (tissue.top + tissue.bottom) / 2
