"""The marks a pane shows on a slice, as data for its painter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from weakref import WeakKeyDictionary

from viewer.domain.frame import Frame
from viewer.domain.image_stack import ImageStack
from viewer.domain.mark import Mark, MarkClass, MarkShape
from viewer.domain.mark_regions import area_of
from viewer.rendering.mark_words import measure_lines, value_lines
from viewer.rendering.same_object import SameObject
from viewer.rendering.slab_values import SlabParts

NEAR_SLICES = 2
"""A mark is shown dimmed on so many slices before and after its own."""
_LONGEST_LINE = 40
_MOST_LINES = 3

_DRAWN_BY_KEYS = "Space: corner   Backspace: back", "Enter: close   Esc: give up"

NO_NUMBERS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneMarks:
    """What a pane is told of the marks on its image."""

    marks: tuple[Mark, ...] = ()
    """Of this image, on any slice, in the order they were drawn."""
    numbers: Mapping[str, int] = field(default_factory=lambda: NO_NUMBERS)
    """By mark id; a mark without one is being drawn."""
    selected: str | None = None
    editing: bool = False
    """Whether arrow keys move the selected mark."""
    handle: int | None = None
    """Which handle they move; None: the whole mark."""
    corners: int | None = None
    """How many corners keys have set of the outline that is being drawn; None while none does."""
    is_key_image: bool = False
    """Whether the slice on screen is flagged."""

    def without_words(self) -> PaneMarks:
        """The same without free text, which may say anything; marks that are text alone go."""
        marks = tuple(replace(m, text="") for m in self.marks if m.shape is not MarkShape.TEXT)
        return replace(self, marks=marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnMark:
    """One mark as a slice shows it."""

    mark: Mark
    lines: tuple[str, ...]
    """Its label."""
    quiet_lines: tuple[str, ...] = ()
    """Below it, less bright: how a length was derived."""
    selected: bool = False
    editing: bool = False
    handle: int | None = None
    corners: int | None = None
    """While keys draw it: how many corners they have set; its last point is in their hand."""
    is_near: bool = False
    """It lies on slices a step or two away, and is drawn dimmed."""


NO_MARKS = PaneMarks()


def drawn_marks(
    pane: PaneMarks,
    image: ImageStack,
    slice_index: int,
    frame: Frame | None,
    slab: SlabParts | None = None,
) -> tuple[DrawnMark, ...]:
    """The marks on a slice, the selected one last, so that it lies on top; first those near it.

    Near is what lies at most NEAR_SLICES away; it says its slice and none of its values.
    frame: the slice, for what regions and probes say of it; None while it is decoded. slab: what
    it is put together from, where it is a slab: they say what that holds. The same object whenever
    a slice comes back with the same `pane`.
    """
    if frame is None or slab is not None:
        return _shown(pane, image, slice_index, frame, slab)
    told = (SameObject(pane), SameObject(image), slice_index)
    kept = _DRAWN_ON.get(frame)
    if kept is None or kept[0] != told:
        kept = _DRAWN_ON[frame] = told, _shown(pane, image, slice_index, frame, slab)
    return kept[1]


_DRAWN_ON: WeakKeyDictionary[Frame, tuple[object, tuple[DrawnMark, ...]]] = WeakKeyDictionary()
"""What was shown last on each slice, and of what; as lru_cache would be, without keeping frames."""


def _shown(
    pane: PaneMarks,
    image: ImageStack,
    slice_index: int,
    frame: Frame | None,
    slab: SlabParts | None,
) -> tuple[DrawnMark, ...]:
    shown = [
        _drawn(pane, mark, image, frame, slab)
        if mark.is_on(slice_index)
        else _near(pane, mark, slice_index)
        for mark in pane.marks
        if mark.image_id == image.image_id and mark.slices_from(slice_index) <= NEAR_SLICES
    ]
    return tuple(sorted(shown, key=lambda one: (not one.is_near, one.selected)))


def _near(pane: PaneMarks, mark: Mark, slice_index: int) -> DrawnMark:
    nearest = mark.first_slice if slice_index < mark.first_slice else mark.last_slice
    number = pane.numbers.get(mark.mark_id)
    head = "" if number is None else f"{number}  "
    return DrawnMark(mark=mark, lines=(f"{head}slice {nearest + 1}",), is_near=True)


def _drawn(
    pane: PaneMarks,
    mark: Mark,
    image: ImageStack,
    frame: Frame | None,
    slab: SlabParts | None,
) -> DrawnMark:
    number = pane.numbers.get(mark.mark_id)
    if number is None and pane.corners is not None:
        return _drawn_by_keys(mark, pane.corners, image, value_lines(mark, image, frame, slab))
    head = [] if number is None else [str(number)]
    if mark.mark_class is not MarkClass.NONE:
        head.append(mark.mark_class.value)
    measured, derived = measure_lines(mark, image)
    first = "  ".join([*head, *measured[:1]])
    lines = [first] if first else []
    lines += [*measured[1:], *value_lines(mark, image, frame, slab), *text_lines(mark.text)]
    selected = mark.mark_id == pane.selected
    return DrawnMark(
        mark=mark,
        lines=tuple(lines),
        quiet_lines=derived,
        selected=selected,
        editing=selected and pane.editing,
        handle=pane.handle if selected and pane.editing else None,
    )


def _drawn_by_keys(
    mark: Mark, corners: int, image: ImageStack, values: tuple[str, ...]
) -> DrawnMark:
    """An outline in the making says what it encloses as soon as it encloses anything."""
    lines: tuple[str, ...] = ()
    if area_of(mark) > 0:
        lines = (*measure_lines(mark, image)[0], *values)
    return DrawnMark(mark=mark, lines=lines, quiet_lines=_DRAWN_BY_KEYS, corners=corners)


def text_lines(text: str) -> tuple[str, ...]:
    """A reader's words in a few short lines; what does not fit ends with an ellipsis."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and len(longer) <= _LONGEST_LINE:
            lines[-1] = longer
        else:
            lines.append(word if len(word) <= _LONGEST_LINE else f"{word[: _LONGEST_LINE - 1]}…")
    if len(lines) > _MOST_LINES:
        return (*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]}…")
    return tuple(lines)
