"""Keeping decoded frames within a budget, and the order they are decoded in."""

from __future__ import annotations

from collections import namedtuple

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from viewer.domain.frame import Frame
from viewer.loading.decode_order import decode_order, later_order
from viewer.loading.frame_store import FrameStore
from viewer.loading.memory_budget import SMALLEST_BUDGET, automatic_budget, frame_budget


def frame(rows: int = 10) -> Frame:
    """A frame of rows x 10 pixels: rows * 20 bytes."""
    codes = np.zeros((rows + 2, 12), np.uint16)
    codes[1:-1, 1:-1] = 7
    return Frame.cropped(codes)


def test_what_was_put_comes_back_and_is_counted() -> None:
    store = FrameStore(1000)
    one = frame()
    store.put("a", 0, one)
    assert store.get("a", 0) is one
    assert store.get("a", 1) is None
    stats = store.stats()
    assert (stats.frames, stats.stored_bytes, stats.hits, stats.misses) == (1, 200, 1, 1)


def test_the_least_recently_used_goes_first() -> None:
    store = FrameStore(600)
    for index in range(3):
        store.put("a", index, frame())
    store.get("a", 0)
    store.put("a", 3, frame())
    assert store.missing([("a", index) for index in range(4)]) == (("a", 1),)
    assert store.stats().evicted == 1


def test_what_is_on_screen_stays_whatever_the_budget() -> None:
    store = FrameStore(100)
    store.pin([("a", 0), ("b", 0)])
    for key in (("a", 0), ("b", 0), ("a", 1), ("a", 2)):
        store.put(*key, frame())
    assert store.missing([("a", 0), ("b", 0)]) == ()
    assert store.stats().frames <= 3


def test_what_is_wanted_least_goes_first() -> None:
    store = FrameStore(600)
    for index in range(3):
        store.put("a", index, frame())
    store.want([("a", 2), ("a", 0), ("a", 1)])
    store.put("a", 3, frame())
    assert store.missing([("a", 1)]) == (("a", 1),)


def test_frames_nobody_waits_for_go_first_then_those_ahead_then_those_that_hang() -> None:
    store = FrameStore(1200)
    for key in (("hung", 0), ("hung", 1), ("next", 0), ("next", 1), ("old", 0), ("old", 1)):
        store.put(*key, frame())
    store.serve({"hung"}, [("next", 0), ("next", 1)])
    order = []
    everything = [(i, n) for i in ("hung", "next", "old") for n in (0, 1)]
    for number in range(5):
        store.put("hung", 2 + number, frame())
        gone = [key for key in store.missing(everything) if key not in order]
        order += gone
    assert order == [("old", 0), ("old", 1), ("next", 1), ("next", 0), ("hung", 0)]


def test_a_frame_ahead_never_costs_one_that_hangs() -> None:
    store = FrameStore(600)
    store.serve({"hung"}, [("next", 0), ("next", 1)])
    store.put("hung", 0, frame())
    store.put("hung", 1, frame())
    assert store.has_room_for(("next", 0), 200)
    store.put("next", 0, frame())
    assert not store.has_room_for(("next", 1), 200)
    store.put("next", 1, frame())
    assert store.missing([("hung", 0), ("hung", 1), ("next", 0)]) == ()
    assert store.missing([("next", 1)]) == (("next", 1),)
    assert not store.has_room_for(("unknown", 0), 1)


def test_what_something_else_takes_is_part_of_the_budget() -> None:
    store = FrameStore(600)
    for index in range(3):
        store.put("a", index, frame())
    store.take(300)
    assert store.stats().frames == 1
    assert store.stats().stored_bytes == 500
    assert (store.budget_bytes, store.stats().budget_bytes) == (300, 600)


def test_every_other_user_of_the_budget_counts_with_what_it_said_last() -> None:
    store = FrameStore(600)
    one, other = store.taker(), store.taker()
    one(100)
    other(200)
    one(50)
    store.take(25)
    assert store.budget_bytes == 600 - 275
    other(0)
    assert store.budget_bytes == 600 - 75


def test_the_automatic_budget_is_a_third_of_the_memory_and_never_too_little(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory = namedtuple("memory", "total")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory(6 << 30))
    assert automatic_budget() == 2 << 30
    assert frame_budget(None) == 2 << 30
    assert frame_budget(512) == 512 << 20
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory(100 << 20))
    assert automatic_budget() == SMALLEST_BUDGET


def test_a_frame_that_is_put_again_counts_once() -> None:
    store = FrameStore(1000)
    store.put("a", 0, frame())
    store.put("a", 0, frame(20))
    assert (store.stats().frames, store.stats().stored_bytes) == (1, 400)


def test_other_images_are_dropped() -> None:
    store = FrameStore(1000)
    store.put("a", 0, frame())
    store.put("b", 0, frame())
    store.keep_only({"b"})
    assert (store.stats().frames, store.stats().stored_bytes) == (1, 200)


@given(
    puts=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5), st.integers(1, 30))),
    pinned=st.sets(st.tuples(st.sampled_from("ab"), st.integers(0, 5)), max_size=3),
)
def test_the_budget_holds_beyond_what_is_pinned(
    puts: list[tuple[str, int, int]], pinned: set[tuple[str, int]]
) -> None:
    store = FrameStore(1000)
    store.pin(pinned)
    largest = 30 * 20
    for image_id, slice_index, rows in puts:
        store.put(image_id, slice_index, frame(rows))
        assert store.get(image_id, slice_index) is not None
        assert store.stats().stored_bytes <= 1000 + largest * (len(pinned) + 1)


visible = st.lists(st.tuples(st.sampled_from("abcx"), st.integers(0, 9)), max_size=4, unique=True)


@given(visible=visible, direction=st.sampled_from([-1, 0, 1]))
def test_every_frame_has_its_turn_once_and_the_visible_ones_first(
    visible: list[tuple[str, int]], direction: int
) -> None:
    slices = {"a": 10, "b": 10, "c": 11}
    order = list(decode_order(visible, direction, slices))
    assert sorted(order) == [(image, index) for image in "abc" for index in range(slices[image])]
    shown = [key for key in visible if key[0] in slices]
    assert order[: len(shown)] == shown


def test_frames_come_outwards_from_the_visible_one() -> None:
    order = list(decode_order([("a", 4)], 0, {"a": 9}))
    assert [index for _, index in order] == [4, 5, 3, 6, 2, 7, 1, 8, 0]


def test_more_come_in_the_direction_of_travel() -> None:
    ahead = [index for _, index in decode_order([("a", 10)], 1, {"a": 40})]
    assert ahead[:9] == [10, 11, 12, 13, 9, 14, 15, 16, 8]
    behind = [index for _, index in decode_order([("a", 10)], -1, {"a": 40})]
    assert behind[:5] == [10, 9, 8, 7, 11]


def test_panes_take_turns_and_hidden_images_come_last_from_their_middle() -> None:
    order = list(decode_order([("a", 1), ("b", 1)], 0, {"a": 3, "b": 3, "c": 3}))
    assert order[:6] == [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 0), ("b", 0)]
    assert order[6] == ("c", 1)


def test_exams_ahead_begin_with_what_they_will_show() -> None:
    exams = [{"a": 2, "b": 0}, {"c": 1}]
    order = list(later_order(exams, {"a": 4, "b": 1, "c": 3}))
    assert order == [
        *(("a", 2), ("c", 1), ("b", 0)),
        *(("a", 3), ("a", 1), ("a", 0)),
        *(("c", 2), ("c", 0)),
    ]


def test_what_is_kept_beside_the_frames_takes_room_of_theirs_and_gives_it_back() -> None:
    beside = [0]
    store = FrameStore(600, beside=lambda: beside[0])
    for index in range(3):
        store.put("a", index, frame())
    beside[0] = 400
    store.trim()
    assert store.missing([("a", index) for index in range(3)]) == (("a", 0), ("a", 1))
    assert store.stats().stored_bytes == 600
    assert store.budget_bytes == 200
    beside[0] = 0
    store.put("a", 3, frame())
    assert store.stats().frames == 2
    beside[0] = 400
    store.put("a", 4, frame())
    assert store.missing([("a", index) for index in range(5)]) == tuple(
        ("a", index) for index in range(4)
    )
