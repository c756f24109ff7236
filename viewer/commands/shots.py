"""From the state of a session to the panes of a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from viewer.domain.frame import Frame
from viewer.domain.hanging import Slot
from viewer.export.shot import Shot, ShotGrid
from viewer.rendering.marks import TruthOutline
from viewer.session.framing import fit_scale
from viewer.session.state import Layout, SessionState

FrameOf = Callable[[str, int], Frame | None]
"""A decoded slice of an image id, or None."""
TruthOf = Callable[[str, int], tuple[TruthOutline, ...]]

_ROWS = ((Slot.RCC, Slot.LCC), (Slot.RMLO, Slot.LMLO))


def no_truth(image_id: str, slice_index: int) -> tuple[TruthOutline, ...]:
    """No outlines on any image."""
    return ()


def shots_of(
    state: SessionState,
    frame_of: FrameOf,
    truth_of: TruthOf = no_truth,
    *,
    text_scale: float = 1.0,
) -> ShotGrid:
    """The panes on screen, as they stand there.

    Needs the pane sizes of all shown slots in `state`. text_scale: device pixels per logical
    pixel.
    """
    rows = ((state.active,),) if state.layout is Layout.SINGLE else _ROWS
    return tuple(
        tuple(shot_of(state, slot, frame_of, truth_of, text_scale=text_scale) for slot in row)
        for row in rows
    )


def shot_of(
    state: SessionState,
    slot: Slot,
    frame_of: FrameOf,
    truth_of: TruthOf = no_truth,
    *,
    text_scale: float = 1.0,
) -> Shot:
    """One pane on screen."""
    pane, image = state.panes[slot], state.image_in(slot)
    width, height = state.pane_sizes[slot]
    return Shot(
        stack=image,
        state=pane,
        frame=frame_of(image.image_id, pane.slice_index) if image else None,
        pane_width=width,
        pane_height=height,
        fit_scale=fit_scale(state),
        exam_alias=state.exam.alias if state.exam else "",
        ai=state.ai_of(image.image_id) if image else state.ai_of(""),
        overlay=replace(state.overlay, visible=state.overlay_is_drawn),
        truth=truth_of(image.image_id, pane.slice_index) if image else (),
        corner_text=state.options.text,
        empty_title=slot.value,
        empty_detail="no image of this view",
        text_scale=text_scale,
    )
