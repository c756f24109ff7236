"""Everything one pane shows, as data: the same for the screen, a screenshot and a saved picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from inference.types import BENIGN, MALIGNANT, Prediction
from viewer.domain.ai_state import AiState, prediction_of
from viewer.domain.exam import PatientIdentity
from viewer.domain.frame import Frame
from viewer.domain.image_stack import ImageStack
from viewer.domain.overlay_settings import OverlaySettings
from viewer.domain.pane_state import PaneState
from viewer.domain.reader_mark import ReaderMark
from viewer.domain.screen_pitch import ScreenPitch
from viewer.domain.slab import slab_slices
from viewer.domain.viewport import Viewport, on_whole_pixels, viewport_for
from viewer.domain.windowing import GreyScale, Voi, lookup_table
from viewer.rendering.bright_padding import BrightPadding, bright_padding
from viewer.rendering.captions import (
    AiLine,
    Badge,
    CornerLine,
    TextSettings,
    ai_line,
    badges,
    factor_lines,
    identity_lines,
    reading_lines,
    reduction_lines,
    view_lines,
)
from viewer.rendering.drawn_marks import NO_MARKS, DrawnMark, PaneMarks, drawn_marks
from viewer.rendering.extremes import Extreme
from viewer.rendering.grey_drawing import GreyDrawing
from viewer.rendering.grey_table import GreyTable, grey_table
from viewer.rendering.marks import (
    BoxMark,
    ShownMark,
    TruthOutline,
    box_marks,
    marks_on_slice,
)
from viewer.rendering.moving_words import NOT_MOVING, MovingWords
from viewer.rendering.other_study import OtherStudy
from viewer.rendering.picked import PickedDrawing
from viewer.rendering.saliency import SaliencyLayer
from viewer.rendering.same_object import SameObject
from viewer.rendering.slab_values import SlabParts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageLayer:
    """The grey image."""

    frame: Frame
    table: GreyTable
    viewport: Viewport
    extreme: Extreme | None = None
    """Shrunk by this instead of the mean: the maximum mode."""
    padding: BrightPadding | None = None
    """What is filled before the frame is drawn."""

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for layers that look the same."""
        return *self.sampled_key, SameObject(self.table)

    @property
    def sampled_key(self) -> tuple[object, ...]:
        """Equal for layers that differ in their window alone."""
        return SameObject(self.frame), self.viewport, self.extreme, self.padding


@dataclass(frozen=True, slots=True)
class CentralMessage:
    """What stands in the middle of a pane without an image."""

    title: str
    detail: str = ""
    is_error: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaneScene:
    """What one pane shows; sizes in device pixels."""

    pane_width: int
    pane_height: int
    viewport: Viewport | None = None
    image: ImageLayer | None = None
    saliency: tuple[SaliencyLayer, ...] = ()
    """Drawn in this order."""
    boxes: tuple[BoxMark, ...] = ()
    outlines: tuple[TruthOutline, ...] = ()
    reader_marks: tuple[ShownMark, ...] = ()
    drawn_marks: tuple[DrawnMark, ...] = ()
    picked: PickedDrawing | None = None
    text_on_right: bool = True
    """The air side."""
    top_lines: tuple[CornerLine, ...] = ()
    badges: tuple[Badge, ...] = ()
    bottom_lines: tuple[CornerLine, ...] = ()
    ai: AiLine | None = None
    edges: tuple[str, str, str, str] | None = None
    """Of CT: what lies towards left, right, top and bottom of the pane, such as R, L, A, P."""
    message: CentralMessage | None = None
    other_study: bool = False
    """True for an image of another study than the exam that hangs: drawn with an edge."""
    active: bool = False
    """True for the pane that keys act on; never in exported pictures."""
    image_id: str | None = None
    """Whose scene it is; None for an empty pane. Never shown."""

    @property
    def description(self) -> str:
        """All words of the pane, for assistive technology."""
        words = [line.text for line in (*self.top_lines, *self.bottom_lines)]
        words += [badge.text for badge in self.badges]
        words += [" ".join(drawn.lines) for drawn in self.drawn_marks]
        if self.ai is not None:
            words += [self.ai.text, self.ai.detail]
        if self.message is not None:
            words += [self.message.title, self.message.detail]
        return ", ".join(word for word in words if word)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneContext:
    """What panes of one exam share."""

    exam_alias: str = ""
    identity: PatientIdentity | None = None
    overlay: OverlaySettings = field(default_factory=OverlaySettings)
    text: TextSettings = field(default_factory=TextSettings)
    reader_marks: tuple[ReaderMark, ...] = ()
    marks: PaneMarks = NO_MARKS
    grey: GreyDrawing = field(default_factory=GreyDrawing)
    pitch: ScreenPitch | None = None
    """Of the screen that shows the pane; None in pictures, which have no size."""
    moving: MovingWords = NOT_MOVING
    slab: SlabParts | None = None
    """What the frame is put together from, where it is a slab."""
    picked: PickedDrawing | None = None
    other_study: OtherStudy | None = None
    """Where the image is of another study: what is said of it."""
    repeat: str = ""
    """Which of several images of one view and kind it is, such as "1 of 2"."""


def build_scene(
    *,
    stack: ImageStack | None,
    state: PaneState,
    frame: Frame | None,
    fit_scale: float,
    pane_width: int,
    pane_height: int,
    ai: AiState,
    context: PaneContext,
    truth: tuple[TruthOutline, ...] = (),
    empty_title: str = "",
    empty_detail: str = "",
    frame_problem: str | None = None,
    active: bool = False,
) -> PaneScene:
    """Put together what a pane shows.

    frame: the slice of `state`, or None while it is decoded or when it cannot be.
    fit_scale: device pixels per millimetre that all panes fit at (domain.viewport.common_scale).
    pane_width, pane_height: device pixels.
    truth: outlines on this slice. empty_title, empty_detail: said when there is no image, such as
    the missing view's name. frame_problem: why the slice cannot be shown, if it cannot.
    """
    if stack is None:
        return PaneScene(
            pane_width=pane_width,
            pane_height=pane_height,
            message=CentralMessage(empty_title, empty_detail) if empty_title else None,
            active=active,
        )
    viewport = on_whole_pixels(
        viewport_for(
            stack,
            state.framing,
            fit_scale=fit_scale,
            pane_width=pane_width,
            pane_height=pane_height,
            flipped_horizontally=state.flipped_horizontally,
            flipped_vertically=state.flipped_vertically,
        )
    )
    voi = shown_voi(stack, state)
    prediction = prediction_of(ai)
    fits = prediction is None or _fits(prediction, stack)
    drawn = prediction if fits and frame is not None else None
    text = context.text
    slices = slab_slices(state.slab, state.slice_index, stack)
    return PaneScene(
        image_id=stack.image_id,
        pane_width=pane_width,
        pane_height=pane_height,
        viewport=viewport,
        image=None
        if frame is None
        else _image_layer(stack, frame, voi, state, viewport, context.grey),
        saliency=saliency_layers(
            drawn, slices[0], viewport, context.overlay, last_slice=slices[-1]
        ),
        boxes=()
        if drawn is None
        else box_marks(drawn, slices[0], context.overlay, last_slice=slices[-1]),
        outlines=truth if context.overlay.truth and frame is not None else (),
        reader_marks=marks_on_slice(context.reader_marks, stack.image_id, state.slice_index),
        drawn_marks=drawn_marks(context.marks, stack, state.slice_index, frame, context.slab),
        picked=context.picked,
        text_on_right=_air_is_right(stack, frame, flipped=state.flipped_horizontally),
        top_lines=_top_lines(stack, context),
        badges=badges(stack, state)
        + context.grey.badges
        + context.moving.badges
        + (() if context.other_study is None else context.other_study.badges)
        + (() if fits else (Badge("AI result is for another image size: not drawn"),)),
        bottom_lines=factor_lines(stack, text)
        + context.moving.lines
        + (
            reading_lines(stack, state.slice_index, voi, viewport, context.pitch)
            if text.corner_text
            else reduction_lines(viewport)
        ),
        ai=ai_line(ai, slices=stack.slices) if text.corner_text and text.ai else None,
        edges=_edges(stack, state),
        message=_waiting(stack, state, frame, frame_problem),
        other_study=context.other_study is not None,
        active=active,
    )


def shown_voi(stack: ImageStack, state: PaneState) -> Voi:
    """The window or LUT a pane uses on its slice: the dragged one, else the chosen preset."""
    if state.window is not None:
        return state.window
    presets = stack.vois_of(state.slice_index)
    return presets[min(max(state.preset, 0), len(presets) - 1)]


@lru_cache(maxsize=32)
def display_table(grey_scale: GreyScale, voi: Voi, *, inverted: bool) -> NDArray[np.uint8]:
    """The 8-bit lookup table of pictures that leave the program, kept for the windows used last."""
    table = lookup_table(grey_scale, voi, inverted=inverted)
    table.setflags(write=False)
    return table


def saliency_layers(
    prediction: Prediction | None,
    slice_index: int,
    viewport: Viewport,
    settings: OverlaySettings,
    *,
    last_slice: int | None = None,
) -> tuple[SaliencyLayer, ...]:
    """The layers that are switched on, benign below malignant; of a slab the highest saliency."""
    if prediction is None or not settings.visible or not prediction.has_salient_region:
        return ()
    styles = {BENIGN: settings.benign, MALIGNANT: settings.malignant}
    return tuple(
        SaliencyLayer(
            prediction=prediction,
            slice_index=slice_index,
            last_slice=last_slice,
            malignant=class_index == MALIGNANT,
            viewport=viewport,
            style=style,
            colour=settings.palette.colours[class_index],
            smooth=settings.smooth,
            hatched=settings.patterns,
        )
        for class_index, style in styles.items()
        if style.visible
    )


def _image_layer(
    stack: ImageStack,
    frame: Frame,
    voi: Voi,
    state: PaneState,
    viewport: Viewport,
    grey: GreyDrawing,
) -> ImageLayer:
    table = grey_table(
        stack.grey_scale,
        voi,
        inverted=state.inverted,
        display=grey.screen.display,
        depth=grey.screen.depth,
    )
    return ImageLayer(
        frame=frame,
        table=table,
        viewport=viewport,
        extreme=grey.extreme_of(stack.grey_scale),
        padding=bright_padding(stack.grey_scale, voi, inverted=state.inverted),
    )


def _fits(prediction: Prediction, stack: ImageStack) -> bool:
    """False when a prediction was made on an image of another size."""
    place = prediction.placement
    return (place.image_rows, place.image_columns, prediction.saliency.shape[0]) == (
        stack.rows,
        stack.columns,
        stack.slices,
    )


def _air_is_right(stack: ImageStack, frame: Frame | None, *, flipped: bool) -> bool:
    """The side opposite to the chest wall; without a laterality the side with more air.

    CT lies in the middle, with as much room on either side.
    """
    if stack.ct is not None:
        return False
    chest_left = stack.chest_wall_is_left
    if stack.view.laterality is None and frame is not None and frame.pixels.size:
        air_right = frame.columns - frame.left - frame.pixels.shape[1]
        chest_left = frame.left <= air_right
    return chest_left != flipped


def _edges(stack: ImageStack, state: PaneState) -> tuple[str, str, str, str] | None:
    if stack.ct is None or stack.ct.edges is None:
        return None
    left, right, top, bottom = stack.ct.edges
    if state.flipped_horizontally:
        left, right = right, left
    if state.flipped_vertically:
        top, bottom = bottom, top
    return left, right, top, bottom


def _top_lines(stack: ImageStack, context: PaneContext) -> tuple[CornerLine, ...]:
    lines = view_lines(stack, context.exam_alias, context.repeat)
    if not context.text.corner_text:
        lines = lines[:1]
    if context.other_study is not None:
        said = context.other_study.line(identity=context.text.identity)
        lines = (*lines[:1], said, *lines[1:])
    if context.marks.is_key_image:
        lines = (*lines[:1], CornerLine("key image", kept="key image"), *lines[1:])
    if context.text.identity:
        lines += identity_lines(stack, context.identity)
    return lines


def _waiting(
    stack: ImageStack, state: PaneState, frame: Frame | None, problem: str | None
) -> CentralMessage | None:
    if frame is not None:
        return None
    what = f"slice {state.slice_index + 1} of {stack.slices}" if stack.slices > 1 else "the image"
    if problem is not None:
        return CentralMessage(f"Cannot show {what}", problem, is_error=True)
    return CentralMessage(f"Reading {what}")
