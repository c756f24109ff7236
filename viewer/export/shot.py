"""One pane as it goes into a picture: what the screen shows, without who the patient is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from viewer.domain.ai_state import AiState, NotRun
from viewer.domain.frame import Frame
from viewer.domain.image_stack import ImageStack
from viewer.domain.overlay_settings import OverlaySettings
from viewer.domain.pane_state import PaneState
from viewer.domain.slab import NO_SLAB
from viewer.domain.viewport import viewport_for
from viewer.domain.windowing import without_free_text
from viewer.export.caption import Caption, caption_of
from viewer.rendering.captions import TextSettings
from viewer.rendering.drawn_marks import NO_MARKS, PaneMarks
from viewer.rendering.grey_drawing import GreyDrawing
from viewer.rendering.marks import TruthOutline
from viewer.rendering.moving_words import NOT_MOVING, MovingWords
from viewer.rendering.other_study import OtherStudy
from viewer.rendering.picked import PickedDrawing
from viewer.rendering.scene import PaneContext, PaneScene, build_scene, shown_voi
from viewer.rendering.slab_values import SlabParts

LARGEST_SIDE = 16_000
"""Device pixels; Qt's painter counts with 16 bits and a margin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """The arguments of a pane's scene; frozen, so that it may be painted in any thread."""

    stack: ImageStack | None
    state: PaneState
    frame: Frame | None
    """The slice or slab of `state`, whole resolution."""
    pane_width: int
    pane_height: int
    """Device pixels."""
    fit_scale: float
    """Device pixels per millimetre at which all panes fit."""
    exam_alias: str
    ai: AiState = field(default_factory=NotRun)
    overlay: OverlaySettings = field(default_factory=OverlaySettings)
    truth: tuple[TruthOutline, ...] = ()
    marks: PaneMarks = NO_MARKS
    """Without words, unless the reader wants them: they may say who the patient is."""
    moving: MovingWords = NOT_MOVING
    """Of a slab: what is said of it."""
    slab: SlabParts | None = None
    """What the frame is put together from, where it is a slab."""
    picked: PickedDrawing | None = None
    """A picked point, or its arc, as on screen; its words are among those of moving."""
    maximum: bool = False
    """The brightest image pixel under each picture pixel, as on screen in that mode."""
    corner_text: bool = True
    technique: bool = False
    """The technique factors, without detector, station and operator."""
    empty_title: str = ""
    empty_detail: str = ""
    frame_problem: str | None = None
    other_study: OtherStudy | None = None
    """Where the image is of another study than the exam that hangs: what is said of it."""
    repeat: str = ""
    """Which of several images of one view and kind it is, such as "1 of 2"."""
    text_scale: float = 1.0
    """Device pixels per logical pixel of text and lines."""

    @property
    def scene(self) -> PaneScene:
        """What the pane shows; never the patient's identity, never the frame of the active pane."""
        return build_scene(
            stack=self.stack,
            state=self._state_without_free_text(),
            frame=self.frame,
            fit_scale=self.fit_scale,
            pane_width=self.pane_width,
            pane_height=self.pane_height,
            ai=self.ai,
            context=PaneContext(
                exam_alias=self.exam_alias,
                overlay=self.overlay,
                text=TextSettings(
                    corner_text=self.corner_text, identity=False, technique=self.technique
                ),
                grey=GreyDrawing(maximum=self.maximum),
                other_study=self.other_study,
                repeat=self.repeat,
                marks=self.marks,
                moving=self.moving,
                picked=self.picked,
                slab=self.slab,
            ),
            truth=self.truth,
            empty_title=self.empty_title,
            empty_detail=self.empty_detail,
            frame_problem=self.frame_problem,
        )

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel; 1.0 without an image."""
        if self.stack is None:
            return 1.0
        return viewport_for(
            self.stack,
            self.state.framing,
            fit_scale=self.fit_scale,
            pane_width=self.pane_width,
            pane_height=self.pane_height,
        ).zoom

    @property
    def caption(self) -> Caption | None:
        """What to say under the picture; None for an empty pane."""
        if self.stack is None:
            return None
        said = caption_of(
            exam_alias=self.exam_alias,
            image=self.stack,
            slice_index=self.state.slice_index,
            voi=shown_voi(self.stack, self.state),
            inverted=self.state.inverted,
            zoom=self.zoom,
            ai=self.ai,
            overlay=self.overlay,
        )
        if self.moving.slab:
            said = replace(said, slice=", ".join((said.slice, self.moving.slab)))
        if self.repeat:
            said = replace(said, image=f"{said.image} {self.repeat}")
        if self.other_study is None:
            return said
        return replace(said, image=f"{said.image} ({self.other_study.words})")

    def enlarged(self, factor: float) -> Shot:
        """The same part of the image at another size; text grows with it, but never shrinks."""
        framing = self.state.framing
        if framing.scale is not None:
            framing = replace(framing, scale=framing.scale * factor)
        return replace(
            self,
            state=replace(self.state, framing=framing),
            pane_width=max(1, round(self.pane_width * factor)),
            pane_height=max(1, round(self.pane_height * factor)),
            fit_scale=self.fit_scale * factor,
            text_scale=self.text_scale * max(1.0, factor),
        )

    def at_slice(self, slice_index: int, frame: Frame) -> Shot:
        """The same pane on another slice; what belongs to one slice goes."""
        return replace(
            self,
            state=replace(self.state, slice_index=slice_index, slab=NO_SLAB),
            frame=frame,
            truth=(),
            moving=replace(NOT_MOVING, picked=self.moving.picked),
            slab=None,
            marks=replace(self.marks, is_key_image=False),
        )

    def _state_without_free_text(self) -> PaneState:
        """A window's explanation comes from the file and may hold anything."""
        if self.stack is None:
            return self.state
        plain = without_free_text(shown_voi(self.stack, self.state))
        return replace(self.state, window=plain)


ShotGrid = tuple[tuple[Shot, ...], ...]
"""Rows of panes as they stand on the screen."""


def native_factor(grid: ShotGrid) -> float:
    """How much larger a picture must be to show one image pixel on one picture pixel.

    One factor for all panes, so that they stay comparable: that of the pane shrunk most. Limited
    to what can be painted.
    """
    zooms = [shot.zoom for row in grid for shot in row if shot.stack is not None]
    wanted = 1.0 / min(zooms) if zooms else 1.0
    width = max(sum(shot.pane_width for shot in row) for row in grid)
    height = sum(max(shot.pane_height for shot in row) for row in grid)
    return min(wanted, LARGEST_SIDE / max(width, height))
