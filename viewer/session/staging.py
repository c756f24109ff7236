"""Stages of a hanging protocol: which image hangs in which place, one step after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from inference.types import Laterality
from viewer.domain.exam import Exam
from viewer.domain.hanging import KIND_ORDER, Slot, related_slot, slot_of, wanted_first
from viewer.domain.hanging_protocol import (
    FOUR_VIEWS,
    HangingProtocol,
    Origin,
    Place,
    PlaceFraming,
    Stage,
)
from viewer.domain.image_stack import ImageStack
from viewer.domain.pane_state import PaneState
from viewer.domain.patient_studies import priors_of
from viewer.domain.viewport import FITTED, Framing, actual_pixels_scale, spacing_of
from viewer.session.state import Layout, SessionState

_CORNERS = {
    PlaceFraming.UPPER_CHEST: (-0.25, 0.25),
    PlaceFraming.UPPER_NIPPLE: (-0.25, 0.75),
    PlaceFraming.LOWER_CHEST: (0.25, 0.25),
    PlaceFraming.LOWER_NIPPLE: (0.25, 0.75),
}
"""Centre of a quadrant: share of the height from the middle row, of the width from the chest."""


def with_protocol(
    state: SessionState, protocol: HangingProtocol, stage_index: int = 0
) -> SessionState:
    """Hang by a protocol, from one of its stages on; the panes stay when it hangs already."""
    if state.protocol == protocol and state.stage_index == stage_index:
        return state
    return with_stage(replace(remembering(state), protocol=protocol), stage_index)


def with_protocols(
    state: SessionState, protocols: tuple[HangingProtocol, ...], chosen_id: str
) -> SessionState:
    """Offer these protocols; the one that hangs stays if it is among them, as it is now.

    chosen_id: of the protocol that hangs when the present one is gone.
    """
    by_id = {protocol.protocol_id: protocol for protocol in protocols} or {
        FOUR_VIEWS.protocol_id: FOUR_VIEWS
    }
    state = replace(state, protocols=tuple(by_id.values()))
    present = by_id.get(state.protocol.protocol_id)
    if present == state.protocol:
        return state
    wanted = present or by_id.get(chosen_id) or next(iter(by_id.values()))
    return with_protocol(state, wanted, min(state.stage_index, len(wanted.stages) - 1))


def place_words(state: SessionState) -> str:
    """Where the reader is, such as "Screening 3/8: CC pair"; the exam's own stages count too."""
    stages = state.stages
    if len(stages) == 1:
        return state.protocol.title
    return f"{state.protocol.title} {state.stage_index + 1}/{len(stages)}: {state.stage.title}"


def with_stage(
    state: SessionState, stage_index: int, *, framed_as_before: bool = False
) -> SessionState:
    """Hang a stage of the protocol; each image comes back with the slice and window it had.

    framed_as_before: also with the zoom it had, instead of the stage's own framing.
    The first place that holds an image becomes active. Raises IndexError when there is no such
    stage.
    """
    stage = state.stages[stage_index]
    state = replace(remembering(state), stage_index=stage_index)
    exam = state.exam
    images: Mapping[Slot, ImageStack | None] = {}
    if exam is not None:
        images = hung(exam, stage, prior_of(state))
    panes = {
        slot: _pane(state, place, images.get(slot), framed_as_before=framed_as_before)
        for slot, place in stage.places.items()
    }
    filled = [slot for slot, pane in panes.items() if pane.image_id is not None]
    return replace(
        state,
        panes=panes,
        active=filled[0] if filled else next(iter(panes)),
        layout=Layout.FOUR_UP,
        quadrant=None,
        pane_sizes={s: size for s, size in state.pane_sizes.items() if s in panes},
    )


def stage_stepped(state: SessionState, by: int) -> SessionState:
    """Hang the next stage that has something to show, or the one before; none: stay."""
    following = stage_after(state, by)
    return state if following is None else with_stage(state, following)


def stage_after(state: SessionState, by: int) -> int | None:
    """The next (by 1) or last (by -1) stage with an image in every place's study, if any.

    Stages are skipped that would show nothing, or that compare with an earlier study when there
    is none.
    """
    exam = state.exam
    if exam is None:
        return None
    prior = prior_of(state)
    index = state.stage_index + by
    while 0 <= index < len(state.stages):
        stage = state.stages[index]
        if _is_worth_showing(exam, stage, prior):
            return index
        index += by
    return None


def prior_of(state: SessionState) -> Exam | None:
    """The newest open study of the same patient before the one that hangs."""
    exam = state.exam
    priors = () if exam is None else priors_of(exam, state.exams, state.confirmed_patients)
    return priors[0] if priors else None


def exam_in(state: SessionState, slot: Slot) -> Exam | None:
    """The study a place shows images of: that of its image, else the one it is for."""
    image_id = state.panes[slot].image_id
    if image_id is not None:
        return state.exam_of(image_id)
    return prior_of(state) if state.place(slot).origin is Origin.PRIOR else state.exam


def slot_for(state: SessionState, image: ImageStack) -> Slot:
    """Where an image is shown when it is asked for: where it hangs, in its view's place, or here.

    An image of an earlier study goes to a place for one, if the stage has any.
    """
    for slot, pane in state.panes.items():
        if pane.image_id == image.image_id:
            return slot
    view = slot_of(image.view) or related_slot(image.view)
    prior = prior_of(state)
    is_prior = prior is not None and state.exam_of(image.image_id) is prior
    origin = Origin.PRIOR if is_prior else Origin.CURRENT
    places = state.stage.places
    fitting = [s for s, p in places.items() if view is not None and p.view == view]
    of_kind = [s for s in fitting if not places[s].kinds or image.kind in places[s].kinds]
    of_study = [s for s in of_kind or fitting if places[s].origin is origin]
    if state.active in of_study or not (of_study or fitting):
        return state.active
    return (of_study or fitting)[0]


def with_place_for(state: SessionState, image: ImageStack) -> SessionState:
    """Hang the first stage with a place for an image's view, where this one has none.

    So that a left breast never takes the place of a right one. Without such a stage, and for
    images that are shown already or have no standard view, the stage stays.
    """
    view = slot_of(image.view)
    shown = any(pane.image_id == image.image_id for pane in state.panes.values())
    places = state.stage.places.values()
    if view is None or shown or any(place.view in (None, view) for place in places):
        return state
    for index, stage in enumerate(state.stages):
        if not stage.needs_prior and any(p.view == view for p in stage.places.values()):
            return with_stage(state, index)
    return state


def hung(exam: Exam, stage: Stage, prior: Exam | None = None) -> Mapping[Slot, ImageStack | None]:
    """The image of every place of a stage; None where the exam has none.

    An exam without any standard view fills the places in file order, each breast those of its
    side: its panes are labelled by what they show, not by where they stand.
    """
    places = stage.places
    by_image = any(place.image_id for place in places.values())
    if not by_image and not any(slot_of(image.view) for image in exam.images):
        return _by_side(exam, places)
    return {
        slot: image_for(place, prior if place.origin is Origin.PRIOR else exam)
        for slot, place in places.items()
    }


def _by_side(exam: Exam, places: Mapping[Slot, Place]) -> Mapping[Slot, ImageStack | None]:
    """The images in file order, each in a place of its breast; what names none fills the rest.

    A free place takes any image.
    """
    images: dict[Slot, ImageStack | None] = dict.fromkeys(places)
    left = list(exam.images)

    def fill(slot: Slot, side: Laterality | None, *, any_side: bool = False) -> None:
        fitting = (image for image in left if any_side or image.view.laterality is side)
        images[slot] = found = next(fitting, None)
        if found is not None:
            left.remove(found)

    current = {slot: p.view for slot, p in places.items() if p.origin is not Origin.PRIOR}
    for slot, view in current.items():
        if view is not None:
            fill(slot, Laterality(view.value[0]))
    for slot, view in current.items():
        if images[slot] is None:
            fill(slot, None, any_side=view is None)
    return images


def image_for(place: Place, exam: Exam | None) -> ImageStack | None:
    """The image that hangs in a place: the first of the wanted kinds, in their order."""
    if exam is None:
        return None
    if place.image_id:
        return next((i for i in exam.images if i.image_id == place.image_id), None)
    if place.view is None:
        return None
    wanted = place.kinds or KIND_ORDER
    fitting = [i for i in exam.images if slot_of(i.view) == place.view and i.kind in wanted]
    return min(fitting, key=lambda i: (*wanted_first(i), wanted.index(i.kind)), default=None)


def emptied(stage: Stage) -> Mapping[Slot, PaneState]:
    """The places of a stage without images."""
    return {slot: PaneState() for slot in stage.places}


def shown_as_remembered(state: SessionState, image: ImageStack) -> PaneState:
    """How an image is shown when it comes on screen: as last time, at first its middle slice."""
    before = state.remembered.get(image.image_id)
    if before is not None:
        return before
    return PaneState(image_id=image.image_id, slice_index=image.slices // 2)


def remembering(state: SessionState) -> SessionState:
    """Note how the images on screen are shown, for the next time they come back."""
    shown = {
        pane.image_id: pane
        for pane in state.panes.values()
        if pane.image_id is not None and state.image(pane.image_id) is not None
    }
    return replace(state, remembered={**state.remembered, **shown})


def place_framing(image: ImageStack, framing: PlaceFraming) -> Framing:
    """How a place frames its image when its stage comes up."""
    if framing is PlaceFraming.FIT:
        return FITTED
    row_mm, column_mm = spacing_of(image)
    down, from_chest = _CORNERS.get(framing, (0.0, 0.25))
    return Framing(
        scale=actual_pixels_scale(image),
        chest_mm=from_chest * image.columns * column_mm,
        vertical_mm=down * image.rows * row_mm,
    )


def _pane(
    state: SessionState, place: Place, image: ImageStack | None, *, framed_as_before: bool
) -> PaneState:
    if image is None:
        return PaneState()
    pane = shown_as_remembered(state, image)
    if framed_as_before and image.image_id in state.remembered:
        return pane
    return replace(pane, framing=place_framing(image, place.framing))


def _is_worth_showing(exam: Exam, stage: Stage, prior: Exam | None) -> bool:
    if stage.needs_prior and prior is None:
        return False
    images = hung(exam, stage, prior)
    return any(image is not None for image in images.values())


def empty_words(state: SessionState, slot: Slot) -> tuple[str, str]:
    """What an empty place says: what it is for, and why nothing hangs there."""
    exam = state.exam
    if exam is None:
        return "", ""
    place = state.place(slot)
    if place.view is None:
        return "free place", "drag an image here"
    if place.origin is Origin.PRIOR and prior_of(state) is None:
        return slot.value, "no earlier study is open"
    if not any(slot_of(image.view) for image in exam.images):
        return "no image", ""
    return slot.value, "no image of this view"


def shown_rows(state: SessionState) -> tuple[tuple[Slot, ...], ...]:
    """The slots of a picture of everything that is shown, row by row, on one sheet."""
    if state.layout is Layout.SINGLE:
        return ((state.active,),)
    return state.stage.rows_on(0, 1)


def with_screens(state: SessionState, screens: int) -> SessionState:
    """Say how many windows show images; what has no window of its own stands in the first."""
    return state if state.screens == screens else replace(state, screens=screens)
