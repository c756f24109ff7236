"""What a step of the reader leaves alone: parts that show the same before and after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from running_program import RunningProgram

from viewer.domain.hanging import Slot
from viewer.session.key_images import key_image_toggled
from viewer.session.options import linked_scrolling_toggled
from viewer.session.scrolling import scrolled, to_slice
from viewer.session.slabs import slab_stepped
from viewer.session.windows import window_dragged


@pytest.fixture
def reading(start: Callable[..., RunningProgram], phantom: Path, qtbot: QtBot) -> RunningProgram:
    """Four linked volumes, decoded."""
    running = start()
    running.open(phantom)
    qtbot.waitUntil(running.program.pool.idle, timeout=20_000)
    running.program.session.apply(linked_scrolling_toggled)
    running.program.session.apply(lambda state: to_slice(state, Slot.RCC, 1))
    return running


def dragged(running: RunningProgram) -> None:
    running.program.session.apply(lambda state: window_dragged(state, Slot.RCC, 8.0, 3.0))


@pytest.fixture
def focused(reading: RunningProgram, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The directions of travel that the decoding threads are told."""
    told: list[int] = []
    pool = reading.program.pool
    real = pool.focus

    def noted(visible, direction: int = 0) -> None:
        told.append(direction)
        real(visible, direction)

    monkeypatch.setattr(pool, "focus", noted)
    return told


def test_a_dragged_window_asks_for_no_other_slices(
    reading: RunningProgram, focused: list[int]
) -> None:
    before = reading.state
    dragged(reading)
    assert reading.state is not before
    assert focused == []


def test_slices_slabs_and_turning_round_are_told_to_those_who_decode(
    reading: RunningProgram, focused: list[int]
) -> None:
    apply = reading.program.session.apply
    apply(lambda state: scrolled(state, Slot.RCC, 1))
    apply(lambda state: scrolled(state, Slot.RCC, -1))
    apply(lambda state: slab_stepped(state, Slot.RCC, 1))
    assert focused == [1, -1, -1]


def test_the_exam_that_hangs_anew_is_asked_for_anew(
    reading: RunningProgram, focused: list[int]
) -> None:
    exam_id = reading.state.exam_id
    apply = reading.program.session.apply
    apply(lambda state: replace(state, exam_id=None))
    focused.clear()
    apply(lambda state: replace(state, exam_id=exam_id))
    assert focused == [0]


def test_the_strip_stays_as_it_is_while_a_window_is_dragged(reading: RunningProgram) -> None:
    strip = reading.program.strip
    shown = strip.strip
    dragged(reading)
    assert strip.strip is shown


def test_the_strip_follows_the_slice_and_the_active_pane(reading: RunningProgram) -> None:
    strip, apply = reading.program.strip, reading.program.session.apply
    apply(lambda state: scrolled(state, Slot.RCC, 1))
    assert strip.strip is not None
    assert strip.strip.slice_index == 2
    apply(lambda state: replace(state, options=replace(state.options, linked_scrolling=False)))
    apply(lambda state: scrolled(state, Slot.LCC, -1))
    apply(lambda state: replace(state, active=Slot.LCC))
    assert strip.strip.slice_index == 1


def test_the_list_says_which_key_image_is_shown_after_every_step(
    reading: RunningProgram, qtbot: QtBot
) -> None:
    block, apply = reading.program.marks.block, reading.program.session.apply
    qtbot.waitUntil(lambda: reading.state.exam_id in reading.state.marks.exams)
    apply(key_image_toggled)
    qtbot.waitUntil(lambda: [line.is_current for line in block.rows.lines] == [True])
    apply(lambda state: scrolled(state, Slot.RCC, 1))
    qtbot.waitUntil(lambda: [line.is_current for line in block.rows.lines] == [False])
