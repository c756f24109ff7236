"""Exams as they are read: for the first time, or anew while they are open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from viewer.domain.exam import Exam
from viewer.domain.image_stack import ImageStack
from viewer.domain.modified_views import extra_stages
from viewer.domain.pane_state import PaneState
from viewer.domain.patient_studies import newest_of
from viewer.session.exams import chosen
from viewer.session.patient import with_priors_hung
from viewer.session.state import SessionState

NONE: frozenset[str] = frozenset()


def opened(state: SessionState, exams: Iterable[Exam], anew: Set[str] = NONE) -> SessionState:
    """Add exams and hang the first of them, or the newest study of that patient.

    One that is open already is replaced by its newer reading. If it hangs and all of its images
    are the same, it stays as it hangs.
    anew: ids of images that were open and are not what they were: other pixels, laid otherwise.
    """
    new = tuple(exams)
    if not new:
        return state
    exam_id = newest_of(new[0], new).exam_id
    renewed = exams_renewed(state, new, anew)
    if state.exam_id == exam_id and _has_same_images(state.exam, renewed.exam):
        return renewed
    return chosen(renewed, exam_id)


def exams_renewed(
    state: SessionState, exams: Iterable[Exam], anew: Set[str] = NONE
) -> SessionState:
    """Take newer readings of exams, and open those that are not open; no pane changes its image.

    Of the exam that hangs, new images come to the list and, where they are outside the standard
    four, to the stages behind the protocol's. Empty places for an earlier study are filled.
    anew: ids of images that were open and are not what they were; what was known of their pixels,
    and of images that are gone, is forgotten.
    """
    new = {exam.exam_id: exam for exam in exams}
    open_ids = {exam.exam_id for exam in state.exams}
    kept = tuple(new.get(exam.exam_id, exam) for exam in state.exams)
    added = tuple(exam for exam_id, exam in new.items() if exam_id not in open_ids)
    is_same = not added and all(old is new for old, new in zip(state.exams, kept, strict=True))
    renewed = state if is_same else replace(state, exams=kept + added)
    renewed = _forgetting(renewed, state, anew)
    if state.exam_id in new:
        renewed = _with_extra_stages(renewed)
    return with_priors_hung(renewed)


def _has_same_images(before: Exam | None, after: Exam | None) -> bool:
    """Whether an exam's images are the very same objects: read anew they are others."""
    if before is None or after is None or len(before.images) != len(after.images):
        return False
    return all(old is new for old, new in zip(before.images, after.images, strict=True))


def _forgetting(state: SessionState, before: SessionState, anew: Set[str]) -> SessionState:
    """Forget what the AI said and the reader saw of images that are gone or not what they were."""
    images = {image.image_id: image for exam in state.exams for image in exam.images}
    known = {image.image_id for exam in before.exams for image in exam.images}
    gone = known - images.keys()
    lost = gone | anew
    if not lost:
        return state
    exam_ids = {e.exam_id for e in before.exams if any(i.image_id in lost for i in e.images)}
    found = state.finding is not None and state.finding.image_id in lost
    return replace(
        state,
        ai={i: ai for i, ai in state.ai.items() if i not in lost},
        breasts={key: s for key, s in state.breasts.items() if key.exam_id not in exam_ids},
        seen=None
        if state.seen is None
        else {i: slices for i, slices in state.seen.items() if i not in lost},
        finding=None if found else state.finding,
        panes={slot: _within(pane, images) for slot, pane in state.panes.items()},
        remembered={
            i: _within(pane, images) for i, pane in state.remembered.items() if i not in gone
        },
    )


def _within(pane: PaneState, images: Mapping[str, ImageStack]) -> PaneState:
    """A pane on a slice that its image has now."""
    image = None if pane.image_id is None else images.get(pane.image_id)
    if image is None or pane.slice_index < image.slices:
        return pane
    return replace(pane, slice_index=image.slices - 1)


def _with_extra_stages(state: SessionState) -> SessionState:
    """The exam's own stages anew; the stage that hangs stays, whatever its number is then."""
    exam = state.exam
    if exam is None:
        return state
    stage, shipped = state.stage, len(state.protocol.stages)
    extra = tuple(found.stage for found in extra_stages(exam.images))
    if extra == state.extra_stages:
        return state
    if state.stage_index < shipped:
        return replace(state, extra_stages=extra)
    if stage not in extra:
        return state
    return replace(state, extra_stages=extra, stage_index=shipped + extra.index(stage))
