"""The rows of corner text: words, signs and colours, measured; what can go or be said shorter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QPainter

from viewer.rendering.captions import AiLine, AiLook, Badge, CornerLine, Emphasis
from viewer.rendering.scene import PaneScene
from viewer.ui.fonts import text_metrics, text_width
from viewer.ui.pane.ink import SECONDARY, TEXT, TEXT_SIZE, VIEW_SIZE, WARNING
from viewer.ui.pane.signs import AI_COLOURS, draw_ai_sign, draw_reduced_sign, draw_warning_sign
from viewer.ui.shown_text import shown_text

_PROGRESS_WIDTH = 110.0
PROGRESS_HEIGHT = 3.0
"""Of the bar that stands instead of words."""
_LINE_GAP = 2.0
_BETWEEN_STATEMENTS = "   "
"""Stands between the statements of one line of a caption."""

DrawSign = Callable[[QPainter, QRectF], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CornerRow:
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
    short: CornerRow | None = None
    """Stands instead where the row would lie on tissue."""
    halves: tuple[CornerRow, ...] = ()
    """Two that stand instead, one below the other, where that brings the words off tissue."""
    folds_to: tuple[CornerRow, ...] | None = None
    """What stays of it over tissue where the air has no room for all rows; None: all of it."""
    said: object = None
    """What it says a part of: rows of one line or warning fold together."""
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
        height = PROGRESS_HEIGHT + 4.0 if is_bar else metrics.height() / self.scale + _LINE_GAP
        has_space = self.sign is not None or self.indented
        object.__setattr__(self, "words_width", words)
        object.__setattr__(self, "height", height * self.scale)
        object.__setattr__(self, "ascent", metrics.ascent())
        object.__setattr__(self, "sign_space", _sign_space(self.pixel_size) if has_space else 0.0)


def wrapped(
    text: str, pixel_size: float, width: float, weight: QFont.Weight = QFont.Weight.Normal
) -> list[str]:
    """Break words into rows no wider than `width`: between statements, else at spaces."""
    rows: list[str] = []
    for statement in text.split(_BETWEEN_STATEMENTS):
        longer = f"{rows[-1]}{_BETWEEN_STATEMENTS}{statement}" if rows else statement
        if rows and text_width(longer, pixel_size, weight) <= width:
            rows[-1] = longer
        else:
            rows += _wrapped_statement(statement, pixel_size, width, weight)
    return rows


def _wrapped_statement(
    statement: str, pixel_size: float, width: float, weight: QFont.Weight
) -> list[str]:
    rows: list[str] = []
    for word in statement.split(" "):
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and text_width(longer, pixel_size, weight) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def _halved(text: str, pixel_size: float, weight: QFont.Weight) -> tuple[str, ...]:
    """The text as two rows, the wider of them as narrow as can be; nothing if it is one word."""
    between = _BETWEEN_STATEMENTS if _BETWEEN_STATEMENTS in text else " "
    pieces = text.split(between)
    ways = [
        (between.join(pieces[:count]), between.join(pieces[count:]))
        for count in range(1, len(pieces))
    ]
    return min(
        ways,
        key=lambda way: max(text_width(half, pixel_size, weight) for half in way),
        default=(),
    )


def top_rows(
    scene: PaneScene, scale: float, width: float, *, warnings_width: float | None = None
) -> list[CornerRow]:
    """What is said at the top, in rows no wider than `width`, then the warnings.

    warnings_width: of the warnings' rows, where they are to be narrower than others.
    """
    rows = [row for line in scene.top_lines for row in _line_rows(line, scale, width)]
    for badge in scene.badges:
        rows += _badge_rows(badge, scale, width if warnings_width is None else warnings_width)
    return rows


def bottom_rows(
    scene: PaneScene, lines: Sequence[CornerLine], scale: float, width: float
) -> list[CornerRow]:
    """What is said at the foot: the AI's state, then how the image is read.

    lines: the scene's own, or fewer where there is no room for all.
    """
    rows = [] if scene.ai is None else list(_ai_rows(scene.ai, scale, width))
    for line in lines:
        rows += _line_rows(line, scale, width)
    return rows


@lru_cache(maxsize=1024)
def _line_rows(line: CornerLine, scale: float, width: float) -> tuple[CornerRow, ...]:
    size, weight = TEXT_SIZE * scale, QFont.Weight.Normal
    if line.emphasis is Emphasis.VIEW:
        size, weight = VIEW_SIZE * scale, QFont.Weight.DemiBold
    secondary = line.emphasis is Emphasis.SECONDARY
    colour = SECONDARY if secondary else TEXT
    whole = shown_text(line.text)
    texts = wrapped(whole, size, width, weight)
    if line.short and len(texts) > 1:
        texts = wrapped(line.short, size, width, weight)

    def row(
        text: str,
        folds_to: tuple[CornerRow, ...] | None,
        short: CornerRow | None = None,
        halves: Sequence[str] = (),
    ) -> CornerRow:
        return CornerRow(
            text=text,
            pixel_size=size,
            weight=weight,
            colour=colour,
            scale=scale,
            sign=draw_reduced_sign if line.reduced else None,
            dispensable=line.dispensable,
            short=short,
            halves=tuple(row(half, folds_to) for half in halves),
            folds_to=folds_to,
            said=line,
        )

    folded = () if line.kept is None else (row(shown_text(line.kept), None),)
    stays = line.kept == line.text or line.emphasis is Emphasis.VIEW
    folds_to = None if stays else folded
    if line.short and texts == [whole]:
        return (row(whole, folds_to, row(line.short, folds_to)),)
    return tuple(
        # A view's name, a zoom, a window are read at a glance: those are never torn apart.
        row(
            text,
            # What stays of a line stands once, where the line begins.
            folds_to if index == 0 or folds_to is None else (),
            halves=_halved(text, size, weight) if _BETWEEN_STATEMENTS in text else (),
        )
        for index, text in enumerate(texts)
    )


@lru_cache(maxsize=64)
def _badge_rows(badge: Badge, scale: float, width: float) -> tuple[CornerRow, ...]:
    size, weight = TEXT_SIZE * scale, QFont.Weight.Medium
    texts = wrapped(badge.text, size, width - _sign_space(size), weight)

    def row(
        text: str,
        *,
        is_first: bool,
        halves: Sequence[str] = (),
        folds_to: tuple[CornerRow, ...] | None = None,
    ) -> CornerRow:
        return CornerRow(
            text=text,
            pixel_size=size,
            weight=weight,
            colour=WARNING,
            scale=scale,
            sign=draw_warning_sign if is_first else None,
            indented=not is_first,
            halves=tuple(
                row(half, is_first=is_first and number == 0) for number, half in enumerate(halves)
            ),
            folds_to=folds_to,
            said=badge,
        )

    folded = (row(badge.short, is_first=True),)
    return tuple(
        row(
            text,
            is_first=index == 0,
            halves=_halved(text, size, weight),
            folds_to=None if not badge.short else folded if index == 0 else (),
        )
        for index, text in enumerate(texts)
    )


@lru_cache(maxsize=64)
def _ai_rows(line: AiLine, scale: float, width: float) -> tuple[CornerRow, ...]:
    size, weight = TEXT_SIZE * scale, QFont.Weight.Medium
    colour = AI_COLOURS[line.look]

    def sign(painter: QPainter, rect: QRectF) -> None:
        draw_ai_sign(painter, rect, line.look, line.fraction)

    def row(
        text: str,
        folds_to: tuple[CornerRow, ...] | None,
        short: CornerRow | None = None,
    ) -> CornerRow:
        return CornerRow(
            text=text,
            pixel_size=size,
            weight=weight,
            colour=colour,
            scale=scale,
            sign=sign,
            short=short,
            folds_to=folds_to,
        )

    # Signs tell the states of the AI apart; a failure is told in words as well.
    folds_to = None if line.look is AiLook.FAILED else (row("", None),)
    rows = [row(line.text, folds_to, row(line.short, folds_to) if line.short else None)]
    if line.fraction is not None:
        rows.append(
            CornerRow(
                text="",
                pixel_size=size,
                weight=weight,
                colour=colour,
                scale=scale,
                indented=True,
                fraction=line.fraction,
                folds_to=(),
            )
        )
    if line.detail:
        # The model's name, and why nothing was asked of it, can go where room is short, since the
        # panel says them too; the reason of a failure never.
        is_elsewhere = line.look in (AiLook.SCORES, AiLook.NOT_RUN)
        room = width - _sign_space(size)
        rows += [
            _detail_row(text, size, scale, dispensable=is_elsewhere)
            for text in wrapped(line.detail, size, room)
        ]
    return tuple(rows)


def _detail_row(text: str, size: float, scale: float, *, dispensable: bool) -> CornerRow:
    def row(text: str, halves: Sequence[str] = ()) -> CornerRow:
        return CornerRow(
            text=text,
            pixel_size=size,
            colour=SECONDARY,
            scale=scale,
            indented=True,
            dispensable=dispensable,
            halves=tuple(row(half) for half in halves),
            folds_to=(),
        )

    return row(text, _halved(text, size, QFont.Weight.Normal))


@lru_cache(maxsize=16)
def more_row(scale: float) -> CornerRow:
    """Says that rows are left out."""
    return _line_rows(CornerLine("… more", Emphasis.SECONDARY, short="…", kept="…"), scale, 1e9)[0]


def _sign_space(pixel_size: float) -> float:
    return max(1, round(pixel_size)) * 1.35


def height_of(rows: Sequence[CornerRow]) -> float:
    """How high rows stand on one another, in device pixels."""
    return sum(row.height for row in rows)


def indispensable(rows: Sequence[CornerRow]) -> list[CornerRow]:
    """The rows that stay where room is short, in their short words."""
    return [row.short or row for row in rows if not row.dispensable]
