"""Where corner text stands: beside the breast, with fewer rows where the air has little room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF

from viewer.rendering.captions import CornerLine, gathered
from viewer.rendering.scene import PaneScene
from viewer.rendering.scene_raster import GreyRaster
from viewer.ui.pane.corner_ground import Ground, placed
from viewer.ui.pane.corner_rows import (
    CornerRow,
    bottom_rows,
    height_of,
    indispensable,
    more_row,
    top_rows,
)
from viewer.ui.pane.corner_text import CornerText, PlacedBlock
from viewer.ui.pane.ink import MARGIN

_Blocks = tuple[list[CornerRow], list[CornerRow], float]
"""The rows at the top, those at the foot, and their scale."""

_WIDEST = 300.0
_NARROWER = (0.6, 0.45, 0.35, 0.3)
"""Of the widest, for warnings that keep off tissue."""
_SHARES = (1.0, 0.85, 0.7, 0.6, 0.5, 0.42)
"""Of the wished size of words, tried in this order."""
_LEAST_SCALE = 0.85
"""Device pixels per logical pixel below which words are not made smaller still."""
_LEAST_SHARE = 0.85
"""Of the wished size: how much smaller words become to keep off tissue, before rows go."""
_FOLDED = 1_000
"""The last way to lay rows, whatever the number of ways before it."""
_MOST_FOLDED = 2


class CornerWays:
    """Lays the corner text of one pane, on every slice as on the one where it had least room.

    So words do not come and go, and change their size, while the reader scrolls.
    """

    def __init__(self) -> None:
        self._key: object = None
        self._way = 0
        self._folding = _Folding()

    def lay(self, scene: PaneScene, scale: float, grey: GreyRaster | None) -> CornerText:
        """Find where both blocks stand; `scale`: device pixels per logical pixel.

        grey: the pane's image. Where a row would lie over tissue, because the image is enlarged
        or the pane is small, dispensable rows go, others are broken or shortened; then words
        become a little smaller, what one sentence can stand for is gathered, and rows over tissue
        are left out but for what says which image it is and how it is altered. What lies there
        still gets a dark ground to be read on.
        """
        key = (
            scene.viewport,
            scale,
            scene.text_on_right,
            len(scene.top_lines),
            scene.badges,
            len(scene.bottom_lines),
            None if scene.ai is None else scene.ai.look,
        )
        if key != self._key:
            self._key, self._way, self._folding = key, 0, _Folding()
        ground = None if grey is None else Ground(grey)
        ways = enumerate(_roomier(scene, scale)) if self._way != _FOLDED else ()
        for way, blocks in ways:
            if way >= self._way:
                laid = _laid(scene, blocks, ground)
                if not laid.touches:
                    self._way = way
                    return laid
        self._way = _FOLDED
        laid, self._folding = _folded(scene, scale, ground, self._folding)
        return laid


def _roomier(scene: PaneScene, scale: float) -> Iterator[_Blocks]:
    """The blocks as wished, then with words a little smaller, then gathered."""
    wished = _fitting_blocks(scene, scale)
    yield wished
    least = max(_LEAST_SHARE * scale, min(scale, 1.0))
    for top, bottom, smaller in _blocks_to_try(scene, scale):
        is_other = (top, bottom) != wished[:2]
        if smaller >= least and is_other and _fit(scene, top, bottom, smaller):
            yield top, bottom, smaller


def _laid(scene: PaneScene, blocks: _Blocks, ground: Ground | None) -> CornerText:
    top, bottom, scale = blocks
    upper = placed(ground, scene, top, scale, at_top=True)
    lower = placed(ground, scene, bottom, scale, at_top=False)
    if any(upper.touching):
        room = _room(scene, scale, beside=next(_giving_way(bottom, lower.touching)))
        upper = _off_tissue(ground, scene, upper, scale, room=room, at_top=True)
    if any(lower.touching):
        room = _room(scene, scale, beside=upper.rows)
        lower = _off_tissue(ground, scene, lower, scale, room=room, at_top=False)
    return _text_of(scene, upper, lower, scale)


@dataclass(frozen=True, slots=True)
class _Folding:
    """How far each row of both blocks has given way: 0 whole, 1 in short, 2 folded."""

    top: tuple[int, ...] = ()
    bottom: tuple[int, ...] = ()


def _folded(
    scene: PaneScene, scale: float, ground: Ground | None, before: _Folding
) -> tuple[CornerText, _Folding]:
    """Rows over tissue are left out as far as they can be; where any are, a last row says so.

    before: how far they had given way on the slice before, which they do again.
    """
    top, bottom, smaller = _fitting_blocks(scene, scale)
    if any(line.stand_in for line in scene.bottom_lines) and any(
        placed(ground, scene, bottom, smaller, at_top=False).touching
    ):
        # Factors are read together: they stay or go together.
        fewer = replace(scene, bottom_lines=tuple(gathered(scene.bottom_lines)))
        top, bottom, smaller = _fitting_blocks(fewer, scale)
    upper, above = _fold(ground, scene, top, smaller, before.top, at_top=True)
    with_more = [*bottom, more_row(smaller)]
    lower, below = _fold(ground, scene, with_more, smaller, before.bottom, at_top=False)
    if not (_is_missed(top, above) or _is_missed(with_more, below)):
        lower, _ = _fold(ground, scene, bottom, smaller, (), at_top=False)
    return _in_halves(ground, scene, upper, lower, smaller), _Folding(above, below)


def _fold(
    ground: Ground | None,
    scene: PaneScene,
    rows: Sequence[CornerRow],
    scale: float,
    before: Sequence[int],
    *,
    at_top: bool,
) -> tuple[PlacedBlock, tuple[int, ...]]:
    """The block without what need not stay of rows over tissue, and how far each gave way."""
    levels = list(before) if len(before) == len(rows) else [0] * len(rows)
    while True:
        forms = [_form(row, level) for row, level in zip(rows, levels, strict=True)]
        block = placed(ground, scene, [r for form in forms for r in form], scale, at_top=at_top)
        touching = iter(block.touching)
        grown = list(levels)
        for index, form in enumerate(forms):
            touches = [next(touching) for _ in form]
            while any(touches) and grown[index] < _MOST_FOLDED:
                grown[index] += 1
                if _form(rows[index], grown[index]) != form:
                    break
        grown = _together(rows, grown)
        if [_form(row, level) for row, level in zip(rows, grown, strict=True)] == forms:
            return block, tuple(levels)
        levels = grown


def _together(rows: Sequence[CornerRow], levels: Sequence[int]) -> list[int]:
    """Rows that say one thing give way as far as one another."""
    farthest: dict[object, int] = {}
    for row, level in zip(rows, levels, strict=True):
        farthest[row.said or row] = max(level, farthest.get(row.said or row, 0))
    return [farthest[row.said or row] for row in rows]


def _form(row: CornerRow, level: int) -> tuple[CornerRow, ...]:
    """What a row is, at how far it has given way."""
    if level == 0:
        return (row,)
    if row.dispensable:
        return ()
    if level < _MOST_FOLDED or row.folds_to is None:
        return (row.short or row,)
    return row.folds_to


def _is_missed(rows: Sequence[CornerRow], levels: Sequence[int]) -> bool:
    """Whether any row is left out that a reader may look for."""
    left_out = [
        row
        for row, level in zip(rows, levels, strict=True)
        if level == _MOST_FOLDED and row.folds_to == () and not row.dispensable
    ]
    said = [row.said for row in rows if row.folds_to != ()]
    return any(row.said is None or row.said not in said for row in left_out)


def _in_halves(
    ground: Ground | None,
    scene: PaneScene,
    upper: PlacedBlock,
    lower: PlacedBlock,
    scale: float,
) -> CornerText:
    """Both blocks, rows that stay over tissue broken where that brings them off it."""
    if any(upper.touching):
        room = _room(scene, scale, beside=lower.rows)
        upper = _off_tissue(ground, scene, upper, scale, room=room, at_top=True)
    if any(lower.touching):
        room = _room(scene, scale, beside=upper.rows)
        lower = _off_tissue(ground, scene, lower, scale, room=room, at_top=False)
    return _text_of(scene, upper, lower, scale)


def _text_of(scene: PaneScene, upper: PlacedBlock, lower: PlacedBlock, scale: float) -> CornerText:
    return CornerText(
        blocks=(upper, lower),
        places=(
            _block_place(scene, upper.rows, upper.start, scale),
            _block_place(scene, lower.rows, lower.start, scale),
        ),
        scale=scale,
    )


def _room(scene: PaneScene, scale: float, *, beside: Sequence[CornerRow]) -> float:
    """How high one block may be above or below the other."""
    # Rows off the breast are worth a narrower gap between the blocks.
    return scene.pane_height - 2.5 * MARGIN * scale - height_of(beside)


def _off_tissue(
    ground: Ground | None,
    scene: PaneScene,
    block: PlacedBlock,
    scale: float,
    *,
    room: float,
    at_top: bool,
) -> PlacedBlock:
    """The block with as few rows over tissue as can be, no higher than `room` for it."""
    if not any(
        touches and (row.dispensable or row.short or row.halves)
        for row, touches in zip(block.rows, block.touching, strict=True)
    ):
        return block
    ways = _giving_way(block.rows, block.touching, room)
    found = [placed(ground, scene, rows, scale, at_top=at_top) for rows in ways]
    best = min(found, key=lambda way: sum(way.touching))
    if not (at_top and scene.badges and any(best.touching)):
        return best
    for rows in _narrower(scene, scale, room):
        way = placed(ground, scene, rows, scale, at_top=True)
        if not any(way.touching):
            return way
    return best


def _narrower(scene: PaneScene, scale: float, room: float) -> Iterator[list[CornerRow]]:
    """What is said at the top, its warnings broken into columns ever narrower."""
    width = _width(scene, scale)
    for share in _NARROWER:
        rows = top_rows(scene, scale, width, warnings_width=width * share)
        for way in (rows, indispensable(rows)):
            if height_of(way) <= room:
                yield way


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
        width = _width(scene, smaller)
        top = top_rows(scene, smaller, width)
        bottom = bottom_rows(scene, bottom_lines, smaller, width)
        yield top, bottom, smaller
        yield indispensable(top), indispensable(bottom), smaller
        if smaller < _LEAST_SCALE:
            break


def _width(scene: PaneScene, scale: float) -> float:
    """How wide rows may be."""
    return min(_WIDEST * scale, max(scene.pane_width - 2 * MARGIN * scale, 1.0))


def _fit(
    scene: PaneScene, top: Sequence[CornerRow], bottom: Sequence[CornerRow], scale: float
) -> bool:
    """Whether both blocks stand in the pane, none of their rows cut."""
    margin = MARGIN * scale
    high = height_of(top) + height_of(bottom) + 3 * margin
    wide = max((row.sign_space + row.words_width for row in (*top, *bottom)), default=0.0)
    return high <= scene.pane_height and wide + 2 * margin <= scene.pane_width


def _block_place(scene: PaneScene, rows: Sequence[CornerRow], start: float, scale: float) -> QRectF:
    width = max((row.sign_space + row.words_width for row in rows), default=0.0)
    margin = MARGIN * scale
    left = scene.pane_width - margin - width if scene.text_on_right else margin
    return QRectF(left, start, width, height_of(rows))


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
