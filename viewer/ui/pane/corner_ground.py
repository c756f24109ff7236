"""What lies under rows of corner text: which of them stand over tissue."""

from __future__ import annotations

from collections.abc import Sequence

from viewer.rendering.raster import DeviceRect
from viewer.rendering.scene import PaneScene
from viewer.rendering.scene_raster import GreyRaster
from viewer.ui.pane.corner_rows import CornerRow, height_of
from viewer.ui.pane.corner_text import PlacedBlock
from viewer.ui.pane.ink import MARGIN

_TISSUE_GREY = 40 / 255
_TISSUE_SHARE = 0.003
"""Of a row: less than a skin line of one pixel has that crosses it, before fat as dark as air."""


class Ground:
    """What lies under the words; looked at once for each place that is tried."""

    def __init__(self, grey: GreyRaster) -> None:
        self._grey = grey
        self._shares: dict[DeviceRect, float] = {}

    def share(self, under: DeviceRect) -> float:
        """How much of a part of the pane is tissue, 0..1."""
        if under not in self._shares:
            self._shares[under] = self._grey.share_brighter(_TISSUE_GREY, under)
        return self._shares[under]


def _start(scene: PaneScene, rows: Sequence[CornerRow], scale: float, *, at_top: bool) -> float:
    """Where a block's first row begins."""
    margin = MARGIN * scale
    return margin if at_top else scene.pane_height - margin - height_of(rows)


def placed(
    ground: Ground | None,
    scene: PaneScene,
    rows: Sequence[CornerRow],
    scale: float,
    *,
    at_top: bool,
) -> PlacedBlock:
    """The rows on one another at the top or foot, and which of them lie over tissue."""
    start = _start(scene, rows, scale, at_top=at_top)
    touching = _on_tissue(ground, scene, rows, start, scale)
    return PlacedBlock(rows=rows, start=start, touching=touching)


def _on_tissue(
    ground: Ground | None,
    scene: PaneScene,
    rows: Sequence[CornerRow],
    start: float,
    scale: float,
) -> list[bool]:
    """Which rows have more than stray bright pixels of the image under their own words."""
    in_air = [False] * len(rows)
    if ground is None or not rows:
        return in_air

    def share(reach: float, top: float, bottom: float) -> float:
        """Of tissue between two heights, so far in from the words' side."""
        wide = int(reach + MARGIN * scale) + 1
        first = max(0, scene.pane_width - wide) if scene.text_on_right else 0
        under = DeviceRect(
            left=first,
            top=max(0, int(top)),
            right=min(first + wide, scene.pane_width),
            bottom=min(int(bottom), scene.pane_height),
        )
        return ground.share(under)

    reaches = [row.sign_space + row.words_width for row in rows]
    # Most blocks lie in air: one look at the whole of it is cheaper than one at each row.
    if share(max(reaches), start, start + height_of(rows)) == 0.0:
        return in_air
    found, y = [], start
    for row, reach in zip(rows, reaches, strict=True):
        found.append(share(reach, y, y + row.height) > _TISSUE_SHARE)
        y += row.height
    return found
