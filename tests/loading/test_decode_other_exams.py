"""Decoding exams that do not hang: ahead of the reader, and for the AI."""

from __future__ import annotations

from decode_builders import WAIT, CountingFrames, Reports, idle, source

from viewer.loading.decode_pool import DecodePool
from viewer.loading.errors import UnreadableImage
from viewer.loading.frame_store import FrameStore


def test_exams_ahead_are_decoded_when_what_hangs_is_complete_and_hang_at_once(
    pool: DecodePool, reports: Reports, store: FrameStore
) -> None:
    hung, following, before = CountingFrames(3), CountingFrames(4), CountingFrames(3)
    hung.gate.clear()
    sources = {"n": source(following), "p": source(before)}
    pool.open({"h": source(hung)}, sources)
    pool.prefetch([{"n": 2}, {"p": 1}])
    pool.focus([("h", 1)])
    assert hung.started.acquire(timeout=WAIT)
    assert following.read == before.read == []
    hung.gate.set()
    idle(pool)
    assert (following.read, before.read) == ([2, 3, 1, 0], [1, 2, 0])
    assert [image_id for image_id, _ in reports.ready] == ["h", "h", "h"]
    pool.open({"n": sources["n"]}, {"p": sources["p"]})
    pool.focus([("n", 2)])
    assert pool.frame("n", 2) is not None
    idle(pool)
    assert len(following.read) == 4
    assert store.stats().frames == 7


def test_decoding_ahead_stops_where_the_budget_ends_and_loops_nowhere(reports: Reports) -> None:
    hung, following = CountingFrames(4), CountingFrames(40)
    store = FrameStore(2000)
    pool = DecodePool(
        store=store, workers=1, on_ready=reports.on_ready, on_failed=reports.on_failed
    )
    pool.open({"h": source(hung)}, {"n": source(following)})
    pool.prefetch([{"n": 20}])
    pool.focus([("h", 1)])
    idle(pool)
    assert 5 <= len(following.read) <= 7
    assert store.missing([("h", index) for index in range(4)]) == ()
    assert store.missing([("n", 20), ("n", 21), ("n", 19)]) == ()
    assert store.stats().stored_bytes <= 2000
    pool.close()


def test_an_exam_that_fills_the_budget_leaves_nothing_for_others(reports: Reports) -> None:
    hung, following = CountingFrames(50), CountingFrames(3)
    store = FrameStore(2000)
    pool = DecodePool(
        store=store, workers=1, on_ready=reports.on_ready, on_failed=reports.on_failed
    )
    pool.open({"h": source(hung)}, {"n": source(following)})
    pool.prefetch([{"n": 1}])
    pool.focus([("h", 25)])
    idle(pool)
    assert len(following.read) <= 1
    assert store.missing([("h", index) for index in range(23, 28)]) == ()
    pool.close()


def test_frames_of_an_exam_that_is_closed_or_laid_anew_meanwhile_are_dropped(
    pool: DecodePool, reports: Reports, store: FrameStore
) -> None:
    sources = {"n": source(CountingFrames(2)), "p": source(CountingFrames(2))}
    hung = source(CountingFrames(1))
    pool.open({"h": hung}, sources)
    pool.prefetch([{"n": 0}, {"p": 0}])
    pool.focus([("h", 0)])
    idle(pool)
    assert store.stats().frames == 5
    pool.know({"n": source(CountingFrames(2))})
    assert store.missing([("n", 0), ("p", 0), ("h", 0)]) == (("n", 0), ("p", 0))


def test_a_slice_ahead_that_fails_stops_no_other_and_is_reported_when_its_exam_hangs(
    pool: DecodePool, reports: Reports, store: FrameStore
) -> None:
    error = UnreadableImage("cut short")
    broken = source(CountingFrames(2, fail={0: error}))
    pool.open({"h": source(CountingFrames(1))}, {"n": broken})
    pool.prefetch([{"n": 0}])
    pool.focus([("h", 0)])
    idle(pool)
    assert reports.failed == []
    assert store.missing([("n", 0), ("n", 1)]) == (("n", 0),)
    pool.open({"n": broken})
    pool.focus([("n", 0)])
    reports.wait_for(2)
    assert reports.failed == [("n", 0, error)]


def test_another_open_exam_is_read_for_the_ai_through_the_same_store(
    pool: DecodePool, store: FrameStore
) -> None:
    hung, other = CountingFrames(2), CountingFrames(4)
    pool.open({"a": source(hung)}, {"b": source(other)})
    pool.focus([("a", 0)])
    idle(pool)
    for _ in range(2):
        for slice_index in range(4):
            assert pool.source("b").read_frame(slice_index)[5, 5] == slice_index + 1
    assert sorted(other.read) == [0, 1, 2, 3]
    assert store.missing([("b", 0), ("b", 3)]) == ()


def test_frames_of_another_exam_cost_the_one_that_hangs_none() -> None:
    small = FrameStore(2 * 10 * 10 * 2 + 100)
    pool = DecodePool(store=small, on_ready=lambda *_: None, on_failed=lambda *_: None)
    try:
        hung, other = CountingFrames(2), CountingFrames(4)
        pool.open({"a": source(hung)}, {"b": source(other)})
        pool.focus([("a", 0)])
        idle(pool)
        kept = [key for key in (("a", 0), ("a", 1)) if not small.missing([key])]
        assert kept
        for slice_index in range(4):
            assert pool.source("b").read_frame(slice_index)[5, 5] == slice_index + 1
        assert small.missing(kept) == ()
    finally:
        pool.close()
