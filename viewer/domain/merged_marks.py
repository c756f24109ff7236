"""Marks of one exam that two programs changed at the same time, put together."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from types import MappingProxyType
from typing import TypeVar

from viewer.domain.kept_marks import KeptMarks
from viewer.domain.mark import Mark
from viewer.domain.mark_layout import laid_anew
from viewer.domain.pane_state import PaneState

_Item = TypeVar("_Item")


def merged(base: KeptMarks, mine: KeptMarks, theirs: KeptMarks) -> KeptMarks:
    """What both programs left, mark by mark.

    base: what both began with. What only one of them added, changed or took away is taken over;
    where both changed a mark, `mine` stands. Raises ValueError when an image has another size.
    """
    theirs = _laid_as(theirs, mine)
    return KeptMarks(
        marks=merged_marks(base.marks, mine.marks, theirs.marks),
        key_images=_joined(base.key_images, mine.key_images, theirs.key_images, _slice_of),
        layouts=MappingProxyType({**theirs.layouts, **mine.layouts}),
    )


def merged_marks(
    base: tuple[Mark, ...], mine: tuple[Mark, ...], theirs: tuple[Mark, ...]
) -> tuple[Mark, ...]:
    """The marks alone, by id; in the order of `theirs`, so that two programs come to agree."""
    return _joined(base, mine, theirs, lambda mark: mark.mark_id)


def _joined(
    base: tuple[_Item, ...],
    mine: tuple[_Item, ...],
    theirs: tuple[_Item, ...],
    key_of: Callable[[_Item], Hashable],
) -> tuple[_Item, ...]:
    before = {key_of(item): item for item in base}
    own = {key_of(item): item for item in mine}
    other = {key_of(item) for item in theirs}
    kept: list[_Item] = []
    for item in theirs:
        key = key_of(item)
        if key in own:
            kept.append(item if own[key] == before.get(key) else own[key])
        elif before.get(key) != item:
            # New, or changed there after it was taken away here.
            kept.append(item)
    kept += [
        item for item in mine if key_of(item) not in other and before.get(key_of(item)) != item
    ]
    return tuple(kept)


def _slice_of(key: PaneState) -> Hashable:
    return key.image_id, key.slice_index


def _laid_as(theirs: KeptMarks, mine: KeptMarks) -> KeptMarks:
    """Their marks with rows and columns as mine have them."""
    marks = tuple(
        laid_anew(
            mark,
            theirs.layouts[mark.image_id],
            mine.layouts.get(mark.image_id, theirs.layouts[mark.image_id]),
        )
        for mark in theirs.marks
    )
    return KeptMarks(marks=marks, key_images=theirs.key_images, layouts=theirs.layouts)
