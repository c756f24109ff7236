"""The pixels of a scene below its lines and words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from viewer.domain.frame import Frame
from viewer.domain.grey_depth import GreyDepth
from viewer.domain.viewport import Viewport
from viewer.rendering.bright_padding import for_drawing
from viewer.rendering.grey_table import Pixels, pixel_of
from viewer.rendering.raster import (
    DeviceRect,
    Quality,
    SampledCodes,
    looked_up,
    needs_still,
    sampled_codes,
)
from viewer.rendering.saliency import SaliencyPicture, render_saliency
from viewer.rendering.scene import PaneScene


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GreyRaster:
    """The grey image of a scene."""

    key: tuple[object, ...]
    depth: GreyDepth
    rect: DeviceRect
    """The pane's device pixels that the image covers."""
    pixels: Pixels
    """Of that rectangle."""
    is_final: bool
    """True when a slower rendering would look no better."""
    sampled: SampledCodes | None = None
    """What the pixels were looked up from: another window needs no more than a lookup."""
    sampled_key: tuple[object, ...] = ()
    """Equal for images whose codes are sampled alike."""
    viewport: Viewport | None = None
    """What the image was drawn in."""

    def share_brighter(self, grey: float, part: DeviceRect) -> float:
        """How much of a part of the pane is brighter than a grey, 0..1; 0 of an empty part."""
        area = (part.bottom - part.top) * (part.right - part.left)
        if part.is_empty:
            return 0.0
        rows = slice(max(0, part.top - self.rect.top), max(0, part.bottom - self.rect.top))
        columns = slice(max(0, part.left - self.rect.left), max(0, part.right - self.rect.left))
        seen = self.pixels[rows, columns]
        return int(np.count_nonzero(seen > pixel_of(grey, self.depth))) / area


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
    serves = earlier is not None and (earlier.is_final or quality is Quality.MOVING)
    if earlier is not None and serves and earlier.key == image.key:
        return earlier
    if (
        earlier is not None
        and serves
        and earlier.sampled is not None
        and earlier.sampled_key == image.sampled_key
    ):
        sampled, is_final = earlier.sampled, earlier.is_final
    else:
        sampled = sampled_codes(
            for_drawing(image.frame, image.padding),
            image.viewport,
            quality=quality,
            extreme=image.extreme,
        )
        is_final = (
            quality is Quality.STILL or image.extreme is not None or not needs_still(image.viewport)
        )
    return GreyRaster(
        key=image.key,
        depth=image.table.depth,
        rect=sampled.whole,
        pixels=looked_up(sampled, image.table.pixels),
        is_final=is_final,
        sampled=sampled,
        sampled_key=image.sampled_key,
        viewport=image.viewport,
    )


def place_in(scene: PaneScene, earlier: GreyRaster) -> tuple[float, float, float, float] | None:
    """Where an earlier picture lies in a scene that shows the same image in a pane of another size.

    Left, top, width and height in device pixels of the scene. None where it shows something else,
    or where the pane is as large as it was.
    """
    image, before = scene.image, earlier.viewport
    if image is None or before is None or earlier.rect.is_empty:
        return None
    now = image.viewport
    if (now.pane_width, now.pane_height) == (before.pane_width, before.pane_height):
        return None
    if replace(image, viewport=before).key != earlier.key or _turned(now) != _turned(before):
        return None
    rect = earlier.rect
    left, top = now.to_device(*before.to_image(rect.left, rect.top))
    right, bottom = now.to_device(*before.to_image(rect.right, rect.bottom))
    return left, top, right - left, bottom - top


def _turned(viewport: Viewport) -> tuple[bool, bool]:
    return viewport.flipped_horizontally, viewport.flipped_vertically
