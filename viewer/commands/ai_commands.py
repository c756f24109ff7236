"""Commands that run the AI and show what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from viewer.commands.command import Command, Context, Group, transition
from viewer.commands.reasons import (
    without_findings,
    without_models,
    without_running_ai,
    without_truth,
)
from viewer.domain.overlay_settings import LayerStyle, OverlaySettings, Palette
from viewer.session.ai_results import finding_stepped, layers_changed, overlay_changed, peeked

_STEP = 0.05


def _overlay(change: Callable[[OverlaySettings], OverlaySettings]) -> Callable[[Context], None]:
    return transition(lambda state: overlay_changed(state, change))


def _layers(change: Callable[[LayerStyle], LayerStyle]) -> Callable[[Context], None]:
    return transition(lambda state: layers_changed(state, change))


def _opacity(by: float) -> Callable[[Context], None]:
    return _layers(lambda s: replace(s, opacity=round(min(max(s.opacity + by, 0.05), 1.0), 2)))


def _threshold(by: float) -> Callable[[Context], None]:
    return _layers(lambda s: replace(s, threshold=round(min(max(s.threshold + by, 0.0), 0.95), 2)))


def _other_palette(overlay: OverlaySettings) -> OverlaySettings:
    paper = overlay.palette is Palette.PAPER
    return replace(overlay, palette=Palette.COLOUR_BLIND_SAFE if paper else Palette.PAPER)


def _toggle_benign(overlay: OverlaySettings) -> OverlaySettings:
    return replace(overlay, benign=replace(overlay.benign, visible=not overlay.benign.visible))


def _toggle_malignant(overlay: OverlaySettings) -> OverlaySettings:
    layer = overlay.malignant
    return replace(overlay, malignant=replace(layer, visible=not layer.visible))


AI_COMMANDS = (
    Command(
        id="ai.overlay",
        title="AI overlay",
        help="Show or hide everything the AI drew: saliency and boxes.",
        group=Group.AI,
        keys=("A",),
        icon="mdi6.eye-outline",
        checked=lambda state: state.overlay.visible,
        run=_overlay(lambda overlay: replace(overlay, visible=not overlay.visible)),
    ),
    Command(
        id="ai.peek",
        title="Peek (hold)",
        help="While held, show the overlay if it is off, or hide it if it is on.",
        group=Group.AI,
        keys=("Q",),
        in_menu=False,
        run=transition(lambda state: peeked(state, holding=True)),
        release=transition(lambda state: peeked(state, holding=False)),
    ),
    Command(
        id="ai.next_finding",
        title="Next finding",
        help="Go to the next patch, the most attended first; of CT to the next window of slices.",
        group=Group.AI,
        keys=("N",),
        icon="mdi6.skip-next-outline",
        repeats=True,
        why_not=without_findings,
        run=transition(lambda state: finding_stepped(state, 1)),
    ),
    Command(
        id="ai.previous_finding",
        title="Previous finding",
        help="Go to the previous patch, or window of CT slices.",
        group=Group.AI,
        keys=("P",),
        icon="mdi6.skip-previous-outline",
        repeats=True,
        why_not=without_findings,
        run=transition(lambda state: finding_stepped(state, -1)),
    ),
    Command(
        id="ai.run",
        title="Run AI",
        help="Run the AI on this exam, what is on screen first.",
        group=Group.AI,
        keys=("Shift+A",),
        icon="mdi6.brain",
        why_not=without_models,
        run=lambda context: context.desk.run_ai(),
    ),
    Command(
        id="ai.cancel",
        title="Cancel AI",
        help="Stop the AI at the slice it is at, and empty its queue.",
        group=Group.AI,
        keys=("Shift+Esc",),
        icon="mdi6.stop-circle-outline",
        why_not=without_running_ai,
        run=lambda context: context.desk.cancel_ai(),
    ),
    Command(
        id="ai.models",
        title="Models…",
        help="Choose weights files and read their model cards.",
        group=Group.AI,
        keys=("Ctrl+M",),
        icon="mdi6.tune-variant",
        run=lambda context: context.desk.choose_models(),
    ),
    Command(
        id="ai.benign",
        title="Benign saliency",
        help="Show or hide the benign layer.",
        group=Group.AI,
        keys=("Shift+B",),
        checked=lambda state: state.overlay.benign.visible,
        run=_overlay(_toggle_benign),
    ),
    Command(
        id="ai.malignant",
        title="Malignant saliency",
        help="Show or hide the malignant layer.",
        group=Group.AI,
        keys=("Shift+M",),
        checked=lambda state: state.overlay.malignant.visible,
        run=_overlay(_toggle_malignant),
    ),
    Command(
        id="ai.boxes",
        title="Patch boxes",
        help="Show or hide the boxes of the patches.",
        group=Group.AI,
        keys=("B",),
        checked=lambda state: state.overlay.boxes,
        run=_overlay(lambda overlay: replace(overlay, boxes=not overlay.boxes)),
    ),
    Command(
        id="ai.smooth",
        title="Smooth saliency",
        help="Draw saliency smoothly, or the network's own cells.",
        group=Group.AI,
        keys=("Shift+C",),
        checked=lambda state: state.overlay.smooth,
        run=_overlay(lambda overlay: replace(overlay, smooth=not overlay.smooth)),
    ),
    Command(
        id="ai.palette",
        title="Colour-blind-safe colours",
        help="Blue and orange instead of green and red.",
        group=Group.AI,
        keys=("Y",),
        checked=lambda state: state.overlay.palette is Palette.COLOUR_BLIND_SAFE,
        run=_overlay(_other_palette),
    ),
    Command(
        id="ai.patterns",
        title="Patterns as well as colours",
        help="Hatch malignant saliency with rising lines, benign with falling ones.",
        group=Group.AI,
        keys=("Shift+Y",),
        checked=lambda state: state.overlay.patterns,
        run=_overlay(lambda overlay: replace(overlay, patterns=not overlay.patterns)),
    ),
    Command(
        id="ai.stronger",
        title="Overlay stronger",
        help="Raise the opacity of both layers.",
        group=Group.AI,
        keys=("Ctrl+Up",),
        repeats=True,
        run=_opacity(_STEP),
    ),
    Command(
        id="ai.fainter",
        title="Overlay fainter",
        help="Lower the opacity of both layers.",
        group=Group.AI,
        keys=("Ctrl+Down",),
        repeats=True,
        run=_opacity(-_STEP),
    ),
    Command(
        id="ai.threshold_up",
        title="Higher threshold",
        help="Clear more of the weak saliency.",
        group=Group.AI,
        keys=("Alt+Up",),
        repeats=True,
        run=_threshold(_STEP),
    ),
    Command(
        id="ai.threshold_down",
        title="Lower threshold",
        help="Draw more of the weak saliency.",
        group=Group.AI,
        keys=("Alt+Down",),
        repeats=True,
        run=_threshold(-_STEP),
    ),
    Command(
        id="ai.truth",
        title="Truth outlines",
        help="Show the outlines of known findings that lie beside the exam.",
        group=Group.AI,
        keys=("O",),
        icon="mdi6.vector-polygon",
        why_not=without_truth,
        checked=lambda state: state.overlay.truth,
        run=_overlay(lambda overlay: replace(overlay, truth=not overlay.truth)),
    ),
)
