"""Corner text: two blocks on the air side, warnings and the AI's state among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from viewer.rendering.captions import CornerLine, gathered
from viewer.rendering.raster import DeviceRect
from viewer.rendering.scene import PaneScene
from viewer.rendering.scene_raster import GreyRaster
from viewer.ui.fonts import text_metrics
from viewer.ui.pane.corner_rows import (
    PROGRESS_HEIGHT,
    CornerRow,
    bottom_rows,
    height_of,
    indispensable,
    top_rows,
)
from viewer.ui.pane.ink import (
    ACCENT,
    GROUND,
    MARGIN,
    faded,
)
from viewer.ui.pane.kept_words import (
    Sprite,
    draw_words,
    split,
    sprite_of,
    takes_sprites,
    unsplit,
)

_Blocks = tuple[list[CornerRow], list[CornerRow], float]
"""The rows at the top, those at the foot, and their scale."""

_WIDEST = 300.0
_SHARES = (1.0, 0.85, 0.7, 0.6, 0.5, 0.42)
"""Of the wished size of words, tried in this order."""
_LEAST_SCALE = 0.85
"""Device pixels per logical pixel below which words are not made smaller still."""
_TISSUE_GREY = 40 / 255
_TISSUE_SHARE = 0.003
"""Of a row: less than a skin line of one pixel has that crosses it, before fat as dark as air."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _PlacedBlock:
    """Rows on one another, and which of them lie over tissue; those get a dark ground."""

    rows: Sequence[CornerRow]
    start: float
    touching: Sequence[bool]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CornerText:
    """Both blocks where they are to be drawn."""

    blocks: tuple[_PlacedBlock, _PlacedBlock]
    """At the top and at the foot."""
    places: tuple[QRectF, QRectF]
    """Where they stand, in device pixels."""
    scale: float
    """Device pixels per logical pixel of their words."""


def lay_corner_text(scene: PaneScene, scale: float, grey: GreyRaster | None) -> CornerText:
    """Find where both blocks stand; `scale`: device pixels per logical pixel.

    grey: the pane's image. Where a row would lie over tissue after all, because the image is
    enlarged, dispensable rows go, others are broken or shortened, and what lies there still gets
    a dark ground to be read on.
    """
    top, bottom, scale = _fitting_blocks(scene, scale)
    upper = _placed(grey, scene, top, scale, at_top=True)
    lower = _placed(grey, scene, bottom, scale, at_top=False)
    if any(upper.touching):
        room = _room(scene, scale, beside=next(_giving_way(bottom, lower.touching)))
        upper = _off_tissue(grey, scene, upper, scale, room=room, at_top=True)
    if any(lower.touching):
        room = _room(scene, scale, beside=upper.rows)
        lower = _off_tissue(grey, scene, lower, scale, room=room, at_top=False)
    return CornerText(
        blocks=(upper, lower),
        places=(
            _block_place(scene, upper.rows, upper.start, scale),
            _block_place(scene, lower.rows, lower.start, scale),
        ),
        scale=scale,
    )


def draw_corner_text(painter: QPainter, scene: PaneScene, laid: CornerText) -> None:
    """Draw both blocks."""
    for block in laid.blocks:
        _draw_block(painter, scene, block, laid.scale)


def _room(scene: PaneScene, scale: float, *, beside: Sequence[CornerRow]) -> float:
    """How high one block may be above or below the other."""
    # Rows off the breast are worth a narrower gap between the blocks.
    return scene.pane_height - 2.5 * MARGIN * scale - height_of(beside)


def _off_tissue(
    grey: GreyRaster | None,
    scene: PaneScene,
    block: _PlacedBlock,
    scale: float,
    *,
    room: float,
    at_top: bool,
) -> _PlacedBlock:
    """The block with as few rows over tissue as can be, no higher than `room` for it."""
    ways = (
        _placed(grey, scene, rows, scale, at_top=at_top)
        for rows in _giving_way(block.rows, block.touching, room)
    )
    return min(ways, key=lambda way: sum(way.touching))


def _fitting_blocks(scene: PaneScene, scale: float) -> _Blocks:
    """Both blocks and their scale: where a pane is too low for large words, smaller ones.

    Without them the view's letters would lie under other words.
    """
    for top, bottom, smaller in _blocks_to_try(scene, scale):
        if _fit(scene, top, bottom, smaller):
            break
    return top, bottom, smaller


def _blocks_to_try(scene: PaneScene, scale: float) -> Iterator[_Blocks]:
    """All words ever smaller, then those that one sentence can stand for gathered into it.

    Gathered ones begin at the wished size again: there is more room.
    """
    yield from _ever_smaller(scene, scene.bottom_lines, scale)
    if any(line.stand_in for line in scene.bottom_lines):
        yield from _ever_smaller(scene, gathered(scene.bottom_lines), scale)


def _ever_smaller(
    scene: PaneScene, bottom_lines: Sequence[CornerLine], scale: float
) -> Iterator[_Blocks]:
    for share in _SHARES:
        smaller = scale * share
        width = min(_WIDEST * smaller, max(scene.pane_width - 2 * MARGIN * smaller, 1.0))
        top = top_rows(scene, smaller, width)
        bottom = bottom_rows(scene, bottom_lines, smaller, width)
        yield top, bottom, smaller
        yield indispensable(top), indispensable(bottom), smaller
        if smaller < _LEAST_SCALE:
            break


def _fit(
    scene: PaneScene, top: Sequence[CornerRow], bottom: Sequence[CornerRow], scale: float
) -> bool:
    """Whether both blocks stand in the pane, none of their rows cut."""
    margin = MARGIN * scale
    high = height_of(top) + height_of(bottom) + 3 * margin
    wide = max((row.sign_space + row.words_width for row in (*top, *bottom)), default=0.0)
    return high <= scene.pane_height and wide + 2 * margin <= scene.pane_width


def _start(scene: PaneScene, rows: Sequence[CornerRow], scale: float, *, at_top: bool) -> float:
    """Where a block's first row begins."""
    margin = MARGIN * scale
    return margin if at_top else scene.pane_height - margin - height_of(rows)


def _block_place(scene: PaneScene, rows: Sequence[CornerRow], start: float, scale: float) -> QRectF:
    width = max((row.sign_space + row.words_width for row in rows), default=0.0)
    margin = MARGIN * scale
    left = scene.pane_width - margin - width if scene.text_on_right else margin
    return QRectF(left, start, width, height_of(rows))


def _placed(
    grey: GreyRaster | None,
    scene: PaneScene,
    rows: Sequence[CornerRow],
    scale: float,
    *,
    at_top: bool,
) -> _PlacedBlock:
    start = _start(scene, rows, scale, at_top=at_top)
    touching = _on_tissue(grey, scene, rows, start, scale)
    return _PlacedBlock(rows=rows, start=start, touching=touching)


def _giving_way(
    rows: Sequence[CornerRow], touching: Sequence[bool], room: float = 0.0
) -> Iterator[list[CornerRow]]:
    """Ways in which rows over tissue make room; of equally good ones the first is wished.

    Rows that can go do, others are shortened; or those that cannot be are broken in two, as far
    as the block is no higher than `room`, for which more rows may go.
    """
    whole: list[CornerRow] = []
    broken: list[CornerRow] = []
    for row, touches in zip(rows, touching, strict=True):
        if touches and row.dispensable:
            continue
        instead = row.short or row if touches else row
        whole.append(instead)
        broken += row.halves if touches and row.halves else (instead,)
    yield whole
    if len(broken) == len(whole):
        return
    for way in (broken, indispensable(broken)):
        if height_of(way) <= room:
            yield way
            return


def _on_tissue(
    grey: GreyRaster | None,
    scene: PaneScene,
    rows: Sequence[CornerRow],
    start: float,
    scale: float,
) -> list[bool]:
    """Which rows have more than stray bright pixels of the image under their own words."""
    in_air = [False] * len(rows)
    if grey is None or not rows:
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
        return grey.share_brighter(_TISSUE_GREY, under)

    reaches = [row.sign_space + row.words_width for row in rows]
    # Most blocks lie in air: one look at the whole of it is cheaper than one at each row.
    if share(max(reaches), start, start + height_of(rows)) == 0.0:
        return in_air
    found, y = [], start
    for row, reach in zip(rows, reaches, strict=True):
        found.append(share(reach, y, y + row.height) > _TISSUE_SHARE)
        y += row.height
    return found


def _draw_block(painter: QPainter, scene: PaneScene, block: _PlacedBlock, scale: float) -> None:
    y = block.start
    for row, touches in zip(block.rows, block.touching, strict=True):
        if touches:
            _draw_ground(painter, scene, row, QRectF(0, y, scene.pane_width, row.height), scale)
        _draw_row(painter, scene, row, y, scale)
        y += row.height


def _draw_ground(
    painter: QPainter, scene: PaneScene, row: CornerRow, band: QRectF, scale: float
) -> None:
    """Darken the tissue behind the words of one row."""
    width = row.sign_space + row.words_width + 8.0 * scale
    margin = MARGIN * scale - 4.0 * scale
    left = scene.pane_width - margin - width if scene.text_on_right else margin
    painter.fillRect(QRectF(left, band.top(), width, band.height()), GROUND)


def _draw_row(painter: QPainter, scene: PaneScene, row: CornerRow, y: float, scale: float) -> None:
    """Left blocks begin at the margin, right blocks end at it."""
    space, words = row.sign_space, row.words_width
    margin = MARGIN * scale
    # Signs hang to the left of right-aligned words, so those rows need no common indent.
    words_x = scene.pane_width - margin - words if scene.text_on_right else margin + space
    if row.fraction is not None:
        bar = QRectF(words_x, y + 2.0 * scale, words, PROGRESS_HEIGHT * scale)
        painter.fillRect(bar, faded(ACCENT, 0.3))
        bar.setWidth(words * row.fraction)
        painter.fillRect(bar, ACCENT)
        return
    if not takes_sprites(painter):
        _draw_words(painter, row, QPointF(words_x, y))
        return
    column, x_part = split(words_x)
    line, y_part = split(y)
    if row.sign is None:
        # Words alone have a picture of their own.
        baseline = line + (unsplit(y_part) + row.ascent)
        place = QPointF(column + unsplit(x_part), baseline)
        draw_words(painter, place, row.text, row.pixel_size, row.weight, row.colour)
        return
    _sprite(row, x_part, y_part).draw(painter, column, line)


@lru_cache(maxsize=256)
def _sprite(row: CornerRow, x_part: int, y_part: int) -> Sprite:
    """A row's words and sign; its place is the upper left corner of the words."""
    at = QPointF(unsplit(x_part), unsplit(y_part))
    return sprite_of(
        -row.sign_space,
        0.0,
        row.sign_space + row.words_width + 1.0,
        row.height + 1.0,
        lambda painter: _draw_words(painter, row, at),
    )


def _draw_words(painter: QPainter, row: CornerRow, corner: QPointF) -> None:
    """corner: the upper left one of the words; the sign hangs to the left of it."""
    baseline = corner.y() + row.ascent
    if row.sign is not None:
        size = max(1, round(row.pixel_size)) * 0.9
        middle = baseline - text_metrics(row.pixel_size, row.weight).capHeight() / 2
        left = corner.x() - row.sign_space
        row.sign(painter, QRectF(left, middle - size / 2, size, size))
    place = QPointF(corner.x(), baseline)
    draw_words(painter, place, row.text, row.pixel_size, row.weight, row.colour)
