"""Everything the open window shows, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from inference.types import Patch
from viewer.domain.ai_state import AiState, NotRun, prediction_of
from viewer.domain.breast_ai import BreastKey, BreastStanding
from viewer.domain.exam import Exam
from viewer.domain.gestures import Gestures
from viewer.domain.grey_view import GreyView
from viewer.domain.hanging import STANDARD_SLOTS, Slot
from viewer.domain.hanging_protocol import FOUR_VIEWS, HangingProtocol, Place, Stage
from viewer.domain.image_stack import ImageStack
from viewer.domain.overlay_settings import OverlaySettings
from viewer.domain.pane_state import PaneState
from viewer.domain.picked_point import PickedPoint
from viewer.domain.quadrant import Quadrant
from viewer.domain.reader_mark import ReaderMark
from viewer.domain.screen_pitch import ScreenPitch
from viewer.domain.worklist import Worklist
from viewer.session.marking import Marking

SLOTS = STANDARD_SLOTS
"""The places of the four-view hanging, the only one of a reader study, in reading order."""


class Layout(Enum):
    """Whether every place of the stage is shown, or one; the value is what drafts call it."""

    FOUR_UP = "4-up"
    SINGLE = "single view"


class Tool(Enum):
    """What a drag with the left button does; the value is what the screen says."""

    WINDOW = "window"
    PAN = "pan"
    MARK = "mark"
    """A click sets a mark; a drag changes the window."""
    LENGTH = "length"
    ANGLE = "angle"
    ELLIPSE = "ellipse"
    RECTANGLE = "rectangle"
    ARROW = "arrow"
    TEXT = "text"
    POINT = "point"
    OUTLINE = "outline"
    PROBE = "probe"


class CineSweep(Enum):
    """What cine does at the end of the slices; the value is what the screen says."""

    ROUND = "round and round"
    BACK_AND_FORTH = "back and forth"
    ONCE = "once through"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cine:
    """Slices played one after the other."""

    playing: bool = False
    slices_per_second: float = 12.0
    sweep: CineSweep = CineSweep.ROUND
    forwards: bool = True
    """Which way back and forth goes now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A patch the reader jumped to: which image, and its number by attention from 1."""

    image_id: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Switches that belong to the window, not to an image."""

    text: bool = True
    identity: bool = False
    technique: bool = False
    """Whether panes list the technique factors."""
    linked_scrolling: bool = False
    linked_windows: bool = True
    linked_framing: bool = False
    """Whether zoom and pan go to all panes of one projection, right and left mirrored."""
    tool: Tool = Tool.WINDOW
    cine: Cine = field(default_factory=Cine)
    left_panel: bool = True
    right_panel: bool = True
    strip: bool = True
    full_screen: bool = False
    ai_words: bool = True
    """Whether panes say where the AI stands."""
    grey: GreyView = field(default_factory=GreyView)
    gestures: Gestures = field(default_factory=Gestures)


def _nothing() -> Mapping[Slot, PaneState]:
    return MappingProxyType({slot: PaneState() for slot in SLOTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """The open exams, how one of them hangs, and what the AI says; replaced, never edited."""

    exams: tuple[Exam, ...] = ()
    exam_id: str | None = None
    protocols: tuple[HangingProtocol, ...] = (FOUR_VIEWS,)
    """What the reader can choose from."""
    protocol: HangingProtocol = FOUR_VIEWS
    stage_index: int = 0
    """Where the reader is in the protocol, or behind it in the exam's own stages."""
    extra_stages: tuple[Stage, ...] = ()
    """Stages of the exam's views outside the standard four, after those of the protocol."""
    screens: int = 1
    """How many windows show images."""
    layout: Layout = Layout.FOUR_UP
    active: Slot = Slot.RCC
    panes: Mapping[Slot, PaneState] = field(default_factory=_nothing)
    """The places of the stage that hangs, in reading order."""
    remembered: Mapping[str, PaneState] = field(default_factory=dict)
    """How each image was last shown, by image id: slice and window come back with it."""
    pane_sizes: Mapping[Slot, tuple[int, int]] = field(default_factory=dict)
    """(width, height) of each pane in device pixels, as far as they are known."""
    pitches: Mapping[Slot, ScreenPitch] = field(default_factory=dict)
    """How large the device pixels are that each pane lies on, as far as that is asked."""
    ai: Mapping[str, AiState] = field(default_factory=dict)
    breasts: Mapping[BreastKey, BreastStanding] = field(default_factory=dict)
    """Where a two-view model stands; empty when none is chosen."""
    overlay: OverlaySettings = field(default_factory=OverlaySettings)
    peeking: bool = False
    """While true the overlay is drawn if it is off, and hidden if it is on."""
    finding: Finding | None = None
    reader_marks: tuple[ReaderMark, ...] = ()
    """Places the reader points at, drawn on their slices."""
    confirmed_patients: frozenset[str] = frozenset()
    """Pairs of studies, by hash, of one patient as the reader says; their headers contradict it."""
    marks: Marking = field(default_factory=Marking)
    """What the reader draws."""
    worklist: Worklist = field(default_factory=Worklist)
    seen: Mapping[str, frozenset[int]] | None = None
    """The slices that have been on screen, by image id; None where nobody counts them."""
    quadrant: Quadrant | None = None
    picked: PickedPoint | None = None
    options: Options = field(default_factory=Options)

    @property
    def exam(self) -> Exam | None:
        """The exam that hangs."""
        for exam in self.exams:
            if exam.exam_id == self.exam_id:
                return exam
        return None

    @property
    def stage(self) -> Stage:
        """The stage that hangs."""
        return self.stages[self.stage_index]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of the protocol, then those of the exam that hangs."""
        return self.protocol.stages + self.extra_stages

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every place of the stage that hangs, in reading order."""
        return tuple(self.panes)

    def place(self, slot: Slot) -> Place:
        """What a slot of the stage is for."""
        return self.stage.places[slot]

    @property
    def active_pane(self) -> PaneState:
        """How the active pane shows its image."""
        return self.panes[self.active]

    @property
    def active_image(self) -> ImageStack | None:
        """The image in the active pane."""
        return self.image_in(self.active)

    @property
    def shown_slots(self) -> tuple[Slot, ...]:
        """The slots on screen, in reading order."""
        if self.layout is not Layout.SINGLE:
            return self.slots
        if self.screens == 1:
            return (self.active,)
        return tuple(slot for n in range(self.screens) for row in self.rows_on(n) for slot in row)

    def rows_on(self, screen: int) -> tuple[tuple[Slot, ...], ...]:
        """The slots that one window shows, row by row; the active one alone where it is single."""
        rows = self.stage.rows_on(screen, self.screens)
        if self.layout is Layout.SINGLE and any(self.active in row for row in rows):
            return ((self.active,),)
        return rows

    @property
    def filled_slots(self) -> tuple[Slot, ...]:
        """The slots that hold an image, on screen or not, in reading order."""
        return tuple(slot for slot, pane in self.panes.items() if pane.image_id is not None)

    @property
    def overlay_is_drawn(self) -> bool:
        """Whether the overlay is on screen now, peeking included."""
        return self.overlay.visible != self.peeking

    def exam_of(self, image_id: str) -> Exam | None:
        """The open exam that an image belongs to; the one that hangs, if it has it."""
        hung = self.exam
        for exam in self.exams if hung is None else (hung, *self.exams):
            if any(image.image_id == image_id for image in exam.images):
                return exam
        return None

    def image(self, image_id: str) -> ImageStack | None:
        """The image of any open exam with this id."""
        for exam in self.exams:
            for image in exam.images:
                if image.image_id == image_id:
                    return image
        return None

    def image_in(self, slot: Slot) -> ImageStack | None:
        """The image a slot holds."""
        image_id = self.panes[slot].image_id
        return None if image_id is None else self.image(image_id)

    def ai_of(self, image_id: str) -> AiState:
        """Where the AI stands on an image."""
        return self.ai.get(image_id, NotRun())

    def patches_of(self, image_id: str) -> tuple[Patch, ...]:
        """The patches of an image from the most to the least attended; empty without result."""
        prediction = prediction_of(self.ai_of(image_id))
        if prediction is None or not prediction.has_salient_region:
            return ()
        return prediction.patches_by_attention
