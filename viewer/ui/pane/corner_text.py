"""Corner text: two blocks on the air side, warnings and the AI's state among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QPainter

from viewer.rendering.captions import AiLine, AiLook, Badge, CornerLine, Emphasis
from viewer.rendering.raster import DeviceRect
from viewer.rendering.scene import PaneScene
from viewer.rendering.scene_raster import GreyRaster
from viewer.ui.fonts import text_metrics, text_width
from viewer.ui.pane.ink import (
    ACCENT,
    GROUND,
    MARGIN,
    SECONDARY,
    TEXT,
    TEXT_SIZE,
    VIEW_SIZE,
    WARNING,
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
from viewer.ui.pane.signs import AI_COLOURS, draw_ai_sign, draw_reduced_sign, draw_warning_sign
from viewer.ui.shown_text import shown_text

_WIDEST = 300.0
_PROGRESS_WIDTH = 110.0
_PROGRESS_HEIGHT = 3.0
_LINE_GAP = 2.0
_SHARES = (1.0, 0.85, 0.7, 0.6, 0.5)
"""Of the wished size of words, tried in this order."""
_LEAST_SCALE = 0.85
"""Device pixels per logical pixel below which words are not made smaller still."""
_TISSUE_GREY = 40 / 255
_TISSUE_SHARE = 0.01

DrawSign = Callable[[QPainter, QRectF], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Row:
    """One row of a block, measured once; equal only to itself."""

    text: str
    pixel_size: float
    weight: QFont.Weight = QFont.Weight.Normal
    colour: QColor
    scale: float
    sign: DrawSign | None = None
    indented: bool = False
    """True below a row with a sign, to stand in line with its words."""
    fraction: float | None = None
    """A progress bar of this length instead of text."""
    dispensable: bool = False
    short: _Row | None = None
    """Stands instead where the row would lie on tissue."""
    words_width: float = field(init=False)
    height: float = field(init=False)
    ascent: float = field(init=False)
    sign_space: float = field(init=False)
    """Room to the left of the words."""

    def __post_init__(self) -> None:
        metrics = text_metrics(self.pixel_size, self.weight)
        is_bar = self.fraction is not None
        wide = _PROGRESS_WIDTH * self.scale
        words = wide if is_bar else text_width(self.text, self.pixel_size, self.weight)
        height = _PROGRESS_HEIGHT + 4.0 if is_bar else metrics.height() / self.scale + _LINE_GAP
        has_space = self.sign is not None or self.indented
        object.__setattr__(self, "words_width", words)
        object.__setattr__(self, "height", height * self.scale)
        object.__setattr__(self, "ascent", metrics.ascent())
        object.__setattr__(self, "sign_space", _sign_space(self.pixel_size) if has_space else 0.0)


def draw_corner_text(
    painter: QPainter, scene: PaneScene, scale: float, grey: GreyRaster | None
) -> tuple[QRectF, ...]:
    """Draw both blocks, and return where they stand; `scale`: device pixels per logical pixel.

    grey: the pane's image. Where a row would lie over tissue after all, because the image is
    enlarged, dispensable rows go, others are shortened, and what lies there still gets a dark
    ground to be read on.
    """
    top, bottom, scale = _fitting_blocks(scene, scale)
    places = []
    for rows, at_top in ((top, True), (bottom, False)):
        kept: Sequence[_Row] = rows
        start = _start(scene, kept, scale, at_top=at_top)
        touching = _on_tissue(grey, scene, kept, start, scale)
        if any(touching):
            kept = _giving_way(kept, touching)
            start = _start(scene, kept, scale, at_top=at_top)
            touching = _on_tissue(grey, scene, kept, start, scale)
        _draw_block(painter, scene, kept, start, scale, touching)
        places.append(_block_place(scene, kept, start, scale))
    return tuple(places)


def _fitting_blocks(scene: PaneScene, scale: float) -> tuple[list[_Row], list[_Row], float]:
    """Both blocks and their scale: where a pane is too low for large words, smaller ones.

    Without them the view's letters would lie under other words.
    """
    for share in _SHARES:
        smaller = scale * share
        width = min(_WIDEST * smaller, max(scene.pane_width - 2 * MARGIN * smaller, 1.0))
        top = _top_rows(scene, smaller, width)
        bottom = _bottom_rows(scene, smaller, width)
        if _fit(scene, top, bottom, smaller):
            break
        top, bottom = _indispensable(top), _indispensable(bottom)
        if _fit(scene, top, bottom, smaller) or scale * share < _LEAST_SCALE:
            break
    return top, bottom, smaller


def _fit(scene: PaneScene, top: Sequence[_Row], bottom: Sequence[_Row], scale: float) -> bool:
    """Whether both blocks stand in the pane, none of their rows cut."""
    margin = MARGIN * scale
    high = _height(top) + _height(bottom) + 3 * margin
    wide = max((row.sign_space + row.words_width for row in (*top, *bottom)), default=0.0)
    return high <= scene.pane_height and wide + 2 * margin <= scene.pane_width


def wrapped(
    text: str, pixel_size: float, width: float, weight: QFont.Weight = QFont.Weight.Normal
) -> list[str]:
    """Break a sentence into rows no wider than `width`, at spaces."""
    rows: list[str] = []
    for word in text.split(" "):
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and text_width(longer, pixel_size, weight) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def _top_rows(scene: PaneScene, scale: float, width: float) -> list[_Row]:
    rows = [row for line in scene.top_lines for row in _line_rows(line, scale, width)]
    for badge in scene.badges:
        rows += _badge_rows(badge, scale, width)
    return rows


def _bottom_rows(scene: PaneScene, scale: float, width: float) -> list[_Row]:
    rows = [] if scene.ai is None else list(_ai_rows(scene.ai, scale, width))
    for line in scene.bottom_lines:
        rows += _line_rows(line, scale, width)
    return rows


@lru_cache(maxsize=256)
def _line_rows(line: CornerLine, scale: float, width: float) -> tuple[_Row, ...]:
    size, weight = TEXT_SIZE * scale, QFont.Weight.Normal
    if line.emphasis is Emphasis.VIEW:
        size, weight = VIEW_SIZE * scale, QFont.Weight.DemiBold
    secondary = line.emphasis is Emphasis.SECONDARY
    colour = SECONDARY if secondary else TEXT
    whole = shown_text(line.text)
    texts = wrapped(whole, size, width, weight)
    if line.short and len(texts) > 1:
        texts = wrapped(line.short, size, width, weight)

    def row(text: str, short: _Row | None = None) -> _Row:
        return _Row(
            text=text,
            pixel_size=size,
            weight=weight,
            colour=colour,
            scale=scale,
            sign=draw_reduced_sign if line.reduced else None,
            dispensable=line.dispensable,
            short=short,
        )

    if line.short and texts == [whole]:
        return (row(whole, row(line.short)),)
    return tuple(row(text) for text in texts)


@lru_cache(maxsize=64)
def _badge_rows(badge: Badge, scale: float, width: float) -> tuple[_Row, ...]:
    size, weight = TEXT_SIZE * scale, QFont.Weight.Medium
    texts = wrapped(badge.text, size, width - _sign_space(size), weight)
    return tuple(
        _Row(
            text=text,
            pixel_size=size,
            weight=weight,
            colour=WARNING,
            scale=scale,
            sign=draw_warning_sign if index == 0 else None,
            indented=index > 0,
        )
        for index, text in enumerate(texts)
    )


@lru_cache(maxsize=64)
def _ai_rows(line: AiLine, scale: float, width: float) -> tuple[_Row, ...]:
    size, weight = TEXT_SIZE * scale, QFont.Weight.Medium
    colour = AI_COLOURS[line.look]

    def sign(painter: QPainter, rect: QRectF) -> None:
        draw_ai_sign(painter, rect, line.look, line.fraction)

    def row(text: str, short: _Row | None = None) -> _Row:
        return _Row(
            text=text,
            pixel_size=size,
            weight=weight,
            colour=colour,
            scale=scale,
            sign=sign,
            short=short,
        )

    rows = [row(line.text, row(line.short) if line.short else None)]
    if line.fraction is not None:
        rows.append(
            _Row(
                text="",
                pixel_size=size,
                weight=weight,
                colour=colour,
                scale=scale,
                indented=True,
                fraction=line.fraction,
            )
        )
    if line.detail:
        # The model's name, and why nothing was asked of it, can go where room is short, since the
        # panel says them too; the reason of a failure never.
        is_elsewhere = line.look in (AiLook.SCORES, AiLook.NOT_RUN)
        rows += [
            _Row(
                text=text,
                pixel_size=size,
                colour=SECONDARY,
                scale=scale,
                indented=True,
                dispensable=is_elsewhere,
            )
            for text in wrapped(line.detail, size, width - _sign_space(size))
        ]
    return tuple(rows)


def _sign_space(pixel_size: float) -> float:
    return max(1, round(pixel_size)) * 1.35


def _height(rows: Sequence[_Row]) -> float:
    return sum(row.height for row in rows)


def _indispensable(rows: Sequence[_Row]) -> list[_Row]:
    return [row.short or row for row in rows if not row.dispensable]


def _start(scene: PaneScene, rows: Sequence[_Row], scale: float, *, at_top: bool) -> float:
    """Where a block's first row begins."""
    margin = MARGIN * scale
    return margin if at_top else scene.pane_height - margin - _height(rows)


def _block_place(scene: PaneScene, rows: Sequence[_Row], start: float, scale: float) -> QRectF:
    width = max((row.sign_space + row.words_width for row in rows), default=0.0)
    margin = MARGIN * scale
    left = scene.pane_width - margin - width if scene.text_on_right else margin
    return QRectF(left, start, width, _height(rows))


def _giving_way(rows: Sequence[_Row], touching: Sequence[bool]) -> list[_Row]:
    """The rows without those over tissue that can go; others over tissue in their short words."""
    return [
        (row.short or row) if touches else row
        for row, touches in zip(rows, touching, strict=True)
        if not (touches and row.dispensable)
    ]


def _on_tissue(
    grey: GreyRaster | None,
    scene: PaneScene,
    rows: Sequence[_Row],
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
    if share(max(reaches), start, start + _height(rows)) == 0.0:
        return in_air
    found, y = [], start
    for row, reach in zip(rows, reaches, strict=True):
        found.append(share(reach, y, y + row.height) > _TISSUE_SHARE)
        y += row.height
    return found


def _draw_block(
    painter: QPainter,
    scene: PaneScene,
    rows: Sequence[_Row],
    start: float,
    scale: float,
    with_ground: Sequence[bool],
) -> None:
    """with_ground: the rows that get a dark ground to be read on."""
    y = start
    for row, ground in zip(rows, with_ground, strict=True):
        if ground:
            _draw_ground(painter, scene, row, QRectF(0, y, scene.pane_width, row.height), scale)
        _draw_row(painter, scene, row, y, scale)
        y += row.height


def _draw_ground(
    painter: QPainter, scene: PaneScene, row: _Row, band: QRectF, scale: float
) -> None:
    """Darken the tissue behind the words of one row."""
    width = row.sign_space + row.words_width + 8.0 * scale
    margin = MARGIN * scale - 4.0 * scale
    left = scene.pane_width - margin - width if scene.text_on_right else margin
    painter.fillRect(QRectF(left, band.top(), width, band.height()), GROUND)


def _draw_row(painter: QPainter, scene: PaneScene, row: _Row, y: float, scale: float) -> None:
    """Left blocks begin at the margin, right blocks end at it."""
    space, words = row.sign_space, row.words_width
    margin = MARGIN * scale
    # Signs hang to the left of right-aligned words, so those rows need no common indent.
    words_x = scene.pane_width - margin - words if scene.text_on_right else margin + space
    if row.fraction is not None:
        bar = QRectF(words_x, y + 2.0 * scale, words, _PROGRESS_HEIGHT * scale)
        painter.fillRect(bar, faded(ACCENT, 0.3))
        bar.setWidth(words * row.fraction)
        painter.fillRect(bar, ACCENT)
        return
    if not takes_sprites(painter):
        _draw_words(painter, row, QPointF(words_x, y))
        return
    column, x_part = split(words_x)
    line, y_part = split(y)
    _sprite(row, x_part, y_part).draw(painter, column, line)


@lru_cache(maxsize=256)
def _sprite(row: _Row, x_part: int, y_part: int) -> Sprite:
    """A row's words and sign; its place is the upper left corner of the words."""
    at = QPointF(unsplit(x_part), unsplit(y_part))
    return sprite_of(
        -row.sign_space,
        0.0,
        row.sign_space + row.words_width + 1.0,
        row.height + 1.0,
        lambda painter: _draw_words(painter, row, at),
    )


def _draw_words(painter: QPainter, row: _Row, corner: QPointF) -> None:
    """corner: the upper left one of the words; the sign hangs to the left of it."""
    baseline = corner.y() + row.ascent
    if row.sign is not None:
        size = max(1, round(row.pixel_size)) * 0.9
        middle = baseline - text_metrics(row.pixel_size, row.weight).capHeight() / 2
        left = corner.x() - row.sign_space
        row.sign(painter, QRectF(left, middle - size / 2, size, size))
    place = QPointF(corner.x(), baseline)
    draw_words(painter, place, row.text, row.pixel_size, row.weight, row.colour)
