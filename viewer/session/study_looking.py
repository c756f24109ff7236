"""What a reader looked at, sampled when it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from viewer.domain.hanging import Slot
from viewer.domain.windowing import Window
from viewer.rendering.scene import shown_voi
from viewer.session.framing import viewport_of
from viewer.session.state import SLOTS, SessionState
from viewer.study.event import Json

SHORTEST_GAP_MS = 200
"""At most five samples a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one pane shows; without the time, so that equal looks are equal."""

    image_id: str
    slice_index: int
    zoom: float
    """Device pixels per image pixel."""
    centre_row: float
    centre_column: float
    """Image pixel edges at the middle of the pane."""
    window_centre: float | None
    window_width: float | None
    """None where a lookup table of the header is used."""
    ai_visible: bool

    def sample(self, ms: int) -> list[Json]:
        """As a LOOKED event holds it; ms: since the phase was opened."""
        return [
            ms,
            self.image_id,
            self.slice_index,
            round(self.zoom, 4),
            round(self.centre_row, 1),
            round(self.centre_column, 1),
            self.window_centre,
            self.window_width,
            self.ai_visible,
        ]


def look_of(state: SessionState, slot: Slot) -> Look | None:
    """What a pane shows; None where it is empty or not on screen."""
    image, viewport = state.image_in(slot), viewport_of(state, slot)
    if image is None or viewport is None or slot not in state.shown_slots:
        return None
    row, column = viewport.to_image(viewport.pane_width / 2, viewport.pane_height / 2)
    voi = shown_voi(image, state.panes[slot])
    window = voi if isinstance(voi, Window) else None
    has_ai = state.overlay_is_drawn and image.image_id in state.ai
    return Look(
        image_id=image.image_id,
        slice_index=state.panes[slot].slice_index,
        zoom=viewport.zoom,
        centre_row=row,
        centre_column=column,
        window_centre=round(window.center, 3) if window else None,
        window_width=round(window.width, 3) if window else None,
        ai_visible=has_ai,
    )


class LookSampler:
    """Keeps what changed since the last sample, at most five times a second; no clock of its own.

    Times are milliseconds since the phase was opened.
    """

    def __init__(self) -> None:
        self._looks: Mapping[Slot, Look] = {}
        self._samples: list[Json] = []
        self._last_ms = -SHORTEST_GAP_MS

    def wait_ms(self, now_ms: int) -> int:
        """How long to wait before the next sample may be taken."""
        return max(0, self._last_ms + SHORTEST_GAP_MS - now_ms)

    def look(self, state: SessionState, now_ms: int) -> None:
        """Sample every pane that shows something else than at the last sample.

        The active pane comes last, as what the reader looks at most likely.
        """
        looks: dict[Slot, Look] = {}
        for slot in sorted(SLOTS, key=lambda slot: slot == state.active):
            look = look_of(state, slot)
            if look is None:
                continue
            looks[slot] = look
            if self._looks.get(slot) != look:
                self._samples.append(look.sample(now_ms))
                self._last_ms = now_ms
        self._looks = looks

    def take(self) -> list[Json]:
        """The samples since the last take."""
        samples, self._samples = self._samples, []
        return samples
