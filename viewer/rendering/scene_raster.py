"""The pixels of a scene below its lines and words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from viewer.domain.frame import Frame
from viewer.domain.grey_depth import GreyDepth
from viewer.rendering.grey_table import Pixels, pixel_of
from viewer.rendering.raster import Quality, needs_still, render_grey
from viewer.rendering.saliency import SaliencyPicture, render_saliency
from viewer.rendering.scene import PaneScene


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GreyRaster:
    """The grey image of a scene."""

    key: tuple[object, ...]
    depth: GreyDepth
    pixels: Pixels
    """(pane_height, pane_width)."""
    is_final: bool
    """True when a slower rendering would look no better."""

    def share_brighter(self, grey: float, rows: slice, columns: slice) -> float:
        """How much of a part is brighter than a grey, 0..1; 0 of an empty part."""
        part = self.pixels[rows, columns]
        brighter = np.count_nonzero(part > pixel_of(grey, self.depth))
        return brighter / part.size if part.size else 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SceneRaster:
    """The rendered layers of a scene."""

    grey: GreyRaster | None
    saliency: tuple[SaliencyPicture, ...]
    saliency_key: tuple[object, ...]

    def has_grey_of(self, scene: PaneScene) -> bool:
        """Whether the grey image is the scene's, in whatever quality."""
        image = scene.image
        return image is not None and self.grey is not None and self.grey.key == image.key

    def has_all_of(self, scene: PaneScene) -> bool:
        """Whether nothing is left to render of a scene, in the quality of moving."""
        return self.has_grey_of(scene) and self.saliency_key == saliency_key(scene)


NOTHING_RENDERED = SceneRaster(grey=None, saliency=(), saliency_key=())


def saliency_key(scene: PaneScene) -> tuple[object, ...]:
    """Equal for scenes whose saliency looks the same."""
    return tuple(layer.key for layer in scene.saliency)


def look_the_same(scene: PaneScene, other: PaneScene) -> bool:
    """Whether the pixels of two scenes with an image are the same below lines and words."""
    one, two = scene.image, other.image
    if one is None or two is None:
        return False
    return one.key == two.key and saliency_key(scene) == saliency_key(other)


def on_other_slice(scene: PaneScene, frame: Frame, slice_index: int) -> PaneScene | None:
    """What a scene of one slice will be below its lines and words once another slice is shown.

    None for a scene without an image.
    """
    if scene.image is None:
        return None
    return replace(
        scene,
        image=replace(scene.image, frame=frame),
        saliency=tuple(
            replace(layer, slice_index=slice_index, last_slice=slice_index)
            for layer in scene.saliency
        ),
    )


def rasterise(
    scene: PaneScene, quality: Quality, earlier: SceneRaster = NOTHING_RENDERED
) -> SceneRaster:
    """Render what changed since `earlier`. Safe in any thread."""
    key = saliency_key(scene)
    if key == earlier.saliency_key:
        saliency = earlier.saliency
    else:
        rendered = (render_saliency(layer) for layer in scene.saliency)
        saliency = tuple(picture for picture in rendered if picture is not None)
    return SceneRaster(
        grey=_grey(scene, quality, earlier.grey), saliency=saliency, saliency_key=key
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
    depth = image.table.depth
    pixels = render_grey(
        image.frame,
        image.viewport,
        image.table.pixels,
        quality=quality,
        extreme=image.extreme,
        black=pixel_of(0.0, depth),
    )
    is_final = (
        quality is Quality.STILL or image.extreme is not None or not needs_still(image.viewport)
    )
    return GreyRaster(key=image.key, depth=depth, pixels=pixels, is_final=is_final)
