"""From the state of a session to the panes of a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from viewer.domain.frame import Frame
from viewer.domain.hanging import Slot
from viewer.export.shot import Shot, ShotGrid
from viewer.rendering.breast_shape import BreastShapes
from viewer.rendering.marks import TruthOutline
from viewer.rendering.other_study import other_study
from viewer.rendering.pane_frames import PaneFrames
from viewer.session.framing import fit_scale
from viewer.session.pane_marks import picture_marks
from viewer.session.pane_picks import picked_in
from viewer.session.patient import relation_in, study_in
from viewer.session.placing import repeat_words
from viewer.session.staging import empty_words, shown_rows
from viewer.session.state import SessionState

FrameOf = Callable[[str, int], Frame | None]
"""A decoded slice of an image id, or None."""
TruthOf = Callable[[str, int], tuple[TruthOutline, ...]]
"""The truth outlines on a slice of an image id."""
ProblemOf = Callable[[str, int], str | None]
"""Why a slice of an image id cannot be shown; None when nothing is wrong."""


def no_truth(image_id: str, slice_index: int) -> tuple[TruthOutline, ...]:
    """No outlines on any image."""
    return ()


def no_problem(image_id: str, slice_index: int) -> str | None:
    """Nothing is wrong with any slice."""
    return None


def shots_of(
    state: SessionState,
    frame_of: FrameOf,
    truth_of: TruthOf = no_truth,
    *,
    problem_of: ProblemOf = no_problem,
    text_scale: float = 1.0,
) -> ShotGrid:
    """The panes on screen, as they stand there.

    Needs the pane sizes of all shown slots in `state`. text_scale: device pixels per logical
    pixel.
    """
    rows = shown_rows(state)
    return tuple(
        tuple(
            shot_of(state, slot, frame_of, truth_of, problem_of=problem_of, text_scale=text_scale)
            for slot in row
        )
        for row in rows
    )


def shot_of(
    state: SessionState,
    slot: Slot,
    frame_of: FrameOf,
    truth_of: TruthOf = no_truth,
    *,
    problem_of: ProblemOf = no_problem,
    text_scale: float = 1.0,
) -> Shot:
    """One pane on screen."""
    pane, image = state.panes[slot], state.image_in(slot)
    width, height = state.pane_sizes[slot]
    empty_title, empty_detail = empty_words(state, slot)
    exam = study_in(state, slot)
    shot = Shot(
        stack=image,
        state=pane,
        frame=None,
        pane_width=width,
        pane_height=height,
        fit_scale=fit_scale(state),
        exam_alias=exam.alias if exam else "",
        other_study=other_study(relation_in(state, slot)),
        repeat=repeat_words(state, slot),
        overlay=replace(state.overlay, visible=state.overlay_is_drawn),
        marks=picture_marks(state, slot),
        maximum=state.options.grey.maximum,
        corner_text=state.options.text,
        technique=state.options.technique,
        empty_title=empty_title,
        empty_detail=empty_detail,
        text_scale=text_scale,
    )
    if image is None:
        return shot
    where = image.image_id, pane.slice_index
    shown = PaneFrames(frame_of).of(image, pane)
    picked = picked_in(state, slot, BreastShapes(frame_of).of)
    return replace(
        shot,
        frame=shown.frame,
        moving=replace(shown.words, picked=picked.words if picked else ""),
        picked=picked,
        slab=shown.parts,
        ai=state.ai_of(image.image_id),
        truth=truth_of(*where) if state.overlay.truth else (),
        frame_problem=problem_of(*where),
    )
