"""Moving through real phantom volumes in the real window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from running_program import RunningProgram

from viewer.domain.hanging import Slot
from viewer.rendering.breast_shape import BreastShapes
from viewer.session.picking import picked_at
from viewer.session.scrolling import to_slice
from viewer.session.slabs import slab_stepped
from viewer.ui.pictures import hanging_picture


@pytest.fixture
def reading(start: Callable[..., RunningProgram], phantom: Path) -> RunningProgram:
    running = start()
    running.open(phantom)
    return running


def test_a_slice_counts_as_seen_once_it_stays_on_screen(
    reading: RunningProgram, qtbot: QtBot
) -> None:
    image = reading.state.image_in(Slot.RCC)
    assert image is not None
    reading.program.session.apply(lambda state: to_slice(state, Slot.RCC, 0))
    reading.wait_for_frames()
    qtbot.waitUntil(lambda: 0 in (reading.state.seen or {}).get(image.image_id, ()), timeout=9000)
    strip = reading.program.strip.strip
    assert strip is not None
    assert strip.seen is not None
    assert 0 in strip.seen


def test_a_slab_is_said_in_its_pane_and_its_slices_are_decoded(
    reading: RunningProgram, qtbot: QtBot
) -> None:
    # The phantom's slices are thick: only 20 mm hold several.
    for _ in range(4):
        reading.program.session.apply(lambda state: slab_stepped(state, Slot.RCC, 1))
    pane = reading.program.hanging.panes[Slot.RCC]

    def is_whole() -> bool:
        scene = pane.scene
        return scene is not None and not any("slab" in badge.text for badge in scene.badges)

    qtbot.waitUntil(is_whole, timeout=9000)
    assert pane.scene is not None
    assert any(line.text.startswith("slab mean") for line in pane.scene.bottom_lines)


def test_a_picked_point_has_an_arc_in_the_other_projection_of_its_breast(
    reading: RunningProgram,
) -> None:
    image = reading.state.image_in(Slot.RCC)
    assert image is not None
    row, column = image.rows / 2, image.columns * 0.8
    reading.program.session.apply(lambda state: picked_at(state, Slot.RCC, row, column))
    scenes = {slot: pane.scene for slot, pane in reading.program.hanging.panes.items()}
    drawn = {slot: scene.picked for slot, scene in scenes.items() if scene and scene.picked}
    assert set(drawn) == {Slot.RCC, Slot.RMLO}
    assert drawn[Slot.RMLO].arcs
    assert "approximate arc" in drawn[Slot.RMLO].words


def test_a_picture_shows_the_picked_point_and_its_arc_as_on_screen(
    reading: RunningProgram,
) -> None:
    image = reading.state.image_in(Slot.RCC)
    assert image is not None
    row, column = image.rows / 2, image.columns * 0.8
    before = reading.program.pictures._grid()
    reading.program.session.apply(lambda state: picked_at(state, Slot.RCC, row, column))
    after = reading.program.pictures._grid()
    panes = {slot: pane.scene for slot, pane in reading.program.hanging.panes.items()}
    shots = {shot.stack.title: shot.scene for line in after for shot in line if shot.stack}
    for slot, title in ((Slot.RCC, "RCC"), (Slot.RMLO, "RMLO")):
        on_screen = panes[slot]
        assert on_screen is not None
        assert shots[title].picked == on_screen.picked
        said = [line.text for line in shots[title].bottom_lines]
        assert on_screen.picked is not None
        assert on_screen.picked.words in said
    pictures = [hanging_picture(grid, native=False) for grid in (before, after)]
    assert pictures[0] != pictures[1]


def test_slabs_count_in_the_memory_for_slices(reading: RunningProgram) -> None:
    free = reading.program.store.budget_bytes
    for _ in range(4):
        reading.program.session.apply(lambda state: slab_stepped(state, Slot.RCC, 1))
    reading.qtbot.waitUntil(lambda: reading.program.store.budget_bytes < free)


def test_the_nipple_of_a_phantom_lies_on_its_skin_in_the_middle_third(
    reading: RunningProgram,
) -> None:
    shapes = BreastShapes(reading.program.files.frame)
    for slot in (Slot.RCC, Slot.LCC):
        image = reading.state.image_in(slot)
        assert image is not None
        shape = shapes.of(image)
        assert shape is not None
        assert shape.nipple is not None
        height = shape.bottom - shape.top
        assert shape.top + height / 4 < shape.nipple[0] < shape.bottom - height / 4
