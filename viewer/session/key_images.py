"""Key images: an image, a slice and how it was shown, flagged by the reader."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from viewer.domain.pane_state import PaneState
from viewer.session.marks import marked_exam, marks_of_exam
from viewer.session.patient import study_of
from viewer.session.placing import brought_up
from viewer.session.state import SessionState


def key_images(state: SessionState) -> tuple[PaneState, ...]:
    """Those of the marked exam, in the order they were flagged."""
    found = marks_of_exam(state)
    return () if found is None else found.kept.key_images


def open_key_images(state: SessionState) -> tuple[PaneState, ...]:
    """Those whose image is open and has the slice."""
    return tuple(key for key in key_images(state) if _is_open(state, key))


def is_key_image(state: SessionState, pane: PaneState) -> bool:
    """Whether the slice that a pane shows is flagged."""
    exam = study_of(state, pane.image_id)
    found = None if exam is None else state.marks.exams.get(exam.exam_id)
    return found is not None and any(_same(key, pane) for key in found.kept.key_images)


def key_image_toggled(state: SessionState) -> SessionState:
    """Flag the slice in the active pane as it is shown; again: take the flag away."""
    pane = state.active_pane
    if state.active_image is None:
        return state
    if is_key_image(state, pane):
        return key_image_dropped(state, pane)
    return _with_keys(state, (*key_images(state), pane))


def key_image_dropped(state: SessionState, key: PaneState) -> SessionState:
    """Take the flag of a slice of the marked exam away."""
    return _with_keys(state, tuple(k for k in key_images(state) if not _same(k, key)))


def key_image_shown(state: SessionState, key: PaneState) -> SessionState:
    """Bring up a key image with its slice, window and framing."""
    if key.image_id is None or not _is_open(state, key):
        return state
    state = brought_up(state, key.image_id)
    return replace(state, panes={**state.panes, state.active: key})


def _with_keys(state: SessionState, keys: tuple[PaneState, ...]) -> SessionState:
    exam, found = marked_exam(state), marks_of_exam(state)
    if exam is None or found is None:
        return state
    found = replace(found, kept=replace(found.kept, key_images=keys))
    exams = MappingProxyType({**state.marks.exams, exam.exam_id: found})
    return replace(state, marks=replace(state.marks, exams=exams))


def _same(key: PaneState, pane: PaneState) -> bool:
    return (key.image_id, key.slice_index) == (pane.image_id, pane.slice_index)


def _is_open(state: SessionState, key: PaneState) -> bool:
    exam = marked_exam(state)
    return exam is not None and any(
        image.image_id == key.image_id and key.slice_index < image.slices for image in exam.images
    )
