"""Where the pixels of the open exams are, and what decodes those that hang."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from viewer.domain.exam import Exam
from viewer.domain.frame import Frame
from viewer.domain.view import View
from viewer.jobs.decode_signals import DecodeSignals
from viewer.jobs.open_frames import OpenFrames
from viewer.loading.decode_pool import DecodePool
from viewer.loading.frame_source import FrameSource
from viewer.loading.frame_store import FrameKey, FrameStore
from viewer.loading.located_exam import LocatedExam, assign_view
from viewer.loading.reread_exam import reread
from viewer.session.exams import corrected
from viewer.session.next_exams import exams_ahead, slices_on_hanging
from viewer.session.patient import studies_at_hand
from viewer.session.readings import exams_renewed, opened
from viewer.session.session import Change, Session
from viewer.session.slabs import shown_slices
from viewer.session.state import SessionState


class TakeIn(Protocol):
    """Takes exams into the session's state."""

    def __call__(
        self, state: SessionState, exams: Iterable[Exam], anew: Set[str], /
    ) -> SessionState:
        """Return the state with them; anew: ids of open images that are not what they were."""
        ...


class ExamFiles(QObject):
    """Keeps the decode pool in step with the session: what hangs, what is on screen."""

    frames_dropped = Signal()
    """Something that was decoded, or known of findings, does not hold any more."""

    def __init__(
        self,
        *,
        session: Session,
        store: FrameStore,
        pool: DecodePool,
        signals: DecodeSignals,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._store = store
        self._pool = pool
        self._signals = signals
        self._located: dict[str, LocatedExam] = {}
        self._direction = 0
        self._focused: tuple[FrameKey, ...] | None = None
        """What the pool was last told is on screen; None once it has other images."""
        self._at_hand: tuple[str, ...] = ()
        self._ahead: tuple[str, ...] = ()
        session.changed.connect(self._follow)

    def open(self, exams: Iterable[LocatedExam]) -> None:
        """Add exams to the session and hang the first.

        What is open already and reads the same stays as it is, its decoded slices too. Slices that
        could not be decoded are tried again.
        """
        self._take(exams, opened)

    def renew(self, exams: Iterable[LocatedExam]) -> None:
        """Take newer readings of exams and open those that are not open; what hangs stays."""
        self._take(exams, exams_renewed)

    def _take(self, exams: Iterable[LocatedExam], transition: TakeIn) -> None:
        readings = [reread(exam, self._located.get(exam.exam.exam_id)) for exam in exams]
        located = {r.located.exam.exam_id: r.located for r in readings}
        anew = frozenset(image_id for r in readings for image_id in r.anew)
        hung = self._session.state.exam_id
        self._located |= located
        new = [exam.exam for exam in located.values()]
        self._session.apply(lambda state: transition(state, new, anew))
        if hung == self._session.state.exam_id and located.keys() & set(self._at_hand):
            # The same state, but perhaps other sources; the pool must not keep the old ones.
            self._hang(hung)
            self._focus(0)
        elif anew:
            self._know_others()
        if anew or any(r.other_masks for r in readings):
            self.frames_dropped.emit()

    def assign_view(self, exam: Exam, image_id: str, view: View) -> None:
        """Lay an image as another view."""
        located = assign_view(self._located[exam.exam_id], image_id, view)
        self._located[exam.exam_id] = located
        # First the session, which stops the AI on the image, then the frames as laid now.
        self._session.apply(lambda state: corrected(state, located.exam))
        if self._session.state.exam_id == exam.exam_id:
            self._hang_anew(exam.exam_id)
        else:
            self._know_others()

    def prefetch(self, exam_ids: Sequence[str]) -> None:
        """Decode other open exams ahead, the one most likely to hang next first.

        They wait for the exam that hangs and never cost it a frame. When exams open, close or
        hang, those near in the worklist take their place.
        """
        self._ahead = tuple(exam_ids)
        wanted = [self._located[i] for i in exam_ids if i in self._located]
        self._pool.prefetch([slices_on_hanging(self._session.state, e.exam) for e in wanted])

    def located(self, exam_id: str) -> LocatedExam | None:
        """An open exam with its files."""
        return self._located.get(exam_id)

    def frame(self, image_id: str, slice_index: int) -> Frame | None:
        """A frame of the exam that hangs, if it is decoded."""
        return self._pool.frame(image_id, slice_index)

    def decoded(self, image_id: str, slices: int) -> frozenset[int]:
        """The slices of an image that can be shown at once."""
        keys = [(image_id, slice_index) for slice_index in range(slices)]
        missing = {key[1] for key in self._store.missing(keys)}
        return frozenset(range(slices)) - missing

    def frame_problem(self, image_id: str, slice_index: int) -> str | None:
        """Why a frame cannot be shown, if it cannot."""
        return self._signals.problem_of((image_id, slice_index))

    def frames_for_ai(self, image_id: str) -> OpenFrames:
        """An image's frames for the inference thread. Raises KeyError when it is not open."""
        for located in self._located.values():
            if image_id in located.frames:
                own = located.frames[image_id]
                return OpenFrames(image_id=image_id, own=own, pool=self._pool)
        raise KeyError(image_id)

    def room_taker(self) -> Callable[[int], None]:
        """Return a function by which a part says how many bytes it keeps beside the frames."""
        return self._store.taker()

    def close(self) -> None:
        """Stop decoding."""
        self._pool.close()

    def _follow(self, change: Change) -> None:
        if change.touches("exams"):
            open_ids = {exam.exam_id for exam in change.new.exams}
            self._located = {i: exam for i, exam in self._located.items() if i in open_ids}
        if change.touches("exam_id") or self._needs_others(change):
            self._hang(change.new.exam_id)
        elif change.touches("exams"):
            self._know_others()
        elif _lists_otherwise(change) and exams_ahead(change.new) != self._ahead:
            self.prefetch(exams_ahead(change.new))
        if change.touches("exams", "exam_id", "panes", "active", "layout"):
            self._focus(_direction(change) or self._direction)

    def _needs_others(self, change: Change) -> bool:
        """Whether priors came or went, or a pane shows an image of an exam not read so far."""
        moved = change.touches("exams", "confirmed_patients") or not change.is_scrolling
        return moved and studies_at_hand(change.new) != self._at_hand

    def _hang_anew(self, exam_id: str) -> None:
        self._hang(exam_id)
        self._focus(0)
        self.frames_dropped.emit()

    def _hang(self, exam_id: str | None) -> None:
        self._signals.forget()
        self._direction, self._focused = 0, None
        self._at_hand = studies_at_hand(self._session.state)
        located = [self._located[i] for i in self._at_hand if i in self._located]
        frames = {i: source for exam in located for i, source in exam.frames.items()}
        self._pool.open(frames, self._others())
        self.prefetch(exams_ahead(self._session.state))

    def _know_others(self) -> None:
        self._pool.know(self._others())
        self.prefetch(exams_ahead(self._session.state))

    def _others(self) -> dict[str, FrameSource]:
        """The images of the open exams that are not at hand."""
        others = (exam for i, exam in self._located.items() if i not in self._at_hand)
        return {i: source for exam in others for i, source in exam.frames.items()}

    def _focus(self, direction: int) -> None:
        """Tell the pool what is on screen, unless it knows: a dragged window changes nothing."""
        visible = self._visible()
        if visible == self._focused and direction == self._direction:
            return
        self._focused, self._direction = visible, direction
        self._pool.focus(visible, direction)

    def _visible(self) -> tuple[FrameKey, ...]:
        """The frames on screen, the active pane's first."""
        state = self._session.state
        slots = dict.fromkeys((state.active, *state.shown_slots))
        panes = [state.panes[slot] for slot in slots]
        shown = [(p.image_id, shown_slices(state, p)) for p in panes if p.image_id is not None]
        # Every pane's own slice before the rest of any slab.
        own = [(image_id, slices[0]) for image_id, slices in shown]
        return (*own, *((i, index) for i, slices in shown for index in slices[1:]))


def _lists_otherwise(change: Change) -> bool:
    """Whether other exams may stand next to the one that hangs in the worklist."""
    before, after = change.old.worklist, change.new.worklist
    return before.rows is not after.rows or before.filter is not after.filter


def _direction(change: Change) -> int:
    """Which way the active pane scrolled; 0 when it did not."""
    before, after = change.old.active_pane, change.new.active_pane
    if before.image_id != after.image_id:
        return 0
    return (after.slice_index > before.slice_index) - (after.slice_index < before.slice_index)
