"""Holds the state of the open window and says when it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import ClassVar

from psygnal import Signal

from viewer.domain.hanging import Slot
from viewer.domain.pane_state import PaneState
from viewer.session.state import SessionState

Transition = Callable[[SessionState], SessionState]

_COMPARED = (
    "exam_id",
    "stage_index",
    "extra_stages",
    "layout",
    "active",
    "remembered",
    "pane_sizes",
    "options",
)
"""What is compared value by value, so that what comes out equal counts as untouched.

The rest is the same only as the same object: an exam that was read anew may be described alike.
"""
_NAMES = tuple(f.name for f in fields(SessionState))
_PANES = frozenset({"panes"})


# Without slots: what several listeners ask is worked out once a change.
@dataclass(frozen=True, kw_only=True)
class Change:
    """One step of the state; listeners look at what concerns them."""

    old: SessionState
    new: SessionState
    touched: frozenset[str] = field(init=False, repr=False, compare=False)
    """The fields of the state that differ; told once, since every listener asks."""

    def __post_init__(self) -> None:
        """Look what differs."""
        old, new = self.old, self.new
        touched = frozenset(n for n in _NAMES if getattr(old, n) is not getattr(new, n))
        object.__setattr__(self, "touched", touched)

    def touches(self, *names: str) -> bool:
        """Whether any of these fields of the state differs."""
        return not self.touched.isdisjoint(names)

    @cached_property
    def slots(self) -> frozenset[Slot]:
        """The slots of the new stage whose pane state differs."""
        old = self.old.panes
        return frozenset(s for s, pane in self.new.panes.items() if old.get(s) is not pane)

    @cached_property
    def is_scrolling(self) -> bool:
        """Whether nothing but slices of images that stay where they are has moved."""
        return self._is_about_panes and all(
            a is b or replace(a, slice_index=b.slice_index) == b for a, b in self._pairs
        )

    @cached_property
    def keeps_images(self) -> bool:
        """Whether every image stays where it is; slice, window or framing may differ."""
        return self._is_about_panes and all(a.image_id == b.image_id for a, b in self._pairs)

    @cached_property
    def _is_about_panes(self) -> bool:
        """Whether nothing but panes differs, and no place came or went."""
        same_places = self.old.panes.keys() == self.new.panes.keys()
        return same_places and self.touched <= _PANES

    @property
    def _pairs(self) -> Iterator[tuple[PaneState, PaneState]]:
        """Each pane before and after."""
        return ((self.old.panes[slot], pane) for slot, pane in self.new.panes.items())

    @cached_property
    def images_with_news(self) -> frozenset[str]:
        """The images on which the AI stands elsewhere than before."""
        before, after = self.old.ai, self.new.ai
        ids = before.keys() | after.keys()
        return frozenset(i for i in ids if before.get(i) is not after.get(i))


class Session:
    """The one place the state of the window lives; belongs to the GUI thread."""

    changed: ClassVar[Signal] = Signal(Change)

    def __init__(self, state: SessionState | None = None) -> None:
        self._state = state or SessionState()

    @property
    def state(self) -> SessionState:
        """The newest state."""
        return self._state

    def apply(self, transition: Transition) -> None:
        """Replace the state by what the transition makes of it, and tell the listeners."""
        old = self._state
        new = _settled(old, transition(old))
        if new is old:
            return
        change = Change(old=old, new=new)
        if not change.touched:
            return
        self._state = new
        self.changed.emit(change)


def _settled(old: SessionState, new: SessionState) -> SessionState:
    """The new state with the old one's objects wherever they are equal."""
    equal = {
        name: getattr(old, name)
        for name in _COMPARED
        if getattr(old, name) is not getattr(new, name) and getattr(old, name) == getattr(new, name)
    }
    panes = _settled_panes(old.panes, new.panes)
    if panes is not new.panes:
        equal["panes"] = panes
    return replace(new, **equal) if equal else new


def _settled_panes(
    old: Mapping[Slot, PaneState], new: Mapping[Slot, PaneState]
) -> Mapping[Slot, PaneState]:
    """The new panes, those that are equal as the objects they were; in the new order."""
    if new is old:
        return old
    panes = {slot: old[slot] if old.get(slot) == pane else pane for slot, pane in new.items()}
    if tuple(panes) == tuple(old) and all(panes[slot] is old[slot] for slot in panes):
        return old
    return panes if any(panes[slot] is not pane for slot, pane in new.items()) else new
