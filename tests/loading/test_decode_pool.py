"""Decoding in threads: order, sharing, failures, closing."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from decode_builders import WAIT, CountingFrames, Reports, source

from viewer.domain.geometry import AS_STORED
from viewer.loading.decode_pool import DecodePool
from viewer.loading.errors import ExamClosed, UnreadableImage
from viewer.loading.frame_source import LaidFrames
from viewer.loading.frame_store import FrameStore


def test_the_visible_slice_is_decoded_first_then_outwards(
    pool: DecodePool, reports: Reports
) -> None:
    frames = CountingFrames(7)
    pool.open({"a": source(frames)})
    pool.focus([("a", 3)])
    reports.wait_for(7)
    assert frames.read == [3, 4, 2, 5, 1, 6, 0]
    assert reports.ready == [("a", index) for index in frames.read]
    frame = pool.frame("a", 5)
    assert frame is not None
    assert frame.pixels.max() == 6


def test_a_new_focus_overtakes_what_was_asked_before(pool: DecodePool, reports: Reports) -> None:
    frames = CountingFrames(50)
    frames.gate.clear()
    pool.open({"a": source(frames)})
    pool.focus([("a", 10)])
    assert frames.started.acquire(timeout=WAIT)
    pool.focus([("a", 20)], 1)
    pool.focus([("a", 40)], 1)
    frames.gate.set()
    reports.wait_for(50)
    assert frames.read[:4] == [10, 40, 41, 42]


def test_a_frame_is_never_decoded_twice(pool: DecodePool, reports: Reports) -> None:
    frames = CountingFrames(5)
    frames.gate.clear()
    pool.open({"a": source(frames)})
    pool.focus([("a", 2)])
    assert frames.started.acquire(timeout=WAIT)
    found: list[object] = []
    readers = [
        threading.Thread(target=lambda: found.append(pool.frame("a", 2, wait=True)))
        for _ in range(3)
    ]
    for reader in readers:
        reader.start()
    frames.gate.set()
    for reader in readers:
        reader.join(WAIT)
    assert len(found) == 3
    assert len({id(frame) for frame in found}) == 1
    reports.wait_for(5)
    assert sorted(frames.read) == [0, 1, 2, 3, 4]


def test_a_frame_that_is_awaited_comes_before_those_ahead(
    pool: DecodePool, reports: Reports
) -> None:
    frames = CountingFrames(9)
    pool.open({"a": source(frames)})
    frame = pool.frame("a", 8, wait=True)
    assert frame is not None
    assert frames.read == [8]
    assert pool.frame("a", 1) is None


def test_a_slice_that_cannot_be_decoded_is_reported_once_and_the_others_come(
    pool: DecodePool, reports: Reports
) -> None:
    error = UnreadableImage("cut short")
    pool.open({"a": source(CountingFrames(4, fail={1: error}))})
    pool.focus([("a", 1)])
    reports.wait_for(4)
    assert reports.failed == [("a", 1, error)]
    assert len(reports.ready) == 3
    with pytest.raises(UnreadableImage, match="cut short"):
        pool.frame("a", 1, wait=True)


def test_a_bug_in_a_decoder_is_a_failed_slice_not_a_dead_thread(
    pool: DecodePool, reports: Reports
) -> None:
    frames = CountingFrames(3, fail={1: ZeroDivisionError(), 2: MemoryError()})
    pool.open({"a": source(frames)})
    pool.focus([("a", 1)])
    reports.wait_for(3)
    assert [slice_index for _, slice_index, _ in reports.failed] == [1, 2]
    assert reports.ready == [("a", 0)]


def test_decoding_stops_where_the_budget_ends(reports: Reports) -> None:
    frames = CountingFrames(50)
    pool = DecodePool(
        store=FrameStore(2000), workers=1, on_ready=reports.on_ready, on_failed=reports.on_failed
    )
    pool.open({"a": source(frames)})
    pool.focus([("a", 25)])
    reports.wait_for(8)
    with reports.changed:
        assert reports.changed.wait_for(pool.idle, timeout=WAIT)
    assert 8 <= len(frames.read) <= 11
    pool.focus([("a", 26)])
    reports.wait_for(len(frames.read) + 1)
    pool.close()


def test_frames_of_a_closed_exam_are_dropped(
    pool: DecodePool, reports: Reports, store: FrameStore
) -> None:
    first, second = CountingFrames(3), CountingFrames(2)
    first.gate.clear()
    pool.open({"a": source(first)})
    pool.focus([("a", 1)])
    assert first.started.acquire(timeout=WAIT)
    waiting: list[BaseException] = []

    def wait() -> None:
        try:
            pool.frame("a", 1, wait=True)
        except ExamClosed as error:
            waiting.append(error)

    reader = threading.Thread(target=wait)
    reader.start()
    pool.open({"b": source(second)})
    first.gate.set()
    reader.join(WAIT)
    pool.focus([("b", 0)])
    reports.wait_for(2)
    assert len(waiting) == 1
    assert [image_id for image_id, _ in reports.ready] == ["b", "b"]
    assert store.stats().frames == 2


def test_an_image_that_was_laid_anew_is_decoded_anew(pool: DecodePool, reports: Reports) -> None:
    frames, other = CountingFrames(1), CountingFrames(1)
    kept = source(other)
    pool.open({"a": source(frames), "b": kept})
    pool.focus([("a", 0), ("b", 0)])
    reports.wait_for(2)
    pool.open({"a": source(frames), "b": kept})
    pool.focus([("a", 0), ("b", 0)])
    reports.wait_for(3)
    assert frames.read == [0, 0]
    assert other.read == [0]


def test_a_pool_that_is_closed_frees_whoever_waits(store: FrameStore, reports: Reports) -> None:
    pool = DecodePool(store=store, on_ready=reports.on_ready, on_failed=reports.on_failed)
    frames = CountingFrames(3)
    frames.gate.clear()
    pool.open({"a": source(frames)})
    failures: list[BaseException] = []

    def wait() -> None:
        try:
            pool.frame("a", 0, wait=True)
        except ExamClosed as error:
            failures.append(error)

    reader = threading.Thread(target=wait)
    reader.start()
    assert frames.started.acquire(timeout=WAIT)
    closing = threading.Thread(target=pool.close)
    closing.start()
    reader.join(WAIT)
    frames.gate.set()
    closing.join(WAIT)
    assert len(failures) == 1
    assert not closing.is_alive()
    with pytest.raises(ExamClosed):
        pool.frame("a", 0, wait=True)


def test_pooled_frames_are_shared_with_the_screen(pool: DecodePool, reports: Reports) -> None:
    frames = CountingFrames(3)
    pool.open({"a": source(frames)})
    pool.focus([("a", 1)])
    reports.wait_for(3)
    pooled = pool.source("a")
    assert pooled.slices == 3
    np.testing.assert_array_equal(pooled.read_frame(1), pooled.read_values(1))
    assert pooled.read_frame(2).shape == (12, 12)
    assert len(frames.read) == 3


def test_inexact_values_bypass_the_pool(pool: DecodePool) -> None:
    frames = CountingFrames(2)
    frames.codes_are_exact = False
    pool.open({"a": source(frames)})
    assert pool.source("a").read_values(1).max() == 2
    assert pool.frame("a", 1) is None


def test_the_first_frame_of_an_exam_is_handed_out_once() -> None:
    frames = CountingFrames(3)
    first = np.full((4, 4), 9, np.uint16)
    laid = LaidFrames(frames, AS_STORED, first_frame=(1, first))
    assert laid.read_frame(0).max() == 1
    np.testing.assert_array_equal(laid.read_frame(1), first)
    assert laid.read_frame(1).max() == 2


def test_an_image_that_is_not_open_has_no_frames(pool: DecodePool) -> None:
    with pytest.raises(KeyError):
        pool.source("nothing")
