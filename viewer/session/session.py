"""Holds the state of the open window and says when it changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import ClassVar

from psygnal import Signal

from viewer.domain.hanging import Slot
from viewer.domain.pane_state import PaneState
from viewer.session.state import SessionState

Transition = Callable[[SessionState], SessionState]

_ALL_BUT_PANES = tuple(f.name for f in fields(SessionState) if f.name != "panes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step of the state; listeners look at what concerns them."""

    old: SessionState
    new: SessionState

    def touches(self, *names: str) -> bool:
        """Whether any of these fields of the state differs."""
        return any(getattr(self.old, name) is not getattr(self.new, name) for name in names)

    @property
    def slots(self) -> frozenset[Slot]:
        """The slots of the new stage whose pane state differs."""
        old = self.old.panes
        return frozenset(s for s, pane in self.new.panes.items() if old.get(s) is not pane)

    @property
    def is_scrolling(self) -> bool:
        """Whether nothing but slices of images that stay where they are has moved."""
        return self._is_about_panes and all(
            a is b or replace(a, slice_index=b.slice_index) == b for a, b in self._pairs
        )

    @property
    def keeps_images(self) -> bool:
        """Whether every image stays where it is; slice, window or framing may differ."""
        return self._is_about_panes and all(a.image_id == b.image_id for a, b in self._pairs)

    @property
    def _is_about_panes(self) -> bool:
        """Whether nothing but panes differs, and no place came or went."""
        same_places = self.old.panes.keys() == self.new.panes.keys()
        return same_places and not self.touches(*_ALL_BUT_PANES)

    @property
    def _pairs(self) -> Iterator[tuple[PaneState, PaneState]]:
        """Each pane before and after."""
        return ((self.old.panes[slot], pane) for slot, pane in self.new.panes.items())

    @property
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
        new = transition(old)
        if new is old or all(getattr(old, f.name) is getattr(new, f.name) for f in fields(old)):
            return
        self._state = new
        self.changed.emit(Change(old=old, new=new))
