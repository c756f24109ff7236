"""Between the session and the panes: state becomes scenes, the mouse becomes transitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtCore import Slot as QtSlot
from PySide6.QtWidgets import QWidget

from viewer.domain.gestures import DragAction
from viewer.domain.hanging import Slot
from viewer.domain.image_stack import ImageStack
from viewer.jobs.decode_signals import DecodeSignals
from viewer.jobs.exam_files import ExamFiles
from viewer.jobs.study_truth import ShownTruth
from viewer.jobs.truth_outlines import TruthOutlines
from viewer.loading.frame_store import FrameKey
from viewer.rendering.breast_shape import BreastShapes
from viewer.rendering.captions import TextSettings
from viewer.rendering.grey_drawing import GreyDrawing, ScreenGrey
from viewer.rendering.marks import TruthOutline
from viewer.rendering.moving_words import MovingWords
from viewer.rendering.other_study import other_study
from viewer.rendering.pane_frames import PaneFrames, ShownFrame
from viewer.rendering.picked import PickedDrawing
from viewer.rendering.same_object import SameObject
from viewer.rendering.scene import PaneContext, PaneScene, build_scene
from viewer.rendering.slab_values import SlabParts
from viewer.session.ai_results import finding_shown
from viewer.session.framing import fit_scale_in, fit_scales, panes_measured, panned_by, zoomed_at
from viewer.session.mark_drawing import SHAPES
from viewer.session.pane_marks import pane_marks
from viewer.session.pane_picks import picked_in
from viewer.session.patient import image_put, relation_in, study_in, study_of
from viewer.session.placing import activated, maximised, repeat_words
from viewer.session.scrolling import scrolled
from viewer.session.session import Change, Session
from viewer.session.slabs import shown_slices
from viewer.session.staging import empty_words
from viewer.session.state import Finding, Options, SessionState, Tool
from viewer.session.windows import window_dragged
from viewer.ui.hanging_view import HangingView
from viewer.ui.moving_presenter import moving_words, slots_with_new_words
from viewer.ui.next_slices import NextSlices
from viewer.ui.pane.image_pane import ImagePane
from viewer.ui.pane.reader_mark_painting import mark_under

GreyOf = Callable[[QWidget], ScreenGrey]
"""How the window and the screen that a widget is on take grey."""
_EVERYTHING = (
    "exam_id",
    "overlay",
    "peeking",
    "layout",
    "protocol",
    "stage_index",
    "screens",
    "pane_sizes",
    "pitches",
    "reader_marks",
    "confirmed_patients",
    "picked",
)
_DRAGS = {
    Tool.WINDOW: DragAction.WINDOW,
    Tool.PAN: DragAction.PAN,
    Tool.MARK: DragAction.WINDOW,
}


class PanePresenter(QObject):
    """Shows in every pane what the session says of its slot."""

    place_chosen = Signal(Slot, float, float)
    """A click with the mark tool: slot, image row and column (whole = pixel edge)."""
    mark_chosen = Signal(str)
    """A click on a reader's mark: its id."""

    def __init__(
        self,
        *,
        session: Session,
        hanging: HangingView,
        files: ExamFiles,
        signals: DecodeSignals,
        truth: TruthOutlines | ShownTruth,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._hanging = hanging
        self._files = files
        self._truth = truth
        take = files.room_taker()
        self._frames = PaneFrames(files.frame, on_size=take)
        self.destroyed.connect(lambda: take(0))
        self._grey_of: GreyOf = _plain_grey
        self._shapes = BreastShapes(files.frame)
        self._next = NextSlices(session=session, hanging=hanging, frame_of=files.frame, parent=self)
        session.changed.connect(self._follow)
        signals.frames_ready.connect(self._show_frames)
        signals.frames_failed.connect(self._show_frames)
        files.frames_dropped.connect(self._show_anew)
        truth.changed.connect(self.show_all)
        hanging.pane_made.connect(self._listen)
        hanging.panes_placed.connect(self._measure)
        for pane in hanging.made_panes:
            self._listen(pane)
        self.show_all()

    def draw_for(self, grey_of: GreyOf) -> None:
        """Draw each pane for the screen it is on from now on."""
        self._grey_of = grey_of
        self.show_all()

    def scene(self, slot: Slot) -> PaneScene:
        """What a slot's pane shows now."""
        fit_scale = fit_scale_in(self._session.state, slot)
        shared = _shared_context(self._session.state, self._grey_of(self._hanging))
        return self._scene(slot, shared, fit_scale)

    def _scene(self, slot: Slot, shared: PaneContext, fit_scale: float) -> PaneScene:
        state = self._session.state
        image, pane_state = state.image_in(slot), state.panes[slot]
        width, height = self._hanging.panes[slot].device_size
        empty_title, empty_detail = empty_words(state, slot) if image is None else ("", "")
        shown = self._frames.of(image, pane_state) if image else ShownFrame(frame=None)
        picked = picked_in(state, slot, self._shapes.of)
        words = shown.words if picked is None else replace(shown.words, picked=picked.words)
        return build_scene(
            stack=image,
            state=pane_state,
            frame=shown.frame,
            fit_scale=fit_scale,
            pane_width=width,
            pane_height=height,
            ai=state.ai_of(image.image_id if image else ""),
            context=_context(
                state,
                slot,
                shared,
                moving=moving_words(state, slot, words),
                picked=picked,
                slab=shown.parts,
            ),
            truth=self._outlines(state, image, pane_state.slice_index),
            empty_title=empty_title,
            empty_detail=empty_detail,
            frame_problem=(
                self._files.frame_problem(image.image_id, pane_state.slice_index) if image else None
            ),
            active=slot == state.active and len(state.shown_slots) > 1 and state.exam is not None,
        )

    @QtSlot()
    def show_all(self) -> None:
        """Show every visible pane anew."""
        self._show(self._session.state.shown_slots)

    @QtSlot()
    def _show_anew(self) -> None:
        self._frames.forget()
        self._shapes.forget()
        for pane in self._hanging.made_panes:
            pane.forget_neighbours()
        self.show_all()

    def _show(self, slots: Iterable[Slot]) -> None:
        panes = self._hanging.panes
        here = [slot for slot in slots if slot in panes]
        if not here:
            return
        # Asked once: all panes are in one window, and fit together.
        state = self._session.state
        shared = _shared_context(state, self._grey_of(self._hanging))
        scales = fit_scales(state, here)
        for slot in here:
            panes[slot].show_scene(self._scene(slot, shared, scales[slot]), ahead=True)

    def _outlines(
        self, state: SessionState, image: ImageStack | None, slice_index: int
    ) -> tuple[TruthOutline, ...]:
        exam = None if image is None else study_of(state, image.image_id)
        if image is None or exam is None or not state.overlay.truth:
            return ()
        return self._truth.of(exam, image.image_id, slice_index)

    def _follow(self, change: Change) -> None:
        shown = change.new.shown_slots
        if change.touches("options"):
            self._take_tool(change.new)
        if change.touches(*_EVERYTHING) or _text_changed(change):
            self._show(shown)
            return
        slots = set(change.slots)
        if change.touches("active"):
            slots |= {change.old.active, change.new.active}
        if change.touches("marks"):
            slots |= {s for s in shown if pane_marks(change.old, s) != pane_marks(change.new, s)}
        if change.touches("exams"):
            slots |= {s for s in shown if _of_exams(change.old, s) != _of_exams(change.new, s)}
        slots |= slots_with_new_words(change)
        news = change.images_with_news
        slots |= {slot for slot in shown if change.new.panes[slot].image_id in news}
        self._show(slot for slot in shown if slot in slots)

    @QtSlot(frozenset)
    def _show_frames(self, keys: frozenset[FrameKey]) -> None:
        state = self._session.state
        for slot in state.shown_slots:
            pane = state.panes[slot]
            shown = shown_slices(state, pane)
            if pane.image_id is not None and any((pane.image_id, i) in keys for i in shown):
                self._show((slot,))

    def _take_tool(self, state: SessionState) -> None:
        for pane in self._hanging.made_panes:
            _equip(pane, state)

    @QtSlot(ImagePane)
    def _listen(self, pane: ImagePane) -> None:
        """Make the mouse on a pane change the session, in the slot the pane stands for then."""

        def change(
            transition: Callable[..., SessionState],
        ) -> Callable[..., None]:
            def apply(*reported: float) -> None:
                slot = self._hanging.slot_of(pane)
                if slot is not None:
                    self._session.apply(lambda state: transition(state, slot, *reported))

            return apply

        _equip(pane, self._session.state)
        pane.scrolled.connect(change(scrolled))
        pane.zoomed.connect(change(zoomed_at))
        pane.panned.connect(change(panned_by))
        pane.window_dragged.connect(change(window_dragged))
        pane.activated.connect(change(activated))
        pane.maximise_requested.connect(change(_maximised))
        pane.pane_resized.connect(self._note_size)
        pane.image_dropped.connect(change(image_put))
        pane.box_clicked.connect(lambda number: self._go_to(pane, number))
        pane.clicked.connect(lambda x, y: self._click(pane, x, y))

    @QtSlot(int, int)
    def _note_size(self, width: int, height: int) -> None:
        del width, height
        if not self._hanging.is_placing:
            self._measure()

    @QtSlot()
    def _measure(self) -> None:
        """Note the sizes of all panes at once: every change of a size shows every pane anew."""
        sizes = {
            slot: self._hanging.panes[slot].device_size
            for slot in self._session.state.shown_slots
            if slot in self._hanging.panes
        }
        self._session.apply(lambda state: panes_measured(state, sizes))

    def _click(self, pane: ImagePane, x: float, y: float) -> None:
        """Report a click on a mark, or where a new one is wanted; x, y: device pixels."""
        scene, slot = pane.scene, self._hanging.slot_of(pane)
        if scene is None or scene.viewport is None or slot is None:
            return
        ratio = pane.devicePixelRatioF()
        mark_id = mark_under(scene.reader_marks, scene.viewport, ratio, QPointF(x, y))
        if mark_id is not None:
            self.mark_chosen.emit(mark_id)
        elif self._session.state.options.tool is Tool.MARK:
            self.place_chosen.emit(slot, *scene.viewport.to_image(x, y))

    def _go_to(self, pane: ImagePane, number: int) -> None:
        slot = self._hanging.slot_of(pane)
        image_id = None if slot is None else self._session.state.panes[slot].image_id
        marks = self._session.state.options.tool is Tool.MARK
        if image_id is not None and not marks:
            finding = Finding(image_id=image_id, number=number)
            self._session.apply(lambda state: finding_shown(state, finding))


def _equip(pane: ImagePane, state: SessionState) -> None:
    """Give a pane the tool and the gestures in use."""
    tool = state.options.tool
    is_drawing = tool is Tool.MARK or tool in SHAPES
    pane.show_cursor(Qt.CursorShape.CrossCursor if is_drawing else None)
    pane.set_drag_action(Qt.MouseButton.LeftButton, _DRAGS.get(tool, DragAction.NONE))
    pane.use_gestures(state.options.gestures)


def _maximised(state: SessionState, slot: Slot) -> SessionState:
    """An empty pane is not worth the whole window."""
    if state.image_in(slot) is None:
        return state
    return maximised(state, slot)


def _plain_grey(widget: QWidget) -> ScreenGrey:
    del widget
    return ScreenGrey()


def _shared_context(state: SessionState, screen: ScreenGrey) -> PaneContext:
    """What is the same in every pane of a window."""
    return PaneContext(
        overlay=replace(state.overlay, visible=state.overlay_is_drawn),
        text=TextSettings(
            corner_text=state.options.text,
            identity=state.options.identity,
            technique=state.options.technique,
            ai=state.options.ai_words,
        ),
        reader_marks=state.reader_marks,
        grey=GreyDrawing(maximum=state.options.grey.maximum, screen=screen),
    )


def _context(
    state: SessionState,
    slot: Slot,
    shared: PaneContext,
    *,
    moving: MovingWords,
    picked: PickedDrawing | None,
    slab: SlabParts | None,
) -> PaneContext:
    exam = study_in(state, slot)
    return PaneContext(
        exam_alias=exam.alias if exam else "",
        identity=exam.identity if exam else None,
        overlay=shared.overlay,
        text=shared.text,
        reader_marks=shared.reader_marks,
        marks=pane_marks(state, slot),
        grey=shared.grey,
        other_study=other_study(relation_in(state, slot)),
        repeat=repeat_words(state, slot),
        pitch=state.pitches.get(slot),
        moving=moving,
        picked=picked,
        slab=slab,
    )


def _of_exams(state: SessionState, slot: Slot) -> tuple[object, ...] | None:
    """What a pane takes from the open exams: one that comes or goes elsewhere concerns it not."""
    if slot not in state.panes:
        return None
    return (
        SameObject(state.image_in(slot)),
        SameObject(study_in(state, slot)),
        relation_in(state, slot),
        empty_words(state, slot),
    )


def _text_changed(change: Change) -> bool:
    return _words_of(change.old.options) != _words_of(change.new.options)


def _words_of(options: Options) -> tuple[bool, ...]:
    return (
        options.text,
        options.identity,
        options.technique,
        options.ai_words,
        options.grey.maximum,
    )
