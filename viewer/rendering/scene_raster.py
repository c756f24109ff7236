"""The pixels of a scene below its lines and words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from viewer.rendering.raster import Quality, needs_still, render_grey
from viewer.rendering.saliency import SaliencyPicture, render_saliency
from viewer.rendering.scene import PaneScene


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GreyRaster:
    """The grey image of a scene."""

    key: tuple[object, ...]
    pixels: NDArray[np.uint8]
    """(pane_height, pane_width)."""
    is_final: bool
    """True when a slower rendering would look no better."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SceneRaster:
    """The rendered layers of a scene."""

    grey: GreyRaster | None
    saliency: tuple[SaliencyPicture, ...]
    saliency_key: tuple[object, ...]


NOTHING_RENDERED = SceneRaster(grey=None, saliency=(), saliency_key=())


def rasterise(
    scene: PaneScene, quality: Quality, earlier: SceneRaster = NOTHING_RENDERED
) -> SceneRaster:
    """Render what changed since `earlier`. Safe in any thread."""
    saliency_key = tuple(layer.key for layer in scene.saliency)
    if saliency_key == earlier.saliency_key:
        saliency = earlier.saliency
    else:
        rendered = (render_saliency(layer) for layer in scene.saliency)
        saliency = tuple(picture for picture in rendered if picture is not None)
    return SceneRaster(
        grey=_grey(scene, quality, earlier.grey), saliency=saliency, saliency_key=saliency_key
    )


def _grey(scene: PaneScene, quality: Quality, earlier: GreyRaster | None) -> GreyRaster | None:
    image = scene.image
    if image is None:
        return None
    if (
        earlier is not None
        and earlier.key == image.key
        and (earlier.is_final or quality is Quality.MOVING)
    ):
        return earlier
    pixels = render_grey(
        image.frame, image.viewport, image.table, quality=quality, extreme=image.extreme
    )
    is_final = (
        quality is Quality.STILL or image.extreme is not None or not needs_still(image.viewport)
    )
    return GreyRaster(key=image.key, pixels=pixels, is_final=is_final)
