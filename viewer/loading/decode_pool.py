"""Threads that decode frames before they are needed, the visible ones first."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.process import yield_to_window
from viewer.domain.frame import Frame
from viewer.loading.decode_order import decode_order, later_order
from viewer.loading.errors import ExamClosed, UnreadableImage
from viewer.loading.frame_reader import FrameReader, ReadFrame
from viewer.loading.frame_source import FrameSource, LaidFrames
from viewer.loading.frame_store import FrameKey, FrameStore

log = logging.getLogger(__name__)

FrameReady = Callable[[str, int], None]
FrameFailed = Callable[[str, int, UnreadableImage], None]


class DecodePool:
    """Decodes what is on screen, then outwards, then the rest while the budget lasts.

    When the exam that hangs is complete, or fills the budget, exams that may hang next are decoded
    ahead while that drops nothing of it. on_ready and on_failed are called from the worker threads,
    once for each decoded frame of what hangs; they must return quickly. No Qt here.
    """

    def __init__(
        self,
        *,
        store: FrameStore,
        on_ready: FrameReady,
        on_failed: FrameFailed,
        workers: int = 2,
        reader: FrameReader | None = None,
    ) -> None:
        """reader: how a slice is read; None: always decoded from its file."""
        self._store = store
        self._reader = reader or FrameReader()
        self._on_ready = on_ready
        self._on_failed = on_failed
        self._changed = threading.Condition()
        self._frames: Mapping[str, FrameSource] = {}
        self._slices: Mapping[str, int] = {}
        self._others: Mapping[str, FrameSource] = {}
        self._queue: list[FrameKey] = []
        self._later: list[FrameKey] = []
        self._awaited: list[FrameKey] = []
        self._decoding: set[FrameKey] = set()
        self._keeping = 0
        self._failed: dict[FrameKey, UnreadableImage] = {}
        self._visible: tuple[FrameKey, ...] = ()
        self._typical_bytes = 0.0
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"decode-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def open(
        self, frames: Mapping[str, FrameSource], others: Mapping[str, FrameSource] | None = None
    ) -> None:
        """Decode these images from now on.

        others: images of other open exams, whose frames stay while the budget allows. Frames of
        all other images, and of those that were laid anew, are dropped.
        """
        with self._changed:
            self._replace_sources(frames, others or {})
            self._slices = {image_id: source.slices for image_id, source in frames.items()}
            self._queue, self._visible = [], ()
            self._failed.clear()
            self._typical_bytes = 0.0
            self._store.pin(())
            self._changed.notify_all()

    def know(self, others: Mapping[str, FrameSource]) -> None:
        """Say which images other open exams have, while the same exam hangs."""
        with self._changed:
            self._replace_sources(self._frames, others)
            self._changed.notify_all()

    def prefetch(self, exams: Sequence[Mapping[str, int]]) -> None:
        """Decode images of other open exams ahead, after what hangs.

        exams: for each exam, the one most likely to hang next first, the slice that every image
        will show. Images that are not among the others are left out.
        """
        with self._changed:
            known = [{i: n for i, n in exam.items() if i in self._others} for exam in exams]
            slices = {i: self._others[i].slices for exam in known for i in exam}
            order = list(later_order(known, slices))
            self._store.serve(self._frames, order)
            self._later = order[::-1]
            self._changed.notify_all()

    def focus(self, visible: Sequence[FrameKey], direction: int = 0) -> None:
        """Say what is on screen (the active pane first) and which way the reader scrolls.

        Frames that were asked for earlier and are far from it now are not decoded any more.
        """
        with self._changed:
            order = list(decode_order(visible, direction, self._slices))
            self._visible = tuple(key for key in visible if key[0] in self._slices)
            self._store.pin(self._visible)
            self._store.want(order)
            # Reversed: workers take the most wanted from the end.
            self._queue = order[::-1]
            self._changed.notify_all()

    def frame(self, image_id: str, slice_index: int, *, wait: bool = False) -> Frame | None:
        """Return a frame, or None when it is not decoded yet and wait is False.

        wait: decode it first if need be (after what is on screen) and return it; never decoded
        twice at once. Not for the GUI thread. Raises UnreadableImage when it cannot be decoded
        and ExamClosed when the exam or the pool is closed meanwhile.
        """
        frame = self._store.get(image_id, slice_index)
        if frame is not None or not wait:
            return frame
        return self._awaited_frame((image_id, slice_index))

    def source(self, image_id: str) -> FrameSource:
        """Return an open image's frames through this pool, for consumers that may wait.

        Of what hangs, frames are decoded by the workers; of other open exams in the caller's
        thread, with the same store and cache. Raises KeyError when the image is not open.
        """
        with self._changed:
            source = self._frames.get(image_id)
            if source is None:
                return _OtherFrames(self, image_id, self._others[image_id])
            return _PooledFrames(self, image_id, source)

    def read_other(self, key: FrameKey, source: FrameSource) -> Frame:
        """Return a frame of an exam that does not hang, and keep it as far as there is room.

        Not for the GUI thread. Raises UnreadableImage.
        """
        frame = self._store.get(*key)
        if frame is not None:
            return frame
        read = self._reader.read(key[0], source, key[1])
        with self._changed:
            if self._known(key[0]) is source:
                self._store.put(*key, read.frame, least=True)
        self._reader.keep(read)
        return read.frame

    def idle(self) -> bool:
        """Return whether nothing is being decoded or kept on disk, or left to decode."""
        with self._changed:
            return not self._decoding and not self._keeping and self._next_key() is None

    def close(self) -> None:
        """Stop: waits for the frames being decoded, drops the rest."""
        with self._changed:
            self._closed = True
            self._frames, self._queue, self._awaited = {}, [], []
            self._others, self._later = {}, []
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _awaited_frame(self, key: FrameKey) -> Frame:
        with self._changed:
            source = self._frames.get(key[0])
            if source is None:
                raise ExamClosed("The exam is closed")
            self._awaited.append(key)
            self._changed.notify_all()
            try:
                return self._wait_for(key, source)
            finally:
                if key in self._awaited:
                    self._awaited.remove(key)

    def _wait_for(self, key: FrameKey, source: FrameSource) -> Frame:
        while True:
            if self._frames.get(key[0]) is not source:
                raise ExamClosed("The exam was closed while a frame was being decoded")
            if key in self._failed:
                raise self._failed[key]
            frame = self._store.get(*key)
            if frame is not None:
                return frame
            self._changed.wait()

    def _work(self) -> None:
        yield_to_window()
        while True:
            with self._changed:
                key = self._next_key()
                while key is None and not self._closed:
                    self._changed.wait()
                    key = self._next_key()
                if self._closed or key is None:
                    return
                self._decoding.add(key)
                source = self._known(key[0])
            if source is not None:
                self._decode(key, source)

    def _decode(self, key: FrameKey, source: FrameSource) -> None:
        read: ReadFrame | None = None
        failure: UnreadableImage | None = None
        try:
            read = self._reader.read(key[0], source, key[1])
        except UnreadableImage as error:
            failure = error
        except MemoryError as error:
            failure = UnreadableImage("Not enough memory to decode this slice")
            failure.__cause__ = error
        # The boundary: a bug in one decoder must not end the thread that serves all panes.
        except Exception as error:  # noqa: BLE001
            log.error("decoder failed with %s image=%s slice=%d", type(error).__name__, *key)
            failure = UnreadableImage("This slice could not be decoded (an internal error)")
            failure.__cause__ = error
        with self._changed:
            self._decoding.discard(key)
            self._keeping += 1
            current = self._known(key[0]) is source
            hangs = self._frames.get(key[0]) is source
            if current and read is not None:
                self._store.put(*key, read.frame)
                self._learn_size(read.frame)
            if current and failure is not None:
                self._failed[key] = failure
            if current and read is not None and not hangs and self._store.missing((key,)):
                # The budget is full: more would be decoded in vain.
                self._later = []
            self._changed.notify_all()
        if hangs:
            self._report(key, failure)
        if read is not None:
            self._reader.keep(read)
        with self._changed:
            self._keeping -= 1

    def _replace_sources(
        self, frames: Mapping[str, FrameSource], others: Mapping[str, FrameSource]
    ) -> None:
        """Take other sources and drop what was decoded from those that are gone."""
        before = {**self._others, **self._frames}
        self._frames = dict(frames)
        self._others = {i: source for i, source in others.items() if i not in frames}
        sources = {**self._others, **self._frames}
        same = {i for i, source in sources.items() if before.get(i) is source}
        self._later = []
        self._store.keep_only(same)
        self._store.serve(self._frames, ())
        self._reader.keep_only(same)

    def _known(self, image_id: str) -> FrameSource | None:
        return self._frames.get(image_id) or self._others.get(image_id)

    def _report(self, key: FrameKey, failure: UnreadableImage | None) -> None:
        if failure is None:
            self._on_ready(*key)
        else:
            log.warning("frame unreadable image=%s slice=%d", *key)
            self._on_failed(*key, failure)

    def _learn_size(self, frame: Frame) -> None:
        smoothing = 0.1 if self._typical_bytes else 1.0
        self._typical_bytes += smoothing * (frame.stored_bytes - self._typical_bytes)

    def _next_key(self) -> FrameKey | None:
        """Choose what to decode; call with the lock held. Visible, then awaited, then ahead."""
        for key in self._visible:
            if self._is_wanted(key):
                return key
        for key in self._awaited:
            if self._is_wanted(key):
                return key
        return self._next_ahead() or self._next_later()

    def _next_ahead(self) -> FrameKey | None:
        while self._queue:
            # How far down the order the budget reaches; beyond, decoding would only evict.
            rank = sum(self._slices.values()) - len(self._queue)
            if rank * self._typical_bytes > 0.95 * self._store.budget_bytes:
                return None
            if self._is_wanted(self._queue[-1]):
                return self._queue[-1]
            self._queue.pop()
        return None

    def _next_later(self) -> FrameKey | None:
        while self._later:
            key = self._later[-1]
            if self._is_wanted(key):
                has_room = self._store.has_room_for(key, self._typical_bytes)
                return key if has_room else None
            self._later.pop()
        return None

    def _is_wanted(self, key: FrameKey) -> bool:
        return (
            self._known(key[0]) is not None
            and key not in self._decoding
            and key not in self._failed
            and bool(self._store.missing((key,)))
        )


class _PooledFrames:
    """A FrameSource whose codes are decoded and cached by a pool."""

    def __init__(self, pool: DecodePool, image_id: str, source: FrameSource) -> None:
        self._pool = pool
        self._image_id = image_id
        self._source = source

    @property
    def slices(self) -> int:
        """How many slices the image has."""
        return self._source.slices

    def read_frame(self, slice_index: int) -> NDArray[np.uint16]:
        """Return the codes of one slice; waits for its decoding."""
        frame = self._pool.frame(self._image_id, slice_index, wait=True)
        if frame is None:
            raise ExamClosed("The exam is closed")
        return frame.whole()

    def read_values(self, slice_index: int) -> NDArray[Any]:
        """Return the exact numbers of one slice."""
        if isinstance(self._source, LaidFrames) and self._source.values_are_codes:
            return self.read_frame(slice_index)
        return self._source.read_values(slice_index)


class _OtherFrames(_PooledFrames):
    """The frames of an open exam that does not hang."""

    def read_frame(self, slice_index: int) -> NDArray[np.uint16]:
        """Return the codes of one slice, from the store or the cache where it is there."""
        return self._pool.read_other((self._image_id, slice_index), self._source).whole()
