"""Hangs a case as a phase may show it, and lays the AI or the truth over it when it may be seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from inference.types import Laterality
from viewer.domain.ai_state import Done
from viewer.domain.overlay_settings import OverlaySettings
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.study_reveal import RevealedAi, Truth
from viewer.jobs.study_truth import ShownTruth
from viewer.loading.located_exam import LocatedExam
from viewer.rendering.known_places import known_outlines
from viewer.session.ai_results import ai_stands, overlay_changed
from viewer.session.exams import closed
from viewer.session.options import with_options
from viewer.session.session import Session
from viewer.session.state import SessionState
from viewer.session.study_draft import Hanging, hung_as
from viewer.study.protocol import AiLayer, Phase, Protocol, Showing
from viewer.ui.hanging_view import HangingView


class CaseScreen:
    """One case at a time; it knows what each phase may show."""

    def __init__(
        self,
        *,
        protocol: Protocol,
        session: Session,
        files: ExamFiles,
        hanging: HangingView,
        truth: ShownTruth,
        overlay: OverlaySettings,
    ) -> None:
        """overlay: how the AI is drawn when it appears."""
        self._protocol = protocol
        self._session = session
        self._files = files
        self._hanging = hanging
        self._truth = truth
        self._overlay = overlay

    def clear(self) -> None:
        """Take the case off the screen, with everything known of it."""
        self._truth.show({})
        self._session.apply(_emptied)

    def hang(self, located: LocatedExam, phase: Phase) -> None:
        """Hang the images that a phase shows; nothing moves if they hang already."""
        shown = _shown_in(located, self._showing(phase))
        current = self._session.state.exam
        if current is not None and current == shown.exam:
            return
        before = None if current is None else self._session.state
        self._files.open([shown])
        if before is not None:
            self._session.apply(lambda state: _hung_like(state, before))

    def hang_as(self, hanging: Hanging) -> None:
        """Hang the images as they were left."""
        self._session.apply(lambda state: hung_as(state, hanging))

    def show_ai(self, ai: RevealedAi) -> Mapping[Laterality, Mapping[str, float]]:
        """Lay the AI's result over the images; its malignancy scores by breast and model, %."""
        layers = self._protocol.aided.ai_layers
        drawn = bool(layers & {AiLayer.SALIENCY, AiLayer.PATCHES})

        def change(state: SessionState) -> SessionState:
            for image_id, prediction in ai.predictions.items():
                state = ai_stands(state, image_id, Done(prediction))
            state = overlay_changed(state, lambda _: self._overlay_of(layers, visible=drawn))
            words = AiLayer.SCORES in layers
            return with_options(state, replace(state.options, ai_words=words))

        self._session.apply(change)
        return ai.malignant_percent if AiLayer.SCORES in layers else {}

    def show_truth(self, truth: Truth) -> None:
        """Draw circles where something is known."""
        exam = self._session.state.exam
        self._session.apply(
            lambda state: overlay_changed(state, lambda overlay: replace(overlay, truth=True))
        )
        self._truth.show(known_outlines(truth, exam.images if exam else ()))

    def is_on_screen(self) -> bool:
        """Whether every image that hangs has been painted."""
        state = self._session.state
        filled = [slot for slot in state.shown_slots if state.panes[slot].image_id is not None]
        panes = [self._hanging.panes[slot] for slot in filled]
        return bool(panes) and all(p.isVisible() and p.has_painted_image for p in panes)

    def _showing(self, phase: Phase) -> Showing:
        return self._protocol.alone if phase is Phase.ALONE else self._protocol.aided

    def _overlay_of(self, layers: frozenset[AiLayer], *, visible: bool) -> OverlaySettings:
        has_saliency = AiLayer.SALIENCY in layers
        plain = self._overlay
        return replace(
            plain,
            visible=visible,
            truth=False,
            benign=replace(plain.benign, visible=has_saliency),
            malignant=replace(plain.malignant, visible=has_saliency),
            boxes=AiLayer.PATCHES in layers,
        )


def _shown_in(located: LocatedExam, showing: Showing) -> LocatedExam:
    """Only the kinds of image that a phase shows."""
    if not showing.kinds:
        return located
    images = tuple(i for i in located.exam.images if i.kind.value in showing.kinds)
    return replace(located, exam=replace(located.exam, images=images))


def _emptied(state: SessionState) -> SessionState:
    for exam in state.exams:
        state = closed(state, exam.exam_id)
    return replace(
        state,
        ai={},
        reader_marks=(),
        remembered={},
        peeking=False,
        overlay=replace(state.overlay, truth=False),
        options=replace(state.options, ai_words=False),
    )


def _hung_like(state: SessionState, before: SessionState) -> SessionState:
    """Show images that hung before as they hung, when more or fewer kinds are shown now."""
    return hung_as(state, Hanging(layout=before.layout, active=before.active, panes=before.panes))
