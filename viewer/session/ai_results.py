"""What the AI says of the open images, and the jump from finding to finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from inference.series import SeriesPrediction
from inference.types import Prediction
from viewer.domain.ai_state import (
    AiState,
    Done,
    Queued,
    Running,
    SeriesDone,
    prediction_of,
    series_of,
)
from viewer.domain.breast_ai import SIDES, BreastKey
from viewer.domain.exam import Exam
from viewer.domain.hanging import Slot
from viewer.domain.overlay_settings import LayerStyle, OverlaySettings
from viewer.session.framing import centred_on
from viewer.session.placing import brought_up
from viewer.session.scrolling import to_slice
from viewer.session.state import Finding, SessionState


def ai_stands(state: SessionState, image_id: str, ai: AiState) -> SessionState:
    """Note where the AI stands on an open image; news of a closed one is dropped."""
    if state.image(image_id) is None or state.ai.get(image_id) == ai:
        return state
    return replace(state, ai={**state.ai, image_id: ai})


def unfinished(state: SessionState) -> tuple[str, ...]:
    """The images that wait for the AI or that it works on."""
    return tuple(i for i, ai in state.ai.items() if isinstance(ai, Queued | Running))


def predictions_of(state: SessionState, exam: Exam) -> Mapping[str, Prediction]:
    """Every finished prediction of an exam, by image id."""
    found = {}
    for image in exam.images:
        prediction = prediction_of(state.ai_of(image.image_id))
        if prediction is not None:
            found[image.image_id] = prediction
    return found


def ai_order(state: SessionState) -> tuple[str, ...]:
    """What a reader wants first: active pane, on screen, this exam, its breasts, other exams.

    Ids of images, and subjects of breasts.
    """
    slots = (state.active, *state.shown_slots, *state.filled_slots)
    on_screen = [i for slot in slots if (i := state.panes[slot].image_id) is not None]
    exam = state.exam
    this_exam = [image.image_id for image in exam.images] if exam else []
    breasts = [BreastKey(exam.exam_id, side).subject for side in SIDES] if exam else []
    others = [image.image_id for e in state.exams for image in e.images]
    return tuple(dict.fromkeys((*on_screen, *this_exam, *breasts, *others)))


def findings_in_order(state: SessionState) -> tuple[Finding, ...]:
    """The findings a key steps through: image by image as hung, the most attended first.

    Of CT series the windows, the highest first.
    """
    exam = state.exam
    if exam is None:
        return ()
    hung = [i for slot in state.slots if (i := state.panes[slot].image_id) is not None]
    ids = dict.fromkeys((*hung, *(image.image_id for image in exam.images)))
    return tuple(
        Finding(image_id=image_id, number=number)
        for image_id in ids
        for number in range(1, _findings_of(state, image_id) + 1)
    )


def finding_stepped(state: SessionState, by: int) -> SessionState:
    """Go to the next or previous finding; the first is the active image's most attended."""
    findings = findings_in_order(state)
    if not findings:
        return state
    shown = state.active_pane.image_id
    if state.finding in findings and state.finding.image_id == shown:
        return finding_shown(state, findings[(findings.index(state.finding) + by) % len(findings)])
    here = [finding for finding in findings if finding.image_id == shown]
    return finding_shown(state, here[0] if here else findings[0])


def finding_shown(state: SessionState, finding: Finding) -> SessionState:
    """Bring up the image and slice of a finding; if zoomed in, its patch to the middle."""
    series = series_of(state.ai_of(finding.image_id))
    if series is not None:
        return _window_shown(state, series, finding)
    patches = state.patches_of(finding.image_id)
    if not 1 <= finding.number <= len(patches):
        return state
    patch = patches[finding.number - 1]
    state = brought_up(state, finding.image_id)
    slot = _slot_showing(state, finding.image_id)
    state = to_slice(state, slot, patch.slice_index)
    box = patch.box
    state = centred_on(state, slot, box.top + box.height / 2, box.left + box.width / 2)
    return replace(state, finding=finding)


def _findings_of(state: SessionState, image_id: str) -> int:
    series = series_of(state.ai_of(image_id))
    return len(state.patches_of(image_id)) if series is None else len(series.windows)


def _window_shown(state: SessionState, series: SeriesPrediction, finding: Finding) -> SessionState:
    """Bring up a CT series at the middle of a window, counted from the highest."""
    if not 1 <= finding.number <= len(series.windows):
        return state
    window = series.highest_first[finding.number - 1]
    state = brought_up(state, finding.image_id)
    slot = _slot_showing(state, finding.image_id)
    return replace(to_slice(state, slot, window.middle), finding=finding)


def overlay_changed(
    state: SessionState, change: Callable[[OverlaySettings], OverlaySettings]
) -> SessionState:
    """Replace the overlay settings."""
    return replace(state, overlay=change(state.overlay))


def layers_changed(state: SessionState, change: Callable[[LayerStyle], LayerStyle]) -> SessionState:
    """Change both saliency layers alike."""
    overlay = state.overlay
    return replace(
        state,
        overlay=replace(
            overlay, benign=change(overlay.benign), malignant=change(overlay.malignant)
        ),
    )


def peeked(state: SessionState, *, holding: bool) -> SessionState:
    """While a key is held, show a hidden overlay or hide a shown one."""
    return state if state.peeking == holding else replace(state, peeking=holding)


def forgotten(state: SessionState, image_ids: Iterable[str]) -> SessionState:
    """Drop what the AI said of these images, as when other weights were chosen."""
    gone = set(image_ids)
    return replace(state, ai={i: s for i, s in state.ai.items() if i not in gone}, finding=None)


def is_done(state: SessionState, image_id: str) -> bool:
    """Whether the AI has finished with an image."""
    return isinstance(state.ai_of(image_id), Done | SeriesDone)


def _slot_showing(state: SessionState, image_id: str) -> Slot:
    return next(slot for slot in state.slots if state.panes[slot].image_id == image_id)
